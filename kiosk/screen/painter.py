"""Paints display lists onto a canvas, only where they differ from the one before.

Owns the canvas and every cache of drawn pieces. Must not decide what is
shown. `wipe` forgets all that showed a person: drawn names and the camera picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import pygame
from numpy.typing import NDArray

from kiosk.screen import raster
from kiosk.screen.icons import ICONS
from kiosk.screen.picture_slot import PictureSlot
from kiosk.screen.shapes import (
    Box,
    Brackets,
    Colour,
    DisplayList,
    Icon,
    Panel,
    Ring,
    Shape,
    Text,
)
from kiosk.screen.surface import new_surface
from kiosk.screen.theme import SHADOW
from kiosk.screen.typeface import Typeface

_SHADOW_STRENGTH = 0.20
_TEXT_KEPT = 400
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
            _draw_panel(self.canvas, shape)
        elif isinstance(shape, Icon):
            surface = _icon(shape.name, shape.box.w, shape.colour)
            self.canvas.blit(surface, (shape.box.x, shape.box.y))
        elif isinstance(shape, Ring):
            surface = _ring(shape.box.w, shape.width_px, shape.part, shape.colour, shape.track)
            self.canvas.blit(surface, (shape.box.x, shape.box.y))
        elif isinstance(shape, Brackets):
            _draw_brackets(self.canvas, shape)
        elif self._slot is not None:
            self._slot.draw(self.canvas)

    def _draw_text(self, text: Text) -> None:
        cache = self._personal if text.personal else self._lines
        drawn = cache.get(text)
        if drawn is None:
            if len(cache) >= _TEXT_KEPT:
                cache.clear()
            drawn = self._typeface.line(text.text, text.size_px, text.weight, text.colour)
            cache[text] = drawn
        surface, dx, dy = drawn
        self.canvas.blit(surface, (text.x + dx, text.baseline_y + dy))


def _rect(box: Box) -> pygame.Rect:
    return pygame.Rect(box.x, box.y, box.w, box.h)


# ── panels: four corners, drawn once per radius and colour, and plain rectangles between ─────


def _draw_panel(canvas: pygame.Surface, panel: Panel) -> None:
    if panel.shadow_px:
        _draw_shadow(canvas, panel)
    if panel.edge is not None:
        _draw_rounded(canvas, panel.box, panel.radius_px, panel.edge)
        inner = panel.box.inset(panel.edge_px)
        _draw_rounded(canvas, inner, max(0, panel.radius_px - panel.edge_px), panel.fill)
    else:
        _draw_rounded(canvas, panel.box, panel.radius_px, panel.fill)


def _draw_rounded(canvas: pygame.Surface, box: Box, radius: int, fill: Colour) -> None:
    radius = min(radius, box.w // 2, box.h // 2)
    canvas.fill(fill, (box.x, box.y + radius, box.w, box.h - 2 * radius))
    if radius == 0:
        return
    for y in (box.y, box.bottom - radius):
        canvas.fill(fill, (box.x + radius, y, box.w - 2 * radius, radius))
    corners = _corners(radius, fill)
    places = (
        (box.x, box.y),
        (box.right - radius, box.y),
        (box.x, box.bottom - radius),
        (box.right - radius, box.bottom - radius),
    )
    for corner, place in zip(corners, places, strict=True):
        canvas.blit(corner, place)


def _draw_shadow(canvas: pygame.Surface, panel: Panel) -> None:
    blur = panel.shadow_px
    outer = panel.box.grown(blur)
    outer = Box(outer.x, outer.y + blur // 2, outer.w, outer.h)
    radius = min(panel.radius_px, panel.box.w // 2 - blur, panel.box.h // 2 - blur)
    pieces = _shadow_pieces(max(1, radius), blur)
    side = pieces[0].get_width()
    right, bottom = outer.right - side, outer.bottom - side
    for piece, place in zip(
        pieces[:4],
        ((outer.x, outer.y), (right, outer.y), (outer.x, bottom), (right, bottom)),
        strict=True,
    ):
        canvas.blit(piece, place)
    across, down = outer.w - 2 * side, outer.h - 2 * side
    if across > 0:
        for piece, y in ((pieces[4], outer.y), (pieces[5], bottom)):
            canvas.blit(_stretched(piece, across, side), (outer.x + side, y))
    if down > 0:
        for piece, x in ((pieces[6], outer.x), (pieces[7], right)):
            canvas.blit(_stretched(piece, side, down), (x, outer.y + side))


@lru_cache(maxsize=64)
def _stretched(piece: pygame.Surface, w: int, h: int) -> pygame.Surface:
    return pygame.transform.scale(piece, (w, h))


@lru_cache(maxsize=64)
def _corners(radius: int, colour: Colour) -> tuple[pygame.Surface, ...]:
    """Top left, top right, bottom left, bottom right."""
    coverage = raster.disc_quarter(radius)
    return tuple(
        _tinted(part, colour)
        for part in (coverage, coverage[:, ::-1], coverage[::-1], coverage[::-1, ::-1])
    )


@lru_cache(maxsize=16)
def _shadow_pieces(radius: int, blur: int) -> tuple[pygame.Surface, ...]:
    """Four corners as `_corners`, then the top, bottom, left and right edge, one pixel thick."""
    soft = raster.shadow_quarter(radius, blur) * np.float32(_SHADOW_STRENGTH)
    row, column = soft[-1:, :], soft[:, -1:]
    parts = (
        *(soft, soft[:, ::-1], soft[::-1], soft[::-1, ::-1]),
        *(column, column[::-1], row, row[:, ::-1]),
    )
    return tuple(_tinted(part, SHADOW) for part in parts)


@lru_cache(maxsize=256)
def _icon(name: str, side: int, colour: Colour) -> pygame.Surface:
    return _tinted(raster.icon(ICONS[name], side), colour)


@lru_cache(maxsize=64)
def _ring(side: int, width: int, part: float, colour: Colour, track: Colour) -> pygame.Surface:
    whole, left = raster.ring(side, width, part)
    mixed = left[..., None] * np.array(colour) + (1 - left[..., None]) * np.array(track)
    return _sprite(mixed, np.maximum(whole, left))


def _draw_brackets(canvas: pygame.Surface, marks: Brackets) -> None:
    box, arm, width = marks.box, marks.arm_px, marks.width_px
    for x, flip_x in ((box.x, False), (box.right - arm, True)):
        for y, flip_y in ((box.y, False), (box.bottom - arm, True)):
            bar_x = x + arm - width if flip_x else x
            bar_y = y + arm - width if flip_y else y
            _draw_rounded(canvas, Box(bar_x, y, width, arm), width // 2, marks.colour)
            _draw_rounded(canvas, Box(x, bar_y, arm, width), width // 2, marks.colour)


def _tinted(coverage: raster.Field, colour: Colour) -> pygame.Surface:
    return _sprite(np.broadcast_to(np.array(colour), (*coverage.shape, 3)), coverage)


def _sprite(colours: NDArray[np.generic], coverage: raster.Field) -> pygame.Surface:
    height, width = coverage.shape
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[..., :3] = np.round(np.asarray(colours, np.float32))
    pixels[..., 3] = np.round(coverage * 255)
    return pygame.image.frombuffer(pixels.tobytes(), (width, height), "RGBA").copy()
