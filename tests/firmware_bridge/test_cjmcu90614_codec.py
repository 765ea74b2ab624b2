"""The CJMCU-90614 codec against published bytes; above all the scope of its checksum."""

from __future__ import annotations

import pytest

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.cjmcu90614 import Cjmcu90614Codec, CjmcuCommand
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame

PUBLISHED = bytes.fromhex("66 66 01 04 0A 83 0A 83 1A")
FOREHEAD = bytes.fromhex("66 66 01 04 0E 4E 0A E1 47")


@pytest.mark.parametrize(
    ("data", "values"), [(PUBLISHED, (26.91, 26.91)), (FOREHEAD, (36.62, 27.85))]
)
def test_published_frames(data: bytes, values: tuple[float, float]) -> None:
    expected = TemperatureFrame(*values, at_s=2.0, mode=MeasuringMode.CONTINUOUS)
    assert Cjmcu90614Codec().feed(data, 2.0) == [expected]


def test_a_polled_frame_says_so_itself() -> None:
    (frame,) = Cjmcu90614Codec().feed(bytes.fromhex("66 66 02 04 0E 4E 0A E1 47"), 1.0)
    assert isinstance(frame, TemperatureFrame) and frame.mode is MeasuringMode.POLLED


def test_a_checksum_over_the_whole_frame_is_a_wrong_one() -> None:
    whole = PUBLISHED[:8] + b"\xeb"
    assert sum(whole[:8]) & 0xFF == 0xEB
    assert Cjmcu90614Codec().feed(whole, 1.0) == [Noise(whole, NoiseReason.WRONG_CHECKSUM)]


@pytest.mark.parametrize("head", ["66 66 03 04", "66 66 01 05", "66 65 01 04"])
def test_mode_and_length_are_checked_because_the_checksum_does_not(head: str) -> None:
    data = bytes.fromhex(head) + FOREHEAD[4:]
    assert [type(item) for item in Cjmcu90614Codec().feed(data, 1.0)] == [Noise]


def test_values_below_zero() -> None:
    (frame,) = Cjmcu90614Codec().feed(bytes.fromhex("66 66 01 04 FD F3 08 3E 36"), 1.0)
    assert isinstance(frame, TemperatureFrame)
    assert (frame.object_c, frame.ambient_c) == (-5.25, 21.10)


def test_zeros_in_a_perfect_frame_are_no_temperature() -> None:
    zeros = bytes.fromhex("66 66 01 04 00 00 00 00 00")
    assert Cjmcu90614Codec().feed(zeros, 1.0) == [Noise(zeros, NoiseReason.ZEROS)]


def test_commands_of_the_data_sheet() -> None:
    assert [Cjmcu90614Codec().encode(command).hex(" ") for command in CjmcuCommand] == [
        "66 66 01 56",
        "66 66 02 56",
        "66 66 11 56",
        "66 66 12 56",
        "66 66 13 56",
    ]
