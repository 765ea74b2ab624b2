"""Every page, in every language, text size and screen size, as data: nothing cut, lost or small."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from msgspec.structs import replace

from config.model import Language
from config.translations import Catalogue
from kiosk.ipc.messages import Action, CodeState, LabelState, Page
from kiosk.screen.composer import Layout
from kiosk.screen.icons import ICONS
from kiosk.screen.painter import Painter
from kiosk.screen.samples import NOW_S, samples
from kiosk.screen.shapes import DisplayList, Icon, Text
from kiosk.screen.surface import surface_pixels
from kiosk.screen.theme import KEY_MM, LARGE, NORMAL, contrast
from kiosk.screen.typeface import Typeface
from kiosk.screen.view import draw, draw_one_moment

SIZES = ((1280, 800), (1024, 600), (1920, 1080))
LayoutOf = Callable[[int, int], Layout]


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture and how it was asked for."""

    name: str
    large: bool
    layout: Layout
    picture: DisplayList

    def texts(self) -> list[Text]:
        return [shape for shape in self.picture.shapes if isinstance(shape, Text)]

    def says(self, what: str) -> str:
        grid = self.layout.grid
        return f"{self.name} {'large' if self.large else 'normal'} {grid.width}: {what}"


@pytest.fixture(scope="module")
def shots(layout_of: LayoutOf) -> list[Shot]:
    """All pages in all variants."""
    found = []
    for size, large, language in itertools.product(SIZES, (False, True), Language):
        layout = layout_of(*size)
        for name, snapshot in samples(language, large).items():
            picture = draw(snapshot, layout, NOW_S)
            found.append(Shot(f"{name} {language}", large, layout, picture))
        if not large:
            picture = draw_one_moment(layout, language)
            found.append(Shot(f"one-moment {language}", large, layout, picture))
    return found


def test_samples_show_every_page() -> None:
    assert {snapshot.page for snapshot in samples(Language.ZH).values()} == set(Page)


def test_no_line_is_cut(shots: list[Shot]) -> None:
    assert [shot.says(text.text) for shot in shots for text in shot.texts() if text.cut] == []


def test_no_mark_of_ours_is_shown(shots: list[Shot]) -> None:
    """Neither soft breaks nor placeholders nor bare message ids."""
    for shot in shots:
        for text in shot.texts():
            assert not set("|{}\n") & set(text.text), shot.says(text.text)
            assert not text.text.startswith(("page.", "button.", "notice.", "reason."))


def test_no_line_is_smaller_than_people_can_read(shots: list[Shot]) -> None:
    small = [
        shot.says(f"{text.text} at {text.size_px} px")
        for shot in shots
        for text in shot.texts()
        if text.size_px < shot.layout.grid.px((LARGE if shot.large else NORMAL).floor)
        and not text.text.isdigit()  # the number of a station or a second in its circle
    ]
    assert small == []


def test_ink_stays_in_the_room_it_was_given(shots: list[Shot], typeface: Typeface) -> None:
    wrong = []
    for shot in shots:
        for text in shot.texts():
            left, top, right, bottom = typeface.ink(text.text, text.size_px, text.weight)
            x, y, box = text.x, text.baseline_y, text.box
            across = box.x - 2 <= x + left and x + right <= box.right + 2
            down = box.y <= y + top and y + bottom <= box.bottom
            if not (across and down and shot.picture.whole.encloses(box)):
                wrong.append(shot.says(f"{text.text} ink {left, top, right, bottom} in {text}"))
    assert wrong == []


def test_text_stands_out_seven_to_one(shots: list[Shot]) -> None:
    faint = [
        shot.says(f"{text.text} {contrast(text.colour, text.on):.1f}")
        for shot in shots
        for text in shot.texts()
        if contrast(text.colour, text.on) < 7
    ]
    assert faint == []


def test_text_really_stands_on_the_colour_it_says(
    layout_of: LayoutOf, typeface: Typeface, shots: list[Shot]
) -> None:
    """Painted without its texts, the room of each text is of that one colour."""
    layout = layout_of(1024, 600)
    wrong = []
    for shot in shots:
        if shot.layout is not layout or "zh" in shot.name:
            continue
        bare = tuple(shape for shape in shot.picture.shapes if not isinstance(shape, Text))
        painter = Painter(1024, 600, typeface)
        painter.show(
            DisplayList(shot.name, 1024, 600, shot.picture.background, bare, shot.picture.targets)
        )
        pixels = surface_pixels(painter.canvas)
        for text in shot.texts():
            left, top, right, bottom = typeface.ink(text.text, text.size_px, text.weight)
            x, y = text.x, text.baseline_y
            below = pixels[y + top : y + bottom, x + left : x + right, 2::-1]
            if not np.all(below == np.array(text.on)):
                wrong.append(shot.says(text.text))
    assert wrong == []


def test_keys_are_as_large_as_fingers_need(shots: list[Shot]) -> None:
    wrong = []
    for shot in shots:
        need_px = KEY_MM * shot.layout.grid.px_per_mm - 1e-6
        if shot.layout.grid.width == 1920:  # 16:9 on the same width: bound by its height
            need_px = 19 * shot.layout.grid.px_per_mm
        for target in shot.picture.targets:
            if min(target.box.w, target.box.h) < need_px:
                wrong.append(shot.says(f"{target.action} {target.box}"))
    assert wrong == []


def test_keys_lie_apart_low_and_on_the_screen(shots: list[Shot]) -> None:
    for shot in shots:
        grid = shot.layout.grid
        for target in shot.picture.targets:
            assert shot.picture.whole.encloses(target.box), shot.says(target.action)
            assert target.box.y >= grid.height / 3, shot.says(target.action)
        for one, other in itertools.combinations(shot.picture.targets, 2):
            assert not one.box.grown(grid.px(1.4)).meets(other.box.grown(grid.px(1.4)))
            assert not one.reach.meets(other.reach), shot.says(f"{one.action} {other.action}")


COMFORTS = {Action.LANGUAGE, Action.LARGE_TEXT}
STAFF = {*COMFORTS, Action.CALL_STAFF}
OFFERED: Mapping[Page, set[Action]] = {
    Page.ATTRACT: {*STAFF, Action.START},
    Page.SCREENING: {*STAFF, Action.BACK},
    Page.CONFIRM: {*STAFF, Action.BACK, Action.CONFIRM, Action.NOT_ME},
    Page.SAVING: COMFORTS,
    Page.RESULT: {*STAFF, Action.DONE},
    Page.FEVER: {*STAFF, Action.DONE},
    Page.ALREADY: {*STAFF, Action.DONE},
    Page.STAFF: {*STAFF, Action.DONE},
    Page.HELP: {*COMFORTS, Action.BACK},
    Page.STILL_THERE: {*STAFF, Action.MORE_TIME, Action.BACK},
    Page.PAUSED: STAFF,
    Page.CLOSED: STAFF,
    Page.OUT_OF_ORDER: STAFF,
}


def test_each_page_offers_what_the_visit_understands(layout_of: LayoutOf) -> None:
    layout = layout_of(1280, 800)
    for snapshot in samples(Language.EN).values():
        offered = [target.action for target in draw(snapshot, layout, NOW_S).targets]
        assert len(offered) == len(set(offered))
        assert set(offered) == OFFERED[snapshot.page]


def test_fixed_keys_never_move(shots: list[Shot]) -> None:
    """Where staff are called and the language changes is the same place on every page."""
    places: dict[tuple[object, ...], set[object]] = {}
    for shot in shots:
        language = shot.name.rsplit(" ", 1)[1]
        for target in shot.picture.targets:
            if target.action in STAFF:
                key = (language, shot.large, shot.layout.grid.width, target.action)
                places.setdefault(key, set()).add(target.box)
    assert {len(boxes) for boxes in places.values()} == {1}


def test_the_staff_key_says_that_staff_were_called(layout_of: LayoutOf) -> None:
    """On the page to which one returns from the call; it still calls again."""
    layout = layout_of(1280, 800)
    known = samples(Language.EN)["confirm-after-help"]
    calls, called = replace(known, help_called=False), known
    assert draw(calls, layout, NOW_S).targets == draw(called, layout, NOW_S).targets
    said = [s.text for s in draw(called, layout, NOW_S).shapes if isinstance(s, Text)]
    assert "Called" in said and "Call staff" not in said


def test_every_icon_exists(shots: list[Shot]) -> None:
    drawn = {s.name for shot in shots for s in shot.picture.shapes if isinstance(s, Icon)}
    assert drawn <= set(ICONS)
    assert set(ICONS) - drawn == set(), "an icon that no page shows"


def test_every_message_is_in_both_languages_and_drawable(
    catalogues: Mapping[Language, Catalogue], typeface: Typeface
) -> None:
    chinese, english = catalogues[Language.ZH], catalogues[Language.EN]
    assert chinese.message_ids == english.message_ids
    for message_id in chinese.message_ids:
        assert _fields(chinese.text(message_id)) == _fields(english.text(message_id)), message_id
        for catalogue in catalogues.values():
            text = catalogue.text(message_id).replace("\n", "")
            assert typeface.missing(text) == "", message_id


def _fields(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


def test_every_notice_and_reason_fits_its_page(
    layout_of: LayoutOf, catalogues: Mapping[Language, Catalogue]
) -> None:
    cut = []
    for size, large, language in itertools.product(SIZES[:2], (False, True), Language):
        layout = layout_of(*size)
        ids = catalogues[language].message_ids
        known = samples(language, large)
        result = known["result-label-waiting"]
        shown = [
            replace(known["screening"], notice=name, code=CodeState.REFUSED)
            for name in ids
            if name.startswith("notice.") and name != "notice.other-label"
        ]
        shown += [replace(result, notice="notice.other-label")]
        for name in ids:
            if name.startswith("reason."):
                shown.append(replace(known["staff"], reason=name))
                shown.append(replace(known["out-of-order"], reason=name))
            if name.endswith(".what") and not name.startswith("staff."):
                shown.append(replace(known["attract"], faults=(name.removesuffix(".what"),)))
        for label in LabelState:
            assert result.placement is not None
            placement = replace(result.placement, label=label, lane=12, place=20, size=20)
            shown.append(replace(result, placement=placement))
        for snapshot in shown:
            for shape in draw(snapshot, layout, NOW_S).shapes:
                if isinstance(shape, Text) and shape.cut:
                    cut.append((size, large, language, snapshot.page, shape.text))
    assert cut == []


def test_unknown_message_ids_of_the_core_become_a_sentence(layout_of: LayoutOf) -> None:
    layout = layout_of(1280, 800)
    known = samples(Language.EN)
    for snapshot in (
        replace(known["screening"], notice="notice.from-a-newer-core"),
        replace(known["staff"], reason="reason.from-a-newer-core"),
        replace(known["out-of-order"], reason="reason.from-a-newer-core"),
        replace(known["attract"], faults=("gadget.absent",)),
        replace(known["result-label-failed"], notice="printer.paper-out"),
    ):
        said = [
            shape.text for shape in draw(snapshot, layout, NOW_S).shapes if isinstance(shape, Text)
        ]
        assert not any("." in text.strip(". ") and " " not in text for text in said), said
