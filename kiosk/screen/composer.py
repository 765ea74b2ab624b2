"""The widget layer: what pages are composed with. Each call adds shapes and perhaps a target.

Owns the picture while one `draw` runs and is thrown away after it. Must not know the flow: which
page offers what is the pages' matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from config.model import Language
from config.translations import Catalogue
from kiosk.ipc.messages import Action
from kiosk.screen.shapes import (
    Box,
    Colour,
    DisplayList,
    Icon,
    Panel,
    Ring,
    Shape,
    Target,
    Text,
    Weight,
)
from kiosk.screen.theme import (
    CALM,
    INK,
    LARGE,
    NORMAL,
    PAPER,
    PRESSED_SHADE,
    RULE,
    WHITE,
    Grid,
    Sizes,
    shade,
)
from kiosk.screen.typeface import Typeface
from kiosk.screen.typeset import ASCENT_EM, CAPITAL_EM, DESCENT_EM, LINE_EM, Setting, fit

_SETTINGS_KEPT = 600


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Layout:
    """All that `draw` needs beside the snapshot: the grid, the typeface, the words."""

    grid: Grid
    typeface: Typeface
    catalogues: Mapping[Language, Catalogue]
    settings: dict[tuple[object, ...], Setting] = field(default_factory=dict)
    """Remembered line breaks of texts that name nobody; filled by composers."""


@dataclass(frozen=True, slots=True)
class KeyLook:
    fill: Colour
    ink: Colour
    edge: Colour | None


PRIMARY = KeyLook(CALM.deep, WHITE, None)
PLAIN = KeyLook(WHITE, INK, RULE)


class Composer:
    """Collects one picture. ``pressed`` is the key under a finger now; it is drawn darker."""

    def __init__(
        self, layout: Layout, language: Language, large_text: bool, pressed: Action | None = None
    ) -> None:
        self.grid = layout.grid
        self.language = language
        self.large = large_text
        self.sizes: Sizes = LARGE if large_text else NORMAL
        self.background: Colour = PAPER
        self.band: Colour | None = None
        self._layout = layout
        self._words = layout.catalogues[language]
        self._pressed = pressed
        self._shapes: list[Shape] = []
        self._targets: list[Target] = []
        self._changes_at_s: float | None = None

    # ── words and time ───────────────────────────────────────────────────────────────────────

    def say(self, message_id: str, **parameters: object) -> str:
        return self._words.text(message_id, **parameters)

    def say_or(self, message_id: str, otherwise: str) -> str:
        """A message that the core named; the text ``otherwise`` when this catalogue lacks it."""
        return self.say(message_id) if message_id in self._words.message_ids else otherwise

    def changes_at(self, when_s: float) -> None:
        """The picture is out of date at ``when_s`` at the latest."""
        if self._changes_at_s is None or when_s < self._changes_at_s:
            self._changes_at_s = when_s

    @property
    def head(self) -> Colour:
        """What strip and heading stand on."""
        return self.background if self.band is None else self.band

    def px(self, units: float) -> int:
        return self.grid.px(units)

    # ── shapes ───────────────────────────────────────────────────────────────────────────────

    def add(self, shape: Shape) -> None:
        self._shapes.append(shape)

    def fill_band(self, height_px: int, colour: Colour) -> None:
        """Colour the upper part of the screen, edge to edge; strip and heading turn white."""
        self.band = colour
        self.add(Panel(self.grid.whole.top_part(height_px), colour))

    def card(
        self, box: Box, fill: Colour = WHITE, edge: Colour | None = None, shadow: bool = True
    ) -> None:
        """A raised panel."""
        self.add(
            Panel(
                box,
                fill,
                radius_px=self.px(4),
                edge=edge,
                edge_px=max(2, self.px(0.4)) if edge else 0,
                shadow_px=self.px(1.6) if shadow else 0,
            )
        )

    def pill(self, box: Box, fill: Colour) -> None:
        self.add(Panel(box, fill, radius_px=min(box.w, box.h) // 2))

    def icon(self, name: str, box: Box, colour: Colour) -> None:
        side = min(box.w, box.h)
        self.add(Icon(name, box.middle(side, side), colour))

    def medal(self, name: str, box: Box, fill: Colour, ink: Colour) -> None:
        """An icon in a filled circle."""
        side = min(box.w, box.h)
        circle = box.middle(side, side)
        self.add(Panel(circle, fill, radius_px=side // 2))
        self.icon(name, circle.inset(round(side * 0.19)), ink)

    def ring(self, box: Box, part: float, colour: Colour, track: Colour) -> None:
        side = min(box.w, box.h)
        self.add(Ring(box.middle(side, side), part, max(3, side // 11), colour, track))

    def text(
        self,
        box: Box,
        text: str,
        size: float,
        *,
        colour: Colour = INK,
        on: Colour = WHITE,
        weight: Weight = Weight.REGULAR,
        align: Align = Align.LEFT,
        max_lines: int = 1,
        personal: bool = False,
        top: bool = False,
    ) -> Setting:
        """``text`` in ``box``, centred in its height unless ``top``; shrinks down to the floor."""
        setting = self._set(text, box, size, (weight, max_lines), personal)
        em = setting.size_px
        block = (len(setting.lines) - 1) * LINE_EM + 1.0  # em boxes; ink reaches a little beyond
        first = box.y + ASCENT_EM * em if top else box.y + (box.h - block * em) / 2 + 0.88 * em
        first = max(first, box.y + ASCENT_EM * em)
        first = min(first, box.bottom - ((len(setting.lines) - 1) * LINE_EM + DESCENT_EM) * em)
        for number, line in enumerate(setting.lines):
            width = self._layout.typeface.width_px(line, em, weight)
            indent = (box.w - width) / 2 if align is Align.CENTRE else 0
            self.add(
                Text(
                    line,
                    round(box.x + indent),
                    round(first + number * LINE_EM * em),
                    em,
                    weight,
                    colour,
                    on,
                    box,
                    personal,
                    setting.cut,
                )
            )
        return setting

    def figure(self, box: Box, text: str, size: float, *, colour: Colour, on: Colour) -> None:
        """Large digits and capitals, centred by their own height instead of the em box."""
        width_of = self._layout.typeface.width_px
        em = self.px(size)
        while em > 8 and (
            width_of(text, em, Weight.BOLD) > box.w or em * (CAPITAL_EM + 0.04) > box.h
        ):
            em -= 2
        x = box.x + (box.w - width_of(text, em, Weight.BOLD)) / 2
        baseline = box.y + (box.h + CAPITAL_EM * em) / 2
        self.add(Text(text, round(x), round(baseline), em, Weight.BOLD, colour, on, box))

    def fraction(
        self,
        box: Box,
        part: str,
        whole: str,
        size: float,
        *,
        colours: tuple[Colour, Colour],
        on: Colour,
    ) -> None:
        """A large ``part`` and on the same baseline, half as large, the ``whole``,
        whose stroke reaches a little below."""
        width_of = self._layout.typeface.width_px
        em = self.px(size)
        while em > 8 and (
            width_of(part, em, Weight.BOLD) + width_of(whole, em // 2, Weight.BOLD) > box.w
            or em * (CAPITAL_EM + 0.12) > box.h
        ):
            em -= 2
        part_w = width_of(part, em, Weight.BOLD)
        x = box.x + (box.w - part_w - width_of(whole, em // 2, Weight.BOLD)) / 2
        baseline = round(box.y + (box.h + (CAPITAL_EM - 0.08) * em) / 2)
        first = Text(part, round(x), baseline, em, Weight.BOLD, colours[0], on, box)
        self.add(first)
        self.add(
            replace(first, text=whole, x=round(x + part_w), size_px=em // 2, colour=colours[1])
        )

    def width(self, text: str, size: float, weight: Weight = Weight.REGULAR) -> int:
        """How wide ``text`` is at ``size`` units, in pixels, rounded up."""
        return self._layout.typeface.width_px(text, self.px(size), weight) + 1

    def set_height(
        self,
        text: str,
        w: int,
        size: float,
        *,
        weight: Weight = Weight.REGULAR,
        max_lines: int = 1,
    ) -> int:
        """The height that ``text`` takes at ``size`` in a column ``w`` pixels wide."""
        room = Box(0, 0, w, self.grid.height)
        return self._set(text, room, size, (weight, max_lines), personal=False).height_px + 2

    # ── keys ─────────────────────────────────────────────────────────────────────────────────

    def key(
        self,
        box: Box,
        action: Action,
        label: str,
        *,
        look: KeyLook = PLAIN,
        icon: str = "",
        size: float | None = None,
    ) -> None:
        """A key with its label, an icon before it where there is room, and the target that reaches
        half a gap out."""
        fill = shade(look.fill, PRESSED_SHADE) if self._pressed is action else look.fill
        self.card(box, fill, look.edge, shadow=look.edge is None)
        size = size or self.sizes.button
        inner = box.inset(self.px(2.5), self.px(1))
        width = self.width(label, size, Weight.BOLD)
        side, gap = self.px(size * 1.25), self.px(2.2)
        if icon and side + gap + width <= inner.w:
            left = inner.x + (inner.w - side - gap - width) // 2
            self.icon(icon, Box(left, box.y, side, box.h), look.ink)
            inner = Box(left + side + gap, inner.y, width + 2, inner.h)
        self.text(
            inner,
            label,
            size,
            colour=look.ink,
            on=fill,
            weight=Weight.BOLD,
            align=Align.CENTRE,
        )
        self._targets.append(Target(action, box, box.grown(self.px(1.5))))

    # ── the picture ──────────────────────────────────────────────────────────────────────────

    def picture(self, page: str) -> DisplayList:
        """What was composed so far."""
        return DisplayList(
            page,
            self.grid.width,
            self.grid.height,
            self.background,
            tuple(self._shapes),
            tuple(self._targets),
            self._changes_at_s,
        )

    def _set(
        self, text: str, box: Box, size: float, how: tuple[Weight, int], personal: bool
    ) -> Setting:
        weight, max_lines = how
        size_px, floor_px = self.px(size), self.px(min(size, self.sizes.floor))
        key = (text, box.w, box.h, size_px, floor_px, how)
        remembered = None if personal else self._layout.settings.get(key)
        if remembered is not None:
            return remembered
        typeface = self._layout.typeface
        setting = fit(
            text,
            box.w,
            box.h,
            size_px=size_px,
            floor_px=floor_px,
            max_lines=max_lines,
            width_of=lambda line, px: typeface.width_px(line, px, weight),
        )
        if not personal:
            if len(self._layout.settings) >= _SETTINGS_KEPT:
                self._layout.settings.clear()
            self._layout.settings[key] = setting
        return setting
