"""The ID-card reader's codec against the bytes of the manual, and against everything else."""

from __future__ import annotations

import hashlib
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.ga450 import (
    FRAME_PATIENCE_S,
    MAX_LENGTH,
    CardText,
    Ga450Codec,
    ReaderAnswer,
    ReaderCommand,
)

PREAMBLE = "AA AA AA 96 69 "
FIND_OK = bytes.fromhex(PREAMBLE + "00 08 00 00 9F 00 00 00 00 97")
SELECT_OK = bytes.fromhex(PREAMBLE + "00 0C 00 00 90 00 00 00 00 00 00 00 00 9C")
NO_CARD = bytes.fromhex(PREAMBLE + "00 04 00 00 80 84")
SELECT_FAILED = bytes.fromhex(PREAMBLE + "00 04 00 00 81 85")
READ_FAILED = bytes.fromhex(PREAMBLE + "00 04 00 00 41 45")
WRONG_CHECKSUM = bytes.fromhex(PREAMBLE + "00 04 00 00 10 14")
NO_ADDRESS = bytes.fromhex(PREAMBLE + "00 04 00 00 91 95")
SAM_ID = bytes.fromhex(
    PREAMBLE + "00 14 00 00 90 05 00 01 00 D5 AF 34 01 87 D6 12 00 B1 68 DE 3A B1"
)

Found = list[ReaderAnswer | CardText | Noise]


def frame(body: bytes) -> bytes:
    """Preamble, length and checksum around an answer, by the manual's table."""
    counted = (len(body) + 1).to_bytes(2, "big") + body
    check = 0
    for byte in counted:
        check ^= byte
    return bytes.fromhex(PREAMBLE) + counted + bytes((check,))


def card(text: bytes, photo: bytes = bytes(1024)) -> bytes:
    sizes = len(text).to_bytes(2, "big") + len(photo).to_bytes(2, "big")
    return frame(b"\x00\x00\x90" + sizes + text + photo)


def text_block(**fields: tuple[int, str]) -> bytes:
    """256 bytes of spaces with ``fields`` (offset, text) in them."""
    block = bytearray(" ".encode("utf-16-le") * 128)
    for offset, text in fields.values():
        raw = text.encode("utf-16-le")
        block[offset : offset + len(raw)] = raw
    return bytes(block)


RESIDENT = text_block(
    name=(0, "测试甲"),
    sex=(30, "1"),
    ethnic=(32, "01"),
    birth=(36, "19900307"),
    address=(52, "某市某区测试路1号"),
    number=(122, "110101199003071233"),
    issuer=(158, "某市公安局"),
    valid_from=(188, "20200101"),
    valid_to=(204, "长期"),
)


def statuses(found: Found) -> list[int | str]:
    return [
        item.status if isinstance(item, ReaderAnswer) else "card"
        for item in found
        if not isinstance(item, Noise)
    ]


def noise(found: Found) -> bytes:
    return b"".join(item.data for item in found if isinstance(item, Noise))


def test_the_questions_of_the_manual() -> None:
    sent = {command: Ga450Codec().encode(command).hex(" ") for command in ReaderCommand}
    assert sent == {
        ReaderCommand.STATUS: "aa aa aa 96 69 00 03 11 ff ed",
        ReaderCommand.SAM_ID: "aa aa aa 96 69 00 03 12 ff ee",
        ReaderCommand.FIND: "aa aa aa 96 69 00 03 20 01 22",
        ReaderCommand.SELECT: "aa aa aa 96 69 00 03 20 02 21",
        ReaderCommand.READ: "aa aa aa 96 69 00 03 30 01 32",
    }


@pytest.mark.parametrize(
    ("data", "status", "meaning"),
    [
        (FIND_OK, 0x9F, "a card is there"),
        (SELECT_OK, 0x90, "done"),
        (NO_CARD, 0x80, "no card, or it was read and not lifted"),
        (SELECT_FAILED, 0x81, "selecting the card failed"),
        (READ_FAILED, 0x41, "reading failed"),
        (WRONG_CHECKSUM, 0x10, "the question had a wrong checksum"),
        (NO_ADDRESS, 0x91, "the card has no such content"),
        (frame(b"\x00\x00\x77"), 0x77, "unknown status"),
    ],
)
def test_answers_of_the_manual(data: bytes, status: int, meaning: str) -> None:
    assert Ga450Codec().feed(data, 2.5) == [ReaderAnswer(status, meaning, "", 2.5)]


def test_the_id_of_the_security_module() -> None:
    (answer,) = Ga450Codec().feed(SAM_ID, 1.0)
    assert isinstance(answer, ReaderAnswer)
    assert answer.sam_id == "05.01-20230101-001234567-987654321"


def test_the_published_card_is_rebuilt_to_the_last_byte_and_read() -> None:
    published = card(RESIDENT)
    assert len(published) == 1295
    assert published[5:7].hex() == "0508" and published[-1] == 0xA4
    assert hashlib.sha256(published).hexdigest().startswith("42786135b67139b5")
    assert Ga450Codec().feed(published, 1.0) == [CardText(RESIDENT, 1.0)]


def test_fingerprints_are_skipped_as_the_photo_is() -> None:
    photo, fingers = b"\x11" * 1024, b"\x22" * 1024
    sizes = bytes.fromhex("0100 0400 0400")
    answer = frame(b"\x00\x00\x90" + sizes + RESIDENT + photo + fingers)
    assert len(answer) == 2321
    assert Ga450Codec().feed(answer, 1.0) == [CardText(RESIDENT, 1.0)]


def test_nothing_of_a_photo_stays_in_the_codec_and_a_card_prints_masked() -> None:
    codec = Ga450Codec()
    (found,) = codec.feed(card(RESIDENT, b"\xd7\x1f" * 512), 1.0)
    assert repr(found) == "CardText(***)"
    assert codec._unfinished.join(b"") == b""
    assert b"\xd7\x1f" not in found.text


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\x00\x90" + bytes.fromhex("0100 0400") + RESIDENT + bytes(1023),
        b"\x00\x00\x90" + bytes.fromhex("0102 0400") + RESIDENT + bytes(1026),
        b"\x00\x00\x90" + bytes(1284),
        b"\x01\x00\x90",
    ],
)
def test_an_answer_that_does_not_add_up_is_noise(body: bytes) -> None:
    data = frame(body)
    found = Ga450Codec().feed(data + NO_CARD, 1.0)
    assert statuses(found) == [0x80]
    assert found[0] == Noise(data, NoiseReason.OTHER_LAYOUT)


STREAM = b"\xaa\xaa\x00" + FIND_OK + SELECT_OK + card(RESIDENT) + NO_CARD


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 500])
def test_every_chunking_gives_the_same(size: int) -> None:
    codec = Ga450Codec()
    found = [
        item
        for at in range(0, len(STREAM), size)
        for item in codec.feed(STREAM[at : at + size], 1.0)
    ]
    assert statuses(found) == [0x9F, 0x90, "card", 0x80]
    assert noise(found) == b"\xaa\xaa\x00"


@pytest.mark.parametrize("cut", range(1, len(FIND_OK)))
def test_every_place_of_a_cut(cut: int) -> None:
    codec = Ga450Codec()
    assert statuses(codec.feed(FIND_OK[:cut], 1.0) + codec.feed(FIND_OK[cut:], 1.0)) == [0x9F]
    # The same beginning, never finished, does not hide the answer behind it for longer than a
    # question: with a false length inside, it takes the next question to drop it.
    codec = Ga450Codec()
    codec.feed(FIND_OK[:cut], 1.0)
    codec.encode(ReaderCommand.FIND)
    assert statuses(codec.feed(NO_CARD, 1.1)) == [0x80]


@pytest.mark.parametrize("bit", range(40, len(SELECT_OK) * 8))
def test_every_flipped_bit_behind_the_preamble_costs_the_answer(bit: int) -> None:
    flipped = bytearray(SELECT_OK)
    flipped[bit // 8] ^= 1 << bit % 8
    codec = Ga450Codec()
    found = codec.feed(bytes(flipped), 1.0)
    codec.encode(ReaderCommand.FIND)
    found += codec.feed(NO_CARD, 1.1)
    assert statuses(found)[-1] == 0x80
    assert 0x90 not in statuses(found)


@pytest.mark.parametrize("length", ["0000", "0003", "090B", "FFFF"])
def test_a_hostile_length_is_no_frame(length: str) -> None:
    lie = bytes.fromhex(PREAMBLE + length)
    assert statuses(Ga450Codec().feed(lie + NO_CARD, 1.0)) == [0x80]


def test_the_echo_of_a_question_is_noise() -> None:
    echo = Ga450Codec().encode(ReaderCommand.FIND)
    found = Ga450Codec().feed(echo + FIND_OK, 1.0)
    assert (statuses(found), noise(found)) == ([0x9F], echo)


def test_a_frame_that_stops_is_noise_when_its_time_is_over() -> None:
    codec = Ga450Codec()
    codec.feed(FIND_OK[:9], 10.0)
    assert codec.deadline() == 10.0 + FRAME_PATIENCE_S
    assert codec.expire(10.2) == []
    assert codec.expire(10.3) == [Noise(FIND_OK[:9], NoiseReason.CUT_SHORT)]
    assert codec.deadline() is None


def test_zeros_are_zeros() -> None:
    assert Ga450Codec().feed(bytes(99), 1.0) == [Noise(bytes(99), NoiseReason.ZEROS)]


PART = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([FIND_OK, NO_CARD, SELECT_OK[:9], bytes.fromhex(PREAMBLE), SAM_ID]),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(PART, max_size=8), st.lists(st.integers(0, 120), max_size=8))
def test_any_bytes_in_any_pieces_lose_nothing(parts: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(parts)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    codec, whole = Ga450Codec(), Ga450Codec()
    found = [item for a, b in pairwise(places) for item in codec.feed(stream[a:b], 1.0)]
    at_once = whole.feed(stream, 1.0)
    assert statuses(found) == statuses(at_once)
    assert noise(found + codec.expire(9.0)) == noise(at_once + whole.expire(9.0))


def test_garbage_is_held_in_bounded_memory_and_the_answers_come_back() -> None:
    chance = random.Random(450)
    codec = Ga450Codec()
    for _ in range(10):
        codec.feed(chance.randbytes(65_536), 1.0)
        codec.feed(bytes.fromhex(PREAMBLE + "0900") * 500, 1.0)
        held = codec.expire(1e9)
        assert len(noise(held)) < MAX_LENGTH + 7
    assert statuses(codec.feed(NO_CARD, 2.0)) == [0x80]
