"""A million inputs for every protocol of the wire tools: frames or noise, in bounded memory."""

from __future__ import annotations

import random
import sys
from typing import Any

import msgspec
import pytest

from firmware_bridge.codec import Codec, Noise
from kiosk.technician.wire_protocols import PROTOCOLS, WireProtocol

INPUTS = 1_000_000
HELD_AT_MOST = 4096
# What each protocol's frames and questions begin with, so that the fuzz comes past the first byte.
PIECES = tuple(
    bytes.fromhex(piece)
    for piece in (
        "5A5A45040E4E0AE144",
        "5A5A4504",
        "666601040E4E0AE147",
        "66660104",
        "5A5A0206",
        "0556",
        "04D3",
        "010408016E016F00F10000EE2C",
        "010408",
        "0183",
        "A4030708610E4E0AE10E56C2",
        "A4030708",
        "543D33362E3632430D0A",
        "20202020333636",
        "12121212",
        "3722303030310000",
        "1800",
        "7E00",
        "02000001",
    )
)
QUESTIONS = tuple(
    bytes.fromhex(piece) for piece in ("01", "02", "04", "AA", "A515BA", "100401", "1D4941")
)


def one_input(chance: random.Random) -> bytes:
    """Few bytes, often of a real frame, sometimes flipped, sometimes a flood."""
    draw = chance.random()
    if draw < 0.5:
        piece = bytearray(chance.choice(PIECES))
        if draw < 0.15:
            piece[chance.randrange(len(piece))] ^= 1 << chance.randrange(8)
        return bytes(piece[: chance.randrange(len(piece) + 1)] if draw < 0.3 else piece)
    if draw < 0.999:
        return chance.randbytes(chance.randrange(12))
    return chance.choice(PIECES) * chance.randrange(800)


def fuzz(protocol: WireProtocol, inputs: int, seed: int) -> None:
    chance = random.Random(seed)
    codec: Codec[Any] = protocol.make_codec()
    now_s = 0.0
    fed = told = 0
    for number in range(inputs):
        now_s += chance.choice((0.0, 0.001, 0.02, 0.3))
        if chance.random() < 0.2:
            protocol.note_question(codec, chance.choice(QUESTIONS))
        data = one_input(chance)
        fed += len(data)
        found = codec.feed(data, now_s)
        deadline_s = codec.deadline()
        if deadline_s is not None and deadline_s <= now_s:
            found += codec.expire(now_s)
        for item in found:
            assert isinstance(item, msgspec.Struct)
            if isinstance(item, Noise):
                assert item.data
                told += len(item.data)
        assert told <= fed, f"input {number} of seed {seed} made up bytes"
        if number % 10_000 == 0:
            assert size_of(codec) < HELD_AT_MOST * 4
    rest = [item for item in codec.expire(now_s + 1e6) if isinstance(item, Noise)]
    assert sum(len(item.data) for item in rest) <= HELD_AT_MOST


def size_of(thing: object, depth: int = 4) -> int:
    """Bytes that a codec holds in its buffers and lists, roughly."""
    if isinstance(thing, bytes | bytearray | str):
        return sys.getsizeof(thing)
    if isinstance(thing, list | tuple | dict | set) or hasattr(thing, "popleft"):
        inner = list(thing.values()) if isinstance(thing, dict) else list(thing)  # type: ignore[call-overload]
        return sys.getsizeof(thing) + sum(size_of(one, depth) for one in inner)
    if depth == 0:
        return 0
    names = list(getattr(thing, "__dict__", {})) + list(getattr(type(thing), "__slots__", ()))
    return sum(size_of(getattr(thing, name, None), depth - 1) for name in names)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_taste_of_the_fuzz(name: str) -> None:
    fuzz(PROTOCOLS[name], 600, seed=3)


@pytest.mark.slow
@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_million_inputs_are_frames_or_noise(name: str) -> None:
    fuzz(PROTOCOLS[name], INPUTS, seed=1)
