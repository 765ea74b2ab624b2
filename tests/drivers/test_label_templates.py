"""Templates as data: refused where they cannot be printed; ours draw and read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import zxingcpp

from contracts.tube_number import TubeNumber
from drivers.label_printer.bitmap import Bitmap
from drivers.label_printer.content import (
    FeverSlip,
    LabelContent,
    ProofPage,
    VisitSlip,
    pool_class_words,
)
from drivers.label_printer.realtime import hidden_commands
from drivers.label_printer.render import Content, render, render_label
from drivers.label_printer.template import (
    TEMPLATES,
    LabelDoesNotFit,
    TemplateBad,
    TemplateKind,
    read_template,
    template_named,
)

TUBE = TubeNumber("0007", "03", 326, 417)
LABEL = LabelContent(TUBE.text, TUBE.grouped, pool_class_words("10"), 2, "11-22 08:41")
VISIT = VisitSlip("330106-0007-k03-48213", TUBE.text, TUBE.grouped, 12, 20, "11-22 08:41", "张*䶮")
FEVER = FeverSlip("F-012", "B", "08:46", "11-22 08:41", "37.6℃", "𬭊*")
TEST = ProofPage("04711174207356", "NCS1 4f9a2c01b7d3e688", "330106-0007-k03", "11-22 08:41")
CONTENTS: dict[TemplateKind, Content] = {
    TemplateKind.TUBE: LABEL,
    TemplateKind.VISIT: VISIT,
    TemplateKind.FEVER: FEVER,
    TemplateKind.TEST: TEST,
}
CODES = {
    TemplateKind.TUBE: {TUBE.text},
    TemplateKind.VISIT: {VISIT.visit},
    TemplateKind.FEVER: set(),
    TemplateKind.TEST: {TEST.code, TEST.challenge},
}
TUBE_DIAMETER_MM = 14.8
GOOD = """
kind = "test"
title = "A page"
width_mm = 40
height_mm = 30
barcode = { say = "{code}", top_mm = 5.0, height_mm = 10.0 }
[[text]]
say = "{at}"
box_mm = [2.0, 20.0, 36.0, 4.0]
"""


def codes_in(luma: np.ndarray) -> set[str]:
    return {code.text for code in zxingcpp.read_barcodes(luma)}


def luma_of(bitmap: Bitmap) -> np.ndarray:
    return np.asarray(bitmap.image())


def grown(luma: np.ndarray) -> np.ndarray:
    """One dot of growth: heat spreads, and every black dot blackens its right and lower one."""
    black = luma < 128
    wide = black.copy()
    wide[:, 1:] |= black[:, :-1]
    wide[1:, :] |= wide[:-1, :].copy()
    return np.where(wide, 0, 255).astype(np.uint8)


def wrapped(luma: np.ndarray, diameter_mm: float, middle_mm: float, px_per_mm: int) -> np.ndarray:
    """The label around a tube as a distant camera sees it, ``middle_mm`` (from its top) in front.

    The tube lies across the picture, as the label's long side runs along it. What lies a quarter
    round or more is not seen.
    """
    radius_mm = diameter_mm / 2
    tall = int(diameter_mm * px_per_mm)
    wide = luma.shape[1] * px_per_mm // 8
    across_mm = (np.arange(tall) + 0.5) / px_per_mm - radius_mm
    around_mm = middle_mm + radius_mm * np.arcsin(np.clip(across_mm / radius_mm, -1, 1))
    rows = np.repeat((around_mm * 8)[:, None], wide, axis=1).astype(np.float32)
    columns = np.repeat((np.arange(wide) * 8 / px_per_mm)[None, :], tall, axis=0)
    seen = cv2.remap(
        luma, columns.astype(np.float32), rows, cv2.INTER_LINEAR, borderValue=(255,)
    ).astype(np.float32)
    shade = np.sqrt(np.clip(1 - (across_mm / radius_mm) ** 2, 0, 1))[:, None]
    picture = np.full((tall + 80, wide + 120), 90, np.uint8)
    picture[40 : 40 + tall, 60 : 60 + wide] = (seen * (0.35 + 0.65 * shade)).astype(np.uint8)
    return picture


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_every_template_of_ours_draws_and_its_codes_read_back(name: str) -> None:
    template = template_named(name)
    bitmap = render(CONTENTS[template.kind], template)
    assert (bitmap.width, bitmap.height) == (template.width_mm * 8, template.height_mm * 8)
    assert codes_in(luma_of(bitmap)) == CODES[template.kind]
    assert hidden_commands(bitmap.rows) == []


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_its_codes_survive_one_dot_of_growth(name: str) -> None:
    template = template_named(name)
    luma = luma_of(render(CONTENTS[template.kind], template))
    assert codes_in(grown(luma)) == CODES[template.kind]


@pytest.mark.parametrize("name", ["tube-40x30", "tube-50x30"])
@pytest.mark.parametrize("turned_mm", [-4.0, 0.0, 4.0])
def test_a_label_reads_on_a_tube(name: str, turned_mm: float) -> None:
    picture = wrapped(luma_of(render_label(LABEL, name)), TUBE_DIAMETER_MM, 14.5 + turned_mm, 16)
    assert codes_in(cv2.GaussianBlur(picture, (0, 0), 1.2)) == {TUBE.text}


@pytest.mark.parametrize("turned_mm", [-4.0, 0.0, 4.0])
def test_a_grown_label_on_a_tube_reads_from_near(turned_mm: float) -> None:
    """From 24 px a millimetre; from farther away, growth and curve together can be too much."""
    luma = grown(luma_of(render_label(LABEL, "tube-40x30")))
    picture = wrapped(luma, TUBE_DIAMETER_MM, 14.5 + turned_mm, 24)
    assert codes_in(cv2.GaussianBlur(picture, (0, 0), 1.2)) == {TUBE.text}


def test_across_the_tube_no_code_would_read() -> None:
    """Why the code runs along the tube: picket-fence it goes round the corner."""
    upright = np.rot90(luma_of(render_label(LABEL, "tube-40x30"))).copy()
    assert codes_in(wrapped(upright, TUBE_DIAMETER_MM, 20.0, 16)) == set()


def test_no_ink_leaves_the_margin() -> None:
    for template in TEMPLATES.values():
        rows, columns = np.where(luma_of(render(CONTENTS[template.kind], template)) < 128)
        margin = int(template.margin_mm * 8)
        assert rows.min() >= margin and rows.max() < template.height - margin, template.name
        assert columns.min() >= margin and columns.max() < template.width - margin, template.name


def test_every_field_of_a_template_is_in_its_content() -> None:
    for template in TEMPLATES.values():
        assert template.fields <= set(CONTENTS[template.kind].fields()), template.name


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("title", "titel", "unknown field `titel`"),
        ('kind = "test"', 'kind = "poster"', "Invalid enum value 'poster'"),
        ("width_mm = 40", "width_mm = 400", "<= 72"),
        ("[2.0, 20.0, 36.0, 4.0]", "[2.0, 20.0, 37.0, 4.0]", "leaves the margin of 1.75 mm"),
        ("[2.0, 20.0, 36.0, 4.0]", "[2.0, 20.0, 36.0]", "length 4"),
        ("height_mm = 10.0 }", "height_mm = 10.0, module_mm = 0.125 }", "modules of 2 dots"),
        (
            "[[text]]",
            'qr = { say = "{code}", box_mm = [2, 16, 12, 12] }\n[[text]]',
            "the boxes of '{at}' and qr overlap",
        ),
        ("[[text]]", "[[text", "Expected|expected"),
    ],
)
def test_a_bad_template_is_refused_in_a_sentence(
    tmp_path: Path, old: str, new: str, why: str
) -> None:
    path = tmp_path / "page.toml"
    path.write_text(GOOD, "utf-8")
    assert read_template(path).name == "page"
    path.write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(TemplateBad, match=rf"^page\.toml is no label template: (?s:.*){why}"):
        read_template(path)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("[2.0, 20.0, 36.0, 4.0]", "[2.0, 12.0, 36.0, 4.0]", "stands in the barcode"),
        ("top_mm = 5.0,", "top_mm = 5.0, module_mm = 0.375,", "needs 396 dots with its quiet"),
        ("width_mm = 40", "width_mm = 30", "needs 264 dots with its quiet zones, label page"),
        (
            'barcode = { say = "{code}", top_mm = 5.0, height_mm = 10.0 }',
            'qr = { say = "{challenge}", box_mm = [2, 2, 10, 10] }',
            "a QR code of 21 characters needs 99 dots with its quiet zone, label page has 80",
        ),
    ],
)
def test_a_code_that_does_not_fit_is_refused_by_arithmetic(
    tmp_path: Path, old: str, new: str, why: str
) -> None:
    path = tmp_path / "page.toml"
    text = GOOD.replace(old, new, 1).replace("[2.0, 20.0, 36.0, 4.0]", "[2.0, 20.0, 26.0, 4.0]")
    path.write_text(text, "utf-8")
    with pytest.raises(LabelDoesNotFit, match=why):
        render(TEST, read_template(path))


def test_content_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="is a template for visit, not tube"):
        render_label(LABEL, "visit-40x30")


def test_a_slip_has_no_room_for_marks() -> None:
    page = template_named("tube-40x30")
    without = type(page)(
        **{name: getattr(page, name) for name in page.__struct_fields__ if name != "marks"}
    )
    with pytest.raises(LabelDoesNotFit, match="no room for marks"):
        render(replace(LABEL, copy=2), without)


@pytest.mark.parametrize(
    ("slip", "change", "why"),
    [
        (VISIT, {"lane": 0}, "lane 0"),
        (VISIT, {"place": 21}, "place 21"),
        (VISIT, {"grouped": "0007"}, "does not read as"),
        (VISIT, {"at": "08:41\x1b@"}, "printable"),
        (FEVER, {"ticket": ""}, "needs a ticket"),
        (FEVER, {"area": "B\n"}, "printable"),
        (TEST, {"kiosk": "k\x00"}, "printable"),
    ],
)
def test_wrong_slips_are_refused(slip: Content, change: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        replace(slip, **change)


@pytest.mark.parametrize("visit", ["", "x" * 121, "visit\n7", "访问"])
def test_a_visit_that_no_scanner_could_type_is_refused(visit: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        render_label(replace(VISIT, visit=visit), "visit-40x30")
