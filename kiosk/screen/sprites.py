"""Panels, icons and rings as small pictures, each drawn once per size and colour.

Owns those caches; nothing in them shows a person. A panel is four smooth corners and plain
rectangles between them, its shadow four soft corners and stretched edges: cheap at every size.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pygame
from numpy.typing import NDArray

from kiosk.screen import raster
from kiosk.screen.icons import ICONS
from kiosk.screen.shapes import Box, Brackets, Colour, Panel
from kiosk.screen.theme import SHADOW

_SHADOW_STRENGTH = 0.20


def draw_panel(canvas: pygame.Surface, panel: Panel) -> None:
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
def icon(name: str, side: int, colour: Colour) -> pygame.Surface:
    return _tinted(raster.icon(ICONS[name], side), colour)


@lru_cache(maxsize=64)
def ring(side: int, width: int, part: float, colour: Colour, track: Colour) -> pygame.Surface:
    whole, left = raster.ring(side, width, part)
    mixed = left[..., None] * np.array(colour) + (1 - left[..., None]) * np.array(track)
    return _sprite(mixed, np.maximum(whole, left))


def draw_brackets(canvas: pygame.Surface, marks: Brackets) -> None:
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
