"""Printing a label again: the old one is void first, and never are two of them valid."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from config.devices import BodyCalibration, ThermometerSection
from config.model import KioskConfig
from contracts.record import LabelOutcome, LabelReported
from firmware_bridge.link import LinkState
from kiosk.core.label_desk import LabelDesk, ReissueRefused, process_id_of
from kiosk.core.printer_worker import LabelNotWritten
from kiosk.flow.label_job import LabelJobState
from kiosk.ipc.messages import LabelState, Symbology

from .conftest import Bench as RealBench
from .conftest import Site

Bench = Any


def desk_of(bench: Bench) -> LabelDesk:
    desk = bench.kiosk._labels
    assert isinstance(desk, LabelDesk)
    return desk


def states(bench: Bench, tube: str) -> list[LabelJobState]:
    return [job.state for job in bench.ledger.label_jobs(tube)]


def printed(bench: Bench) -> str:
    """A resident checks in and the label is on paper; the tube."""
    tube: str = bench.checks_in(0).placement.tube_number
    bench.printer_finishes(bench.label_written().process_id)
    return tube


def test_the_old_label_is_void_and_the_new_one_says_copy_2(bench: Bench) -> None:
    tube = printed(bench)
    desk_of(bench).reissue(tube, "torn")
    bench.turn()
    assert states(bench, tube) == [LabelJobState.VOID, LabelJobState.SENT]
    order = bench.label_written()
    assert order.content.copy == 2
    assert bench.screen.placement.label is LabelState.WAITING
    bench.printer_finishes(order.process_id)
    assert states(bench, tube) == [LabelJobState.VOID, LabelJobState.CONFIRMED]
    reports = [r for r in bench.records() if isinstance(r, LabelReported)]
    assert [(r.copy, r.outcome, r.why) for r in reports] == [
        (1, LabelOutcome.CONFIRMED, ""),
        (1, LabelOutcome.VOID, "torn"),
        (2, LabelOutcome.CONFIRMED, ""),
    ]


def test_an_unknown_label_is_reissued_and_its_alert_goes(bench: Bench) -> None:
    tube = bench.checks_in(0).placement.tube_number
    first = bench.label_written()
    bench.wait(bench.config.printer.finish_timeout_s + 0.2)
    assert states(bench, tube) == [LabelJobState.UNKNOWN]
    desk_of(bench).reissue(tube, "no label came out")
    bench.turn()
    bench.printer_finishes(first.process_id)  # the proof of the void one comes late
    assert states(bench, tube) == [LabelJobState.VOID, LabelJobState.SENT]
    bench.printer_finishes(bench.label_written().process_id)
    assert states(bench, tube) == [LabelJobState.VOID, LabelJobState.CONFIRMED]


def test_the_old_label_does_not_prove_the_new_one_that_still_waits(bench: Bench) -> None:
    tube = printed(bench)
    bench.printer_status(cover_open=True)
    desk_of(bench).reissue(tube, "torn")
    bench.shows(tube, symbology=Symbology.CODE_128)
    assert states(bench, tube) == [LabelJobState.VOID, LabelJobState.RESERVED]
    bench.printer_status()
    assert states(bench, tube) == [LabelJobState.VOID, LabelJobState.SENT]


@pytest.mark.parametrize("proved", [True, False])
def test_the_printer_forgets_a_label_that_may_still_wait_in_it(bench: Bench, proved: bool) -> None:
    forgotten: list[int] = []
    desk = desk_of(bench)
    desk._ways = replace(desk._ways, forget=lambda: forgotten.append(len(bench.printed)))
    tube = bench.checks_in(0).placement.tube_number
    order = bench.label_written()
    if proved:
        bench.printer_finishes(order.process_id)
    desk.reissue(tube, "torn")
    bench.turn()
    assert forgotten == ([] if proved else [1]), "before the second one is ordered"
    assert len(bench.printed) == 2


def test_what_was_never_printed_is_not_printed_twice(bench: Bench) -> None:
    bench.printer_status(cover_open=True)
    tube = bench.checks_in(0).placement.tube_number
    with pytest.raises(ReissueRefused, match="is not printed yet; wait for it"):
        desk_of(bench).reissue(tube, "torn")
    bench.printer_status()
    with pytest.raises(ReissueRefused, match="is being printed; wait for it"):
        desk_of(bench).reissue(tube, "torn")
    assert states(bench, tube) == [LabelJobState.SENT]
    assert len(bench.printed) == 1


def test_a_tube_of_another_kiosk_has_no_label_here(bench: Bench) -> None:
    with pytest.raises(ReissueRefused, match="is not of this kiosk"):
        desk_of(bench).reissue("00070332604179", "torn")


def test_a_label_whose_proof_is_awaited_may_be_reissued(bench: Bench) -> None:
    tube = bench.checks_in(0).placement.tube_number
    first = bench.label_written()
    desk_of(bench).reissue(tube, "half a label")
    bench.turn()
    second = bench.printed[-1]
    assert second.process_id != first.process_id
    assert states(bench, tube) == [LabelJobState.VOID, LabelJobState.SENT]


def test_a_crash_between_void_and_the_next_copy_leaves_none_valid(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    tube = printed(bench)

    def fail(*_: object) -> int:
        raise OSError("power is gone")

    monkeypatch.setattr(type(bench.ledger), "reissue_label", fail)
    with pytest.raises(OSError, match="power"):
        desk_of(bench).reissue(tube, "torn")
    monkeypatch.undo()
    bench.crash()
    assert states(bench, tube) == [LabelJobState.VOID]
    assert len(bench.printed) == 1
    assert desk_of(bench).reissue(tube, "torn").copy == 2


def test_a_crash_after_the_reservation_prints_the_copy_once(bench: Bench) -> None:
    tube = printed(bench)
    bench.printer_status(cover_open=True)
    desk_of(bench).reissue(tube, "torn")
    bench.crash()
    assert states(bench, tube) == [LabelJobState.VOID, LabelJobState.SENT]
    assert [order.content.copy for order in bench.printed] == [1, 2]


class ReissueMachine(RuleBasedStateMachine):
    """Whatever printers, people and power do: one valid label at most, and copies count up."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        body = BodyCalibration(k=0.13, version="test", calibrated_on="2022-11-22")
        config = KioskConfig(thermometer=ThermometerSection(body=body))
        self.bench = RealBench(Path(self.folder.name), Site(), config)
        self.bench.devices_come()
        self.tube = self.bench.checks_in(0).placement.tube_number

    def teardown(self) -> None:
        self.bench.ledger.close()
        self.folder.cleanup()

    @rule(reason=st.sampled_from(["torn", "unreadable", "no label came out"]))
    def somebody_wants_another(self, reason: str) -> None:
        try:
            desk_of(self.bench).reissue(self.tube, reason)
        except ReissueRefused:
            return
        self.bench.turn()

    @rule()
    def bytes_are_out(self) -> None:
        self.bench.label_written()

    @rule()
    def bytes_are_not_out(self) -> None:
        order = self.bench.printed[-1]
        self.bench.kiosk.happened(LabelNotWritten(order.job, "the cable is out"))
        self.bench.turn()

    @rule(back=st.integers(0, 3))
    def the_printer_says_finished(self, back: int) -> None:
        order = self.bench.printed[max(0, len(self.bench.printed) - 1 - back)]
        self.bench.printer_finishes(order.process_id or "~~~~")

    @rule()
    def a_label_is_held_up(self) -> None:
        self.bench.shows(self.tube, symbology=Symbology.CODE_128)

    @rule()
    def patience_ends(self) -> None:
        self.bench.wait(self.bench.config.printer.finish_timeout_s + 0.2)

    @rule(opened=st.booleans())
    def the_cover(self, opened: bool) -> None:
        self.bench.printer_status(cover_open=opened)

    @rule()
    def the_cable(self) -> None:
        self.bench.link("printer", LinkState.ABSENT)
        self.bench.link("printer", LinkState.READY)
        self.bench.printer_status()

    @rule()
    def power(self) -> None:
        self.bench.crash()

    @invariant()
    def at_most_one_is_valid_and_none_returns(self) -> None:
        if not hasattr(self, "bench"):
            return
        jobs = self.bench.ledger.label_jobs(self.tube)
        assert [job.copy for job in jobs] == list(range(1, len(jobs) + 1))
        assert all(job.state is LabelJobState.VOID for job in jobs[:-1])
        copies = [order.content.copy for order in self.bench.printed]
        assert len(copies) == len(set(copies)), "a copy went to the printer twice"
        assert len({process_id_of(job) for job in jobs}) == len(jobs)


TestReissue = ReissueMachine.TestCase
TestReissue.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)
