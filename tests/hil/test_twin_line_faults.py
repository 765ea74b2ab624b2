"""The vocabulary, and what a bad line does to bytes."""

from __future__ import annotations

import pytest

from hil.faults import (
    MEANING,
    FaultWord,
    InstrumentKind,
    NotExpressible,
    SkinKind,
    expressible,
    fault_word,
    words_for,
)
from hil.twins.line_faults import LineFaults

SAID = bytes(range(200))


def carried(word: FaultWord, seed: int = 3) -> list[bytes]:
    faults = LineFaults(seed)
    faults.active.add(word)
    return [piece.data for piece in faults.carry(SAID)]


def test_every_word_has_one_sentence() -> None:
    for word in FaultWord:
        assert MEANING[word].endswith(".")
        assert MEANING[word].count(". ") == 0


@pytest.mark.parametrize("word", FaultWord)
def test_every_word_can_be_said_of_something(word: FaultWord) -> None:
    assert any(expressible(word, kind, skin) for kind in InstrumentKind for skin in SkinKind)


def test_a_thermometer_has_no_paper_and_a_port_no_name() -> None:
    words = words_for(InstrumentKind.THERMOMETER, SkinKind.TCP)
    assert FaultWord.PAPER_OUT not in words
    assert FaultWord.REPLUG_OTHER_NAME not in words
    with pytest.raises(NotExpressible, match=r"thermometer on tcp cannot .*'paper_out'.*silence"):
        fault_word("paper_out", InstrumentKind.THERMOMETER, SkinKind.TCP)
    with pytest.raises(NotExpressible, match="gremlins"):
        fault_word("gremlins", InstrumentKind.PRINTER, SkinKind.PTY)


def test_a_healthy_line_carries_everything_at_once() -> None:
    (piece,) = LineFaults(1).carry(SAID)
    assert (piece.data, piece.after_s) == (SAID, 0.0)
    assert LineFaults(1).carry(b"") == []


def test_silence_and_babble_carry_nothing() -> None:
    assert carried(FaultWord.SILENCE) == carried(FaultWord.BABBLE) == []


def test_one_byte_and_split_keep_every_byte_in_order() -> None:
    single, halves = carried(FaultWord.ONE_BYTE), carried(FaultWord.SPLIT)
    assert [len(piece) for piece in single] == [1] * len(SAID)
    assert len(halves) == 2
    assert b"".join(single) == b"".join(halves) == SAID


def test_lose_leaves_some_out_and_changes_none() -> None:
    (kept,) = carried(FaultWord.LOSE)
    assert 150 < len(kept) < 200
    assert sorted(set(kept)) == list(kept)


def test_corrupt_flips_single_bits_and_keeps_the_length() -> None:
    (wrong,) = carried(FaultWord.CORRUPT)
    flips = [(old ^ new).bit_count() for old, new in zip(SAID, wrong, strict=True)]
    assert set(flips) == {0, 1}
    assert 0 < sum(flips) < 40


@pytest.mark.parametrize("word", [FaultWord.LOSE, FaultWord.CORRUPT, FaultWord.SPLIT])
def test_the_same_seed_is_the_same_bad_luck(word: FaultWord) -> None:
    assert carried(word, 5) == carried(word, 5) != carried(word, 6)
