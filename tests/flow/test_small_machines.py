"""Tube, LabelJob, FeverHold and Intake: what each step means and what it wants done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.report import AlertKind
from kiosk.flow.effects import ClearAlert, CloseTube, RaiseAlert
from kiosk.flow.fever_hold import FEVER_HOLD, FeverHold, FeverHoldState, RecheckHigh, RestOver
from kiosk.flow.intake import (
    INTAKE,
    Closed,
    Intake,
    IntakePhase,
    LedgerFailed,
    LedgerHealed,
    Paused,
)
from kiosk.flow.label_job import (
    LABEL_JOB,
    LabelAttached,
    LabelFinished,
    LabelJob,
    LabelJobState,
    LabelScanned,
    LabelSent,
    LabelUnsure,
    LabelVoided,
)
from kiosk.flow.table import EventRefused
from kiosk.flow.tube import TUBE, PlaceTaken, Reviewed, Tube, TubeMoment, TubeState

NUMBER = "00070332600017"
JOB = LabelJob(job="j-1", tube=NUMBER, copy=1)
YOUNG = TubeMoment(age_s=60.0, max_age_s=3600.0, lanes=(1, 2))


def test_the_last_place_closes_the_tube_as_full() -> None:
    tube, effects = TUBE.step(Tube(NUMBER, 1, 2, 0), PlaceTaken(), YOUNG)
    assert (tube.state, effects) == (TubeState.OPEN, ())
    tube, effects = TUBE.step(tube, PlaceTaken(), YOUNG)
    assert tube.state is TubeState.FULL
    assert effects == (CloseTube(NUMBER, "full"),)
    with pytest.raises(EventRefused):
        TUBE.step(tube, PlaceTaken(), YOUNG)


@pytest.mark.parametrize(
    ("tube", "moment", "reason"),
    [
        (Tube(NUMBER, 1, 10, 3), TubeMoment(3600.0, 3600.0, (1,)), "too-old"),
        (Tube(NUMBER, 9, 10, 3), YOUNG, "lane-change"),
        (Tube(NUMBER, 1, 10, 10), YOUNG, "full"),
    ],
)
def test_a_review_closes_what_takes_nobody_any_more(
    tube: Tube, moment: TubeMoment, reason: str
) -> None:
    after, effects = TUBE.step(tube, Reviewed(), moment)
    assert after.state is not TubeState.OPEN
    assert effects == (CloseTube(NUMBER, reason),)


def test_a_label_is_proved_or_unknown_and_never_both_ways() -> None:
    sent, _ = LABEL_JOB.step(JOB, LabelSent(), None)
    unsure, effects = LABEL_JOB.step(sent, LabelUnsure(), None)
    assert unsure.state is LabelJobState.UNKNOWN
    assert effects == (RaiseAlert(AlertKind.LABEL, "alert.label-unknown", NUMBER),)
    proved, effects = LABEL_JOB.step(unsure, LabelScanned(), None)
    assert proved.state is LabelJobState.VERIFIED
    assert effects == (ClearAlert(AlertKind.LABEL, NUMBER),)


def test_a_sent_label_is_never_sent_again() -> None:
    sent, _ = LABEL_JOB.step(JOB, LabelSent(), None)
    with pytest.raises(EventRefused):
        LABEL_JOB.step(sent, LabelSent(), None)


@given(
    st.lists(
        st.sampled_from(
            [
                LabelSent(),
                LabelFinished(),
                LabelUnsure(),
                LabelScanned(),
                LabelAttached(),
                LabelVoided("why"),
            ]
        )
    )
)
def test_a_void_label_stays_void_whatever_comes(events: list[object]) -> None:
    job, void = JOB, False
    for event in events:
        try:
            job, _ = LABEL_JOB.step(job, event, None)
        except EventRefused:
            continue
        assert not void, "a void label moved"
        void = job.state is LabelJobState.VOID


def test_a_rested_fever_is_rechecked_and_a_high_one_escalates() -> None:
    hold, effects = FEVER_HOLD.step(FeverHold("F-001", 100.0), RestOver(), None)
    assert hold.state is FeverHoldState.RECHECK_DUE
    assert effects == (RaiseAlert(AlertKind.FEVER, "alert.fever-recheck-due", "F-001"),)
    hold, effects = FEVER_HOLD.step(hold, RecheckHigh(), None)
    assert hold.state is FeverHoldState.ESCALATED
    assert effects == (RaiseAlert(AlertKind.FEVER, "alert.fever-ambulance", "F-001"),)


def test_intake_heals_to_where_it_was() -> None:
    for start in (Paused(), Closed()):
        intake, _ = INTAKE.step(Intake(), start, None)
        broken, effects = INTAKE.step(intake, LedgerFailed("ledger.full"), None)
        assert broken.state is IntakePhase.OUT_OF_ORDER
        assert broken.reason == "ledger.full"
        assert effects == (RaiseAlert(AlertKind.DISK, "ledger.full", "ledger"),)
        healed, effects = INTAKE.step(broken, LedgerHealed(), None)
        assert healed.state is intake.state
        assert effects == (ClearAlert(AlertKind.DISK, "ledger"),)
