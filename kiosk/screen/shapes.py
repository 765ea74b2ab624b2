"""What a page is made of: frozen shapes in the order they are painted, and the places to touch.

Values only, in pixels of the screen. Nothing here knows pygame, a font file or a message id; the
painter turns shapes into pixels, tests read them as data. Two equal shapes look the same, which is
what makes damage rectangles possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from kiosk.ipc.messages import Action

Colour: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of whole pixels; ``right`` and ``bottom`` lie just outside."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    @property
    def centre(self) -> tuple[int, int]:
        return self.x + self.w // 2, self.y + self.h // 2

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom

    def encloses(self, other: Box) -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def meets(self, other: Box) -> bool:
        """True when the two share at least one pixel."""
        return (
            self.x < other.right
            and other.x < self.right
            and self.y < other.bottom
            and other.y < self.bottom
        )

    def inset(self, dx: int, dy: int | None = None) -> Box:
        """Smaller by ``dx`` at the left and right, ``dy`` (or ``dx``) above and below."""
        dy = dx if dy is None else dy
        return Box(self.x + dx, self.y + dy, self.w - 2 * dx, self.h - 2 * dy)

    def grown(self, by: int) -> Box:
        return self.inset(-by)

    def middle(self, w: int, h: int) -> Box:
        """A box of ``w`` by ``h`` with the same centre."""
        return Box(self.x + (self.w - w) // 2, self.y + (self.h - h) // 2, w, h)

    def top_part(self, h: int) -> Box:
        return Box(self.x, self.y, self.w, h)

    def bottom_part(self, h: int) -> Box:
        return Box(self.x, self.bottom - h, self.w, h)

    def left_part(self, w: int) -> Box:
        return Box(self.x, self.y, w, self.h)

    def right_part(self, w: int) -> Box:
        return Box(self.right - w, self.y, w, self.h)

    def without_top(self, h: int) -> Box:
        return Box(self.x, self.y + h, self.w, self.h - h)

    def without_left(self, w: int) -> Box:
        return Box(self.x + w, self.y, self.w - w, self.h)

    def columns(self, count: int, gap: int) -> tuple[Box, ...]:
        """``count`` equal columns with ``gap`` pixels between them."""
        w = (self.w - gap * (count - 1)) // count
        return tuple(Box(self.x + i * (w + gap), self.y, w, self.h) for i in range(count))

    def rows(self, count: int, gap: int) -> tuple[Box, ...]:
        """``count`` equal rows with ``gap`` pixels between them."""
        h = (self.h - gap * (count - 1)) // count
        return tuple(Box(self.x, self.y + i * (h + gap), self.w, h) for i in range(count))


class Weight(StrEnum):
    REGULAR = "regular"
    BOLD = "bold"


@dataclass(frozen=True, slots=True)
class Panel:
    """A filled rectangle with rounded corners, perhaps an edge, perhaps a soft shadow below it.

    ``box`` is the panel itself; the shadow reaches ``shadow_px`` beyond it.
    """

    box: Box
    fill: Colour
    radius_px: int = 0
    edge: Colour | None = None
    edge_px: int = 0
    shadow_px: int = 0

    @property
    def bounds(self) -> Box:
        return self.box.grown(2 * self.shadow_px)


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text. ``x`` is where its first glyph begins, ``baseline_y`` what it stands on.

    ``box`` is the room it was given: no pixel may leave it. ``on`` is the colour below it. What is
    ``personal`` is never kept in a cache beyond the visit. ``cut`` says that the line was too long
    even at the smallest size and ends in an ellipsis.
    """

    text: str
    x: int
    baseline_y: int
    size_px: int
    weight: Weight
    colour: Colour
    on: Colour
    box: Box
    personal: bool = False
    cut: bool = False

    @property
    def bounds(self) -> Box:
        return self.box


@dataclass(frozen=True, slots=True)
class Icon:
    """A line drawing of `kiosk.screen.icons`, square, centred in ``box``."""

    name: str
    box: Box
    colour: Colour

    @property
    def bounds(self) -> Box:
        return self.box


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle that empties clockwise from the top; ``part`` is what is left, 0 to 1."""

    box: Box
    part: float
    width_px: int
    colour: Colour
    track: Colour

    @property
    def bounds(self) -> Box:
        return self.box


@dataclass(frozen=True, slots=True)
class PreviewSlot:
    """Where the live camera picture goes, cut to fill ``box``; ``behind`` shows round its corners
    and ``empty`` is what is seen before the first picture."""

    box: Box
    radius_px: int
    behind: Colour
    empty: Colour

    @property
    def bounds(self) -> Box:
        return self.box


@dataclass(frozen=True, slots=True)
class Brackets:
    """Four corner marks: "hold it in here"."""

    box: Box
    arm_px: int
    width_px: int
    colour: Colour

    @property
    def bounds(self) -> Box:
        return self.box


Shape: TypeAlias = Panel | Text | Icon | Ring | PreviewSlot | Brackets


@dataclass(frozen=True, slots=True)
class Target:
    """Where a touch means ``action``. ``box`` is the visible key; ``reach`` also counts as hit."""

    action: Action
    box: Box
    reach: Box


@dataclass(frozen=True, slots=True)
class DisplayList:
    """One picture of the screen. ``changes_at_s``: when it looks different without a new snapshot
    (CLOCK_MONOTONIC), None when never."""

    page: str
    width: int
    height: int
    background: Colour
    shapes: tuple[Shape, ...]
    targets: tuple[Target, ...]
    changes_at_s: float | None = None

    @property
    def whole(self) -> Box:
        return Box(0, 0, self.width, self.height)

    @property
    def preview(self) -> PreviewSlot | None:
        return next((shape for shape in self.shapes if isinstance(shape, PreviewSlot)), None)

    def target_at(self, x: float, y: float) -> Target | None:
        """The key under a finger: a direct hit first, then the nearest half-gap."""
        for target in self.targets:
            if target.box.contains(x, y):
                return target
        return next((target for target in self.targets if target.reach.contains(x, y)), None)
