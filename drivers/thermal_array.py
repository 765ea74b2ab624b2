"""Where in a thermal picture a forehead is, and how warm: for finding and screening.

Owns dead pixels, the search for a face and the mean over its forehead. Must not judge: the array is
exact to two degrees, so what comes out is marked `MeasuringMode.ARRAY`, and no verdict is built on
it. Pure.

A face is the largest warm patch of the picture; its forehead is the warmest square of 4 x 4 pixels
that touches the upper part of the patch. A face far away fills no such square: the background in it
pulls the mean down, as it does in a sensor with a single eye, and the reading is "too far".
"""

from __future__ import annotations

from statistics import median

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.temperature_frame import (
    ARRAY_COLUMNS,
    ARRAY_ROWS,
    MeasuringMode,
    TemperatureFrame,
    ThermalFrame,
)

WARMER_BY_C = 3.0
"""A face differs from its surroundings by more."""
SQUARE = 4
FACE_MIN_PIXELS = 8
"""Fewer warm pixels are a lamp, a cup or somebody in the next lane."""
FOREHEAD_SHARE = 0.4
"""The forehead is in so much of a face, from above."""
STRAY_C = 8.0
"""A pixel that differs so much from all around it is dead or stuck."""
MOST_DEAD = 38
"""One pixel in twenty; with more the picture tells nothing."""

_Picture = list[list[float]]
_Place = tuple[int, int]


def warmest_forehead(frame: ThermalFrame) -> TemperatureFrame | None:
    """What one eye would have seen at the forehead; of the background when nobody is there.

    None when too many pixels are dead to believe the others.
    """
    picture = mended(frame)
    if picture is None:
        return None
    values = sorted(value for row in picture for value in row)
    background_c = min(values[len(values) // 10], frame.ambient_c)  # a near face fills the rest
    face = _largest_patch(picture, background_c + WARMER_BY_C)
    if len(face) < FACE_MIN_PIXELS:
        object_c = median(values)
    else:
        object_c = max(_square_means(picture, _forehead_corners(face)))
    return TemperatureFrame(round(object_c, 2), frame.ambient_c, frame.at_s, MeasuringMode.ARRAY)


def mended(frame: ThermalFrame) -> _Picture | None:
    """Rows of degrees Celsius with each dead or stuck pixel replaced by its neighbours' median.

    None when more than `MOST_DEAD` are dead.
    """
    seen = np.array(frame.pixels_c100, np.float64).reshape(ARRAY_ROWS, ARRAY_COLUMNS) / 100
    dead = {(int(row), int(column)) for row, column in np.argwhere((seen == 0) | _strays(seen))}
    if len(dead) > MOST_DEAD:
        return None
    rows: _Picture = seen.tolist()
    living = {place: _living_around(rows, place, dead) for place in dead}
    for (row, column), values in living.items():
        if not values:
            return None  # a hole in the picture
        rows[row][column] = median(values)
    return rows


def _strays(seen: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which pixels are warmer or colder than all around them by `STRAY_C`: no living thing is."""
    framed = np.pad(seen, 1, constant_values=np.nan)
    around = [
        framed[1 + down : 1 + down + ARRAY_ROWS, 1 + right : 1 + right + ARRAY_COLUMNS]
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
        if (down, right) != (0, 0)
    ]
    strays: NDArray[np.bool_] = (seen - np.fmax.reduce(around) > STRAY_C) | (
        np.fmin.reduce(around) - seen > STRAY_C
    )
    return strays


def _living_around(rows: _Picture, place: _Place, dead: set[_Place]) -> list[float]:
    return [rows[r][c] for r, c in _around(*place) if (r, c) not in dead]


def _around(row: int, column: int) -> list[_Place]:
    return [
        (r, c)
        for r in range(max(0, row - 1), min(ARRAY_ROWS, row + 2))
        for c in range(max(0, column - 1), min(ARRAY_COLUMNS, column + 2))
        if (r, c) != (row, column)
    ]


def _largest_patch(picture: _Picture, above_c: float) -> set[_Place]:
    """The largest set of neighbouring pixels warmer than ``above_c``."""
    left = {
        (row, column)
        for row, values in enumerate(picture)
        for column, value in enumerate(values)
        if value > above_c
    }
    largest: set[_Place] = set()
    while left:
        patch, edge = set(), [left.pop()]
        while edge:
            row, column = edge.pop()
            patch.add((row, column))
            for near in (
                (row - 1, column),
                (row + 1, column),
                (row, column - 1),
                (row, column + 1),
            ):
                if near in left:
                    left.remove(near)
                    edge.append(near)
        largest = max(largest, patch, key=len)
    return largest


def _forehead_corners(face: set[_Place]) -> list[_Place]:
    """Upper left corners of the squares around the upper part of a face."""
    top = min(row for row, _ in face)
    height = max(row for row, _ in face) - top + 1
    lowest = top + max(1, round(height * FOREHEAD_SHARE))
    return [(row, column) for row, column in face if row < lowest]


def _square_means(picture: _Picture, corners: list[_Place]) -> list[float]:
    """Means of `SQUARE` x `SQUARE` pixels, moved into the picture where they would leave it."""
    means = []
    for row, column in corners:
        top, left = min(row, ARRAY_ROWS - SQUARE), min(column, ARRAY_COLUMNS - SQUARE)
        values = [v for r in picture[top : top + SQUARE] for v in r[left : left + SQUARE]]
        means.append(sum(values) / len(values))
    return means
