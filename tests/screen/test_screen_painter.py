"""Painting only what changed gives the same pixels as painting everything."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from config.model import Language
from kiosk.ipc.messages import Action
from kiosk.screen.composer import Layout
from kiosk.screen.painter import Painter, damage
from kiosk.screen.samples import NOW_S, samples
from kiosk.screen.shapes import Box, DisplayList, Panel, PreviewSlot, Text
from kiosk.screen.stand_in import camera_picture
from kiosk.screen.surface import surface_pixels
from kiosk.screen.theme import ALERT, CALM, GOOD, WHITE
from kiosk.screen.typeface import Typeface
from kiosk.screen.view import draw, draw_one_moment

LayoutOf = Callable[[int, int], Layout]
Pixels: TypeAlias = NDArray[np.uint8]
SIZE = (1024, 600)


@pytest.fixture(scope="module")
def base(typeface: Typeface) -> Painter:
    """Keeps the drawn lines that the painters of this file share."""
    return Painter(*SIZE, typeface)


def pixels_of(painter: Painter) -> Pixels:
    return surface_pixels(painter.canvas)[..., :3].copy()


def painted_afresh(picture: DisplayList, base: Painter) -> Pixels:
    painter = base.twin()
    painter.show(picture)
    if picture.preview is not None:
        painter.show_frame(camera_picture())
    return pixels_of(painter)


@pytest.mark.parametrize("seed", range(2))
def test_incremental_painting_is_full_painting(
    layout_of: LayoutOf, base: Painter, seed: int
) -> None:
    """Random walks over pages, seconds, pressed keys and camera pictures."""
    chance = random.Random(seed)
    layout = layout_of(*SIZE)
    painter = base.twin()
    known = list(samples(Language.ZH).values())
    snapshot, now_s = known[0], NOW_S
    for _ in range(8):
        if chance.random() < 0.5:
            snapshot = chance.choice(known)
        now_s = NOW_S + chance.random() * 12
        pressed = chance.choice([None, None, Action.CALL_STAFF, Action.LANGUAGE])
        picture = draw(snapshot, layout, now_s, pressed)
        painter.show(picture)
        painter.show_frame(camera_picture())
        assert np.array_equal(pixels_of(painter), painted_afresh(picture, base))


def test_a_second_of_a_countdown_damages_only_its_pill(layout_of: LayoutOf) -> None:
    layout = layout_of(*SIZE)
    snapshot = samples(Language.ZH)["result"]
    before, after = draw(snapshot, layout, NOW_S), draw(snapshot, layout, NOW_S + 1)
    boxes = damage(before, after)
    assert boxes and sum(box.w * box.h for box in boxes) < 0.05 * SIZE[0] * SIZE[1]


def test_a_changed_order_is_painted(layout_of: LayoutOf) -> None:
    """The same shapes, another one on top: nothing came or went, everything may differ."""
    below, above = Panel(Box(10, 10, 90, 90), WHITE), Panel(Box(50, 50, 90, 90), GOOD.deep)
    one = DisplayList("page", *SIZE, WHITE, (below, above), ())
    assert damage(one, dataclasses.replace(one, shapes=(above, below))) == (one.whole,)


def test_nothing_changed_is_nothing_painted(layout_of: LayoutOf, base: Painter) -> None:
    layout = layout_of(*SIZE)
    painter = base.twin()
    for snapshot in samples(Language.EN).values():
        painter.show(draw(snapshot, layout, NOW_S))
        assert painter.show(draw(replace(snapshot, number=99), layout, NOW_S)) == ()


@pytest.mark.parametrize("sample", ["result", "confirm", "still-there"])
def test_a_picture_is_right_until_it_says_so(layout_of: LayoutOf, sample: str) -> None:
    """`changes_at_s` is exact: the same picture just before, another one at that time."""
    layout = layout_of(*SIZE)
    snapshot = samples(Language.EN)[sample]
    now_s, steps = NOW_S, 0
    while (picture := draw(snapshot, layout, now_s)).changes_at_s is not None:
        at_s = picture.changes_at_s
        assert now_s < at_s
        assert draw(snapshot, layout, at_s - 1e-4).shapes == picture.shapes
        assert draw(snapshot, layout, at_s).shapes != picture.shapes
        now_s, steps = at_s, steps + 1
    assert steps >= 9


def test_a_still_page_never_changes_by_itself(layout_of: LayoutOf) -> None:
    layout = layout_of(*SIZE)
    assert draw(samples(Language.ZH)["attract"], layout, NOW_S).changes_at_s is None
    assert draw_one_moment(layout, Language.ZH).changes_at_s is None


def test_a_pressed_key_is_darker_and_only_it(layout_of: LayoutOf, base: Painter) -> None:
    layout = layout_of(*SIZE)
    snapshot = samples(Language.ZH)["attract"]
    calm = draw(snapshot, layout, NOW_S)
    pressed = draw(snapshot, layout, NOW_S, Action.START)
    key = next(target.box for target in calm.targets if target.action is Action.START)
    one, other = painted_afresh(calm, base), painted_afresh(pressed, base)
    rows, columns = np.nonzero((one != other).any(axis=2))
    assert Box(columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1) == key.middle(
        int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1
    )
    assert other[key.y + 4, key.x + key.w // 2].sum() < one[key.y + 4, key.x + key.w // 2].sum()


@pytest.mark.parametrize(
    ("sample", "colour", "share"),
    [("result", GOOD.deep, 0.10), ("fever", ALERT.deep, 0.12), ("attract", CALM.deep, 0.25)],
)
def test_a_page_is_told_by_its_colour_from_afar(
    layout_of: LayoutOf,
    base: Painter,
    sample: str,
    colour: tuple[int, int, int],
    share: float,
) -> None:
    picture = draw(samples(Language.ZH)[sample], layout_of(*SIZE), NOW_S)
    pixels = painted_afresh(picture, base)[..., ::-1]
    assert (pixels == np.array(colour)).all(axis=2).mean() > share


@pytest.mark.parametrize(
    "sample", ["attract-fault", "screening-code", "confirm", "result", "staff"]
)
def test_all_texts_leave_ink(layout_of: LayoutOf, base: Painter, sample: str) -> None:
    """Where a text is said to be, pixels of its colour are."""
    picture = draw(samples(Language.ZH)[sample], layout_of(*SIZE), NOW_S)
    pixels = painted_afresh(picture, base)[..., ::-1].astype(int)
    for text in (shape for shape in picture.shapes if isinstance(shape, Text)):
        box = text.box
        room = pixels[box.y : box.bottom, box.x : box.right]
        near = np.abs(room - np.array(text.colour)).sum(axis=2) < 60
        assert near.any(), text.text


def test_the_camera_picture_is_mirrored_into_its_slot_and_nowhere_else(
    layout_of: LayoutOf, base: Painter
) -> None:
    picture = draw(samples(Language.ZH)["screening"], layout_of(*SIZE), NOW_S)
    slot = picture.preview
    assert slot is not None
    painter = base.twin()
    painter.show(picture)
    before = pixels_of(painter)
    frame = np.zeros((360, 640, 3), np.uint8)
    frame[:, :320] = (0, 0, 255)  # red at the camera's left
    frame[:, 320:] = (255, 0, 0)
    assert painter.show_frame(frame) == (slot.box,)
    after = pixels_of(painter)
    box = slot.box
    assert tuple(after[box.y + 20, box.x + 40]) == (255, 0, 0)
    assert tuple(after[box.y + 20, box.right - 40]) == (0, 0, 255)
    changed = (before != after).any(axis=2)
    changed[box.y : box.bottom, box.x : box.right] = False
    assert not changed.any()
    assert np.array_equal(after[box.y, box.x], before[0, 0]), "the corners stay round"


def test_wiping_leaves_nothing_of_the_person(layout_of: LayoutOf, base: Painter) -> None:
    layout = layout_of(*SIZE)
    painter = base.twin()
    picture = draw(samples(Language.ZH)["confirm"], layout, NOW_S)
    painter.show(picture)
    personal = [s for s in picture.shapes if isinstance(s, Text) and s.personal]
    assert set(painter.kept_personal()) == set(personal)
    painter.show(draw(samples(Language.ZH)["screening"], layout, NOW_S))
    painter.show_frame(camera_picture())
    painter.wipe()
    assert painter.kept_personal() == ()
    assert not pixels_of(painter).any()
    picture = draw(samples(Language.ZH)["screening"], layout, NOW_S)
    assert painter.show(picture) == (picture.whole,)
    slot = next(shape for shape in picture.shapes if isinstance(shape, PreviewSlot))
    inside = pixels_of(painter)[slot.box.y + 20, slot.box.x + 40, ::-1]
    assert tuple(inside) == slot.empty, "no old camera picture comes back"
