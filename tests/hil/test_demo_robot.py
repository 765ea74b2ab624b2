"""The robot behaves as a resident: it reads, touches what is offered, never waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pytest

from config.model import Language
from contracts.record import DocumentKind, Person
from hil.demo.facts import Outcome, SeenVisit
from hil.demo.listener import CoreListener
from hil.demo.mirror import Mirror
from hil.demo.residents import Habit, Kind, Resident
from hil.demo.robot import Pace, Robot
from hil.demo.stage import Stage
from kiosk.ipc.messages import Action, LabelState, Page, Placement, Snapshot

PACE = Pace(
    walking_s=0.0,
    reading_s=0.0,
    showing_s=0.0,
    result_s=0.0,
    again_s=0.0,
    scanning_s=0.0,
    patience_s=0.02,
    label_patience_s=0.02,
)
HABIT = Habit(forehead_first=True, hesitates=False, english=False, confirms=True)
RESIDENT = Resident(
    number=1,
    kind=Kind.ORDINARY,
    person=Person(
        name="测试", document_kind=DocumentKind.RESIDENT_ID, document_number="110101199003071233"
    ),
    household="110101-00001",
    code_id="code-1",
    body_c=36.5,
    distance_cm=3.0,
    habit=HABIT,
)
PLACED = Placement(
    lane=2,
    tube_number="00070332600018",
    tube_short="0001",
    place=3,
    size=10,
    first_of_tube=False,
)
ATTRACT = Snapshot(number=1, page=Page.ATTRACT, language=Language.ZH)


@dataclass
class FakeKiosk:
    """Stage, glass and core in one, answering at once. ``ends_in``: the page after both inputs."""

    ends_in: Page = Page.CONFIRM
    placement: Placement = PLACED
    notice: str = ""
    prints: bool = True
    dies_once: bool = False
    dying: bool = False
    snapshot: Snapshot = ATTRACT
    deeds: list[str] = field(default_factory=list)

    def to(self, page: Page, **changes: Any) -> None:
        visit = 0 if page is Page.ATTRACT else 1
        fresh = Snapshot(
            number=self.snapshot.number + 1, page=page, language=Language.ZH, visit=visit
        )
        self.snapshot = replace_snapshot(fresh, **changes)

    # the stage
    def show_forehead(self, core_c: float, distance_cm: float) -> None:
        self.deeds.append("forehead")
        self._both()

    def hold_code(self, text: str) -> None:
        self.deeds.append("code")
        self._both()

    def _both(self) -> None:
        if self.notice:
            self.to(Page.SCREENING, notice=self.notice)
        elif self.dies_once and len(self.deeds) == 2:
            self.dies_once, self.dying = False, True
            self.to(Page.SCREENING)
        elif {"forehead", "code"} <= set(self.deeds):
            self.to(self.ends_in, ticket="F03-001", placement=self.placement)

    def put_code_away(self) -> None:
        self.deeds.append("away")

    def hold_label(self, bitmap: object) -> None:
        self.deeds.append("label")
        self.to(Page.RESULT, placement=with_label(self.placement, LabelState.VERIFIED))

    def newest_paper(self) -> object:
        return np.zeros((1, 1), np.bool_) if self.prints else None

    def leave(self) -> None:
        self.deeds.append("leave")

    # the glass
    def tap_action(self, action: Action) -> bool:
        self.deeds.append(f"touch {action}")
        if action is Action.CONFIRM:
            label = LabelState.PRINTED if self.placement.first_of_tube else LabelState.NONE
            self.to(Page.RESULT, placement=with_label(self.placement, label))
        elif action is Action.NOT_ME:
            self.to(Page.SCREENING, notice="notice.not-me")
            self.deeds.remove("code")
        elif action in (Action.DONE, Action.BACK):
            self.to(Page.ATTRACT)
        return True

    # the core
    def wait_for(self, wanted: Callable[[Snapshot], bool], timeout_s: float) -> Snapshot | None:
        if not wanted(self.snapshot) and self.dying:
            self.dying = False
            self.to(Page.ATTRACT)
        return self.snapshot if wanted(self.snapshot) else None


def replace_snapshot(snapshot: Snapshot, **changes: Any) -> Snapshot:
    names = Snapshot.__struct_fields__
    return Snapshot(**{name: getattr(snapshot, name) for name in names} | changes)


def with_label(placed: Placement, label: LabelState) -> Placement:
    names = Placement.__struct_fields__
    return Placement(**{name: getattr(placed, name) for name in names} | {"label": label})


def play(kiosk: FakeKiosk, resident: Resident = RESIDENT, *, goes_on: bool = True) -> SeenVisit:
    robot = Robot(
        stage=cast(Stage, kiosk),
        listener=cast(CoreListener, kiosk),
        mirror=cast(Mirror, kiosk),
        code_text=lambda _: "NCS1.code",
        pace=PACE if goes_on else replace(PACE, walking_s=1.0),
        pause=lambda _: goes_on,
    )
    return robot.play(resident)


def test_ordinary_visit_ends_with_the_place_that_was_shown() -> None:
    kiosk = FakeKiosk()
    seen = play(kiosk)
    assert seen.outcome is Outcome.CHECKED_IN
    assert seen.place is not None
    assert (seen.place.tube, seen.place.place, seen.place.lane) == ("00070332600018", 3, 2)
    assert kiosk.deeds[:2] == ["forehead", "code"]
    assert kiosk.deeds[-1] == "leave"


def test_first_of_a_tube_scans_the_label_back() -> None:
    kiosk = FakeKiosk(placement=replace_first(PLACED))
    seen = play(kiosk)
    assert "label" in kiosk.deeds
    assert seen.place is not None
    assert seen.place.label == "verified"


def replace_first(placed: Placement) -> Placement:
    names = Placement.__struct_fields__
    return Placement(**{name: getattr(placed, name) for name in names} | {"first_of_tube": True})


def test_a_label_that_never_came_is_not_scanned() -> None:
    kiosk = FakeKiosk(placement=replace_first(PLACED), prints=False)
    seen = play(kiosk)
    assert "label" not in kiosk.deeds
    assert seen.place is not None
    assert seen.place.label == "printed"


def test_somebody_who_hesitates_says_not_me_and_shows_the_code_again() -> None:
    kiosk = FakeKiosk()
    seen = play(kiosk, replace(RESIDENT, habit=replace(HABIT, hesitates=True)))
    assert seen.outcome is Outcome.CHECKED_IN
    assert kiosk.deeds.index("touch not-me") < kiosk.deeds.index("touch confirm")


@pytest.mark.parametrize(
    ("page", "outcome"),
    [(Page.FEVER, Outcome.FEVER), (Page.ALREADY, Outcome.ALREADY), (Page.STAFF, Outcome.STAFF)],
)
def test_other_endings(page: Page, outcome: Outcome) -> None:
    seen = play(FakeKiosk(ends_in=page))
    assert seen.outcome is outcome
    assert (seen.ticket == "F03-001") == (page is Page.FEVER)


def test_refused_code_is_put_away() -> None:
    kiosk = FakeKiosk(notice="notice.code-not-ours")
    seen = play(kiosk)
    assert (seen.outcome, seen.detail) == (Outcome.REFUSED, "notice.code-not-ours")
    assert kiosk.deeds[-1] == "leave"


def test_a_kiosk_that_never_answers_loses_the_resident_not_the_robot() -> None:
    kiosk = FakeKiosk(ends_in=Page.SAVING)
    seen = play(kiosk)
    assert (seen.outcome, seen.detail) == (Outcome.LOST, "no answer on page saving")
    assert kiosk.deeds[-1] == "leave"


def test_a_core_that_restarts_is_shown_everything_again() -> None:
    kiosk = FakeKiosk(dies_once=True)
    seen = play(kiosk)
    assert (seen.outcome, seen.restarts) == (Outcome.CHECKED_IN, 1)
    assert kiosk.deeds.count("forehead") == kiosk.deeds.count("code") == 2


def test_committed_and_then_cut_off_scans_the_label_that_lies_there() -> None:
    kiosk = FakeKiosk(ends_in=Page.ALREADY, dies_once=True)
    seen = play(kiosk)
    assert (seen.outcome, seen.restarts) == (Outcome.ALREADY, 1)
    assert "label" in kiosk.deeds


def test_a_kiosk_that_is_never_free_is_given_up() -> None:
    kiosk = FakeKiosk(snapshot=replace_snapshot(ATTRACT, page=Page.OUT_OF_ORDER))
    kiosk.tap_action = lambda action: False  # type: ignore[method-assign]
    assert play(kiosk).detail == "the kiosk never became free"


def test_the_end_of_the_demo_ends_the_visit() -> None:
    assert play(FakeKiosk(), goes_on=False).detail == "the demo ended"
