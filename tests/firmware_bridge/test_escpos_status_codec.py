"""The return stream of a printer: which byte is whose, and what is never believed."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.escpos_status import (
    MAX_BLOCK_BYTES,
    PATIENCE_S,
    AutomaticStatus,
    BuffersCleared,
    ClearBuffers,
    EscposStatusCodec,
    FlowControl,
    InfoQuery,
    InfoTopic,
    PrinterFrame,
    PrinterInfo,
    ProcessIdDone,
    RealTimeStatus,
    RecoverAndDrop,
    ReportChanges,
    StatusQuery,
    StatusTopic,
)

ALL_WELL = bytes.fromhex("10 00 00 00")
COVER_OPEN = bytes.fromhex("38 40 00 00")
DONE = bytes.fromhex("37 22 41 37 5F 30 00")  # the id holds both block heads: "A7_0"

FLAGS = (
    "offline",
    "cover_open",
    "feeding_by_button",
    "mechanical_error",
    "cutter_error",
    "unrecoverable_error",
    "recoverable_error",
    "paper_near_end",
    "paper_end",
)

Found = list[PrinterFrame | Noise]


def frames(found: Found) -> list[PrinterFrame]:
    return [item for item in found if not isinstance(item, Noise)]


def asking(*topics: StatusTopic) -> EscposStatusCodec:
    codec = EscposStatusCodec()
    codec.encode(StatusQuery(topics or tuple(StatusTopic)))
    return codec


def test_commands_of_the_manual() -> None:
    codec = EscposStatusCodec()
    assert codec.encode(StatusQuery()) == bytes.fromhex("10 04 01 10 04 02 10 04 03 10 04 04")
    assert codec.encode(StatusQuery((StatusTopic.PAPER,))) == bytes.fromhex("10 04 04")
    assert codec.encode(InfoQuery(InfoTopic.FONTS)) == bytes.fromhex("1D 49 45")
    assert codec.encode(ReportChanges()) == bytes.fromhex("1D 61 0F")
    assert codec.encode(ReportChanges(enabled=False)) == bytes.fromhex("1D 61 00")
    assert codec.encode(ClearBuffers()) == bytes.fromhex("10 14 08 01 03 14 01 06 02 08")
    assert codec.encode(RecoverAndDrop()) == bytes.fromhex("10 05 02")


def test_a_status_query_about_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one topic"):
        StatusQuery(())


@pytest.mark.parametrize(
    ("topic", "raw", "said"),
    [
        (StatusTopic.PRINTER, 0x12, {"offline": False}),
        (StatusTopic.PRINTER, 0x1A, {"offline": True, "cover_open": None, "paper_end": None}),
        (StatusTopic.OFFLINE_CAUSE, 0x16, {"cover_open": True, "stopped_for_paper": False}),
        (StatusTopic.OFFLINE_CAUSE, 0x32, {"stopped_for_paper": True, "cover_open": False}),
        (StatusTopic.OFFLINE_CAUSE, 0x52, {"error_present": True, "feeding_by_button": False}),
        (StatusTopic.ERROR_CAUSE, 0x1A, {"cutter_error": True, "mechanical_error": False}),
        (StatusTopic.ERROR_CAUSE, 0x32, {"unrecoverable_error": True, "recoverable_error": False}),
        (StatusTopic.PAPER, 0x12, {"paper_near_end": False, "paper_end": False}),
        (StatusTopic.PAPER, 0x1E, {"paper_near_end": True, "paper_end": False, "offline": None}),
        (StatusTopic.PAPER, 0x72, {"paper_near_end": False, "paper_end": True}),
        (StatusTopic.PAPER, 0x7E, {"paper_near_end": True, "paper_end": True}),
    ],
)
def test_real_time_status_of_the_manual(
    topic: StatusTopic, raw: int, said: dict[str, bool | None]
) -> None:
    (status,) = asking(topic).feed(bytes((raw,)), 2.0)
    assert status == RealTimeStatus(topic, raw, 2.0)
    assert {name: getattr(status, name) for name in said} == said


@pytest.mark.parametrize(
    ("data", "true"),
    [
        ("10 00 00 00", set()),
        ("10 00 03 00", {"paper_near_end"}),
        ("18 00 0F 00", {"offline", "paper_near_end", "paper_end"}),
        ("38 40 00 00", {"offline", "cover_open", "recoverable_error"}),
        ("18 08 00 00", {"offline", "cutter_error"}),
        ("50 00 00 0F", {"feeding_by_button"}),
        ("18 24 00 00", {"offline", "mechanical_error", "unrecoverable_error"}),
    ],
)
def test_automatic_status_of_the_manual(data: str, true: set[str]) -> None:
    (status,) = EscposStatusCodec().feed(bytes.fromhex(data), 2.0)
    assert isinstance(status, AutomaticStatus)
    assert {flag for flag in FLAGS if getattr(status, flag)} == true


def test_the_process_id_response() -> None:
    assert EscposStatusCodec().feed(DONE, 3.0) == [ProcessIdDone("A7_0", 3.0)]


def test_the_buffers_cleared_response() -> None:
    assert EscposStatusCodec().feed(bytes.fromhex("37 25 00"), 3.0) == [BuffersCleared(3.0)]


def test_an_unknown_response_is_another_layout() -> None:
    data = bytes.fromhex("37 38 40 41 00")
    assert EscposStatusCodec().feed(data, 3.0) == [Noise(data, NoiseReason.OTHER_LAYOUT)]


def test_printer_information_is_an_answer_once() -> None:
    codec = EscposStatusCodec()
    codec.encode(InfoQuery(InfoTopic.MAKER))
    maker = bytes.fromhex("5F 45 50 53 4F 4E 00")
    assert codec.feed(maker, 1.0) == [PrinterInfo(InfoTopic.MAKER, "EPSON", 1.0)]
    assert codec.feed(maker, 1.0) == [Noise(maker, NoiseReason.UNASKED)]


def test_four_replies_belong_to_four_questions_in_order() -> None:
    found = asking().feed(bytes.fromhex("1A 32 12 72"), 1.0)
    assert found == [
        RealTimeStatus(StatusTopic.PRINTER, 0x1A, 1.0),
        RealTimeStatus(StatusTopic.OFFLINE_CAUSE, 0x32, 1.0),
        RealTimeStatus(StatusTopic.ERROR_CAUSE, 0x12, 1.0),
        RealTimeStatus(StatusTopic.PAPER, 0x72, 1.0),
    ]


def test_a_reply_nobody_asked_for_is_noise() -> None:
    assert EscposStatusCodec().feed(b"\x12", 1.0) == [Noise(b"\x12", NoiseReason.UNASKED)]


@pytest.mark.parametrize("lost", range(4))
def test_with_one_reply_lost_all_are_unknown_and_the_next_batch_is_not_believed(lost: int) -> None:
    codec = asking()
    replies = bytes.fromhex("1A 32 12 72")
    assert codec.feed(replies[:lost] + replies[lost + 1 :], 1.0) == []
    assert codec.expire(1.0 + PATIENCE_S) == [
        Noise(replies[:lost] + replies[lost + 1 :], NoiseReason.CUT_SHORT)
    ]
    codec.encode(StatusQuery())
    assert codec.feed(replies, 2.0) == [Noise(replies, NoiseReason.UNASKED)]
    codec.encode(StatusQuery())
    assert len(frames(codec.feed(replies, 3.0))) == 4


def test_asking_again_too_early_gives_no_answer_to_the_wrong_question() -> None:
    codec = asking(StatusTopic.PAPER)
    codec.encode(StatusQuery((StatusTopic.PRINTER,)))
    # 72 would be "paper out" for the first question and nonsense for the second.
    assert frames(codec.feed(b"\x72", 1.0)) == []


def test_replies_to_an_abandoned_batch_are_accounted_for() -> None:
    codec = asking()
    assert codec.feed(b"\x12\x16", 1.0) == []
    codec.encode(StatusQuery())
    assert codec.expire(1.1) == [Noise(b"\x12\x16", NoiseReason.CUT_SHORT)]
    assert codec.expire(1.2) == []


def test_silence_is_no_status() -> None:
    codec = asking()
    assert codec.deadline() == 0.0  # the time of the question is not known yet
    assert codec.expire(5.0) == []
    assert codec.deadline() == 5.0 + PATIENCE_S
    assert codec.expire(5.0 + PATIENCE_S) == []
    assert codec.deadline() is None


def test_a_clone_that_answers_zeros_says_nothing() -> None:
    codec = asking()
    assert codec.feed(bytes(4), 1.0) == [Noise(bytes(4), NoiseReason.ZEROS)]


def test_flow_control_is_seen_even_inside_an_automatic_status() -> None:
    found = EscposStatusCodec().feed(bytes.fromhex("38 13 40 00 11 00"), 1.0)
    assert found == [
        FlowControl(True, 1.0),
        FlowControl(False, 1.0),
        AutomaticStatus(COVER_OPEN, 1.0),
    ]


def test_flow_control_is_seen_even_inside_a_block() -> None:
    found = EscposStatusCodec().feed(DONE[:3] + b"\x13" + DONE[3:], 1.0)
    assert found == [FlowControl(True, 1.0), ProcessIdDone("A7_0", 1.0)]


def test_inside_a_block_nothing_is_taken_for_a_status() -> None:
    codec = asking(StatusTopic.PRINTER)
    codec.encode(InfoQuery(InfoTopic.MODEL))
    found = codec.feed(b"_26:>RVZ 0248 pPtT\0", 1.0)  # every letter looks like a status byte
    assert found == [PrinterInfo(InfoTopic.MODEL, "26:>RVZ 0248 pPtT", 1.0)]


@pytest.mark.parametrize("lost", range(4))
def test_an_automatic_status_that_lost_a_byte_does_not_eat_the_next_one(lost: int) -> None:
    torn = COVER_OPEN[:lost] + COVER_OPEN[lost + 1 :]
    assert frames(EscposStatusCodec().feed(torn + ALL_WELL + ALL_WELL, 1.0)) == [
        AutomaticStatus(ALL_WELL, 1.0),
        AutomaticStatus(ALL_WELL, 1.0),
    ]


def test_a_block_that_lost_its_end_does_not_eat_the_status_behind_it() -> None:
    found = asking(StatusTopic.PRINTER).feed(DONE[:-1] + b"\x12" + ALL_WELL, 1.0)
    assert found == [
        Noise(DONE[:-1], NoiseReason.CUT_SHORT),
        RealTimeStatus(StatusTopic.PRINTER, 0x12, 1.0),
        AutomaticStatus(ALL_WELL, 1.0),
    ]


@pytest.mark.parametrize("piece", [1, 7, 64, 1000])
def test_an_endless_text_is_noise_to_its_last_letter(piece: int) -> None:
    codec = asking(StatusTopic.PRINTER)
    text = b"_" + b"2468" * 100  # as status bytes these letters would be answers
    found = [
        item
        for start in range(0, len(text), piece)
        for item in codec.feed(text[start : start + piece], 1.0)
    ]
    assert {item.why for item in found if isinstance(item, Noise)} == {NoiseReason.TOO_LONG}
    assert b"".join(item.data for item in found if isinstance(item, Noise)) == text
    assert codec.feed(b"\x12", 1.0) == [RealTimeStatus(StatusTopic.PRINTER, 0x12, 1.0)]


def test_the_longest_legal_text_is_read() -> None:
    codec = EscposStatusCodec()
    codec.encode(InfoQuery(InfoTopic.MODEL))
    text = "x" * (MAX_BLOCK_BYTES - 2)
    assert codec.feed(b"_" + text.encode() + b"\0", 1.0) == [
        PrinterInfo(InfoTopic.MODEL, text, 1.0)
    ]


def test_an_unfinished_answer_becomes_noise_when_its_time_is_over() -> None:
    codec = EscposStatusCodec()
    assert codec.feed(COVER_OPEN[:3], 10.0) == []
    assert codec.deadline() == 10.0 + PATIENCE_S
    late = codec.feed(COVER_OPEN[3:], 10.0 + PATIENCE_S)
    assert late == [
        Noise(COVER_OPEN[:3], NoiseReason.CUT_SHORT),
        Noise(b"\x00", NoiseReason.ZEROS),
    ]


STREAM = (
    ALL_WELL + DONE + b"\x12\x12\x12\x1e" + b"\xff\x00" + COVER_OPEN + b"_EPSON\0" + b"\x13\x11"
)
EXPECTED = [
    AutomaticStatus(ALL_WELL, 1.0),
    ProcessIdDone("A7_0", 1.0),
    RealTimeStatus(StatusTopic.PRINTER, 0x12, 1.0),
    RealTimeStatus(StatusTopic.OFFLINE_CAUSE, 0x12, 1.0),
    RealTimeStatus(StatusTopic.ERROR_CAUSE, 0x12, 1.0),
    RealTimeStatus(StatusTopic.PAPER, 0x1E, 1.0),
    AutomaticStatus(COVER_OPEN, 1.0),
    PrinterInfo(InfoTopic.MAKER, "EPSON", 1.0),
    FlowControl(True, 1.0),
    FlowControl(False, 1.0),
]


@pytest.mark.parametrize("position", range(len(STREAM) + 1))
def test_every_split_position_gives_the_same_answers(position: int) -> None:
    codec = asking()
    codec.encode(InfoQuery(InfoTopic.MAKER))
    found = codec.feed(STREAM[:position], 1.0) + codec.feed(STREAM[position:], 1.0)
    assert frames(found) == EXPECTED


def test_one_byte_at_a_time_gives_the_same_answers() -> None:
    codec = asking()
    codec.encode(InfoQuery(InfoTopic.MAKER))
    found = [item for byte in STREAM for item in codec.feed(bytes((byte,)), 1.0)]
    assert frames(found) == EXPECTED


def as_wire_bytes(found: Found) -> Counter[int]:
    """All bytes that the codec accounts for, without their order: batches are told at their end."""
    seen: Counter[int] = Counter()
    for item in found:
        match item:
            case Noise(data) | AutomaticStatus(data):
                seen.update(data)
            case RealTimeStatus(_, raw):
                seen[raw] += 1
            case FlowControl(paused):
                seen[0x13 if paused else 0x11] += 1
            case ProcessIdDone(process_id):
                seen.update(b"\x37\x22" + process_id.encode() + b"\0")
            case PrinterInfo(_, text):
                seen.update(b"_" + text.encode() + b"\0")
            case BuffersCleared():
                seen.update(b"\x37\x25\x00")
    return seen


PART = st.one_of(
    st.binary(max_size=10),
    st.sampled_from(
        [ALL_WELL, COVER_OPEN, DONE, DONE[:4], b"\x12", b"\x13", b"_EPSON\0", b"_" * 99]
    ),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(PART, max_size=8), st.lists(st.integers(0, 90), max_size=8))
def test_any_bytes_in_any_pieces_are_answers_or_noise_and_none_is_lost(
    parts: list[bytes], cuts: list[int]
) -> None:
    stream = b"".join(parts)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    codec, whole = asking(), asking()
    found = [item for a, b in pairwise(places) for item in codec.feed(stream[a:b], 1.0)]
    at_once = whole.feed(stream, 1.0)
    assert frames(found) == frames(at_once)
    codec.expire(1.0)
    assert as_wire_bytes(found + codec.expire(9.0)) == Counter(stream)


def test_a_flood_is_held_in_a_hundred_bytes() -> None:
    codec, chance = EscposStatusCodec(), random.Random(4)
    for flood in (chance.randbytes(65_536), b"_" * 65_536, b"\x10" * 65_536, b"7" * 65_536):
        codec.feed(flood, 1.0)
        held = [item for item in codec.expire(1e9) if isinstance(item, Noise)]
        assert sum(len(item.data) for item in held) <= MAX_BLOCK_BYTES


def test_after_any_garbage_the_answers_come_back() -> None:
    chance = random.Random(2022)
    for _ in range(300):
        codec = EscposStatusCodec()
        codec.feed(chance.randbytes(chance.randrange(1, 40)), 1.0)
        assert frames(codec.feed(ALL_WELL + DONE + COVER_OPEN, 9.0)) == [
            AutomaticStatus(ALL_WELL, 9.0),
            ProcessIdDone("A7_0", 9.0),
            AutomaticStatus(COVER_OPEN, 9.0),
        ]
