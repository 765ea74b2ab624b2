"""Every page, in every language, text size and screen size, as data: nothing cut, lost or small."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from config.model import Language
from config.translations import Catalogue
from kiosk.ipc.messages import Action, Page
from kiosk.screen.composer import Layout
from kiosk.screen.samples import NOW_S, samples
from kiosk.screen.shapes import DisplayList, Icon, Text
from kiosk.screen.icons import ICONS
from kiosk.screen.theme import KEY_FLOOR_MM, KEY_MM, LARGE, NORMAL, contrast
from kiosk.screen.typeface import Typeface
from kiosk.screen.view import draw, draw_one_moment

SIZES = ((1280, 800), (1024, 600), (1920, 1080))
LayoutOf = Callable[[int, int], Layout]

VARIANTS = [
    pytest.param(language, large, size, id=f"{language}-{'large' if large else 'normal'}-{size[0]}")
    for size in SIZES
    for large in (False, True)
    for language in Language
]


def pictures(layout: Layout, language: Language, large: bool) -> Iterator[tuple[str, DisplayList]]:
    for name, snapshot in samples(language, large).items():
        yield name, draw(snapshot, layout, NOW_S)
    yield "one-moment", draw_one_moment(layout, language)


def texts(picture: DisplayList) -> list[Text]:
    return [shape for shape in picture.shapes if isinstance(shape, Text)]


def test_samples_show_every_page() -> None:
    assert {snapshot.page for snapshot in samples(Language.ZH).values()} == set(Page)


@pytest.mark.parametrize(("language", "large", "size"), VARIANTS)
def test_no_text_is_cut_or_small_or_outside(
    layout_of: LayoutOf, language: Language, large: bool, size: tuple[int, int]
) -> None:
    layout = layout_of(*size)
    floor_px = layout.grid.px((LARGE if large else NORMAL).floor)
    wrong = []
    for name, picture in pictures(layout, language, large):
        for text in texts(picture):
            if text.cut:
                wrong.append(f"{name}: cut: {text.text}")
            if not text.text.isdigit() and name != "one-moment" and text.size_px < floor_px:
                wrong.append(f"{name}: {text.size_px} px < {floor_px}: {text.text}")
            if not picture.whole.encloses(text.box):
                wrong.append(f"{name}: off the screen: {text.text}")
    assert wrong == []


@pytest.mark.parametrize(("language", "large", "size"), VARIANTS)
def test_ink_stays_in_the_room_it_was_given(
    layout_of: LayoutOf,
    typeface: Typeface,
    language: Language,
    large: bool,
    size: tuple[int, int],
) -> None:
    layout = layout_of(*size)
    wrong = []
    for name, picture in pictures(layout, language, large):
        for text in texts(picture):
            left, top, right, bottom = typeface.ink(text.text, text.size_px, text.weight)
            box = text.box
            inside = (
                box.x - 2 <= text.x + left
                and text.x + right <= box.right + 2
                and box.y <= text.baseline_y + top
                and text.baseline_y + bottom <= box.bottom
            )
            if not inside:
                wrong.append(f"{name}: {text.text} {text} ink {left, top, right, bottom}")
    assert wrong == []
