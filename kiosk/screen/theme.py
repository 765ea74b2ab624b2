"""How the kiosk looks: colours, sizes, and the grid they are laid out on.

Owns numbers only. One *unit* is a millimetre of the 10.1 inch reference panel (217 × 127 mm and
more); on a larger panel everything grows with it. Text colours stand at 7:1 or more on the colours
they are used with: a test measures every line.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.screen.shapes import Box, Colour

REFERENCE_WIDTH_MM = 217.0
REFERENCE_HEIGHT_MM = 127.0
KEY_MM = 20.0  # reference: domain-ux, section 2: no gain above, errors below
KEY_FLOOR_MM = 15.0


@dataclass(frozen=True, slots=True)
class Tone:
    """One family of colours: ``deep`` carries white text, ``ink`` stands on ``wash`` or white."""

    deep: Colour
    ink: Colour
    line: Colour
    wash: Colour


PAPER: Colour = (243, 246, 248)
WHITE: Colour = (255, 255, 255)
INK: Colour = (16, 32, 46)
SOFT_INK: Colour = (58, 74, 90)
RULE: Colour = (214, 222, 229)
SHADOW: Colour = (16, 42, 67)
NIGHT: Colour = (22, 36, 50)
PRESSED_SHADE = 0.86

CALM = Tone(deep=(11, 75, 105), ink=(11, 75, 105), line=(138, 178, 198), wash=(225, 239, 246))
GOOD = Tone(deep=(10, 92, 62), ink=(9, 84, 56), line=(132, 190, 163), wash=(224, 243, 233))
WARM = Tone(deep=(122, 70, 0), ink=(104, 60, 0), line=(223, 186, 118), wash=(255, 242, 217))
ALERT = Tone(deep=(142, 27, 40), ink=(138, 20, 34), line=(221, 158, 162), wash=(253, 234, 234))


@dataclass(frozen=True, slots=True)
class Sizes:
    """Text sizes, em in units, and the smallest a line may shrink to. `LARGE` meets EN 301 549."""

    body: float
    button: float
    heading: float
    title: float
    number: float
    floor: float


NORMAL = Sizes(body=6.8, button=7.4, heading=8.6, title=13.0, number=40.0, floor=6.5)
LARGE = Sizes(body=10.0, button=10.2, heading=11.5, title=14.5, number=40.0, floor=10.0)


@dataclass(frozen=True, slots=True)
class Grid:
    """A screen of ``width`` by ``height`` pixels whose panel is ``panel_width_mm`` wide."""

    width: int
    height: int
    panel_width_mm: float

    @property
    def unit_px(self) -> float:
        return min(self.width / REFERENCE_WIDTH_MM, self.height / REFERENCE_HEIGHT_MM)

    @property
    def px_per_mm(self) -> float:
        return self.width / self.panel_width_mm

    @property
    def whole(self) -> Box:
        return Box(0, 0, self.width, self.height)

    def px(self, units: float) -> int:
        """Whole pixels of a length in units."""
        return round(units * self.unit_px)

    def key_px(self, millimetres: float) -> int:
        """A length that must not come out smaller than ``millimetres``."""
        return int(-(-millimetres * self.unit_px // 1))


def shade(colour: Colour, factor: float) -> Colour:
    """``colour`` darkened to ``factor`` of its light."""
    red, green, blue = (round(part * factor) for part in colour)
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """WCAG contrast ratio, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Colour) -> float:
    parts = [part / 255 for part in colour]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
