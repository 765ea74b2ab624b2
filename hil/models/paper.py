"""What comes out of a printer: a piece of paper with dots on it.

Owns the strip under the head and the finished piece. Knows no commands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray

DOTS_PER_MM = 8
"""203 dpi."""


class Separation(Enum):
    """How a piece left the printer."""

    CUT = "cut"
    PEELED = "peeled"
    TORN = "torn"


@dataclass(frozen=True, slots=True, eq=False)
class Paper:
    """One piece of paper. ``bitmap`` has shape (rows, dots of the head), True = black.

    ``text`` is what was printed in the printer's own fonts: it takes its room on the paper but is
    not drawn. ``raw`` are the bytes that made it. ``mishaps`` are sentences on what a real printer
    did wrong with these bytes: obeyed a picture as a command, printed an unknown command as text.
    """

    number: int
    bitmap: NDArray[np.bool_]
    text: str
    raw: bytes
    separation: Separation
    at_s: float
    mishaps: tuple[str, ...] = ()

    @property
    def length_mm(self) -> float:
        return len(self.bitmap) / DOTS_PER_MM


@dataclass(slots=True)
class Strip:
    """The paper between the roll and the knife. ``width`` in dots."""

    width: int
    _rows: list[NDArray[np.bool_]] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)

    @property
    def blank(self) -> bool:
        """Nothing was printed on it."""
        return not self._text and not any(rows.any() for rows in self._rows)

    def print_rows(self, rows: NDArray[np.bool_], left: int) -> None:
        """Dots of shape (n, m) from column ``left`` on; what lies beyond the head is lost."""
        across = np.zeros((rows.shape[0], self.width), np.bool_)
        wide = max(0, min(rows.shape[1], self.width - left))
        across[:, left : left + wide] = rows[:, :wide]
        self._rows.append(across)

    def print_line(self, text: str, rows: int) -> None:
        """``rows`` of blank paper, with a note of the words that stand on it."""
        if text:
            self._text.append(text)
        self._rows.append(np.zeros((rows, self.width), np.bool_))

    def take(self) -> tuple[NDArray[np.bool_], str]:
        """The dots and the text so far; a fresh strip begins."""
        bitmap = np.concatenate([np.zeros((0, self.width), np.bool_), *self._rows])
        text = "\n".join(self._text)
        self._rows.clear()
        self._text.clear()
        return bitmap, text
