"""The geometry of the tube labels, in dots of a 203 dpi head (8 dots a millimetre).

Owns where things stand and refuses what does not fit; must not draw. The long side of the label
lies along the tube, so that the lines of the barcode run around it (ladder-wise): on a round tube
only that way every bar keeps its width (reference: devices, section 4.3).
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.label_printer.bitmap import Rectangle
from drivers.label_printer.symbol import QUIET_ZONE_MODULES, modules_needed

DOTS_PER_MM = 8
MODULE_DOTS = 2
"""Narrowest bar: 0.25 mm. One dot is not enough for a thermal head, however well it simulates."""
MARGIN_DOTS = 14
"""No ink nearer to the edge: the label may sit 1.75 mm off in the printer."""


class LabelDoesNotFit(Exception):
    """Content or barcode is wider than the label; the text says by how much."""


@dataclass(frozen=True, slots=True)
class LabelTemplate:
    """A label of ``width_mm`` along the tube and ``height_mm`` around it.

    From top to bottom: header (serial, pool class, lane), barcode, number, footer (time, marks).
    """

    name: str
    width_mm: int
    height_mm: int
    header: Rectangle
    barcode_top: int
    barcode_height: int
    number_top: int
    number_height: int
    footer: Rectangle

    @property
    def width(self) -> int:
        return self.width_mm * DOTS_PER_MM

    @property
    def height(self) -> int:
        return self.height_mm * DOTS_PER_MM

    @property
    def face(self) -> Rectangle:
        return Rectangle(0, 0, self.width, self.height)

    def barcode(self, digits: int) -> Rectangle:
        """The bars of a number of ``digits`` digits, centred on a whole byte.

        A start at a multiple of 8 dots keeps bars of two dots from ever forming the byte 10h, with
        which real-time commands begin. Raises `LabelDoesNotFit`, quiet zones counted.
        """
        bars = modules_needed(digits) * MODULE_DOTS
        quiet = QUIET_ZONE_MODULES * MODULE_DOTS
        if bars + 2 * quiet > self.width:
            raise LabelDoesNotFit(
                f"a barcode of {digits} digits needs {bars + 2 * quiet} dots with its quiet zones, "
                f"label {self.name} has {self.width}"
            )
        left = (self.width - bars) // 2 // 8 * 8
        return Rectangle(left, self.barcode_top, bars, self.barcode_height)

    def protected(self, digits: int) -> Rectangle:
        """Bars and quiet zones: no ink and no changed dot in here."""
        bars = self.barcode(digits)
        quiet = QUIET_ZONE_MODULES * MODULE_DOTS
        return Rectangle(bars.left - quiet, bars.top, bars.width + 2 * quiet, bars.height)


def _template(name: str, width_mm: int) -> LabelTemplate:
    inner = width_mm * DOTS_PER_MM - 2 * MARGIN_DOTS
    return LabelTemplate(
        name=name,
        width_mm=width_mm,
        height_mm=30,
        header=Rectangle(MARGIN_DOTS, 12, inner, 50),
        barcode_top=72,
        barcode_height=88,  # 11 mm: analysers ask for 10
        number_top=170,
        number_height=26,  # 3.25 mm
        footer=Rectangle(MARGIN_DOTS, 206, inner, 24),
    )


TEMPLATES = {
    template.name: template
    for template in (_template("tube-40x30", 40), _template("tube-50x30", 50))
}


def template_named(name: str) -> LabelTemplate:
    """Raises ValueError naming the templates that exist."""
    try:
        return TEMPLATES[name]
    except KeyError:
        raise ValueError(f"no label template {name!r}; there are: {', '.join(TEMPLATES)}") from None
