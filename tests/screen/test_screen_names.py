"""Names as they come: rare characters, the middle dot, and longer than any card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pygame
import pygame.freetype
import pytest
from msgspec.structs import replace

from config.model import Language
from kiosk.screen.composer import Layout
from kiosk.screen.samples import NOW_S, samples
from kiosk.screen.shapes import Text, Weight
from kiosk.screen.typeface import Typeface, TypefaceMissing
from kiosk.screen.view import draw

RARE = "䶮㛃𬭊𫖯𪨶喆垚犇骉彧翀昇堃祎珺赟"
NAMES = (
    "王*芳",
    "欧阳**",
    "阿*·**提",
    "古丽*·*",
    "䶮*",
    "*𬭊",
    "A*** B*** de la C***",
    "阿卜杜拉*·*****·****·***买买提*",
    "W" * 60,
)


def test_rare_characters_can_be_drawn(typeface: Typeface) -> None:
    for weight in Weight:
        assert typeface.missing(RARE + "·℃*", weight) == ""


def test_a_glyph_that_no_face_has_is_found_missing(typeface: Typeface) -> None:
    assert typeface.missing("王\U0001f600芳") == "\U0001f600"


@pytest.mark.parametrize("size", [(1280, 800), (1024, 600)])
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_in_its_card(
    layout_of: Callable[[int, int], Layout],
    typeface: Typeface,
    size: tuple[int, int],
    large: bool,
    name: str,
) -> None:
    snapshot = replace(samples(Language.ZH, large)["confirm"], masked_name=name)
    picture = draw(snapshot, layout_of(*size), NOW_S)
    personal = [shape for shape in picture.shapes if isinstance(shape, Text) and shape.personal]
    lines = [shape for shape in personal if shape.text != snapshot.masked_number]
    assert 1 <= len(lines) <= 2
    if len(name) < 60:  # only the absurd one is cut
        assert "".join(line.text for line in lines).replace(" ", "") == name.replace(" ", "")
    else:
        assert [line.cut for line in lines] == [True]
    for line in lines:
        left, top, right, bottom = typeface.ink(line.text, line.size_px, line.weight)
        assert line.box.x - 2 <= line.x + left and line.x + right <= line.box.right + 2
        assert line.box.y <= line.baseline_y + top
        assert line.baseline_y + bottom <= line.box.bottom


def test_only_the_confirm_page_shows_who_it_is(
    layout_of: Callable[[int, int], Layout],
) -> None:
    """And there both lines are marked personal, so that no cache keeps them."""
    layout = layout_of(1280, 800)
    for sample, snapshot in samples(Language.ZH).items():
        personal = [
            shape.text
            for shape in draw(snapshot, layout, NOW_S).shapes
            if isinstance(shape, Text)
            and (shape.personal or (snapshot.masked_name and snapshot.masked_name in shape.text))
        ]
        if sample.startswith("confirm"):
            assert personal == [snapshot.masked_name, snapshot.masked_number]
        else:
            assert personal == []


def test_a_name_is_not_kept_in_the_layout(layout_of: Callable[[int, int], Layout]) -> None:
    layout = layout_of(1280, 800)
    snapshot = replace(samples(Language.ZH)["confirm"], masked_name="钱*多")
    draw(snapshot, layout, NOW_S)
    assert "钱*多" not in repr(layout.settings)


def test_a_machine_without_the_face_says_what_to_install(
    tmp_path: Path,
) -> None:
    with pytest.raises(TypefaceMissing, match="fonts-noto-cjk"):
        Typeface([tmp_path])


def test_simplified_forms_are_drawn(typeface: Typeface) -> None:
    """Face 0 of the collection draws Japanese forms of these: they must differ from it."""
    path = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
    japanese = pygame.freetype.Font(path, size=60, font_index=0)
    for character in "直骨角令化":
        ours, *_ = typeface.line(character, 60, Weight.REGULAR, (0, 0, 0))
        theirs, _ = japanese.render(character, fgcolor=(0, 0, 0, 255), size=60)
        assert pygame.image.tobytes(ours, "RGBA") != pygame.image.tobytes(theirs, "RGBA")
