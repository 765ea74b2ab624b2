"""The fault vocabulary: words for what goes wrong at an instrument, and who can express them.

Owns the words and their meaning. Must not know how a skin or a model makes a fault happen.
"""

from __future__ import annotations

from enum import StrEnum


class FaultWord(StrEnum):
    SILENCE = "silence"
    DROP_LINK = "drop_link"
    REPLUG_OTHER_NAME = "replug_other_name"
    ONE_BYTE = "one_byte"
    LOSE = "lose"
    CORRUPT = "corrupt"
    SPLIT = "split"
    BABBLE = "babble"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    SLOW = "slow"
    STUCK_BUSY = "stuck_busy"
    HALF_LABEL = "half_label"
    CUT_JAM = "cut_jam"
    STALE_READING = "stale_reading"
    WRONG_UNIT = "wrong_unit"


class InstrumentKind(StrEnum):
    THERMOMETER = "thermometer"
    PRINTER = "printer"
    CAMERA = "camera"
    SCANNER = "scanner"
    ID_CARD_READER = "id-card-reader"


class SkinKind(StrEnum):
    PTY = "pty"
    TCP = "tcp"
    MEMORY = "memory"


MEANING: dict[FaultWord, str] = {
    FaultWord.SILENCE: "The instrument stays connected, hears nothing and says nothing.",
    FaultWord.DROP_LINK: "The cable is out: the port is gone until the fault heals.",
    FaultWord.REPLUG_OTHER_NAME: (
        "The cable was out for a moment and the instrument is back as another device node."
    ),
    FaultWord.ONE_BYTE: "What the instrument says arrives one byte at a time.",
    FaultWord.LOSE: "Some bytes (of a camera: frames) from the instrument never arrive.",
    FaultWord.CORRUPT: (
        "Some bits (of a camera: bands of the picture) from the instrument arrive wrong."
    ),
    FaultWord.SPLIT: "What the instrument says arrives in two parts with a pause between them.",
    FaultWord.BABBLE: "Random bytes arrive without end instead of what the instrument says.",
    FaultWord.PAPER_OUT: "The roll is used up; the printer is offline until paper is loaded.",
    FaultWord.COVER_OPEN: "The cover stands open; the printer is offline until it is closed.",
    FaultWord.SLOW: "The printer takes twelve times as long for everything and reports nothing.",
    FaultWord.STUCK_BUSY: (
        "The printer takes labels and answers that it is well, but nothing moves in it."
    ),
    FaultWord.HALF_LABEL: (
        "The printer's power dips in each label: half comes out, the rest is forgotten."
    ),
    FaultWord.CUT_JAM: "The cutter is jammed; the printer is offline until it is freed.",
    FaultWord.STALE_READING: "The sensor hangs: the last value is said again and again.",
    FaultWord.WRONG_UNIT: "The instrument says degrees Fahrenheit where Celsius is expected.",
}

MOMENTARY = frozenset({FaultWord.REPLUG_OTHER_NAME})
"""Faults that are over as soon as they have happened: nothing to heal."""

_SERIAL = frozenset({SkinKind.PTY, SkinKind.TCP})
_EVERYWHERE = frozenset(SkinKind)
_ON_THE_WIRE = frozenset(InstrumentKind) - {InstrumentKind.CAMERA}
_ANY = frozenset(InstrumentKind)
_PRINTER = frozenset({InstrumentKind.PRINTER})
_THERMOMETER = frozenset({InstrumentKind.THERMOMETER})

_WHERE: dict[FaultWord, tuple[frozenset[InstrumentKind], frozenset[SkinKind]]] = {
    FaultWord.SILENCE: (_ANY, _EVERYWHERE),
    FaultWord.DROP_LINK: (_ANY, _EVERYWHERE),
    # A TCP port has no device node that could change its name.
    FaultWord.REPLUG_OTHER_NAME: (_ANY, frozenset({SkinKind.PTY, SkinKind.MEMORY})),
    FaultWord.ONE_BYTE: (_ON_THE_WIRE, _SERIAL),
    FaultWord.LOSE: (_ANY, _EVERYWHERE),
    FaultWord.CORRUPT: (_ANY, _EVERYWHERE),
    FaultWord.SPLIT: (_ON_THE_WIRE, _SERIAL),
    FaultWord.BABBLE: (_ON_THE_WIRE, _SERIAL),
    FaultWord.PAPER_OUT: (_PRINTER, _SERIAL),
    FaultWord.COVER_OPEN: (_PRINTER, _SERIAL),
    FaultWord.SLOW: (_PRINTER, _SERIAL),
    FaultWord.STUCK_BUSY: (_PRINTER, _SERIAL),
    FaultWord.HALF_LABEL: (_PRINTER, _SERIAL),
    FaultWord.CUT_JAM: (_PRINTER, _SERIAL),
    FaultWord.STALE_READING: (_THERMOMETER, _SERIAL),
    FaultWord.WRONG_UNIT: (_THERMOMETER, _SERIAL),
}


class NotExpressible(ValueError):
    """This instrument on this skin cannot have this fault."""


def expressible(word: FaultWord, instrument: InstrumentKind, skin: SkinKind) -> bool:
    instruments, skins = _WHERE[word]
    return instrument in instruments and skin in skins


def words_for(instrument: InstrumentKind, skin: SkinKind) -> tuple[FaultWord, ...]:
    """The faults of ``instrument`` on ``skin`` in the order of the vocabulary."""
    return tuple(word for word in FaultWord if expressible(word, instrument, skin))


def fault_word(word: str, instrument: InstrumentKind, skin: SkinKind) -> FaultWord:
    """``word`` as a fault of this instrument; raises `NotExpressible` naming those it can have."""
    allowed = words_for(instrument, skin)
    if word not in allowed:
        raise NotExpressible(
            f"a {instrument} on {skin} cannot have the fault '{word}'; "
            f"it can have {', '.join(allowed)}"
        )
    return FaultWord(word)
