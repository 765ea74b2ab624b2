"""The thermal array's codec against the manual's picture."""

from __future__ import annotations

import struct

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.gymcu90640 import (
    FRAME_BYTES,
    Gymcu90640Codec,
    ThermalArrayCommand,
)
from firmware_bridge.temperature_frame import ThermalFrame


def picture(pixels: list[int], ambient: int) -> bytes:
    body = b"\x5a\x5a\x02\x06" + struct.pack("<769h", *pixels, ambient)
    return body + struct.pack("<H", sum(struct.unpack("<771H", body)) & 0xFFFF)


RAMP = picture([2500 + i for i in range(768)], 3000)


def test_the_built_vector_has_the_manuals_bytes() -> None:
    assert RAMP[:8].hex(" ") == "5a 5a 02 06 c4 09 c5 09"
    assert RAMP[-2:].hex(" ") == "94 36"
    assert len(RAMP) == FRAME_BYTES == 1544


def test_the_ramp_is_read_row_by_row() -> None:
    (frame,) = Gymcu90640Codec().feed(RAMP, 4.0)
    assert frame == ThermalFrame(tuple(range(2500, 3268)), 30.0, 4.0)


def test_the_end_of_the_manuals_example() -> None:
    """``8D 0E D5 40``: 37.25 degrees and the sum 40D5; the pixels are made to fit."""
    pixels = [2500] * 768
    rest = 0x40D5 - (0x5A5A + 0x0602 + 2500 * 767 + 0x0E8D)
    pixels[-1] = (rest & 0xFFFF) - (0x10000 if rest & 0x8000 else 0)
    data = picture(pixels, 3725)
    assert data[-4:].hex(" ") == "8d 0e d5 40"
    (frame,) = Gymcu90640Codec().feed(data, 1.0)
    assert isinstance(frame, ThermalFrame) and frame.ambient_c == 37.25


def test_below_zero_is_signed() -> None:
    (frame,) = Gymcu90640Codec().feed(picture([-525] * 768, -100), 1.0)
    assert isinstance(frame, ThermalFrame)
    assert (frame.pixels_c100[0], frame.ambient_c) == (-525, -1.0)


def test_a_wrong_sum_is_no_picture_and_the_next_one_counts() -> None:
    found = Gymcu90640Codec().feed(RAMP[:-1] + b"\x37" + RAMP, 1.0)
    assert found[0] == Noise(RAMP[:-1] + b"\x37", NoiseReason.WRONG_CHECKSUM)
    assert isinstance(found[1], ThermalFrame)


def test_a_picture_of_zeros_is_a_dead_sensor() -> None:
    dead = picture([0] * 768, 3000)
    assert Gymcu90640Codec().feed(dead, 1.0) == [Noise(dead, NoiseReason.ZEROS)]


def test_a_header_among_the_pixels_hides_nothing() -> None:
    inside = picture([0x5A5A, 0x0602, *([2500] * 766)], 3000)
    found = Gymcu90640Codec().feed(inside[7:] + inside + RAMP, 1.0)
    assert [isinstance(item, ThermalFrame) for item in found] == [False, True, True]


def test_commands_of_the_manual() -> None:
    for command in ThermalArrayCommand:
        sent = Gymcu90640Codec().encode(command)
        assert sent[0] == 0xA5 and sum(sent[:3]) & 0xFF == sent[3]
    assert Gymcu90640Codec().encode(ThermalArrayCommand.RATE_4_HZ).hex(" ") == "a5 25 03 cd"
    assert Gymcu90640Codec().encode(ThermalArrayCommand.CONTINUOUS).hex(" ") == "a5 35 02 dc"
