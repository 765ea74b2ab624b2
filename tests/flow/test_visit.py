"""The Visit machine as residents live it, on a clock that only the test turns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest

from contracts.pool_class import PoolClass
from contracts.record import CodeColour, DocumentKind, Flag, Person
from kiosk.flow.effects import (
    CheckIn,
    CountRefusal,
    Effect,
    ForgetVisit,
    HoldFever,
    RaiseAlert,
    RearmThermometer,
    VerifyLabel,
)
from kiosk.flow.temperature import SurfaceReading, TemperaturePolicy
from kiosk.flow.visit import VISIT, next_deadline
from kiosk.flow.visit_state import (
    AcceptedCode,
    Before,
    CheckInFailed,
    CodeAccepted,
    CodeRefused,
    Confirmed,
    DevicesChanged,
    FeverTicketGiven,
    Finished,
    Forehead,
    ForeheadSeen,
    LabelChanged,
    LabelSeen,
    LabelView,
    LanguageToggled,
    LargeTextToggled,
    Moment,
    MoreTimeAsked,
    NotMe,
    Placed,
    PlaceGiven,
    SeenBefore,
    StaffCalled,
    Started,
    TemperatureRead,
    TimePassed,
    Visit,
    VisitPolicy,
    VisitState,
    WentBack,
)

S = VisitState
POLICY = VisitPolicy(
    temperature=TemperaturePolicy(
        fever_c=37.3,
        plausible_low_c=34.0,
        plausible_high_c=42.9,
        calibration_k=0.13,
        calibration_version="test",
    ),
    pool_class=PoolClass.TEN,
    unknown_colour_to_staff=False,
    default_language="zh",
    auto_confirm_s=3.0,
    idle_s=45.0,
    still_there_s=20.0,
    result_s=12.0,
    fever_page_s=30.0,
    help_page_s=60.0,
    device_grace_s=5.0,
    code_errors_before_help=2,
    extensions_max=2,
)
ZHANG = Person(
    name="张试一", document_kind=DocumentKind.RESIDENT_ID, document_number="110101199003071233"
)
PLACE = PlaceGiven(lane=2, tube="00070332604171", place=1, size=10, first_of_tube=True)
E = TypeVar("E")


def code(
    code_id: str = "c-1", colour: CodeColour = CodeColour.GREEN, before: Before | None = None
) -> CodeAccepted:
    return CodeAccepted(AcceptedCode(ZHANG, code_id, "ncs1", colour, "张*一", "1101****33", before))


def forehead(body_c: float) -> TemperatureRead:
    """A reading whose calibrated body temperature is ``body_c`` at 20 degrees around."""
    surface_c = (body_c + 0.13 * 20.0) / 1.13
    return TemperatureRead(SurfaceReading(surface_c, 20.0, "continuous", 4, 0.1, trusted=True))


@dataclass
class Kiosk:
    """Steps the machine and keeps what it wanted done."""

    visit: Visit
    now_s: float = 1000.0
    policy: VisitPolicy = POLICY

    def __post_init__(self) -> None:
        self.effects: list[Effect] = []

    def does(self, *events: Any) -> Kiosk:
        for event in events:
            self.visit, effects = VISIT.step(self.visit, event, Moment(self.now_s, self.policy))
            self.effects += effects
        return self

    def waits(self, seconds: float) -> Kiosk:
        """Time passes as in the core: `TimePassed` at each deadline on the way."""
        ends_s = self.now_s + seconds
        while True:
            due_s = next_deadline(self.visit, self.policy.device_grace_s)
            if due_s is None or due_s > ends_s:
                break
            self.now_s = max(self.now_s, due_s)
            self.does(TimePassed())
        self.now_s = ends_s
        return self

    def wanted(self, kind: type[E]) -> list[E]:
        return [effect for effect in self.effects if isinstance(effect, kind)]


@pytest.fixture
def kiosk() -> Kiosk:
    return Kiosk(Visit()).does(DevicesChanged(thermometer_works=True, camera_works=True))


@pytest.mark.parametrize("code_first", [True, False])
def test_code_and_forehead_in_any_order_lead_to_confirm_without_a_touch(
    kiosk: Kiosk, code_first: bool
) -> None:
    events = [code(), forehead(36.5)]
    kiosk.does(*(events if code_first else events[::-1]))
    assert kiosk.visit.state is S.CONFIRM
    assert kiosk.visit.number == 1
    assert kiosk.visit.timer is not None


def test_silence_confirms_and_the_record_comes_before_the_place(kiosk: Kiosk) -> None:
    kiosk.does(code(), forehead(36.5)).waits(3.0)
    assert kiosk.visit.state is S.SAVING
    (wanted,) = kiosk.wanted(CheckIn)
    assert wanted.person == ZHANG
    assert wanted.code_id == "c-1"
    assert wanted.temperature.body_c == pytest.approx(36.5, abs=0.01)
    assert kiosk.visit.placed is None
    kiosk.does(Placed(PLACE))
    assert kiosk.visit.state is S.RESULT
    assert kiosk.visit.label is LabelView.WAITING
    kiosk.waits(12.0)
    assert kiosk.visit.state is S.ATTRACT
    assert kiosk.visit.code is None and kiosk.visit.temperature is None
    assert kiosk.wanted(ForgetVisit) and kiosk.wanted(RearmThermometer)


def test_a_second_confirm_while_saving_is_refused(kiosk: Kiosk) -> None:
    kiosk.does(code(), forehead(36.5), Confirmed())
    with pytest.raises(Exception, match="no meaning"):
        kiosk.does(Confirmed())
    assert len(kiosk.wanted(CheckIn)) == 1


def test_fever_needs_no_code_and_gives_no_place(kiosk: Kiosk) -> None:
    kiosk.does(forehead(38.2))
    assert kiosk.visit.state is S.FEVER
    (hold,) = kiosk.wanted(HoldFever)
    assert hold.person is None
    kiosk.does(FeverTicketGiven("F-001"))
    assert kiosk.visit.ticket == "F-001"
    assert not kiosk.wanted(CheckIn)


def test_fever_comes_before_a_red_code(kiosk: Kiosk) -> None:
    kiosk.does(code(colour=CodeColour.RED), forehead(38.2))
    assert kiosk.visit.state is S.FEVER
    assert kiosk.wanted(HoldFever)[0].person == ZHANG


@pytest.mark.parametrize("body_c", [37.29, 37.3])
def test_the_fever_limit_itself_is_a_fever(kiosk: Kiosk, body_c: float) -> None:
    kiosk.does(forehead(body_c))
    assert (kiosk.visit.state is S.FEVER) == (body_c >= 37.3)


@pytest.mark.parametrize("colour", [CodeColour.RED, CodeColour.YELLOW])
def test_red_and_yellow_go_to_staff(kiosk: Kiosk, colour: CodeColour) -> None:
    kiosk.does(code(colour=colour), forehead(36.5))
    assert kiosk.visit.state is S.STAFF
    assert kiosk.visit.reason == f"reason.code-{colour}"
    assert kiosk.wanted(RaiseAlert) and kiosk.wanted(CountRefusal)


def test_an_unknown_colour_is_flagged_or_sent_to_staff_as_the_site_says(kiosk: Kiosk) -> None:
    kiosk.does(code(colour=CodeColour.UNKNOWN), forehead(36.5), Confirmed())
    assert kiosk.wanted(CheckIn)[0].flags == (Flag.CODE_COLOUR_UNKNOWN,)
    strict = Kiosk(Visit(), policy=replace(POLICY, unknown_colour_to_staff=True))
    strict.does(DevicesChanged(True, True), code(colour=CodeColour.UNKNOWN), forehead(36.5))
    assert strict.visit.reason == "reason.code-unknown"


@pytest.mark.parametrize(
    ("reading", "k", "reason"),
    [
        (SurfaceReading(35.0, 20.0, "continuous", 4, 0.1, True), None, "reason.not-calibrated"),
        (SurfaceReading(35.0, 20.0, "continuous", 4, 0.1, False), 0.13, "reason.reading-doubtful"),
        (
            SurfaceReading(20.4, 20.0, "continuous", 4, 0.1, True),
            0.13,
            "reason.reading-implausible",
        ),
        (
            SurfaceReading(45.0, 20.0, "continuous", 4, 0.1, True),
            0.13,
            "reason.reading-implausible",
        ),
    ],
)
def test_what_cannot_be_judged_is_never_normal(
    kiosk: Kiosk, reading: SurfaceReading, k: float | None, reason: str
) -> None:
    kiosk.policy = replace(POLICY, temperature=replace(POLICY.temperature, calibration_k=k))
    kiosk.does(code(), TemperatureRead(reading))
    assert kiosk.visit.state is S.STAFF
    assert kiosk.visit.reason == reason


def test_a_temperature_goes_with_the_forehead_that_leaves_before_a_code(kiosk: Kiosk) -> None:
    kiosk.does(forehead(36.5), ForeheadSeen(Forehead.NOBODY))
    assert kiosk.visit.temperature is None
    kiosk.does(code())
    assert kiosk.visit.state is S.SCREENING, "the next person's code must not meet the old reading"


def test_a_temperature_stays_once_the_code_was_shown(kiosk: Kiosk) -> None:
    kiosk.does(code(), ForeheadSeen(Forehead.MEASURING), forehead(36.5))
    assert kiosk.visit.state is S.CONFIRM
    kiosk.does(ForeheadSeen(Forehead.NOBODY))
    assert kiosk.visit.state is S.CONFIRM


def test_not_me_forgets_the_code_and_asks_for_another(kiosk: Kiosk) -> None:
    kiosk.does(code(), forehead(36.5), NotMe())
    assert kiosk.visit.state is S.SCREENING
    assert kiosk.visit.code is None
    assert kiosk.visit.notice == "notice.not-me"
    kiosk.does(code("c-2"))
    assert kiosk.visit.state is S.CONFIRM


def test_already_checked_in_names_the_place_and_gives_no_second(kiosk: Kiosk) -> None:
    before = Before(tube=PLACE.tube, place=3, size=10, lane=2, checked_in_at="08:41")
    kiosk.does(code(before=before), forehead(36.5))
    assert kiosk.visit.state is S.ALREADY
    assert not kiosk.wanted(CheckIn)
    assert kiosk.wanted(CountRefusal) == [CountRefusal("reason.already")]


def test_the_ledger_has_the_last_word_on_already(kiosk: Kiosk) -> None:
    kiosk.does(code(), forehead(36.5), Confirmed())
    kiosk.does(SeenBefore(Before(PLACE.tube, 3, 10, 2, "08:41")))
    assert kiosk.visit.state is S.ALREADY
    assert kiosk.visit.code is not None and kiosk.visit.code.before is not None


def test_a_failed_commit_shows_no_place(kiosk: Kiosk) -> None:
    kiosk.does(code(), forehead(36.5), Confirmed(), CheckInFailed("reason.ledger-full"))
    assert kiosk.visit.state is S.STAFF
    assert kiosk.visit.placed is None


def test_the_next_resident_takes_over_an_end_page(kiosk: Kiosk) -> None:
    kiosk.does(code(), forehead(36.5), Confirmed(), Placed(PLACE), code())
    assert kiosk.visit.state is S.RESULT, "the same code lingers before the camera"
    kiosk.does(code("c-2"))
    assert kiosk.visit.state is S.SCREENING
    assert kiosk.visit.number == 2
    assert kiosk.visit.placed is None and kiosk.visit.temperature is None


def test_two_refused_codes_call_staff_once(kiosk: Kiosk) -> None:
    kiosk.does(*[CodeRefused("notice.code-not-ours")] * 4)
    assert kiosk.visit.state is S.SCREENING
    assert [a.text for a in kiosk.wanted(RaiseAlert)] == ["alert.code-trouble"]
    assert len(kiosk.wanted(CountRefusal)) == 1


def test_idle_asks_first_and_then_forgets(kiosk: Kiosk) -> None:
    kiosk.does(Started()).waits(45.0)
    assert kiosk.visit.state is S.STILL_THERE
    kiosk.does(MoreTimeAsked())
    assert kiosk.visit.state is S.SCREENING
    kiosk.waits(45.0).waits(20.0)
    assert kiosk.visit.state is S.ATTRACT
    assert kiosk.wanted(ForgetVisit)


def test_a_moving_forehead_answers_still_there(kiosk: Kiosk) -> None:
    kiosk.does(Started()).waits(45.0).does(ForeheadSeen(Forehead.MEASURING))
    assert kiosk.visit.state is S.SCREENING


def test_extensions_are_bounded(kiosk: Kiosk) -> None:
    kiosk.does(Started())
    for _ in range(POLICY.extensions_max):
        kiosk.waits(45.0).does(MoreTimeAsked())
    kiosk.waits(45.0)
    assert kiosk.visit.state is S.ATTRACT


@pytest.mark.parametrize(
    ("devices", "reason"),
    [
        (DevicesChanged(thermometer_works=False, camera_works=True), "reason.no-thermometer"),
        (DevicesChanged(thermometer_works=True, camera_works=False), "reason.no-camera"),
    ],
)
def test_a_missing_device_sends_to_staff_after_its_grace(
    kiosk: Kiosk, devices: DevicesChanged, reason: str
) -> None:
    kiosk.does(Started(), devices).waits(4.9)
    assert kiosk.visit.state is S.SCREENING
    kiosk.waits(0.1)
    assert kiosk.visit.state is S.STAFF
    assert kiosk.visit.reason == reason


def test_a_device_that_comes_back_in_time_changes_nothing(kiosk: Kiosk) -> None:
    kiosk.does(Started(), DevicesChanged(False, True)).waits(4.0)
    kiosk.does(DevicesChanged(True, True)).waits(10.0)
    assert kiosk.visit.state is S.SCREENING


def test_help_lies_over_the_state_and_returns_to_it(kiosk: Kiosk) -> None:
    kiosk.does(code(), forehead(36.5), StaffCalled())
    assert kiosk.visit.state is S.HELP
    kiosk.does(WentBack())
    assert kiosk.visit.state is S.CONFIRM
    kiosk.waits(POLICY.idle_s)
    assert kiosk.visit.state is S.ATTRACT, "after a call for staff, silence does not confirm"
    assert not kiosk.wanted(CheckIn)


def test_a_scanned_label_verifies_and_another_one_warns(kiosk: Kiosk) -> None:
    kiosk.does(code(), forehead(36.5), Confirmed(), Placed(PLACE))
    kiosk.does(LabelSeen("00070332699990"))
    assert kiosk.visit.notice == "notice.other-label"
    assert not kiosk.wanted(VerifyLabel)
    kiosk.does(LabelChanged(PLACE.tube, LabelView.PRINTED), LabelSeen(PLACE.tube))
    assert kiosk.visit.label is LabelView.VERIFIED
    assert kiosk.wanted(VerifyLabel) == [VerifyLabel(PLACE.tube)]
    kiosk.does(LabelChanged(PLACE.tube, LabelView.PRINTED))
    assert kiosk.visit.label is LabelView.VERIFIED, "verified is the better knowledge"


def test_comforts_are_of_the_visit_and_reset_with_it(kiosk: Kiosk) -> None:
    kiosk.does(Started(), LanguageToggled(), LargeTextToggled())
    assert (kiosk.visit.language, kiosk.visit.large_text) == ("en", True)
    kiosk.does(WentBack())
    assert (kiosk.visit.language, kiosk.visit.large_text) == ("zh", False)


def test_a_language_chosen_before_the_first_step_is_the_visits(kiosk: Kiosk) -> None:
    kiosk.does(LanguageToggled(), LargeTextToggled(), code())
    assert (kiosk.visit.language, kiosk.visit.large_text) == ("en", True)
    kiosk.does(forehead(36.5), Confirmed(), Placed(PLACE), code("c-2"))
    assert (kiosk.visit.language, kiosk.visit.large_text) == ("zh", False), "the next resident's"


def test_a_language_chosen_by_somebody_who_walks_on_is_given_up(kiosk: Kiosk) -> None:
    kiosk.does(LanguageToggled()).waits(POLICY.idle_s - 1.0)
    assert kiosk.visit.language == "en"
    kiosk.waits(1.0)
    assert (kiosk.visit.state, kiosk.visit.language) == (S.ATTRACT, "zh")


def test_why_a_code_was_refused_stays_when_the_forehead_is_read(kiosk: Kiosk) -> None:
    kiosk.does(CodeRefused("notice.code-expired"), forehead(36.5))
    assert kiosk.visit.notice == "notice.code-expired"
    kiosk.does(code())
    assert (kiosk.visit.state, kiosk.visit.notice) == (S.CONFIRM, "")


def test_finished_makes_room_at_once(kiosk: Kiosk) -> None:
    kiosk.does(code(), forehead(36.5), Confirmed(), Placed(PLACE), Finished())
    assert kiosk.visit.state is S.ATTRACT


def test_a_visit_prints_no_name(kiosk: Kiosk) -> None:
    kiosk.does(code(), forehead(36.5), Confirmed())
    assert ZHANG.name not in repr(kiosk.visit.code)
    assert ZHANG.document_number not in repr(kiosk.effects)
