"""The icons, drawn by hand as strokes on a grid of 24 by 24: data only.

One line weight and round ends throughout, so that they read as one family. The painter draws them
from their distance to each pixel: crisp at every size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]

STROKE = 1.9


@dataclass(frozen=True, slots=True)
class Line:
    """A pen stroke through ``points``; ``closed`` returns to the first."""

    points: tuple[Point, ...]
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Circle:
    centre: Point
    radius: float
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Arc:
    """Degrees clockwise from the right; ``start`` < ``end``."""

    centre: Point
    radius: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle with rounded corners; ``pen`` is the width of its outline."""

    at: Point
    w: float
    h: float
    radius: float
    filled: bool = False
    pen: float = STROKE


Mark: TypeAlias = Line | Circle | Arc | Tile


def _finder(x: float, y: float) -> tuple[Mark, ...]:
    """The corner square of a QR code, 3.4 units wide."""
    frame = Tile((x + 0.35, y + 0.35), 2.7, 2.7, 0.3, pen=0.7)
    return frame, Tile((x + 1.2, y + 1.2), 1.0, 1.0, 0.1, filled=True)


_PERSON: tuple[Mark, ...] = (Circle((12, 8), 4), Arc((12, 21), 7.5, 180, 360))

ICONS: Mapping[str, tuple[Mark, ...]] = {
    "check": (Line(((5, 12.8), (10, 17.5), (19, 7))),),
    "cross": (Line(((6.5, 6.5), (17.5, 17.5))), Line(((17.5, 6.5), (6.5, 17.5)))),
    "back": (Line(((11, 5.5), (4.5, 12), (11, 18.5))), Line(((4.5, 12), (19.5, 12)))),
    "forward": (Line(((13, 5.5), (19.5, 12), (13, 18.5))), Line(((4.5, 12), (19.5, 12)))),
    "bell": (
        Line(((4.5, 17), (6.5, 14.5), (6.5, 10.5))),
        Line(((19.5, 17), (17.5, 14.5), (17.5, 10.5))),
        Arc((12, 10.5), 5.5, 180, 360),
        Line(((4.5, 17), (19.5, 17))),
        Arc((12, 18.3), 2.6, 20, 160),
        Line(((12, 3), (12, 4.6))),
    ),
    "phone-code": (
        Tile((5, 1.6), 14, 20.8, 2.6),
        *_finder(7.9, 5.6),
        *_finder(12.7, 5.6),
        *_finder(7.9, 10.4),
        *(
            Tile(at, 1.0, 1.0, 0.1, filled=True)
            for at in ((12.9, 10.6), (14.9, 10.6), (13.9, 11.7), (12.9, 12.8), (14.9, 12.8))
        ),
        Line(((10.6, 18.4), (13.4, 18.4))),
    ),
    "thermometer": (
        Arc((12, 17), 4.2, -58, 238),
        Line(((9.8, 13.4), (9.8, 5.2))),
        Line(((14.2, 13.4), (14.2, 5.2))),
        Arc((12, 5.2), 2.2, 180, 360),
        Circle((12, 17), 1.7, filled=True),
        Line(((12, 16), (12, 9))),
    ),
    "forehead": (
        Arc((9.2, 9), 6, 145, 385),
        Line(((14.6, 11.5), (16.1, 14.4), (14.4, 14.9), (14.4, 17.6), (11.6, 17.8), (11.6, 21.4))),
        Line(((4.3, 12.4), (5.2, 15.6), (5.2, 21.4))),
        Line(((17.2, 4.4), (19.2, 3.2))),
        Line(((18.2, 8), (20.8, 7.8))),
    ),
    "tube": (
        Line(((7.5, 3), (16.5, 3))),
        Line(((8.8, 3), (8.8, 17.8))),
        Line(((15.2, 3), (15.2, 17.8))),
        Arc((12, 17.8), 3.2, 0, 180),
        Line(((8.8, 11), (15.2, 11))),
        Circle((12, 14.6), 0.9, filled=True),
    ),
    "person": _PERSON,
    "people": (
        Circle((9, 8.5), 3.5),
        Arc((9, 20), 6.2, 180, 360),
        Arc((15.8, 8.5), 3.5, -75, 75),
        Arc((15.8, 20), 6.2, 294, 360),
    ),
    "clock": (Circle((12, 12), 8.5), Line(((12, 7), (12, 12), (15.4, 14)))),
    "label": (
        Line(((3.5, 11.2), (3.5, 4.8), (4.8, 3.5), (11.2, 3.5), (20.5, 12.8), (12.8, 20.5)), True),
        Circle((8, 8), 1.3, filled=True),
    ),
    "camera-off": (
        Tile((3, 6.5), 13, 11, 2),
        Line(((16, 10.5), (21, 7.6), (21, 16.4), (16, 13.5))),
        Line(((3.5, 3.5), (20.5, 20.5))),
    ),
    "pause": (Line(((9, 6), (9, 18))), Line(((15, 6), (15, 18)))),
    "wrench": (
        Arc((16, 8), 4.7, -10, 280),
        Line(((20.63, 7.18), (17.2, 8.4), (15.6, 6.8), (16.82, 3.37))),
        Line(((12.3, 11.0), (4.6, 18.7))),
        Line(((13.0, 11.7), (5.3, 19.4))),
    ),
    "moon": (Arc((11.2, 12.8), 8, 1.4, 268.6), Arc((16.2, 7.8), 6, 60.0, 210.0)),
    "info": (
        Circle((12, 12), 8.5),
        Line(((12, 11.2), (12, 16.4))),
        Circle((12, 7.8), 1.15, filled=True),
    ),
    "warning": (
        Line(((12, 3.6), (21, 19.6), (3, 19.6)), True),
        Line(((12, 9.6), (12, 14))),
        Circle((12, 16.8), 1.1, filled=True),
    ),
    "calendar": (
        Tile((3.8, 5), 16.4, 15.4, 2.4),
        Line(((3.8, 10), (20.2, 10))),
        Line(((8.4, 3), (8.4, 6.4))),
        Line(((15.6, 3), (15.6, 6.4))),
        Line(((8.8, 15.2), (11.2, 17.4), (15.4, 13))),
    ),
    "save": (
        Line(((12, 3.5), (12, 14))),
        Line(((7.5, 9.8), (12, 14.3), (16.5, 9.8))),
        Line(((4, 15.5), (4, 20), (20, 20), (20, 15.5))),
    ),
}
