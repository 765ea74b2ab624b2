"""kioskctl label: every template in every language, exactly the bytes that the driver makes."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import pytest
from typer.testing import CliRunner

from contracts.pool_class import PoolClass
from drivers.label_printer.escpos_label import escpos_label
from drivers.label_printer.positioning import Positioning
from drivers.label_printer.realtime import ESCPOS, TSPL, hidden_commands
from drivers.label_printer.render import render
from drivers.label_printer.template import TEMPLATES, TemplateKind
from drivers.label_printer.tspl_label import tspl_label
from kiosk.technician.kioskctl import app
from kiosk.technician.label_contents import LabelOptions, content_for

TUBE = "00070332604179"
OPTIONS: dict[TemplateKind, dict[str, str]] = {
    TemplateKind.TUBE: {"--tube": TUBE, "--pool": "10", "--lane": "2"},
    TemplateKind.VISIT: {
        "--visit": "330106-0007-k03-48213",
        "--tube": TUBE,
        "--lane": "2",
        "--place": "7",
        "--name": "张*䶮",
    },
    TemplateKind.FEVER: {
        "--ticket": "F-012",
        "--area": "B",
        "--recheck-at": "08:46",
        "--temperature": "37.6℃",
        "--name": "张*䶮",
    },
    TemplateKind.TEST: {},
}
WANTED = LabelOptions(
    at="11-22 08:41",
    tube=TUBE,
    pool=PoolClass.TEN,
    lane=2,
    visit="330106-0007-k03-48213",
    place=7,
    name="张*䶮",
    ticket="F-012",
    area="B",
    recheck_at="08:46",
    temperature="37.6℃",
)


def kioskctl_label(options: dict[str, str]) -> tuple[int, str, str]:
    words = [word for pair in options.items() for word in pair]
    result = CliRunner().invoke(app, ["label", *words])
    return result.exit_code, result.stdout, result.stderr


def options_for(template: str, out: Path) -> dict[str, str]:
    wanted = {"--template": template, "--out": str(out), "--opened-at": "11-22 08:41"}
    return wanted | OPTIONS[TEMPLATES[template].kind]


@pytest.mark.parametrize("language", ["escpos", "tspl", "png"])
@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_template_in_every_language(tmp_path: Path, template: str, language: str) -> None:
    out = tmp_path / "label"
    given = options_for(template, out)
    status, told, _ = kioskctl_label(given | {"--language": language})
    assert status == 0
    shape = TEMPLATES[template]
    bitmap = render(content_for(shape.kind, WANTED), shape)
    data = out.read_bytes()
    assert json.loads(told)["bytes"] == len(data)
    if language == "escpos":
        assert data == escpos_label(bitmap, None, cut=False)
        assert hidden_commands(data, ESCPOS) == []
    elif language == "tspl":
        assert data == tspl_label(bitmap, Positioning())
        assert hidden_commands(data, TSPL) == []
    else:
        picture = cv2.imread(str(out), cv2.IMREAD_GRAYSCALE)
        assert picture is not None and picture.shape == (shape.height, shape.width)


@pytest.mark.parametrize(
    ("template", "missing"),
    [
        ("tube-40x30", "--pool"),
        ("visit-40x30", "--visit"),
        ("visit-48x70", "--place"),
        ("fever-40x30", "--recheck-at"),
    ],
)
def test_what_a_template_needs_is_asked_for_by_its_option(
    tmp_path: Path, template: str, missing: str
) -> None:
    options = options_for(template, tmp_path / "label")
    del options[missing]
    status, told, sentence = kioskctl_label(options)
    assert (status, told) == (2, "")
    assert missing in sentence and not (tmp_path / "label").exists()


def test_tspl_paper_and_cut(tmp_path: Path) -> None:
    options = options_for("tube-40x30", tmp_path / "label") | {"--language": "tspl"}
    options |= {"--paper": "black-mark", "--gap-mm": "3"}
    words = [word for pair in options.items() for word in pair]
    assert CliRunner().invoke(app, ["label", *words, "--cut"]).exit_code == 0
    lines = (tmp_path / "label").read_bytes().split(b"\r\n")
    assert b"BLINE 3 mm,0 mm" in lines and b"SET CUTTER 1" in lines


def test_zpl_is_no_language(tmp_path: Path) -> None:
    options = options_for("tube-40x30", tmp_path / "label") | {"--language": "zpl"}
    assert kioskctl_label(options)[0] == 2


def test_a_name_that_no_face_can_draw_is_refused_in_a_sentence(tmp_path: Path) -> None:
    options = options_for("visit-40x30", tmp_path / "label") | {"--name": "\ue000"}
    status, told, sentence = kioskctl_label(options)
    assert (status, told) == (1, "")
    assert sentence.startswith("the label font has no picture of U+E000")
