"""Rendered labels: read by a foreign decoder, clean quiet zones, refused when they do not fit."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.pool_class import PoolClass
from contracts.tube_number import TubeNumber
from drivers.label_printer.bitmap import Bitmap
from drivers.label_printer.content import LabelContent, pool_class_words
from drivers.label_printer.font import FAMILY, FontMissing, choose_face, simplified_chinese
from drivers.label_printer.realtime import hidden_commands
from drivers.label_printer.render import render_label
from drivers.label_printer.template import (
    TEMPLATES,
    LabelDoesNotFit,
    TemplateKind,
    dots_of,
    template_named,
)

TUBE = TubeNumber("0007", "03", 326, 417)
CONTENT = LabelContent(
    tube=TUBE.text,
    grouped=TUBE.grouped,
    pool_class=pool_class_words("10"),
    lane=2,
    opened_at="11-22 08:41",
)
EVERY_TEMPLATE = [name for name, each in TEMPLATES.items() if each.kind is TemplateKind.TUBE]


def read_back(luma: np.ndarray) -> list[str]:
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128])
    return [code.text for code in zxingcpp.read_barcodes(luma, formats=formats)]


def luma_of(bitmap: Bitmap) -> np.ndarray:
    return np.asarray(bitmap.image())


@pytest.mark.parametrize("template", EVERY_TEMPLATE)
def test_the_label_reads_back_as_its_tube(template: str) -> None:
    bitmap = render_label(CONTENT, template)
    assert read_back(luma_of(bitmap)) == [TUBE.text]


@pytest.mark.parametrize("angle", [0, 90, 180, 7])
def test_it_reads_back_turned_blurred_and_smaller_than_life(angle: int) -> None:
    picture = np.full((720, 1280), 150, np.uint8)
    label = cv2.resize(luma_of(render_label(CONTENT, "tube-40x30")), None, fx=1.5, fy=1.5)
    picture[100 : 100 + label.shape[0], 200 : 200 + label.shape[1]] = label
    turn = cv2.getRotationMatrix2D((440, 280), angle, 0.9)
    picture = cv2.warpAffine(picture, turn, (1280, 720), borderValue=150)
    assert read_back(cv2.GaussianBlur(picture, (0, 0), 0.8)) == [TUBE.text]


@settings(max_examples=25, deadline=None)
@given(
    day=st.integers(1, 366),
    serial=st.integers(0, 9999),
    site=st.from_regex(r"[0-9]{4}", fullmatch=True),
    lane=st.integers(1, 99),
    pool=st.sampled_from(PoolClass),
    copy=st.integers(1, 99),
    template=st.sampled_from(EVERY_TEMPLATE),
)
def test_every_tube_can_be_labelled_and_read(
    *, day: int, serial: int, site: str, lane: int, pool: PoolClass, copy: int, template: str
) -> None:
    tube = TubeNumber(site, "99", day, serial)
    content = LabelContent(
        tube.text, tube.grouped, pool_class_words(pool.value), lane, "12-31 23:59", copy
    )
    bitmap = render_label(content, template)
    assert read_back(luma_of(bitmap)) == [tube.text]
    assert hidden_commands(bitmap.rows) == []


@pytest.mark.parametrize("template", EVERY_TEMPLATE)
def test_the_geometry_is_that_of_the_paper(template: str) -> None:
    bitmap = render_label(CONTENT, template)
    shape = template_named(template)
    assert (bitmap.width, bitmap.height) == (shape.width_mm * 8, shape.height_mm * 8)
    dark = luma_of(bitmap) < 128
    bars = shape.bars(14)
    inside = dark[bars.top : bars.bottom, bars.left : bars.right]
    assert bars.width == 28 * 8 and bars.height >= 10 * 8  # analysers ask for 10 mm
    assert (inside == inside[0]).all()  # ladder-wise: nothing but whole lines
    assert inside[0, 0] and inside[0, -1]
    for left, right in ((bars.left - 20, bars.left), (bars.right, bars.right + 20)):
        assert left >= 0 and right <= bitmap.width
        assert not dark[bars.top : bars.bottom, left:right].any()


def test_no_ink_near_the_edge() -> None:
    for template in EVERY_TEMPLATE:
        dark = luma_of(render_label(replace(CONTENT, copy=12, lane=99), template)) < 128
        rows, columns = np.where(dark)
        assert columns.min() >= 8 and columns.max() < dark.shape[1] - 8
        assert rows.min() >= 8 and rows.max() < dark.shape[0] - 8


def test_every_bar_is_a_whole_number_of_modules() -> None:
    bars = template_named("tube-40x30").bars(14)
    row = luma_of(render_label(CONTENT, "tube-40x30"))[bars.top + 5, bars.left : bars.right] < 128
    edges = np.flatnonzero(np.diff(row.astype(int)))
    assert ((edges + 1) % 2 == 0).all()


def test_a_reprint_says_so_and_differs_only_in_its_mark() -> None:
    first, second = (render_label(replace(CONTENT, copy=copy), "tube-40x30") for copy in (1, 2))
    changed_rows, changed_columns = np.where(luma_of(first) != luma_of(second))
    marks = template_named("tube-40x30").marks
    assert marks is not None
    footer = dots_of(marks.box_mm)
    assert changed_rows.size > 200
    assert footer.top <= changed_rows.min() and changed_rows.max() < footer.bottom
    assert changed_columns.min() > 160


@pytest.mark.parametrize(
    "content",
    [
        replace(CONTENT, pool_class="二十人混采加急标本"),
        replace(CONTENT, marks=("短管", "复采", "加急")),
        replace(CONTENT, copy=2, marks=("短管补录", "加急")),
    ],
)
def test_what_does_not_fit_is_refused_and_not_cut_off(content: LabelContent) -> None:
    with pytest.raises(LabelDoesNotFit, match=r"fit|room"):
        render_label(content, "tube-40x30")


def test_a_barcode_wider_than_the_label_is_refused() -> None:
    with pytest.raises(LabelDoesNotFit, match="quiet zones"):
        template_named("tube-40x30").bars(20)


def test_an_unknown_template_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="tube-40x30, tube-50x30, visit-40x30"):
        render_label(CONTENT, "40x30")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"tube": "0007033260417"}, "14 digits"),
        ({"grouped": "0007 03 326 0418 5"}, "does not read as"),
        ({"lane": 0}, "lane 0"),
        ({"lane": 100}, "lane 100"),
        ({"copy": 0}, "copy 0"),
        ({"opened_at": "08:41\n"}, "printable"),
        ({"pool_class": "x" * 17}, "at most 16"),
        ({"marks": ("a", "b", "c", "d")}, "room for 3"),
    ],
)
def test_content_that_is_no_label_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(CONTENT, **change)


def test_an_unknown_pool_class_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="20, 10, 5, household, 1"):
        pool_class_words("15")


def test_every_pool_class_has_words() -> None:
    assert len({pool_class_words(pool.value) for pool in PoolClass}) == len(PoolClass)


def test_the_font_is_the_simplified_chinese_face() -> None:
    assert simplified_chinese().family == FAMILY


def test_without_a_font_the_sentence_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "broken.ttc").write_bytes(b"no font at all")
    with pytest.raises(FontMissing, match="fonts-noto-cjk"):
        choose_face([tmp_path / "absent.ttc", tmp_path / "broken.ttc"])


def test_rendering_takes_less_than_30_ms() -> None:
    render_label(CONTENT, "tube-50x30")
    took_s = []
    for serial in range(8):
        tube = TubeNumber("0007", "03", 326, serial)
        content = replace(CONTENT, tube=tube.text, grouped=tube.grouped)
        began_s = time.thread_time()
        render_label(content, "tube-50x30")
        took_s.append(time.thread_time() - began_s)
    assert min(took_s) < 0.030


def test_a_bitmap_knows_its_dots() -> None:
    bitmap = Bitmap(16, 2, bytes([0x80, 0x01, 0x00, 0x10]))
    black = {(x, y) for x in range(16) for y in range(2) if bitmap.is_black(x, y)}
    assert black == {(0, 0), (15, 0), (11, 1)}
    with pytest.raises(IndexError):
        bitmap.is_black(16, 0)
    with pytest.raises(ValueError, match="multiple of 8"):
        Bitmap(12, 1, b"\0\0")
    with pytest.raises(ValueError, match="do not make"):
        Bitmap(16, 2, b"\0\0\0")
