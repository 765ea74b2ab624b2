"""Find, select, read: in this order, one question at a time, and anew after any trouble."""

from __future__ import annotations

import pytest

from firmware_bridge.codec import Noise
from firmware_bridge.codecs.ga450 import (
    FRAME_PATIENCE_S,
    CardText,
    Ga450Codec,
    ReaderAnswer,
    ReaderCommand,
)
from firmware_bridge.codecs.ga450_dialogue import (
    ANSWER_S,
    READ_ANSWER_S,
    Ask,
    CardDialogue,
    ReadLost,
)

FIND_OK = bytes.fromhex("AAAAAA9669 0008 00009F 00000000 97")
SELECT_OK = bytes.fromhex("AAAAAA9669 000C 000090 0000000000000000 9C")
NO_CARD = bytes.fromhex("AAAAAA9669 0004 000080 84")
SELECT_FAILED = bytes.fromhex("AAAAAA9669 0004 000081 85")
READ_FAILED = bytes.fromhex("AAAAAA9669 0004 000041 45")
SELF_TEST = bytes.fromhex("AAAAAA9669 0004 000060 64")
CARD = bytes.fromhex("AAAAAA9669 0508 000090 0100 0400") + bytes(1280) + bytes.fromhex("98")

FIND, SELECT, READ = (
    Ga450Codec().encode(command)
    for command in (ReaderCommand.FIND, ReaderCommand.SELECT, ReaderCommand.READ)
)


def asked(dialogue: CardDialogue) -> bytes:
    return dialogue.encode(Ask.WHAT_IS_DUE)


def test_a_card_is_found_selected_and_read_and_then_looked_for_again() -> None:
    dialogue = CardDialogue()
    assert asked(dialogue) == FIND
    dialogue.feed(FIND_OK, 1.0)
    assert asked(dialogue) == SELECT
    dialogue.feed(SELECT_OK, 1.1)
    assert asked(dialogue) == READ
    assert dialogue.feed(CARD, 2.4) == [CardText(bytes(256), 2.4)]
    assert asked(dialogue) == FIND
    dialogue.feed(NO_CARD, 2.5)
    assert asked(dialogue) == FIND


def test_while_an_answer_is_awaited_nothing_is_asked() -> None:
    dialogue = CardDialogue()
    asked(dialogue)
    assert asked(dialogue) == b""
    dialogue.expire(5.0)
    assert asked(dialogue) == b""
    dialogue.feed(NO_CARD[:6], 5.1)
    assert asked(dialogue) == b""
    dialogue.feed(NO_CARD[6:], 5.2)
    assert asked(dialogue) == FIND


@pytest.mark.parametrize(
    "answers",
    [
        (NO_CARD,),
        (SELECT_OK,),
        (SELF_TEST,),
        (FIND_OK, SELECT_FAILED),
        (FIND_OK, FIND_OK),
        (FIND_OK, SELECT_OK, READ_FAILED),
        (FIND_OK, SELECT_OK, SELECT_OK),
    ],
)
def test_any_other_answer_leads_back_to_find(answers: tuple[bytes, ...]) -> None:
    dialogue = CardDialogue()
    for answer in answers:
        asked(dialogue)
        dialogue.feed(answer, 1.0)
    assert asked(dialogue) == FIND


def test_an_answer_that_nobody_asked_for_starts_nothing() -> None:
    dialogue = CardDialogue()
    assert isinstance(dialogue.feed(FIND_OK, 1.0)[0], ReaderAnswer)
    assert asked(dialogue) == FIND


@pytest.mark.parametrize(
    ("answers", "patience_s", "lost"),
    [
        ((), ANSWER_S, False),
        ((FIND_OK,), ANSWER_S, False),
        ((FIND_OK, SELECT_OK), READ_ANSWER_S, True),
    ],
)
def test_silence_ends_a_question_in_its_time_and_is_no_sign_of_life(
    answers: tuple[bytes, ...], patience_s: float, lost: bool
) -> None:
    dialogue = CardDialogue()
    for answer in answers:
        asked(dialogue)
        dialogue.feed(answer, 1.0)
    asked(dialogue)
    assert dialogue.deadline() == 0.0
    assert dialogue.expire(10.0) == []
    assert dialogue.deadline() == 10.0 + patience_s
    assert dialogue.expire(10.0 + patience_s - 0.01) == []
    assert asked(dialogue) == b""
    assert dialogue.expire(10.0 + patience_s) == []
    assert asked(dialogue) == FIND
    found = dialogue.feed(NO_CARD, 20.0)
    assert [type(item) for item in found] == [ReadLost] * lost + [ReaderAnswer]
    asked(dialogue)
    assert [type(item) for item in dialogue.feed(NO_CARD, 20.2)] == [ReaderAnswer]


def test_an_answer_that_claims_two_kilobytes_holds_up_the_next_question_a_moment() -> None:
    dialogue = CardDialogue()
    asked(dialogue)
    dialogue.expire(1.0)
    false_length = bytearray(FIND_OK)
    false_length[5] = 0x08
    dialogue.feed(bytes(false_length), 1.55)
    dialogue.expire(1.61)
    assert asked(dialogue) == b""  # more may be on its way
    assert dialogue.deadline() == 1.55 + FRAME_PATIENCE_S
    found = dialogue.expire(1.55 + FRAME_PATIENCE_S)
    assert [type(item) for item in found] == [Noise]
    assert asked(dialogue) == FIND
    assert [type(item) for item in dialogue.feed(NO_CARD, 2.0)] == [ReaderAnswer]


def test_a_card_that_crawls_in_at_9600_baud_is_not_given_up() -> None:
    dialogue = CardDialogue()
    for answer in (FIND_OK, SELECT_OK):
        asked(dialogue)
        dialogue.feed(answer, 1.0)
    asked(dialogue)
    dialogue.expire(1.0)
    found, now_s = [], 2.0
    for at in range(0, len(CARD), 16):
        now_s += 0.017
        found += dialogue.expire(now_s - 0.005)
        assert asked(dialogue) == b""
        found += dialogue.feed(CARD[at : at + 16], now_s)
    assert now_s > 1.0 + READ_ANSWER_S
    assert [type(item) for item in found] == [CardText]


def test_a_late_card_is_still_a_card() -> None:
    dialogue = CardDialogue()
    for answer in (FIND_OK, SELECT_OK):
        asked(dialogue)
        dialogue.feed(answer, 1.0)
    asked(dialogue)
    dialogue.expire(1.0)
    dialogue.expire(3.1)
    assert asked(dialogue) == FIND
    assert dialogue.feed(CARD, 3.2) == [CardText(bytes(256), 3.2)]
    assert asked(dialogue) == FIND
