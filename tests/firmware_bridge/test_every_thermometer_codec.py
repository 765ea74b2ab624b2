"""What holds for every thermometer codec: any bytes, in any pieces, are frames or noise."""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.codec import Codec, Noise
from firmware_bridge.codecs.cjmcu90614 import Cjmcu90614Codec
from firmware_bridge.codecs.gd60914 import Gd60914Codec, Gd60914Command
from firmware_bridge.codecs.gy614v3 import Gy614V3Codec
from firmware_bridge.codecs.gy_mcu90615 import Gy90615Codec
from firmware_bridge.codecs.gymcu90640 import Gymcu90640Codec
from firmware_bridge.codecs.modbus_rtu import CALEX_PYRO_USB, ModbusCodec, crc16
from firmware_bridge.codecs.optris import AskNext, OptrisCodec
from firmware_bridge.codecs.text_lines import LINE_MAX_BYTES, TextLinesCodec

LATER_S = 1e9
PATTERN = re.compile(r"T=(?P<object>[0-9.]+)")


def picture() -> bytes:
    body = b"\x5a\x5a\x02\x06" + struct.pack("<769h", *range(2500, 3268), 3000)
    return body + struct.pack("<H", sum(struct.unpack("<771H", body)) & 0xFFFF)


def modbus_reply() -> bytes:
    body = bytes.fromhex("01 04 08 01 6E 01 6F 00 F1 00 00")
    return body + crc16(body).to_bytes(2, "little")


@dataclass(frozen=True)
class Wire:
    """``good`` is one frame; ``held`` is the most that may be kept between two calls."""

    make: Callable[[], Codec[Any]]
    good: bytes
    held: int
    question: object = None


WIRES = {
    "gy-mcu90615": Wire(Gy90615Codec, bytes.fromhex("5A5A45040E4E0AE144"), 8),
    "cjmcu-90614": Wire(Cjmcu90614Codec, bytes.fromhex("666601040E4E0AE147"), 8),
    "gymcu90640": Wire(Gymcu90640Codec, picture(), 1543),
    "gy-614v3": Wire(Gy614V3Codec, bytes.fromhex("A4030708610E4E0AE10E56C2"), 11),
    "modbus": Wire(lambda: ModbusCodec(CALEX_PYRO_USB), modbus_reply(), 12),
    "text-lines": Wire(lambda: TextLinesCodec(PATTERN), b"T=36.62\r\n", LINE_MAX_BYTES),
    "optris": Wire(OptrisCodec, b"", 6, AskNext()),
    "gd60914": Wire(Gd60914Codec, b"", 6, Gd60914Command.OBJECT),
}
FRAMED = {name: wire for name, wire in WIRES.items() if wire.good}

every = pytest.mark.parametrize("wire", WIRES.values(), ids=WIRES)
framed = pytest.mark.parametrize("wire", FRAMED.values(), ids=FRAMED)


def frames(found: list[Any]) -> list[Any]:
    return [item for item in found if not isinstance(item, Noise)]


def noise_bytes(found: list[Any]) -> int:
    return sum(len(item.data) for item in found if isinstance(item, Noise))


def fed(codec: Codec[Any], pieces: list[bytes]) -> list[Any]:
    return [item for piece in pieces for item in codec.feed(piece, 1.0)]


@framed
def test_one_frame_one_byte_at_a_time(wire: Wire) -> None:
    codec = wire.make()
    found = fed(codec, [bytes((byte,)) for byte in wire.good])
    assert len(frames(found)) == 1 and not noise_bytes(found)


@framed
def test_every_split_of_a_dirty_stream_gives_the_same(wire: Wire) -> None:
    torn, flipped = wire.good[: len(wire.good) // 2], bytearray(wire.good)
    flipped[len(flipped) // 2] ^= 0x80
    stream = b"\x00\xff\r\n" + wire.good + torn + b"\r\n" + wire.good + bytes(flipped) + wire.good
    whole = wire.make()
    expected = whole.feed(stream, 1.0)
    assert len(frames(expected)) >= 2
    noise = noise_bytes(expected + whole.expire(LATER_S))
    step = max(1, len(stream) // 120)  # every place in short streams, many in pictures
    for at in range(0, len(stream) + 1, step):
        codec = wire.make()
        found = fed(codec, [stream[:at], stream[at:]]) + codec.expire(LATER_S)
        assert frames(found) == frames(expected)
        assert noise_bytes(found) == noise


@framed
def test_a_lost_byte_costs_its_frame_only(wire: Wire) -> None:
    for lost in range(0, len(wire.good), max(1, len(wire.good) // 12)):
        torn = wire.good[:lost] + wire.good[lost + 1 :]
        found = wire.make().feed(wire.good + torn + wire.good + wire.good, 1.0)
        assert len(frames(found)) >= 3


@framed
def test_after_any_garbage_the_frames_come_back(wire: Wire) -> None:
    chance = random.Random(614)
    for _ in range(40):
        garbage = chance.randbytes(chance.randrange(1, 60))
        beginning = wire.good[: chance.randrange(len(wire.good))]
        found = wire.make().feed(garbage + beginning + wire.good * 3, 1.0)
        assert len(frames(found)) >= 2


@framed
def test_an_old_half_is_never_completed_by_new_bytes(wire: Wire) -> None:
    codec, half = wire.make(), len(wire.good) // 2
    codec.feed(wire.good[:half], 10.0)
    deadline_s = codec.deadline()
    assert deadline_s is not None and 10.0 < deadline_s < 11.0
    assert noise_bytes(codec.expire(deadline_s)) == half
    assert codec.deadline() is None
    assert not frames(codec.feed(wire.good[half:], 12.0))


@every
@settings(max_examples=40, deadline=None)
@given(
    stream=st.binary(max_size=200),
    cuts=st.lists(st.integers(0, 200), max_size=6),
    known=st.booleans(),
)
def test_no_byte_is_lost_or_made_up(
    wire: Wire, stream: bytes, cuts: list[int], known: bool
) -> None:
    stream = stream + wire.good[:40] if known else stream
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    codec = wire.make()
    found: list[Any] = []
    for start, end in pairwise(places):
        if wire.question is not None:
            codec.encode(wire.question)
        found += codec.feed(stream[start:end], 1.0)
    found += codec.expire(LATER_S)
    assert noise_bytes(found) <= len(stream)
    if not frames(found) and wire.question is None and b"\n" not in stream and b"\r" not in stream:
        assert noise_bytes(found) == len(stream)


@every
def test_a_flood_is_held_in_bounded_memory(wire: Wire) -> None:
    codec, chance = wire.make(), random.Random(7)
    for _ in range(3):
        for flood in (chance.randbytes(16_384), wire.good[:4] * 512, b"\x5a" * 4096, bytes(4096)):
            codec.feed(flood, 1.0)
            if wire.question is not None:
                codec.encode(wire.question)
        assert noise_bytes(codec.expire(LATER_S)) <= wire.held
