"""The thermometer codec against the bytes of the manual, and against everything else."""

from __future__ import annotations

import random
import struct
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.gy_mcu90615 import FRAME_PATIENCE_S, Gy90615Codec, ThermometerCommand
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame

PUBLISHED = bytes.fromhex("5A 5A 45 04 0C 78 0D 19 A7")
FOREHEAD = bytes.fromhex("5A 5A 45 04 0E 4E 0A E1 44")
BELOW_ZERO = bytes.fromhex("5A 5A 45 04 FD F3 08 3E 33")
BAD_SUM = bytes.fromhex("5A 5A 45 04 0E 4E 0A E1 45")
ZEROS = bytes.fromhex("5A 5A 45 04 00 00 00 00 FD")


def wire(object_raw: int, ambient_raw: int) -> bytes:
    body = struct.pack(">BBBBhh", 0x5A, 0x5A, 0x45, 4, object_raw, ambient_raw)
    return body + bytes((sum(body) % 256,))


def celsius(found: list[TemperatureFrame | Noise]) -> list[tuple[float, float]]:
    return [(f.object_c, f.ambient_c) for f in found if isinstance(f, TemperatureFrame)]


def again_as_bytes(found: list[TemperatureFrame | Noise]) -> bytes:
    """What the codec says it saw, as wire bytes: nothing may be lost, added or moved."""
    return b"".join(
        item.data
        if isinstance(item, Noise)
        else wire(round(item.object_c * 100), round(item.ambient_c * 100))
        for item in found
    )


def feed_in_pieces(codec: Gy90615Codec, pieces: list[bytes]) -> list[TemperatureFrame | Noise]:
    return [item for piece in pieces for item in codec.feed(piece, 1.0)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [(PUBLISHED, (31.92, 33.53)), (FOREHEAD, (36.62, 27.85)), (BELOW_ZERO, (-5.25, 21.10))],
)
def test_frames_of_the_manual(data: bytes, expected: tuple[float, float]) -> None:
    assert Gy90615Codec().feed(data, 7.5) == [
        TemperatureFrame(*expected, at_s=7.5, mode=MeasuringMode.CONTINUOUS)
    ]


def test_commands_of_the_manual() -> None:
    sent = {command: Gy90615Codec().encode(command).hex(" ") for command in ThermometerCommand}
    assert sent == {
        ThermometerCommand.CONTINUOUS: "a5 45 ea",
        ThermometerCommand.QUERY: "a5 15 ba",
        ThermometerCommand.BAUD_9600: "a5 ae 53",
        ThermometerCommand.BAUD_115200: "a5 af 54",
        ThermometerCommand.AUTO_SEND_ON: "a5 51 f6",
        ThermometerCommand.AUTO_SEND_OFF: "a5 52 f7",
    }


def test_a_wrong_checksum_is_noise_and_the_next_frame_counts() -> None:
    found = Gy90615Codec().feed(BAD_SUM + FOREHEAD, 1.0)
    assert found[0] == Noise(BAD_SUM, NoiseReason.WRONG_CHECKSUM)
    assert celsius(found) == [(36.62, 27.85)]


def test_a_perfect_frame_of_zeros_is_never_a_temperature() -> None:
    assert Gy90615Codec().feed(ZEROS, 1.0) == [Noise(ZEROS, NoiseReason.ZEROS)]


def test_a_wire_of_zeros_is_noise() -> None:
    assert Gy90615Codec().feed(bytes(900), 1.0) == [Noise(bytes(900), NoiseReason.ZEROS)]


def test_zero_object_beside_a_living_ambient_is_a_temperature() -> None:
    assert celsius(Gy90615Codec().feed(wire(0, 2110), 1.0)) == [(0.0, 21.1)]


@pytest.mark.parametrize(
    "reply", ["5A 5A 45 06 01 02 03 04 05 06 14", "5A 5A 45 05 0E 4E 0A E1 45 00"]
)
def test_frames_of_other_products_are_refused_as_another_layout(reply: str) -> None:
    data = bytes.fromhex(reply)
    assert Gy90615Codec().feed(data, 1.0) == [Noise(data, NoiseReason.OTHER_LAYOUT)]


def test_the_echo_of_a_command_is_noise() -> None:
    echo = Gy90615Codec().encode(ThermometerCommand.CONTINUOUS)
    assert celsius(Gy90615Codec().feed(echo + FOREHEAD, 1.0)) == [(36.62, 27.85)]


def test_a_header_inside_the_values_is_legal() -> None:
    inside = wire(0x5A5A, 0x4504)
    assert celsius(Gy90615Codec().feed(inside + inside, 1.0)) == [(231.30, 176.68)] * 2


@pytest.mark.parametrize("lost", range(9))
def test_one_lost_byte_costs_one_frame_only(lost: int) -> None:
    torn = FOREHEAD[:lost] + FOREHEAD[lost + 1 :]
    assert celsius(Gy90615Codec().feed(torn + PUBLISHED + BELOW_ZERO, 1.0)) == [
        (31.92, 33.53),
        (-5.25, 21.10),
    ]


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_false_beginning_does_not_hide_the_frame_behind_it(cut: int) -> None:
    assert celsius(Gy90615Codec().feed(PUBLISHED[:cut] + FOREHEAD, 1.0)) == [(36.62, 27.85)]


@pytest.mark.parametrize("bit", range(72))
def test_every_single_flipped_bit_is_found(bit: int) -> None:
    flipped = bytearray(FOREHEAD)
    flipped[bit // 8] ^= 1 << bit % 8
    codec = Gy90615Codec()
    assert celsius(codec.feed(bytes(flipped) + PUBLISHED, 1.0)) == [(31.92, 33.53)]


STREAM = b"\x00\xff" + PUBLISHED + BAD_SUM + b"\x5a" + FOREHEAD + PUBLISHED[:5] + BELOW_ZERO


@pytest.mark.parametrize("position", range(len(STREAM) + 1))
def test_every_split_position_gives_the_same_frames(position: int) -> None:
    found = feed_in_pieces(Gy90615Codec(), [STREAM[:position], STREAM[position:]])
    assert celsius(found) == [(31.92, 33.53), (36.62, 27.85), (-5.25, 21.10)]
    assert again_as_bytes(found) == STREAM


def test_one_byte_at_a_time() -> None:
    found = feed_in_pieces(Gy90615Codec(), [bytes((byte,)) for byte in STREAM])
    assert celsius(found) == [(31.92, 33.53), (36.62, 27.85), (-5.25, 21.10)]


RAW = st.integers(-32768, 32767)
PART = st.one_of(
    st.tuples(RAW, RAW).map(lambda values: wire(*values)),
    st.binary(max_size=12),
    st.sampled_from([PUBLISHED[:4], b"\x5a", BAD_SUM, ZEROS]),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(PART, max_size=8), st.lists(st.integers(0, 80), max_size=8))
def test_any_bytes_in_any_pieces_are_frames_or_noise_and_none_is_lost(
    parts: list[bytes], cuts: list[int]
) -> None:
    stream = b"".join(parts)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[a:b] for a, b in pairwise(places)]
    codec, whole = Gy90615Codec(), Gy90615Codec()
    found = feed_in_pieces(codec, pieces)
    at_once = whole.feed(stream, 1.0)
    assert celsius(found) == celsius(at_once)
    assert again_as_bytes(found + codec.expire(9.0)) == stream
    assert again_as_bytes(at_once + whole.expire(9.0)) == stream


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(RAW, RAW).filter(any), min_size=1, max_size=6))
def test_every_signed_value_survives(values: list[tuple[int, int]]) -> None:
    found = Gy90615Codec().feed(b"".join(wire(*pair) for pair in values), 1.0)
    assert celsius(found) == [(a / 100, b / 100) for a, b in values]


def test_after_any_garbage_the_frames_come_back() -> None:
    chance = random.Random(90615)
    for _ in range(200):
        garbage = chance.randbytes(chance.randrange(1, 60))
        found = Gy90615Codec().feed(garbage + FOREHEAD * 3, 1.0)
        assert celsius(found)[-2:] == [(36.62, 27.85)] * 2


def test_a_noise_flood_is_held_in_eight_bytes() -> None:
    codec, chance = Gy90615Codec(), random.Random(7)
    for _ in range(16):
        codec.feed(chance.randbytes(65_536), 1.0)
        codec.feed(b"\x5a" * 4096, 1.0)
        held = codec.expire(1e9)
        assert sum(len(item.data) for item in held if isinstance(item, Noise)) <= 8


def test_half_a_frame_becomes_noise_when_its_time_is_over() -> None:
    codec = Gy90615Codec()
    assert codec.deadline() is None
    assert codec.feed(FOREHEAD[:5], 10.0) == []
    assert codec.deadline() == 10.0 + FRAME_PATIENCE_S
    assert codec.expire(10.0 + FRAME_PATIENCE_S / 2) == []
    assert codec.expire(10.0 + FRAME_PATIENCE_S) == [Noise(FOREHEAD[:5], NoiseReason.CUT_SHORT)]
    assert codec.deadline() is None


def test_an_old_half_is_never_completed_by_new_bytes() -> None:
    codec = Gy90615Codec()
    codec.feed(FOREHEAD[:5], 10.0)
    assert celsius(codec.feed(FOREHEAD[5:], 11.0)) == []


def test_only_the_answer_to_a_query_is_polled() -> None:
    codec = Gy90615Codec()
    codec.encode(ThermometerCommand.QUERY)
    found = codec.feed(FOREHEAD + FOREHEAD, 1.0)
    assert [f.mode for f in found if isinstance(f, TemperatureFrame)] == [
        MeasuringMode.POLLED,
        MeasuringMode.CONTINUOUS,
    ]


def test_going_continuous_forgets_an_unanswered_query() -> None:
    codec = Gy90615Codec()
    codec.encode(ThermometerCommand.QUERY)
    codec.encode(ThermometerCommand.CONTINUOUS)
    (frame,) = codec.feed(FOREHEAD, 1.0)
    assert isinstance(frame, TemperatureFrame)
    assert frame.mode is MeasuringMode.CONTINUOUS
