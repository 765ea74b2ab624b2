"""Label templates: what stands where, in millimetres, as data.

Owns the shape of a template file (``templates/*.toml``), the way from millimetres to the dots of a
203 dpi head, and the refusal of what does not fit; must not draw. On a tube label the long side
lies along the tube, so that the lines of the barcode run around it (ladder-wise): on a round tube
only that way every bar keeps its width (reference: devices, section 4.3).

A ``say`` names fields of the content in braces, such as ``"{lane}道"``; a text that comes out empty
is left out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from drivers.label_printer.bitmap import Rectangle
from drivers.label_printer.symbol import QUIET_ZONE_MODULES, modules_needed

DOTS_PER_MM = 8
MODULE_DOTS = 2
"""Narrowest bar: 0.25 mm. One dot is not enough for a thermal head, however well it simulates."""
SMALLEST_QR_MODULE_DOTS = 3
FOLDER = Path(__file__).with_name("templates")

Mm = Annotated[float, Meta(ge=0, le=200)]
Side = Annotated[int, Meta(ge=10, le=72)]
BoxMm = tuple[Mm, Mm, Mm, Mm]
_FIELD = re.compile(r"\{([a-z_]+)\}")


class LabelDoesNotFit(Exception):
    """Content or a code is wider than its room; the text says by how much."""


class TemplateBad(ValueError):
    """A template file is no template; the text says which, where and why."""


class TemplateKind(StrEnum):
    """Which content a template is for."""

    TUBE = "tube"
    VISIT = "visit"
    FEVER = "fever"
    TEST = "test"


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class _Part(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the template. ``box_mm`` is left, top, width and height."""


class TextPart(_Part, frozen=True):
    """One line, or two split at the first space. Without ``size_mm`` (of the em) as large as fits;
    ``reversed`` is white on a black box that hugs the text."""

    say: str
    box_mm: BoxMm
    align: Align = Align.CENTRE
    size_mm: Mm | None = None
    lines: Literal[1, 2] = 1
    reversed: bool = False


class BarcodePart(_Part, frozen=True):
    """Code 128, set C, centred on the label; ``module_mm`` is the X-dimension."""

    say: str
    top_mm: Mm
    height_mm: Mm
    module_mm: Mm = MODULE_DOTS / DOTS_PER_MM


class QrPart(_Part, frozen=True):
    """A QR code with its quiet zone, as large as fits; refused below ``module_mm``."""

    say: str
    box_mm: BoxMm
    module_mm: Mm = 0.375
    error: Literal["l", "m", "q", "h"] = "m"


class MarksPart(_Part, frozen=True):
    """The framed remarks of the content from the right; a reprint's mark comes first, reversed."""

    box_mm: BoxMm
    size_mm: Mm = 2.75


class PatternPart(_Part, frozen=True):
    """For the test page: ``comb`` has a tooth each millimetre, ``checker`` fields of two dots,
    ``solid`` is black."""

    draw: Literal["comb", "checker", "solid"]
    box_mm: BoxMm


class LabelTemplate(_Part, frozen=True):
    """A label of ``width_mm`` across the paper (along the tube) and ``height_mm`` along it.

    No ink comes nearer to the edge than ``margin_mm``: so far the label may sit off in the printer.
    """

    name: str
    kind: TemplateKind
    title: str
    width_mm: Side
    height_mm: Annotated[int, Meta(ge=10, le=150)]
    margin_mm: Mm = 1.75
    text: tuple[TextPart, ...] = ()
    barcode: BarcodePart | None = None
    qr: QrPart | None = None
    marks: MarksPart | None = None
    pattern: tuple[PatternPart, ...] = ()

    def __post_init__(self) -> None:
        inside = self._inside
        parts = list(self._boxes())
        for name, box in parts:
            if name != "qr" and not box.within(inside):
                raise ValueError(f"the box of {name} leaves the margin of {self.margin_mm:g} mm")
            if not box.within(self.face):
                raise ValueError(f"the box of {name} leaves the label")
        for (name, box), (other, another) in combinations(parts, 2):
            if box.overlaps(another):
                raise ValueError(f"the boxes of {name} and {other} overlap")
        if self.barcode is not None and self.module < MODULE_DOTS:
            raise ValueError(f"a barcode needs modules of {MODULE_DOTS} dots (0.25 mm) at least")
        if self.qr is not None and dots(self.qr.module_mm) < SMALLEST_QR_MODULE_DOTS:
            raise ValueError(f"a QR code needs modules of {SMALLEST_QR_MODULE_DOTS} dots at least")

    @property
    def width(self) -> int:
        return self.width_mm * DOTS_PER_MM

    @property
    def height(self) -> int:
        return self.height_mm * DOTS_PER_MM

    @property
    def face(self) -> Rectangle:
        return Rectangle(0, 0, self.width, self.height)

    @property
    def fields(self) -> frozenset[str]:
        """The fields of the content that this template prints."""
        codes = [part.say for part in (self.barcode, self.qr) if part is not None]
        said = " ".join([*(part.say for part in self.text), *codes])
        return frozenset(_FIELD.findall(said))

    def bars(self, digits: int) -> Rectangle:
        """The bars of a number of ``digits`` digits, centred on a whole byte.

        A start at a multiple of 8 dots keeps bars of two dots from ever forming the byte 10h, with
        which real-time commands begin. Raises `LabelDoesNotFit`, quiet zones counted.
        """
        if self.barcode is None:
            raise ValueError(f"label {self.name} has no barcode")
        width = modules_needed(digits) * self.module
        quiet = QUIET_ZONE_MODULES * self.module
        if width + 2 * quiet > self.width:
            raise LabelDoesNotFit(
                f"a barcode of {digits} digits needs {width + 2 * quiet} dots with its quiet zones,"
                f" label {self.name} has {self.width}"
            )
        left = (self.width - width) // 2 // 8 * 8
        height = dots(self.barcode.height_mm)
        return Rectangle(left, dots(self.barcode.top_mm), width, height)

    def protected(self, digits: int) -> Rectangle:
        """Bars and quiet zones: no ink and no changed dot in here. Raises `LabelDoesNotFit`."""
        bars = self.bars(digits)
        quiet = QUIET_ZONE_MODULES * self.module
        whole = Rectangle(bars.left - quiet, bars.top, bars.width + 2 * quiet, bars.height)
        for name, box in self._boxes():
            if box.overlaps(whole):
                raise LabelDoesNotFit(
                    f"the box of {name} on label {self.name} stands in the barcode of {digits}"
                    " digits or in its quiet zones"
                )
        return whole

    @property
    def module(self) -> int:
        """Dots of a barcode's narrowest bar."""
        return dots(self.barcode.module_mm) if self.barcode else MODULE_DOTS

    @property
    def _inside(self) -> Rectangle:
        margin = dots(self.margin_mm)
        return Rectangle(margin, margin, self.width - 2 * margin, self.height - 2 * margin)

    def _boxes(self) -> Iterator[tuple[str, Rectangle]]:
        for part in self.text:
            yield f"{part.say!r}", dots_of(part.box_mm)
        for pattern in self.pattern:
            yield f"the {pattern.draw}", dots_of(pattern.box_mm)
        if self.marks is not None:
            yield "marks", dots_of(self.marks.box_mm)
        if self.qr is not None:
            yield "qr", dots_of(self.qr.box_mm)


def spoken(say: str, fields: dict[str, str]) -> str:
    """``say`` with its fields filled in. Raises KeyError for a field that there is not."""
    return _FIELD.sub(lambda found: fields[found[1]], say)


def dots_of(box_mm: BoxMm) -> Rectangle:
    left, top, width, height = (dots(side) for side in box_mm)
    return Rectangle(left, top, width, height)


def dots(mm: float) -> int:
    """The nearest whole number of dots."""
    return round(mm * DOTS_PER_MM)


def read_template(path: Path) -> LabelTemplate:
    """The template in one file, named for it. Raises `TemplateBad`, or OSError for no file."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        return msgspec.convert({**table, "name": path.stem}, LabelTemplate)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise TemplateBad(f"{path.name} is no label template: {error}") from error


TEMPLATES = {path.stem: read_template(path) for path in sorted(FOLDER.glob("*.toml"))}


def template_named(name: str) -> LabelTemplate:
    """Raises ValueError naming the templates that exist."""
    try:
        return TEMPLATES[name]
    except KeyError:
        raise ValueError(f"no label template {name!r}; there are: {', '.join(TEMPLATES)}") from None
