"""Breaks a text into lines and finds the size at which it fits its room.

Pure, given how wide a character is. Chinese may break between any two characters, but it reads best
after punctuation, and a mark that closes never begins a line; Latin breaks at spaces. A ``|`` in a
text is a good place to break and is never shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

ASCENT_EM = 0.90  # what a CJK glyph may reach above its baseline
DESCENT_EM = 0.26  # Latin descenders and brackets below it
CAPITAL_EM = 0.733
LINE_EM = 1.34
_SHRINK = 0.96
_ELLIPSIS = "…"
_SOFT_BREAK = "|"
_UNIT = re.compile(
    r"[（《“‘「]*(?:[0-9A-Za-z\u00c0-\u024f.,'’\-–:;!?()%/+#]+|[^\s|])[，。、；：？！）》”’」…·]*\s*\|?"
)
_GOOD_END = re.compile(r"[，。、；：？！）》”…·,.:;!?)]\s*$|[A-Za-z0-9]\s+$|\|$")

WidthOf: TypeAlias = Callable[[str, int], float]
"""Text and size in pixels to width in pixels."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a text is set: its lines at one size. ``cut``: it ends in an ellipsis."""

    lines: tuple[str, ...]
    size_px: int
    cut: bool = False

    @property
    def height_px(self) -> int:
        """From the top of the first line's tallest glyph to the bottom of the last one's lowest."""
        return round(((len(self.lines) - 1) * LINE_EM + ASCENT_EM + DESCENT_EM) * self.size_px)


def fit(
    text: str, w: int, h: int, *, size_px: int, floor_px: int, max_lines: int, width_of: WidthOf
) -> Setting:
    """The largest size from ``size_px`` down to ``floor_px`` at which the text fits, in as few
    lines as that size needs and evenly filled. If even the floor is too large, the text is cut."""
    size = size_px
    while True:
        lines = _lines(text, w, size, width_of)
        setting = Setting(lines, size)
        if lines and len(lines) <= max_lines and setting.height_px <= h:
            return setting
        if size <= floor_px:
            return _cut(text, w, floor_px, width_of)
        size = max(floor_px, min(size - 1, int(size * _SHRINK)))


def _cut(text: str, w: int, size: int, width_of: WidthOf) -> Setting:
    kept = text.replace("\n", " ").replace(_SOFT_BREAK, "")
    while kept and width_of(kept + _ELLIPSIS, size) > w:
        kept = kept[:-1]
    return Setting((kept + _ELLIPSIS,), size, cut=True)


def _lines(text: str, w: int, size: int, width_of: WidthOf) -> tuple[str, ...]:
    """The text in as few lines as width allows; empty when one unit alone is too wide."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        units = _UNIT.findall(paragraph) or [""]
        broken = _balanced(units, w, size, width_of)
        if broken is None:
            return ()
        lines += broken
    return tuple(lines)


def _balanced(units: list[str], w: int, size: int, width_of: WidthOf) -> list[str] | None:
    """Fewest lines first, then even lines with breaks where the language takes a breath."""
    count = len(units)
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)]  # lines, badness, where the line began
    for end in range(1, count + 1):
        choices = []
        for start in range(end - 1, -1, -1):
            line = "".join(units[start:end])
            width = width_of(_shown(line), size)
            if width > w:
                break
            lines, badness, _ = best[start]
            slack = (1 - width / w) ** 2
            breath = 0.0 if end == count or _GOOD_END.search(line) else 0.3
            choices.append((lines + 1, badness + slack + breath, start))
        if not choices:
            return None
        best.append(min(choices))
    broken: list[str] = []
    end = count
    while end > 0:
        start = best[end][2]
        broken.append(_shown("".join(units[start:end])))
        end = start
    return broken[::-1]


def _shown(line: str) -> str:
    return line.replace(_SOFT_BREAK, "").rstrip()
