"""Draws every page once, unseen, so that the first resident does not wait for glyphs and icons.

The pieces land in the painter's caches; one page at a time, while nobody stands before the kiosk.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.model import Language
from kiosk.screen.composer import Layout
from kiosk.screen.painter import Painter
from kiosk.screen.samples import NOW_S, samples
from kiosk.screen.shapes import DisplayList
from kiosk.screen.view import draw


class WarmUp:
    """Call `step` now and then until it says False."""

    def __init__(self, painter: Painter, layout: Layout, language: Language) -> None:
        self._pictures = _pictures(layout, language)
        self._scratch: Painter | None = painter.twin()

    def step(self) -> bool:
        """Draw one more page (tens of milliseconds). False when all are drawn."""
        if self._scratch is None:
            return False
        picture = next(self._pictures, None)
        if picture is None:
            self._scratch.wipe()
            self._scratch = None
            return False
        self._scratch.show(picture)
        return True


def _pictures(layout: Layout, language: Language) -> Iterator[DisplayList]:
    for snapshot in samples(language).values():
        yield draw(snapshot, layout, NOW_S)
