"""ESC ! ?: literal bytes of the GP-2120T manual; any byte is a status, so only an asked one is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.tspl_status import (
    ALONE_S,
    PATIENCE_S,
    TsplQuery,
    TsplStatus,
    TsplStatusCodec,
)


def asked() -> TsplStatusCodec:
    codec = TsplStatusCodec()
    assert codec.encode(TsplQuery()) == bytes.fromhex("1B213F")
    assert codec.deadline() == 0.0
    assert codec.expire(10.0) == []
    return codec


@pytest.mark.parametrize(
    ("byte", "bits"),
    [
        (0x00, set()),
        (0x01, {"head_open", "cover_open"}),
        (0x02, {"paper_jam"}),
        (0x04, {"paper_end"}),
        (0x08, {"ribbon_end"}),
        (0x10, {"on_pause"}),
        (0x20, {"printing"}),
        (0x40, {"cover_open"}),
        (0x80, {"too_hot"}),
        (0x05, {"head_open", "cover_open", "paper_end"}),
    ],
)
def test_every_bit_of_the_manual(byte: int, bits: set[str]) -> None:
    codec = asked()
    assert codec.feed(bytes((byte,)), 10.1) == []
    assert codec.deadline() == 10.1 + ALONE_S
    (status,) = codec.expire(10.1 + ALONE_S)
    assert status == TsplStatus(byte, 10.1)
    names = [name for name in dir(TsplStatus) if not name.startswith("_")]
    told = {name for name in names if getattr(status, name) is True}
    assert told == bits
    assert codec.deadline() is None


def test_a_byte_that_nobody_asked_for_is_noise() -> None:
    assert TsplStatusCodec().feed(b"\x00", 1.0) == [Noise(b"\x00", NoiseReason.UNASKED)]
    codec = asked()
    codec.feed(b"\x00", 10.1)
    assert codec.feed(b"\x20", 10.2) == [
        TsplStatus(0x00, 10.1),
        Noise(b"\x20", NoiseReason.UNASKED),
    ]


@pytest.mark.parametrize("pieces", [[b"\x12\x16"], [b"\x12", b"\x16"]])
def test_two_bytes_to_one_question_are_noise_in_any_chunking(pieces: list[bytes]) -> None:
    """An ESC/POS printer, or another device: its bytes come in company."""
    codec = asked()
    found = [item for piece in pieces for item in codec.feed(piece, 10.1)]
    assert found == [Noise(b"\x12\x16", NoiseReason.NOT_A_FRAME)]
    assert codec.expire(11.0) == []


def test_an_answer_that_comes_too_late_is_not_believed() -> None:
    codec = asked()
    assert codec.deadline() == 10.0 + PATIENCE_S
    assert codec.expire(10.0 + PATIENCE_S) == []
    assert codec.deadline() is None
    assert codec.feed(b"\x00", 10.6) == [Noise(b"\x00", NoiseReason.UNASKED)]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.binary(max_size=6), st.booleans(), st.floats(0, 0.3))))
def test_any_bytes_give_statuses_or_noise_and_none_is_lost(
    turns: list[tuple[bytes, bool, float]],
) -> None:
    codec, now_s, questions, heard = TsplStatusCodec(), 0.0, 0, b""
    found: list[TsplStatus | Noise] = []
    for data, ask, wait_s in turns:
        now_s += wait_s
        if ask:
            codec.encode(TsplQuery())
            questions += 1
        heard += data
        found += codec.feed(data, now_s)
    found += codec.expire(now_s + 1.0)
    statuses = [item for item in found if isinstance(item, TsplStatus)]
    assert len(statuses) <= questions
    told = b"".join(i.data if isinstance(i, Noise) else bytes((i.raw,)) for i in found)
    assert told == heard
