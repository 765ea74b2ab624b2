"""Label jobs follow their machine, one valid label a tube; fever holds survive."""

from __future__ import annotations

import pytest

from kiosk.flow.fever_hold import FeverHoldState
from kiosk.flow.label_job import LabelJob, LabelJobState
from kiosk.flow.table import EventRefused
from kiosk.ledger.errors import LedgerRefused
from kiosk.ledger.rows import FeverHoldRow


@pytest.fixture
def labelled(ledger, booth):
    ledger.check_in(booth.write("a"), booth.envelope)
    return ledger


def test_a_label_goes_from_reserved_to_verified(labelled, booth):
    def states():
        return [job.state.value for job in labelled.label_jobs(booth.tube(1))]

    labelled.label_sent("job-1-1")
    assert states() == ["sent"]
    assert labelled.last_seq == 1  # sending is no record
    assert labelled.label_confirmed("job-1-1", booth.envelope) == 2
    assert states() == ["confirmed"]
    assert labelled.label_verified("job-1-1", booth.envelope) == 3
    assert states() == ["verified"]
    assert labelled.label_attached("job-1-1") == 3
    assert states() == ["attached"]


def test_a_label_without_proof_is_unfinished_until_a_person_decides(labelled, booth):
    tube = booth.tube(1)
    assert labelled.unfinished_labels() == (LabelJob("job-1-1", tube, 1),)
    labelled.label_sent("job-1-1")
    assert labelled.unfinished_labels() == (LabelJob("job-1-1", tube, 1, LabelJobState.SENT),)
    labelled.label_unknown("job-1-1", booth.envelope)
    assert labelled.unfinished_labels() == (LabelJob("job-1-1", tube, 1, LabelJobState.UNKNOWN),)
    labelled.label_attached("job-1-1")
    assert labelled.unfinished_labels() == ()


def test_a_second_copy_needs_the_first_one_void(labelled, booth):
    labelled.label_sent("job-1-1")
    with pytest.raises(LedgerRefused, match="not void"):
        labelled.reissue_label(booth.tube(1), "job-1-2")
    labelled.void_label("job-1-1", booth.envelope)
    assert labelled.reissue_label(booth.tube(1), "job-1-2") == 2
    with pytest.raises(LedgerRefused, match="not void"):
        labelled.reissue_label(booth.tube(1), "job-1-3")
    assert [(job.copy, job.state.value) for job in labelled.label_jobs(booth.tube(1))] == [
        (1, "void"),
        (2, "reserved"),
    ]


@pytest.mark.parametrize("move", ["label_sent", "label_confirmed", "label_verified", "void_label"])
def test_a_void_label_stays_void(labelled, booth, move):
    labelled.void_label("job-1-1", booth.envelope)
    with pytest.raises(EventRefused):
        getattr(labelled, move)("job-1-1")
    assert labelled.last_seq == 2


def test_a_label_is_not_confirmed_before_it_was_sent(labelled, booth):
    with pytest.raises(EventRefused):
        labelled.label_confirmed("job-1-1", booth.envelope)
    assert labelled.last_seq == 1


def test_a_label_is_sent_once(labelled):
    labelled.label_sent("job-1-1")
    with pytest.raises(EventRefused):
        labelled.label_sent("job-1-1")


def test_an_unknown_job_is_refused(labelled):
    with pytest.raises(LedgerRefused, match="no label job"):
        labelled.label_sent("job-9-9")


def test_a_label_for_a_tube_that_is_not_there_is_refused(labelled, booth):
    with pytest.raises(LedgerRefused, match="FOREIGN KEY"):
        labelled.reissue_label(booth.tube(77), "job-77-1")


def test_fever_holds_survive_and_number_themselves(ledger, booth):
    assert ledger.next_fever_number() == 1
    assert ledger.hold_fever("F-1", 500.0, "boot-a", booth.envelope) == 1
    assert ledger.next_fever_number() == 2
    ledger.hold_fever("F-2", 600.0, "boot-a", booth.envelope)
    again = booth.open()
    assert again.fever_holds() == (
        FeverHoldRow("F-1", 500.0, "boot-a", FeverHoldState.RESTING),
        FeverHoldRow("F-2", 600.0, "boot-a", FeverHoldState.RESTING),
    )
    again.release_fever("F-1")
    again.release_fever("F-2", FeverHoldState.ESCALATED)
    assert again.fever_holds() == ()
    assert again.next_fever_number() == 3


def test_a_fever_ticket_is_given_and_given_back_once(ledger, booth):
    ledger.hold_fever("F-1", 500.0, "boot-a", booth.envelope)
    with pytest.raises(LedgerRefused, match="given out before"):
        ledger.hold_fever("F-1", 900.0, "boot-a", booth.envelope)
    assert ledger.last_seq == 1
    ledger.release_fever("F-1")
    with pytest.raises(LedgerRefused, match="nobody is resting"):
        ledger.release_fever("F-1")
