"""One label on its way: proved by its process id, or unknown."""

from __future__ import annotations

import pytest

from drivers.label_printer.job import LabelJobRun, RunState


def run(with_id: str | None = "0001") -> LabelJobRun:
    return LabelJobRun("job-1", with_id, finish_timeout_s=8.0)


def test_the_answered_process_id_is_the_proof() -> None:
    sent = run().begin().all_sent(10.0)
    assert (sent.state, sent.deadline_s) == (RunState.SENT, 18.0)
    finished = sent.answered("0001")
    assert (finished.state, finished.deadline_s) == (RunState.FINISHED, None)
    assert finished.expire(99.0) is finished


def test_another_labels_proof_proves_nothing() -> None:
    sent = run().begin().all_sent(10.0)
    assert sent.answered("0002").state is RunState.SENT


def test_no_proof_in_time_is_unknown_and_late_proof_still_counts() -> None:
    sent = run().begin().all_sent(10.0)
    assert sent.expire(17.99).state is RunState.SENT
    unknown = sent.expire(18.0)
    assert unknown.state is RunState.UNKNOWN
    assert unknown.answered("0001").state is RunState.FINISHED


def test_a_printer_that_cannot_confirm_is_unknown_at_once() -> None:
    assert run(with_id=None).begin().all_sent(10.0).state is RunState.UNKNOWN


def test_the_proof_may_overtake_the_end_of_the_write() -> None:
    finished = run().begin().answered("0001")
    assert finished.all_sent(10.0).state is RunState.FINISHED


def test_a_lost_link_is_unknown_only_once_bytes_went_out() -> None:
    assert run().give_up().state is RunState.WAITING
    assert run().begin().give_up().state is RunState.UNKNOWN
    assert run().begin().answered("0001").give_up().state is RunState.FINISHED


def test_an_echo_before_anything_was_sent_proves_nothing() -> None:
    assert run().answered("0001").state is RunState.WAITING


@pytest.mark.parametrize("began", [run().begin(), run(None).begin().all_sent(1.0)])
def test_a_run_is_sent_once(began: LabelJobRun) -> None:
    with pytest.raises(ValueError, match="cannot be sent again"):
        began.begin()
