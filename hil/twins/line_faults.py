"""What a bad line does to the bytes that an instrument says.

Owns the faults that live on the wire, drawn from a seed. Pure: `carry` says which bytes arrive and
how long after each other; somebody else keeps the time.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from hil.faults import FaultWord

LINE_WORDS = frozenset(
    {
        FaultWord.SILENCE,
        FaultWord.ONE_BYTE,
        FaultWord.LOSE,
        FaultWord.CORRUPT,
        FaultWord.SPLIT,
        FaultWord.BABBLE,
    }
)

_LOSE_RATE = 0.04
_CORRUPT_RATE = 0.04
_BYTE_GAP_S = 0.001
_SPLIT_GAP_S = 0.03


@dataclass(frozen=True, slots=True)
class Piece:
    """``data`` arrives ``after_s`` seconds after the piece before."""

    data: bytes
    after_s: float


class LineFaults:
    """``active`` are the faults of the line at this moment; several may hold together."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self.active: set[FaultWord] = set()

    @property
    def deaf(self) -> bool:
        """The instrument hears nothing."""
        return FaultWord.SILENCE in self.active

    @property
    def babbling(self) -> bool:
        return FaultWord.BABBLE in self.active

    def nonsense(self, length: int) -> bytes:
        """Bytes that mean nothing: of a babbler, or of a line whose ends differ in speed."""
        return self._random.randbytes(length)

    def carry(self, said: bytes) -> list[Piece]:
        """What arrives of ``said``."""
        if not said or {FaultWord.SILENCE, FaultWord.BABBLE} & self.active:
            return []
        if FaultWord.LOSE in self.active:
            said = bytes(byte for byte in said if self._random.random() >= _LOSE_RATE)
        if FaultWord.CORRUPT in self.active:
            said = bytes(self._maybe_flipped(byte) for byte in said)
        if FaultWord.ONE_BYTE in self.active:
            return [Piece(said[at : at + 1], _BYTE_GAP_S) for at in range(len(said))]
        if FaultWord.SPLIT in self.active and len(said) > 1:
            at = self._random.randrange(1, len(said))
            return [Piece(said[:at], 0.0), Piece(said[at:], _SPLIT_GAP_S)]
        return [Piece(said, 0.0)]

    def _maybe_flipped(self, byte: int) -> int:
        if self._random.random() >= _CORRUPT_RATE:
            return byte
        return byte ^ 1 << self._random.randrange(8)
