"""Smooth shapes from distances: rounded corners, soft shadows, icons and rings as small pictures.

pygame draws rounded corners with two colours and no edge smoothing; here each pixel's coverage is
computed from its distance to the shape, once per shape and size. Returns numpy arrays: coverage 0
to 1, of shape (height, width).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.screen.icons import STROKE, Arc, Circle, Line, Mark, Point, Tile

Field: TypeAlias = NDArray[np.float32]


def _pixels(w: int, h: int) -> tuple[Field, Field]:
    """Coordinates of the pixel centres."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    return x + np.float32(0.5), y + np.float32(0.5)


def _covered(distance: Field) -> Field:
    """Coverage of pixels at ``distance`` pixels outside an edge (negative: inside)."""
    covered: Field = np.clip(0.5 - distance, 0.0, 1.0).astype(np.float32)
    return covered


def disc_quarter(radius: int) -> Field:
    """The top left quarter of a disc: the corner of a rounded rectangle, radius by radius."""
    x, y = _pixels(radius, radius)
    return _covered(np.hypot(x - radius, y - radius) - radius)


def shadow_quarter(radius: int, blur: int) -> Field:
    """The top left corner of a soft shadow that reaches ``blur`` beyond a rounded rectangle.

    Square of ``blur + radius + blur``; its last row and column go on as the straight edges.
    """
    side = radius + 2 * blur
    x, y = _pixels(side, side)
    inner = np.float32(blur + radius)
    dx, dy = np.minimum(x - inner, 0), np.minimum(y - inner, 0)
    outside = np.hypot(dx, dy) - radius
    t = np.clip(0.5 - outside / (2 * blur), 0.0, 1.0)
    soft: Field = (t * t * (3 - 2 * t)).astype(np.float32)
    return soft


def ring(side: int, width: int, part: float) -> tuple[Field, Field]:
    """Coverage of the whole ring and of the part that is left, clockwise from the top."""
    x, y = _pixels(side, side)
    dx, dy = x - side / 2, y - side / 2
    radius = (side - width) / 2 - 0.5
    whole = _covered(np.abs(np.hypot(dx, dy) - radius) - width / 2)
    if part >= 1.0:
        return whole, whole
    if part <= 0.0:
        return whole, np.zeros_like(whole)
    turn = 2 * math.pi * part
    angle = np.mod(np.arctan2(dx, -dy), 2 * math.pi)
    edge = np.minimum(angle, turn - angle) * radius  # arc length inside the part
    left = np.clip(edge + 0.5, 0.0, 1.0) * whole
    for at in (0.0, turn):  # round ends
        cx, cy = side / 2 + radius * math.sin(at), side / 2 - radius * math.cos(at)
        left = np.maximum(left, _covered(np.hypot(x - cx, y - cy) - width / 2))
    return whole, left.astype(np.float32)


def icon(marks: Iterable[Mark], side: int) -> Field:
    """An icon of the 24 grid at ``side`` pixels."""
    x, y = _pixels(side, side)
    scale = side / 24
    x, y = x / np.float32(scale), y / np.float32(scale)
    nearest = np.full((side, side), 99.0, np.float32)
    for mark in marks:
        nearest = np.minimum(nearest, _distance(mark, x, y))
    return _covered(nearest * np.float32(scale))


def _distance(mark: Mark, x: Field, y: Field) -> Field:
    """Grid units from each pixel to the inked area of ``mark``."""
    half = np.float32(STROKE / 2)
    far: Field
    if isinstance(mark, Line):
        ends = (*mark.points, mark.points[0]) if mark.closed else mark.points
        far = np.minimum.reduce([_to_segment(a, b, x, y) for a, b in pairwise(ends)])
        return far - half
    if isinstance(mark, Arc):
        return _to_arc(mark, x, y) - half
    if isinstance(mark, Circle):
        far = np.hypot(x - mark.centre[0], y - mark.centre[1]) - mark.radius
    else:
        dx = np.abs(x - (mark.at[0] + mark.w / 2)) - (mark.w / 2 - mark.radius)
        dy = np.abs(y - (mark.at[1] + mark.h / 2)) - (mark.h / 2 - mark.radius)
        outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
        far = outside + np.minimum(np.maximum(dx, dy), 0) - mark.radius
    pen = mark.pen if isinstance(mark, Tile) else STROKE
    return far if mark.filled else np.abs(far) - np.float32(pen / 2)


def _to_segment(a: Point, b: Point, x: Field, y: Field) -> Field:
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = ((x - a[0]) * dx + (y - a[1]) * dy) / max(dx * dx + dy * dy, 1e-6)
    along = np.clip(along, 0.0, 1.0)
    far: Field = np.hypot(x - a[0] - along * dx, y - a[1] - along * dy)
    return far


def _to_arc(arc: Arc, x: Field, y: Field) -> Field:
    dx, dy = x - arc.centre[0], y - arc.centre[1]
    angle = np.mod(np.degrees(np.arctan2(dy, dx)) - arc.start, 360.0)
    on_arc = np.abs(np.hypot(dx, dy) - arc.radius)
    ends = []
    for degrees in (arc.start, arc.end):
        at = math.radians(degrees)
        ex = arc.centre[0] + arc.radius * math.cos(at)
        ey = arc.centre[1] + arc.radius * math.sin(at)
        ends.append(np.hypot(x - ex, y - ey))
    far: Field = np.where(angle <= arc.end - arc.start, on_arc, np.minimum(*ends))
    return far
