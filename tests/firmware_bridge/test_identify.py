"""A device on the wrong port is named by its own frames, and noise is nobody's."""

from __future__ import annotations

import random

import pytest

from firmware_bridge.identify import PROVING, protocol_in

GY = bytes.fromhex("5A5A45040C780D19A7")
CJMCU = bytes.fromhex("666601040A830A831A")
CARD_READER = bytes.fromhex("AAAAAA9669000800009F0000000097")


@pytest.mark.parametrize(
    ("frame", "name"), [(GY, "gy-mcu90615"), (CJMCU, "cjmcu-90614"), (CARD_READER, "ga450")]
)
def test_two_frames_of_the_manual_name_their_protocol(frame: bytes, name: str) -> None:
    assert protocol_in(b"\x07" + frame * 2 + frame[:3]) == name
    assert protocol_in(frame) == "", "one frame may be chance"
    broken = frame[:-1] + bytes([frame[-1] ^ 1])
    assert protocol_in(broken * 4) == ""


def test_noise_is_nobodys() -> None:
    draw = random.Random(7)
    assert {protocol_in(draw.randbytes(64)) for _ in range(2_000)} == {""}
    assert protocol_in(b"") == protocol_in(bytes(64)) == ""


def test_every_protocol_on_the_list_makes_a_codec() -> None:
    for make_codec in PROVING.values():
        assert make_codec().feed(b"", 0.0) == []
