"""Bare two-byte answers: the manual's values, and everything that must not pass for one."""

from __future__ import annotations

import random

import pytest

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.optris import (
    ANSWER_PATIENCE_S,
    AskEmissivity,
    AskNext,
    EmissivityTold,
    OptrisCodec,
    OptrisFamily,
    SetEmissivity,
)
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame

BODY = bytes.fromhex("05 56")  # 36.6
ROOM = bytes.fromhex("04 D3")  # 23.5


def ask(codec: OptrisCodec, *answers: bytes) -> list[object]:
    """One question after the other, each with its answer."""
    found: list[object] = []
    for answer in answers:
        codec.encode(AskNext())
        found += codec.feed(answer, 1.0)
    return found


def test_a_round_of_three_is_a_measurement() -> None:
    codec = OptrisCodec()
    sent = b""
    found = []
    for answer in (BODY, ROOM, BODY):
        sent += codec.encode(AskNext())
        found += codec.feed(answer, 3.0)
    assert sent.hex(" ") == "01 02 01"
    assert found == [TemperatureFrame(36.6, 23.5, 3.0, MeasuringMode.POLLED)]


def test_models_with_hundredths() -> None:
    hs = bytes.fromhex("30 3E")
    (frame,) = ask(OptrisCodec(hundredths=True), hs, hs, hs)
    assert isinstance(frame, TemperatureFrame) and frame.object_c == 23.50


def test_an_address_stands_before_the_code() -> None:
    assert OptrisCodec(address=5).encode(AskNext()).hex(" ") == "b5 01"


@pytest.mark.parametrize(
    ("family", "emissivity", "words"),
    [
        (OptrisFamily.CS, 0.950, "84 03 b6"),
        (OptrisFamily.CT, 0.950, "84 03 b6 31"),
        (OptrisFamily.CT, 0.980, "84 03 d4 53"),
    ],
)
def test_only_ct_wants_a_checksum_behind_a_setting(
    family: OptrisFamily, emissivity: float, words: str
) -> None:
    codec = OptrisCodec(family)
    assert codec.encode(SetEmissivity(emissivity)).hex(" ") == words
    echo = round(emissivity * 1000).to_bytes(2, "big")
    assert codec.feed(echo, 1.0) == [EmissivityTold(emissivity)]


def test_the_checksum_leaves_the_address_out() -> None:
    codec = OptrisCodec(OptrisFamily.CT, address=5)
    assert codec.encode(SetEmissivity(0.95)).hex(" ") == "b5 84 03 b6 31"


def test_the_emissivity_is_asked_for() -> None:
    codec = OptrisCodec()
    assert codec.encode(AskEmissivity()).hex() == "04"
    assert codec.feed(bytes.fromhex("03 B6"), 1.0) == [EmissivityTold(0.95)]


def test_an_answer_nobody_asked_for_is_noise() -> None:
    assert OptrisCodec().feed(BODY, 1.0) == [Noise(BODY, NoiseReason.UNASKED)]


def test_two_looks_that_differ_are_no_measurement() -> None:
    found = ask(OptrisCodec(), BODY, ROOM, bytes.fromhex("05 5D"))  # 37.3, half a degree is allowed
    assert found == [Noise(BODY + ROOM + b"\x05\x5d", NoiseReason.NOT_REPEATED)]


@pytest.mark.parametrize("answer", ["00 00", "FF FF", "56 04", "03 1F"])
def test_what_no_head_before_a_person_reads_is_implausible(answer: str) -> None:
    data = bytes.fromhex(answer)
    assert ask(OptrisCodec(), data) == [Noise(data, NoiseReason.IMPLAUSIBLE)]


def test_a_torn_answer_is_never_joined_with_the_next_one() -> None:
    codec = OptrisCodec()
    codec.encode(AskNext())
    assert codec.feed(BODY[:1], 1.0) == []
    codec.encode(AskNext())
    assert codec.deadline() == 0.0
    assert codec.expire(1.01) == [Noise(BODY[:1], NoiseReason.CUT_SHORT)]
    found = codec.feed(BODY, 1.02)
    found += ask(codec, ROOM, BODY)
    assert [type(item) for item in found] == [TemperatureFrame]


def test_half_an_answer_gives_up_after_its_patience() -> None:
    codec = OptrisCodec()
    codec.encode(AskNext())
    codec.feed(BODY[:1], 1.0)
    assert codec.deadline() == 1.0 + ANSWER_PATIENCE_S
    assert codec.expire(1.0 + ANSWER_PATIENCE_S) == [Noise(BODY[:1], NoiseReason.CUT_SHORT)]


def test_a_lost_answer_voids_its_round() -> None:
    codec = OptrisCodec()
    ask(codec, BODY, ROOM)
    codec.encode(AskNext())
    assert codec.encode(AskNext()).hex() == "01"  # the third was never answered: from the start
    found = codec.feed(BODY, 2.0)
    assert found == [Noise(BODY + ROOM, NoiseReason.NOT_REPEATED)]


def test_a_byte_too_many_voids_its_round() -> None:
    found = ask(OptrisCodec(), BODY, ROOM + b"\x05", BODY)
    assert found == [
        Noise(BODY + ROOM, NoiseReason.NOT_REPEATED),
        Noise(b"\x05", NoiseReason.UNASKED),
    ]


def test_answers_that_lag_behind_by_one_question_never_count_before_a_face() -> None:
    codec = OptrisCodec()
    found = ask(codec, *([ROOM, BODY, BODY] * 4))
    assert not [item for item in found if isinstance(item, TemperatureFrame)]


@pytest.mark.parametrize("seed", range(5))
def test_every_chunking_of_the_answers_gives_the_same(seed: int) -> None:
    chance = random.Random(seed)
    answers = [BODY, ROOM, BODY, b"\x00\x00", BODY, ROOM, b"\x05\x5d", BODY, ROOM, BODY] * 4
    torn = OptrisCodec()
    found: list[object] = []
    for answer in answers:
        torn.encode(AskNext())
        at = chance.randrange(3)
        found += torn.feed(answer[:at], 1.0) + torn.feed(answer[at:], 1.0)
    assert found == ask(OptrisCodec(), *answers)
    assert sum(isinstance(item, TemperatureFrame) for item in found) == 8
