"""The one typeface of the screen: the Simplified Chinese face of Noto Sans CJK, two weights.

Owns the font files: measuring, finding missing glyphs, drawing one line. The collection's first
face draws Japanese forms of the same characters, so the face is chosen by its name. Widths are sums
of the advances that FreeType rounds to whole pixels at each size, each asked for once.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pygame
import pygame.freetype

from kiosk.screen.shapes import Colour, Weight

FAMILY = "Noto Sans CJK SC"
FOLDERS = (
    Path("/usr/share/fonts/opentype/noto"),
    Path("/usr/share/fonts/noto-cjk"),
    Path("/usr/share/fonts/google-noto-cjk"),
    Path("/usr/local/share/fonts"),
)
_FILES = {
    Weight.REGULAR: ("NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf"),
    Weight.BOLD: ("NotoSansCJK-Bold.ttc", "NotoSansCJKsc-Bold.otf"),
}
_FACES = (2, 0, 1, 3, 4)  # Debian's collection holds SC as face 2
_PROBE_PX = 40


class TypefaceMissing(Exception):
    """No Simplified Chinese face was found; the text says what to install."""


class Typeface:
    """Measures and draws. Opens both weights at once: 20 ms each."""

    def __init__(self, folders: Iterable[Path] = FOLDERS) -> None:
        pygame.freetype.init()
        folders = tuple(folders)
        self._fonts = {weight: _open(weight, folders) for weight in Weight}
        self._advances: dict[tuple[Weight, int, str], int | None] = {}

    def width_px(self, text: str, size_px: int, weight: Weight) -> int:
        """How far the pen moves. A missing glyph counts as one em."""
        width = 0
        for character in text:
            advance = self._advance_px(character, size_px, weight)
            width += size_px if advance is None else advance
        return width

    def missing(self, text: str, weight: Weight = Weight.REGULAR) -> str:
        """The characters of ``text`` that this face cannot draw."""
        return "".join(c for c in text if self._advance_px(c, _PROBE_PX, weight) is None)

    def ink(self, text: str, size_px: int, weight: Weight) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of the inked pixels relative to the pen at the baseline."""
        rect = self._fonts[weight].get_rect(text, size=size_px)
        return rect.x, -rect.y, rect.x + rect.w, rect.h - rect.y

    def line(
        self, text: str, size_px: int, weight: Weight, colour: Colour
    ) -> tuple[pygame.Surface, int, int]:
        """The drawn line and where its top left corner lies relative to the pen at the baseline."""
        surface, rect = self._fonts[weight].render(text, fgcolor=(*colour, 255), size=size_px)
        return surface, rect.x, -rect.y

    def _advance_px(self, character: str, size_px: int, weight: Weight) -> int | None:
        key = (weight, size_px, character)
        if key not in self._advances:
            found = self._fonts[weight].get_metrics(character, size=size_px)
            metrics = found[0] if found else None
            self._advances[key] = None if metrics is None else round(metrics[4])
        return self._advances[key]


def _open(weight: Weight, folders: tuple[Path, ...]) -> pygame.freetype.Font:
    for folder in folders:
        for name in _FILES[weight]:
            path = folder / name
            if path.is_file() and (font := _simplified_chinese(path)) is not None:
                return font
    looked = ", ".join(str(folder) for folder in folders)
    raise TypefaceMissing(
        f"no {FAMILY} ({weight.value}) found, the screen cannot show Chinese (looked in {looked}): "
        "install the package fonts-noto-cjk"
    )


def _simplified_chinese(path: Path) -> pygame.freetype.Font | None:
    for face in _FACES:
        try:
            font = pygame.freetype.Font(str(path), size=_PROBE_PX, font_index=face)
        except (OSError, RuntimeError, pygame.error):
            continue
        if font.name == FAMILY:
            return font
    return None
