"""Paints display lists onto a canvas, only where they differ from the one before.

Owns the canvas and the drawn lines of text. Must not decide what is shown. `wipe` forgets all that
showed a person: drawn names and the camera picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pygame
from numpy.typing import NDArray

from kiosk.screen import sprites
from kiosk.screen.picture_slot import PictureSlot
from kiosk.screen.shapes import (
    Box,
    Brackets,
    DisplayList,
    Icon,
    Panel,
    Ring,
    Shape,
    Text,
)
from kiosk.screen.surface import new_surface
from kiosk.screen.typeface import Typeface

_LINES_KEPT = 400
Pixels = NDArray[np.uint8]


def damage(before: DisplayList | None, after: DisplayList) -> tuple[Box, ...]:
    """Where ``after`` may look different from ``before``: the bounds of all shapes that came, went
    or changed their order. Everything when there was nothing, or another background."""
    if before is None or before.background != after.background or before.whole != after.whole:
        return (after.whole,)
    old, new = Counter(before.shapes), Counter(after.shapes)
    kept_old = [shape for shape in before.shapes if shape in new]
    kept_new = [shape for shape in after.shapes if shape in old]
    if kept_old != kept_new:
        return (after.whole,)
    changed = [shape.bounds for shape in (*(old - new), *(new - old))]
    return tuple(dict.fromkeys(changed))


class Painter:
    """One canvas and what is on it."""

    def __init__(self, width: int, height: int, typeface: Typeface) -> None:
        self.canvas = new_surface(width, height)
        self.shown: DisplayList | None = None
        self._typeface = typeface
        self._lines: dict[Text, tuple[pygame.Surface, int, int]] = {}
        self._personal: dict[Text, tuple[pygame.Surface, int, int]] = {}
        self._slot: PictureSlot | None = None

    def twin(self) -> Painter:
        """Another canvas that shares the cache of drawn lines."""
        other = Painter(*self.canvas.get_size(), self._typeface)
        other._lines = self._lines
        return other

    def show(self, picture: DisplayList) -> tuple[Box, ...]:
        """Make the canvas look like ``picture``; returns the boxes that were painted."""
        boxes = damage(self.shown, picture)
        self.shown = picture
        slot = picture.preview
        if slot is None:
            self._slot = None
        elif self._slot is None or self._slot.shape != slot:
            self._slot = PictureSlot(slot)
        self._paint(boxes)
        return boxes

    def show_frame(self, pixels: Pixels) -> tuple[Box, ...]:
        """A new camera picture (height, width, BGR) into the slot of the shown list, if any."""
        if self._slot is None or self.shown is None:
            return ()
        self._slot.fill(pixels)
        boxes = (self._slot.shape.box,)
        self._paint(boxes)
        return boxes

    def kept_personal(self) -> tuple[Text, ...]:
        """Lines about a person that are still drawn in memory."""
        return tuple(self._personal)

    def wipe(self) -> None:
        """Forget everything that showed a person; the next `show` paints the whole canvas."""
        self._personal.clear()
        if self._slot is not None:
            self._slot.wipe()
            self._slot = None
        self.shown = None
        self.canvas.fill((0, 0, 0))

    def _paint(self, boxes: Iterable[Box]) -> None:
        assert self.shown is not None
        for box in boxes:
            self.canvas.set_clip(_rect(box))
            self.canvas.fill(self.shown.background)
            for shape in self.shown.shapes:
                if shape.bounds.meets(box):
                    self._draw(shape)
        self.canvas.set_clip(None)

    def _draw(self, shape: Shape) -> None:
        if isinstance(shape, Text):
            self._draw_text(shape)
        elif isinstance(shape, Panel):
            sprites.draw_panel(self.canvas, shape)
        elif isinstance(shape, Icon):
            surface = sprites.icon(shape.name, shape.box.w, shape.colour)
            self.canvas.blit(surface, (shape.box.x, shape.box.y))
        elif isinstance(shape, Ring):
            surface = sprites.ring(
                shape.box.w, shape.width_px, shape.part, shape.colour, shape.track
            )
            self.canvas.blit(surface, (shape.box.x, shape.box.y))
        elif isinstance(shape, Brackets):
            sprites.draw_brackets(self.canvas, shape)
        elif self._slot is not None:
            self._slot.draw(self.canvas)

    def _draw_text(self, text: Text) -> None:
        cache = self._personal if text.personal else self._lines
        drawn = cache.get(text)
        if drawn is None:
            if len(cache) >= _LINES_KEPT:
                del cache[next(iter(cache))]
            drawn = self._typeface.line(text.text, text.size_px, text.weight, text.colour)
            cache[text] = drawn
        surface, dx, dy = drawn
        self.canvas.blit(surface, (text.x + dx, text.baseline_y + dy))


def _rect(box: Box) -> pygame.Rect:
    return pygame.Rect(box.x, box.y, box.w, box.h)
