"""A monkey at the pure view: any snapshot the core could send, taps anywhere, nothing breaks."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from config.model import Language
from kiosk.ipc.messages import (
    CodeState,
    Countdown,
    CountdownKind,
    LabelState,
    Page,
    Placement,
    Snapshot,
    Temperature,
    TemperatureState,
)
from kiosk.screen.composer import Layout
from kiosk.screen.shapes import Text
from kiosk.screen.view import draw

NOW_S = 5_000.0
NAMES = ("", "王*芳", "䶮*", "阿*·**提·****", "*" * 80, "A** B**")
NOTICES = ("", "notice.not-me", "notice.code-forged", "nonsense", "printer.cover-open", "\n")


def any_snapshot(chance: random.Random) -> Snapshot:
    pick = chance.choice
    starts_s = NOW_S + chance.uniform(-100, 100)
    countdown = Countdown(
        kind=pick(list(CountdownKind)),
        starts_s=starts_s,
        ends_s=starts_s + pick([0.0, 0.01, 3.0, 45.0, 86_400.0, -5.0]),
    )
    size = pick([0, 1, 5, 10, 20, 99])
    placement = Placement(
        lane=pick([1, 9, 12, 99]),
        tube_number="00070332604173",
        tube_short=pick(["0417", "", "1234567"]),
        place=pick([1, size, 120]),
        size=size,
        first_of_tube=pick([True, False]),
        label=pick(list(LabelState)),
    )
    return Snapshot(
        number=chance.randrange(1, 10**6),
        page=pick(list(Page)),
        language=pick(list(Language)),
        visit=chance.randrange(100),
        large_text=pick([True, False]),
        temperature=Temperature(
            state=pick(list(TemperatureState)), body_c=pick([None, 36.45, -12.0, 142.96])
        ),
        code=pick(list(CodeState)),
        masked_name=pick(NAMES),
        masked_number=pick(["", "1101****12*3", "H0*******"]),
        placement=pick([None, placement]),
        ticket=pick(["", "F012", "F99999"]),
        area=pick(["", "B", "东区"]),
        checked_in_at=pick(["", "08:41"]),
        notice=pick(NOTICES),
        reason=pick(["", "reason.no-camera", "nonsense"]),
        countdown=pick([None, countdown]),
        help_called=pick([True, False]),
        faults=pick([(), ("printer.absent",), ("nonsense", "camera.dark")]),
        site_name=pick(["", "幸福路采样点", "很长的采样点名字" * 7]),
        training=pick([True, False]),
    )


@pytest.mark.parametrize("seed", range(2))
def test_monkey(layout_of: Callable[[int, int], Layout], seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(30):
        layout = layout_of(*chance.choice([(1280, 800), (1024, 600), (800, 480)]))
        snapshot = any_snapshot(chance)
        picture = draw(snapshot, layout, NOW_S)
        assert picture == draw(snapshot, layout, NOW_S), "the view is pure"
        assert picture.changes_at_s is None or picture.changes_at_s > NOW_S
        for text in (shape for shape in picture.shapes if isinstance(shape, Text)):
            assert "\n" not in text.text and "{" not in text.text
        for _ in range(20):
            x, y = chance.uniform(-50, picture.width + 50), chance.uniform(-50, picture.height + 50)
            target = picture.target_at(x, y)
            if target is not None:
                assert target in picture.targets and target.reach.contains(x, y)
        for target in picture.targets:
            for x, y in ((target.box.x, target.box.y), target.box.centre):
                assert picture.target_at(x, y) is target
        keys = sorted(picture.targets, key=lambda key: (key.box.y, key.box.x))
        assert not any(one.box.meets(other.box) for one, other in pairwise(keys))
