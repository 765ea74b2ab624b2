"""The two experimental modules, as far as they are known, and boards that print text."""

from __future__ import annotations

import re

import pytest

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.gd60914 import Gd60914Codec, Gd60914Command
from firmware_bridge.codecs.gy614v3 import Gy614V3Codec
from firmware_bridge.codecs.text_lines import LINE_MAX_BYTES, TextLinesCodec
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame

GY614 = bytes.fromhex("A4 03 07 08 61 0E 4E 0A E1 0E 56 C2")
BOARD = re.compile(r"body = (?P<object>-?[0-9.,]+) C(, room (?P<ambient>[0-9.]+))?", re.ASCII)


# ── GY-614V3 ─────────────────────────────────────────────────────────────────────────────────


def test_the_candidate_frame() -> None:
    assert Gy614V3Codec().feed(GY614, 1.0) == [
        TemperatureFrame(36.62, 27.85, 1.0, MeasuringMode.CONTINUOUS)
    ]


def test_its_sum_is_checked() -> None:
    data = GY614[:-1] + b"\xc3"
    assert Gy614V3Codec().feed(data, 1.0) == [Noise(data, NoiseReason.WRONG_CHECKSUM)]


# ── GD60914 ──────────────────────────────────────────────────────────────────────────────────


def told(codec: Gd60914Codec, answer: bytes) -> list[TemperatureFrame | Noise]:
    codec.encode(Gd60914Command.OBJECT)
    return codec.feed(answer, 1.0)


@pytest.mark.parametrize("answer", [b"    366", b"+0366\r\n", b"366\0\0\0\0", b" 366 \r\n"])
def test_a_value_counts_when_the_next_one_confirms_it(answer: bytes) -> None:
    codec = Gd60914Codec()
    assert told(codec, answer) == [Noise(answer, NoiseReason.NOT_REPEATED)]
    assert told(codec, answer) == [TemperatureFrame(36.6, None, 1.0, MeasuringMode.POLLED)]


def test_a_value_far_from_the_last_one_waits_for_its_own_confirmation() -> None:
    codec = Gd60914Codec()
    told(codec, b"    241")
    assert isinstance(told(codec, b"    366")[0], Noise)
    assert isinstance(told(codec, b"    367")[0], TemperatureFrame)


@pytest.mark.parametrize("answer", [b"  36.6\n", b"36 6   ", b"       ", b"99999 \n", b"\xff" * 7])
def test_anything_else_is_noise(answer: bytes) -> None:
    assert told(Gd60914Codec(), answer) == [Noise(answer, NoiseReason.NOT_A_FRAME)]


def test_its_commands() -> None:
    assert [Gd60914Codec().encode(command) for command in Gd60914Command] == [b"\xa1", b"\xaa"]


# ── text ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "values"),
    [
        (b"T body = 36.6 C,ok\r\n", (36.6, None)),
        (b"T body = 36.62 C, room 24.1, ok\n", (36.62, 24.1)),
        (b"body = 36,6 C\r", (36.6, None)),
    ],
)
def test_lines_and_their_numbers(line: bytes, values: tuple[float, float | None]) -> None:
    assert TextLinesCodec(BOARD).feed(line, 1.0) == [
        TemperatureFrame(*values, at_s=1.0, mode=MeasuringMode.CONTINUOUS)
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"ready", NoiseReason.NOT_A_FRAME),
        (b"body = 366 C", NoiseReason.IMPLAUSIBLE),
        (b"body = 3.6.6 C", NoiseReason.IMPLAUSIBLE),
        (b"body = 36.6 C, room 999", NoiseReason.IMPLAUSIBLE),
        (b"\xff\xfebody", NoiseReason.NOT_A_FRAME),
        (b"body = 36.6 C" + b"." * LINE_MAX_BYTES, NoiseReason.TOO_LONG),
    ],
)
def test_other_lines_are_noise(line: bytes, why: NoiseReason) -> None:
    found = TextLinesCodec(BOARD).feed(line + b"\r\nbody = 36.6 C\r\n", 1.0)
    assert found[0] == Noise(line, why)
    assert isinstance(found[1], TemperatureFrame)


def test_the_end_of_an_endless_line_is_never_a_line() -> None:
    codec = TextLinesCodec(BOARD)
    codec.feed(b"x" * (LINE_MAX_BYTES + 1), 1.0)
    (noise,) = codec.feed(b"body = 36.6 C\n", 1.0)
    assert isinstance(noise, Noise) and noise.why is NoiseReason.TOO_LONG
    assert isinstance(codec.feed(b"body = 36.6 C\n", 1.0)[0], TemperatureFrame)


@pytest.mark.parametrize("codec", [Gy614V3Codec(), TextLinesCodec(BOARD)])
def test_where_nothing_can_be_said_nothing_is(codec: Gy614V3Codec | TextLinesCodec) -> None:
    with pytest.raises(TypeError, match="not even"):
        codec.encode("hello")  # type: ignore[arg-type]
