"""Writes text into boxes, to the dot.

Owns sizes and the refusal of what does not fit or cannot be drawn; must not know templates. Text is
placed by its ink and not by its line box, so that rows line up.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from drivers.label_printer.bitmap import Rectangle
from drivers.label_printer.font import FontFace
from drivers.label_printer.template import Align, LabelDoesNotFit

if TYPE_CHECKING:
    from PIL import ImageDraw

BLACK, WHITE = 0, 255
_LINE_GAP = 3
_PADDING = 8  # of a reversed box, left and right
_PADDING_ABOVE = 9
_CORNER = 6
_SMALLEST_TEXT = 18  # dots per em; smaller Chinese closes up on a thermal head


class GlyphMissing(Exception):
    """The face has no picture of a character: a box instead of a letter would name nobody."""


class Pen:
    """Draws on one picture with one face."""

    def __init__(self, draw: ImageDraw.ImageDraw, face: FontFace) -> None:
        self.draw = draw
        self._face = face

    def write(self, text: str, box: Rectangle, *, align: Align, em: int | None, lines: int) -> None:
        """``em`` None: as large as fits. Raises `LabelDoesNotFit` and `GlyphMissing`."""
        rows = text.split(" ", lines - 1)
        height = box.height // len(rows) - (_LINE_GAP if len(rows) > 1 else 0)
        size = em or min(self._em_for(row, box.width, height) for row in rows)
        for place, row in enumerate(rows):
            middle = box.top + box.height * (2 * place + 1) // (2 * len(rows))
            self._row(
                row, size, Rectangle(box.left, middle - height // 2, box.width, height), align
            )

    def write_reversed(self, text: str, box: Rectangle, *, align: Align) -> None:
        """White on a black box that hugs the text and is as high as ``box``."""
        em = self._em_for(text, box.width - 2 * _PADDING, box.height - 2 * _PADDING_ABOVE)
        width = self._size_of(text, em)[0] + 2 * _PADDING
        left = _left(box, width, align)
        self.draw.rounded_rectangle(
            (left, box.top, left + width - 1, box.bottom - 1), radius=_CORNER, fill=BLACK
        )
        self._ink(text, em, left + _PADDING, box.top + box.height // 2, WHITE)

    def write_marks(self, marks: list[tuple[str, bool]], box: Rectangle, em: int) -> None:
        """Framed remarks from the right; those with True are reversed."""
        right = box.right
        for mark, reversed_mark in marks:
            left = right - self._size_of(mark, em)[0] - 12
            if left < box.left:
                raise LabelDoesNotFit(f"there is no room for the mark {mark!r}")
            self.draw.rectangle(
                (left, box.top, right - 1, box.bottom - 1),
                fill=BLACK if reversed_mark else WHITE,
                outline=BLACK,
                width=2,
            )
            middle = box.top + box.height // 2
            self._ink(mark, em, left + 6, middle, WHITE if reversed_mark else BLACK)
            right = left - 6

    def _row(self, text: str, em: int, box: Rectangle, align: Align) -> None:
        width, height = self._size_of(text, em)
        if width > box.width or height > box.height:
            raise _does_not_fit(text, box.width, box.height)
        self._ink(text, em, _left(box, width, align), box.top + box.height // 2, BLACK)

    def _ink(self, text: str, em: int, left: int, middle: int, colour: int) -> None:
        ink = _ink_box(self._face, text, em)
        at = (left - ink[0], middle - (ink[1] + ink[3]) / 2)
        self.draw.text(at, text, font=self._face.at(em), fill=colour)

    def _size_of(self, text: str, em: int) -> tuple[int, int]:
        """Ink width and height in dots, 1 at least (a blank letter). Raises `GlyphMissing`."""
        if missing := missing_glyphs(self._face, text):
            names = ", ".join(f"U+{ord(letter):04X}" for letter in missing)
            raise GlyphMissing(
                f"the label font has no picture of {names}: the label is not printed;"
                " write it by hand, or install a newer fonts-noto-cjk"
            )
        left, top, right, bottom = _ink_box(self._face, text, em)
        return max(1, math.ceil(right - left)), max(1, math.ceil(bottom - top))

    def _em_for(self, text: str, width: int, height: int) -> int:
        """The largest size whose ink fits; raises `LabelDoesNotFit` below the smallest."""
        largest = int(height * 1.6)
        ink = self._size_of(text, max(1, largest))
        guess = math.ceil(largest * min(1.0, width / ink[0], height / ink[1])) + 1
        for em in range(min(guess, largest), _SMALLEST_TEXT - 1, -1):
            ink = self._size_of(text, em)
            if ink[0] <= width and ink[1] <= height:
                return em
        raise _does_not_fit(text, width, height)


@lru_cache(maxsize=512)
def missing_glyphs(face: FontFace, text: str) -> tuple[str, ...]:
    """Characters of ``text`` that ``face`` cannot draw."""
    font = face.at(_SMALLEST_TEXT)
    nothing = bytes(font.getmask("\uffff"))  # never a character: what it draws means "missing"
    return tuple(
        letter
        for letter in dict.fromkeys(text)
        if not letter.isspace() and bytes(font.getmask(letter)) == nothing
    )


@lru_cache(maxsize=256)
def _ink_box(face: FontFace, text: str, em: int) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the ink; lanes and pool classes come again and again."""
    return face.at(em).getbbox(text)


def _left(box: Rectangle, width: int, align: Align) -> int:
    spare = box.width - width
    return box.left + {Align.LEFT: 0, Align.CENTRE: spare // 2, Align.RIGHT: spare}[align]


def _does_not_fit(text: str, width: int, height: int) -> LabelDoesNotFit:
    return LabelDoesNotFit(f"{text!r} does not fit into {width} x {height} dots")
