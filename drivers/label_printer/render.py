"""Draws a tube label as dots.

Owns the drawing; where things stand is `template`'s, what they say is `content`'s. Text never
enters the barcode or its quiet zones, and what does not fit is refused, never cut off silently.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from drivers.label_printer.bitmap import Bitmap, Rectangle, bitmap_of
from drivers.label_printer.content import LabelContent
from drivers.label_printer.font import FontFace, simplified_chinese
from drivers.label_printer.realtime import defuse
from drivers.label_printer.symbol import code128_modules
from drivers.label_printer.template import (
    MODULE_DOTS,
    LabelDoesNotFit,
    LabelTemplate,
    template_named,
)

if TYPE_CHECKING:
    from PIL import ImageDraw

_BLACK, _WHITE = 0, 255
_GAP = 8
_LINE_GAP = 3
_SERIAL_EM = 54
_FOOTER_EM = 22
_SMALLEST_TEXT = 18  # dots per em; smaller Chinese closes up on a thermal head


def render_label(content: LabelContent, template_name: str) -> Bitmap:
    """The label of ``content``, safe to send inside a raster command; 30 ms at most when warm.

    Raises `LabelDoesNotFit`, `FontMissing`, `NotDefusable`, ValueError for an unknown template.
    """
    from PIL import Image, ImageDraw  # noqa: PLC0415  the core starts without Pillow

    template = template_named(template_name)
    picture = Image.new("L", (template.width, template.height), _WHITE)
    pen = _Pen(ImageDraw.Draw(picture), simplified_chinese())
    _draw_header(pen, template, content)
    _draw_number(pen, template, content)
    _draw_footer(pen, template, content)
    _draw_bars(pen, template, content)
    return defuse(bitmap_of(picture, (template.protected(len(content.tube)),)))


class _Pen:
    """Text placed by its ink and not by its line box, so that rows line up to the dot."""

    def __init__(self, draw: ImageDraw.ImageDraw, face: FontFace) -> None:
        self.draw = draw
        self._face = face

    def size_of(self, text: str, em: int) -> tuple[int, int]:
        """Ink width and height in dots."""
        left, top, right, bottom = _ink_box(self._face, text, em)
        return round(right - left), round(bottom - top)

    def em_for(self, text: str, width: int, height: int) -> int:
        """The largest size whose ink fits; raises `LabelDoesNotFit` below the smallest."""
        largest = int(height * 1.6)
        ink = self.size_of(text, largest)
        guess = math.ceil(largest * min(1.0, width / ink[0], height / ink[1])) + 1
        for em in range(min(guess, largest), _SMALLEST_TEXT - 1, -1):
            ink = self.size_of(text, em)
            if ink[0] <= width and ink[1] <= height:
                return em
        raise LabelDoesNotFit(f"{text!r} does not fit into {width} x {height} dots")

    def write(self, text: str, em: int, left: int, middle: int, ink: int = _BLACK) -> int:
        """Write with the ink starting at ``left``, centred on row ``middle``; returns its right."""
        font = self._face.at(em)
        box = _ink_box(self._face, text, em)
        self.draw.text((left - box[0], middle - (box[1] + box[3]) / 2), text, font=font, fill=ink)
        return left + round(box[2] - box[0])


@lru_cache(maxsize=256)
def _ink_box(face: FontFace, text: str, em: int) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the ink; lanes and pool classes come again and again."""
    return face.at(em).getbbox(text)


def _draw_header(pen: _Pen, template: LabelTemplate, content: LabelContent) -> None:
    """Serial large at the left, lane reversed at the right, pool class in two lines between."""
    area = template.header
    middle = area.top + area.height // 2
    serial_right = pen.write(content.short, _SERIAL_EM, area.left, middle)
    lane = f"{content.lane}道"
    em = pen.em_for(lane, area.width, area.height - 18)
    width, _ = pen.size_of(lane, em)
    box = Rectangle(area.right - width - 16, area.top, width + 16, area.height)
    pen.draw.rounded_rectangle(
        (box.left, box.top, box.right - 1, box.bottom - 1), radius=6, fill=_BLACK
    )
    pen.write(lane, em, box.left + 8, middle, _WHITE)
    _draw_pool_class(
        pen,
        Rectangle(serial_right + _GAP, area.top, box.left - serial_right - 2 * _GAP, area.height),
        content.pool_class,
    )


def _draw_pool_class(pen: _Pen, area: Rectangle, words: str) -> None:
    lines = words.split(" ", 1)
    height = area.height // len(lines)
    em = min(pen.em_for(line, area.width, height - _LINE_GAP) for line in lines)
    for place, line in enumerate(lines):
        width, _ = pen.size_of(line, em)
        left = area.left + (area.width - width) // 2
        pen.write(line, em, left, area.top + height * place + height // 2)


def _draw_number(pen: _Pen, template: LabelTemplate, content: LabelContent) -> None:
    """The whole number for people, digits at least 3 mm high."""
    room = template.header.width
    em = pen.em_for(content.grouped, room, template.number_height)
    width, _ = pen.size_of(content.grouped, em)
    pen.write(
        content.grouped,
        em,
        template.header.left + (room - width) // 2,
        template.number_top + template.number_height // 2,
    )


def _draw_footer(pen: _Pen, template: LabelTemplate, content: LabelContent) -> None:
    """Opening time at the left; at the right the copy mark, reversed, and the remarks."""
    area = template.footer
    middle = area.top + area.height // 2
    em = _FOOTER_EM
    left_end = pen.write(f"{content.opened_at} 启用", em, area.left, middle)
    right = area.right
    marks = ((f"补打 {content.copy}",) if content.copy > 1 else ()) + content.marks
    for place, mark in enumerate(marks):
        width, _ = pen.size_of(mark, em)
        left = right - width - 12
        if left < left_end + _GAP:
            raise LabelDoesNotFit(f"no room for the mark {mark!r} on label {template.name}")
        box = (left, area.top, right - 1, area.bottom - 1)
        reversed_mark = place == 0 and content.copy > 1
        pen.draw.rectangle(box, fill=_BLACK if reversed_mark else _WHITE, outline=_BLACK, width=2)
        pen.write(mark, em, left + 6, middle, _WHITE if reversed_mark else _BLACK)
        right = left - 6


def _draw_bars(pen: _Pen, template: LabelTemplate, content: LabelContent) -> None:
    area = template.barcode(len(content.tube))
    left = area.left
    for module, run in groupby(code128_modules(content.tube)):
        width = len(list(run)) * MODULE_DOTS
        if module == "1":
            pen.draw.rectangle((left, area.top, left + width - 1, area.bottom - 1), fill=_BLACK)
        left += width
