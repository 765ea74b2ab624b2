"""Whatever arrives, a reader's codec gives frames or noise, in bounded memory.

A few thousand inputs in the unit tier, a million in the slow one (about five seconds a codec).
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from firmware_bridge.codec import Codec, Noise
from firmware_bridge.codecs.ga450 import CardText, Ga450Codec, ReaderAnswer, ReaderCommand
from firmware_bridge.codecs.ga450_dialogue import Ask, CardDialogue, ReadLost
from firmware_bridge.codecs.gm65 import (
    READ_BACK,
    Gm65Codec,
    Heartbeat,
    ReadZone,
    ScanMode,
    ScannerAnswer,
    Trigger,
)
from firmware_bridge.codecs.keyboard_wedge import EV_KEY, EV_LED, EV_SYN, EVENT, KeyboardWedgeCodec
from firmware_bridge.codecs.newland import NewlandCodec, NewlandSetting, SettingAnswer
from firmware_bridge.codecs.scan_assembly import ScannedCode

MAX_STATE_BYTES = 8_000
"""Of a pickled codec: an unfinished card is 2.3 kB, an unfinished code 1.2 kB."""

PREAMBLE = bytes.fromhex("AAAAAA9669")
PIECES = (
    PREAMBLE,
    PREAMBLE + bytes.fromhex("0004000080 84"),
    PREAMBLE + bytes.fromhex("0508000090 0100 0400"),
    PREAMBLE + b"\x09\x0a",
    PREAMBLE + b"\xff\xff",
    bytes.fromhex("02000001003331"),
    bytes.fromhex("03000001003331"),
    bytes.fromhex("02000004"),
    b"\x02\x010000@",
    b"ABCDEF1\x06;\x03",
    b"NCS1.",
    b"\r",
)
EVENTS = (
    *(
        EVENT.pack(0, 0, EV_KEY, key, down)
        for key in (28, 30, 42, 56, 58, 82)
        for down in (0, 1, 2)
    ),
    EVENT.pack(0, 0, EV_SYN, 3, 0),
    EVENT.pack(0, 0, EV_LED, 1, 1),
)
ALLOWED = (ReaderAnswer, CardText, ReadLost, ScannerAnswer, SettingAnswer, ScannedCode, Noise)


@pytest.mark.parametrize("inputs", [3_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("make", "questions", "pieces", "garbage"),
    [
        (Ga450Codec, tuple(ReaderCommand), PIECES, 0.4),
        (CardDialogue, (Ask.WHAT_IS_DUE,), PIECES, 0.4),
        (Gm65Codec, (Trigger(), READ_BACK, Heartbeat(), ReadZone(0x2A, 255)), PIECES, 0.4),
        (lambda: Gm65Codec(mode=ScanMode.SENSE), (READ_BACK,), PIECES, 0.4),
        (NewlandCodec, (NewlandSetting("ABCDEF1"),), PIECES, 0.4),
        (KeyboardWedgeCodec, (), EVENTS, 0.01),  # the kernel tears no event
    ],
    ids=["ga450", "ga450-dialogue", "gm65", "gm65-set-up", "newland", "keyboard"],
)
def test_any_bytes_at_any_time(
    make: Callable[[], Codec[Any]],
    questions: Sequence[object],
    pieces: Sequence[bytes],
    garbage: float,
    inputs: int,
) -> None:
    chance, codec, now_s = random.Random(2022), make(), 0.0
    kinds: set[type] = set()
    for turn in range(inputs):
        now_s += chance.choice((0.0, 0.001, 0.01, 0.1, 0.6))
        if questions and chance.random() < 0.3:
            codec.encode(chance.choice(questions))
        data = b"".join(
            chance.randbytes(chance.randrange(24))
            if chance.random() < garbage
            else chance.choice(pieces)
            for _ in range(chance.randrange(1, 5))
        )
        found = codec.feed(data, now_s)
        if chance.random() < 0.5:
            found += codec.expire(now_s)
        assert all(isinstance(item, ALLOWED) for item in found)
        assert all(item.data for item in found if isinstance(item, Noise))
        kinds.update(map(type, found))
        if turn % 500 == 0:
            assert len(pickle.dumps(vars(codec))) < MAX_STATE_BYTES
    assert len(kinds) >= 2  # the inputs were not all noise
