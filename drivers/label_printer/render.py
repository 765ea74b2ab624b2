"""Draws a label as dots.

Owns the drawing; where things stand is the template's, what they say is the content's. Text never
enters a code or its quiet zones, and what does not fit is refused, never cut off silently.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from drivers.label_printer.bitmap import Bitmap, Rectangle, bitmap_of
from drivers.label_printer.font import simplified_chinese
from drivers.label_printer.pen import BLACK, WHITE, Pen
from drivers.label_printer.qr_symbol import QR_QUIET_ZONE_MODULES, qr_modules
from drivers.label_printer.realtime import defuse
from drivers.label_printer.symbol import code128_modules
from drivers.label_printer.template import (
    DOTS_PER_MM,
    LabelDoesNotFit,
    LabelTemplate,
    PatternPart,
    QrPart,
    TemplateKind,
    dots,
    dots_of,
    spoken,
    template_named,
)

if TYPE_CHECKING:
    from PIL import ImageDraw


class Content(Protocol):
    """What a template of ``kind`` prints; see `drivers.label_printer.content`."""

    @property
    def kind(self) -> TemplateKind: ...

    def fields(self) -> dict[str, str]:
        """Printable texts by name."""

    def framed(self) -> list[tuple[str, bool]]:
        """Marks from the right, and whether each is reversed."""


def render_label(content: Content, template_name: str) -> Bitmap:
    """`render` on one of our own templates. Raises ValueError, too, for an unknown one."""
    return render(content, template_named(template_name))


def render(content: Content, template: LabelTemplate) -> Bitmap:
    """The label of ``content``, safe to send inside a raster command; 30 ms at most when warm.

    Raises `LabelDoesNotFit`, `GlyphMissing`, `FontMissing`, `NotDefusable`, and ValueError for
    content of another kind.
    """
    from PIL import Image, ImageDraw  # noqa: PLC0415  the core starts without Pillow

    if content.kind is not template.kind:
        raise ValueError(f"{template.name} is a template for {template.kind}, not {content.kind}")
    fields = content.fields()
    picture = Image.new("L", (template.width, template.height), WHITE)
    draw = ImageDraw.Draw(picture)
    _draw_texts(Pen(draw, simplified_chinese()), template, fields, content.framed())
    for pattern in template.pattern:
        _draw_pattern(draw, pattern)
    protected = []
    if template.barcode is not None:
        digits = spoken(template.barcode.say, fields)
        protected.append(template.protected(len(digits)))
        _draw_bars(draw, template.bars(len(digits)), digits, template.module)
    if template.qr is not None:
        protected.append(_draw_qr(draw, template, template.qr, spoken(template.qr.say, fields)))
    return defuse(bitmap_of(picture, tuple(protected)))


def _draw_texts(
    pen: Pen, template: LabelTemplate, fields: dict[str, str], framed: list[tuple[str, bool]]
) -> None:
    for part in template.text:
        text, box = spoken(part.say, fields).strip(), dots_of(part.box_mm)
        if not text:
            continue
        if part.reversed:
            pen.write_reversed(text, box, align=part.align)
        else:
            em = None if part.size_mm is None else dots(part.size_mm)
            pen.write(text, box, align=part.align, em=em, lines=part.lines)
    if framed:
        if template.marks is None:
            raise LabelDoesNotFit(f"label {template.name} has no room for marks")
        pen.write_marks(framed, dots_of(template.marks.box_mm), dots(template.marks.size_mm))


def _draw_bars(draw: ImageDraw.ImageDraw, area: Rectangle, digits: str, module: int) -> None:
    left = area.left
    for colour, run in groupby(code128_modules(digits)):
        width = len(list(run)) * module
        if colour == "1":
            draw.rectangle((left, area.top, left + width - 1, area.bottom - 1), fill=BLACK)
        left += width


def _draw_qr(
    draw: ImageDraw.ImageDraw, template: LabelTemplate, part: QrPart, text: str
) -> Rectangle:
    """Returns the code with its quiet zone: no dot may change in there."""
    rows = qr_modules(text, part.error)
    box = dots_of(part.box_mm)
    across = len(rows) + 2 * QR_QUIET_ZONE_MODULES
    module = min(box.width, box.height) // across
    if module < dots(part.module_mm):
        raise LabelDoesNotFit(
            f"a QR code of {len(text)} characters needs {across * dots(part.module_mm)} dots with"
            f" its quiet zone, label {template.name} has {min(box.width, box.height)}"
        )
    size = across * module
    left, top = box.left + (box.width - size) // 2, box.top + (box.height - size) // 2
    for y, row in enumerate(rows, QR_QUIET_ZONE_MODULES):
        for x, dark in enumerate(row, QR_QUIET_ZONE_MODULES):
            if dark:
                at_x, at_y = left + x * module, top + y * module
                draw.rectangle((at_x, at_y, at_x + module - 1, at_y + module - 1), fill=BLACK)
    return Rectangle(left, top, size, size)


def _draw_pattern(draw: ImageDraw.ImageDraw, part: PatternPart) -> None:
    box = dots_of(part.box_mm)
    match part.draw:
        case "solid":
            draw.rectangle((box.left, box.top, box.right - 1, box.bottom - 1), fill=BLACK)
        case "checker":
            for y in range(box.top, box.bottom - 1, 2):
                for x in range(box.left + (y - box.top) % 4, box.right - 1, 4):
                    draw.rectangle((x, y, x + 1, y + 1), fill=BLACK)
        case "comb":
            for number, x in enumerate(range(box.left, box.right - 1, DOTS_PER_MM)):
                height = box.height if number % 5 == 0 else box.height // 2
                draw.rectangle((x, box.bottom - height, x + 1, box.bottom - 1), fill=BLACK)
