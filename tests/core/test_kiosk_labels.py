"""Labels through the core: proved, unknown, blocked, found after a crash; never two valid ones."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from config.model import KioskConfig
from contracts.pool_class import PoolClass
from contracts.record import LabelOutcome, LabelReported, TubeClosed, TubeCloseReason
from contracts.tube_number import TubeNumber
from firmware_bridge.link import LinkState
from kiosk.core.check_in_desk import CheckInDesk
from kiosk.core.label_desk import process_id_of
from kiosk.core.printer_worker import LabelNotWritten
from kiosk.flow.label_job import LabelJob, LabelJobState
from kiosk.flow.tube import TubeState
from kiosk.ipc.messages import LabelState, Page, Symbology

Bench = Any


def state_of(bench: Bench, tube: str) -> LabelJobState:
    jobs = bench.ledger.label_jobs(tube)
    assert len([job for job in jobs if job.state is not LabelJobState.VOID]) == 1
    return jobs[-1].state


def outcomes(bench: Bench) -> list[LabelOutcome]:
    return [r.outcome for r in bench.records() if isinstance(r, LabelReported)]


def test_confirmed_by_the_printer_and_verified_by_the_camera(bench: Bench) -> None:
    tube = bench.checks_in(0).placement.tube_number
    assert bench.screen.placement.label is LabelState.WAITING
    order = bench.label_written()
    bench.printer_finishes(order.process_id)
    assert bench.screen.placement.label is LabelState.PRINTED
    assert state_of(bench, tube) is LabelJobState.CONFIRMED
    bench.shows(tube, symbology=Symbology.CODE_128)
    assert bench.screen.placement.label is LabelState.VERIFIED
    assert outcomes(bench) == [LabelOutcome.CONFIRMED, LabelOutcome.VERIFIED]
    bench.shows(tube, symbology=Symbology.CODE_128)
    assert len(outcomes(bench)) == 2, "verifying twice writes once"


def test_the_label_is_drawn_while_the_record_is_committed(bench: Bench) -> None:
    bench.checks_in(0)
    assert bench.prepared == bench.printed, "what was drawn ahead is exactly what is printed"


def test_silence_of_the_printer_is_unknown_and_a_person_is_asked(bench: Bench) -> None:
    tube = bench.checks_in(0).placement.tube_number
    bench.label_written()
    bench.wait(bench.config.printer.finish_timeout_s + 0.2)
    assert bench.screen.placement.label is LabelState.UNKNOWN
    assert state_of(bench, tube) is LabelJobState.UNKNOWN
    assert outcomes(bench) == [LabelOutcome.UNKNOWN]


def test_an_answer_that_comes_late_still_proves(bench: Bench) -> None:
    tube = bench.checks_in(0).placement.tube_number
    order = bench.label_written()
    bench.wait(bench.config.printer.finish_timeout_s + 0.2)
    bench.printer_finishes(order.process_id)
    assert state_of(bench, tube) is LabelJobState.CONFIRMED


def test_an_answer_to_somebody_else_proves_nothing(bench: Bench) -> None:
    tube = bench.checks_in(0).placement.tube_number
    bench.label_written()
    bench.printer_finishes("0000")
    assert state_of(bench, tube) is LabelJobState.SENT


def test_a_printer_that_cannot_confirm_leaves_it_unknown_until_a_scan(bench: Bench) -> None:
    bench.link("printer", LinkState.ABSENT)
    bench.devices_come(confirms=False)
    tube = bench.checks_in(0).placement.tube_number
    assert bench.label_written().process_id is None
    assert bench.screen.placement.label is LabelState.UNKNOWN
    bench.shows(tube, symbology=Symbology.CODE_128)
    assert bench.screen.placement.label is LabelState.VERIFIED


@pytest.mark.parametrize("trouble", ["paper_out", "cover_open"])
def test_a_printer_in_trouble_gets_no_label_until_it_is_well(bench: Bench, trouble: str) -> None:
    bench.printer_status(**{trouble: True})
    tube = bench.checks_in(0).placement.tube_number
    assert bench.printed == []
    assert bench.screen.placement.label is LabelState.FAILED
    assert bench.screen.notice == f"printer.{trouble.replace('_', '-')}.what"
    assert state_of(bench, tube) is LabelJobState.RESERVED
    bench.printer_status()
    assert len(bench.printed) == 1
    assert bench.screen.placement.label is LabelState.WAITING


def test_the_printer_going_away_in_the_middle_is_unknown(bench: Bench) -> None:
    tube = bench.checks_in(0).placement.tube_number
    bench.label_written()
    bench.link("printer", LinkState.ABSENT)
    assert state_of(bench, tube) is LabelJobState.UNKNOWN
    assert "printer.absent" in bench.screen.faults


def test_a_write_that_failed_is_unknown_and_not_printed_again(bench: Bench) -> None:
    tube = bench.checks_in(0).placement.tube_number
    order = bench.printed[-1]
    bench.kiosk.happened(LabelNotWritten(order.job, "the cable"))
    bench.turn()
    assert state_of(bench, tube) is LabelJobState.UNKNOWN
    bench.link("printer", LinkState.ABSENT)
    bench.devices_come()
    assert len(bench.printed) == 1


def test_a_foreign_label_verifies_nothing(bench: Bench) -> None:
    bench.checks_in(0)
    bench.label_written()
    bench.shows("00070332699998", symbology=Symbology.CODE_128)
    bench.shows("not digits", symbology=Symbology.CODE_128)
    assert outcomes(bench) == []


def test_labels_are_printed_one_at_a_time(bench: Bench) -> None:
    bench.printer_status(paper_out=True)
    bench.checks_in(0)
    bench.leaves()
    bench.clock.now_s += 3700.0  # the first tube grows too old, the second person opens another
    bench.camera_lives()
    bench.turn()
    bench.checks_in(1)
    bench.printer_status()
    assert len(bench.printed) == 1
    bench.printer_finishes(bench.label_written().process_id)
    assert len(bench.printed) == 2


def test_process_ids_of_tubes_and_copies_differ() -> None:
    made = {
        process_id_of(LabelJob("j", TubeNumber("0007", "03", 326, serial).text, copy))
        for serial in (0, 1, 35, 36, 1295, 1296, 9999)
        for copy in (1, 2)
    }
    assert len(made) == 14
    assert all(len(one) == 4 and one.isascii() for one in made)


# ── a crash in the middle of every step ──────────────────────────────────────────────────────


def test_crash_before_the_commit_loses_only_the_visit(bench: Bench) -> None:
    bench.shows(bench.site.code(0))
    bench.forehead(36.5)
    bench.crash()
    assert bench.page is Page.ATTRACT
    assert bench.records() == []
    assert bench.checks_in(0).placement.place == 1


def test_crash_after_the_commit_and_before_the_first_byte_prints_once(bench: Bench) -> None:
    bench.printer_status(paper_out=True)
    tube = bench.checks_in(0).placement.tube_number
    bench.crash()
    assert [order.content.tube for order in bench.printed] == [tube]
    assert state_of(bench, tube) is LabelJobState.SENT


def test_crash_after_the_first_byte_asks_a_person_and_prints_nothing(bench: Bench) -> None:
    tube = bench.checks_in(0).placement.tube_number
    assert len(bench.printed) == 1
    bench.crash()
    assert len(bench.printed) == 1
    assert state_of(bench, tube) is LabelJobState.UNKNOWN
    bench.crash()
    assert len(bench.printed) == 1
    bench.shows(tube, symbology=Symbology.CODE_128)
    assert state_of(bench, tube) is LabelJobState.VERIFIED


def test_crash_between_the_last_place_and_the_close_closes_it_as_full(
    bench: Bench, config: KioskConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    single = replace(config, policy=replace(config.policy, pool_class=PoolClass.ONE))
    bench.config = single
    bench.crash()
    monkeypatch.setattr(CheckInDesk, "took_place", lambda self, place: None)
    tube = bench.checks_in(0).placement.tube_number
    assert bench.ledger.tube(tube).state is TubeState.OPEN
    bench.crash()
    assert bench.ledger.tube(tube).state is TubeState.FULL
    (closed,) = [r for r in bench.records() if isinstance(r, TubeClosed)]
    assert (closed.reason, closed.places_used) == (TubeCloseReason.FULL, 1)


def test_crash_after_the_confirmation_changes_nothing(bench: Bench) -> None:
    tube = bench.checks_in(0).placement.tube_number
    bench.printer_finishes(bench.label_written().process_id)
    bench.crash()
    assert state_of(bench, tube) is LabelJobState.CONFIRMED
    bench.shows(bench.site.code(0))
    bench.forehead(36.5)
    assert bench.page is Page.ALREADY, "the person is known after the crash"


def test_a_tube_that_grew_too_old_meanwhile_closes_at_start(bench: Bench) -> None:
    tube = bench.checks_in(0).placement.tube_number
    bench.clock.now_s += 4000.0
    bench.crash()
    bench.wait(0.2)
    assert bench.ledger.open_tubes() == ()
    bench.wait(3.0)
    assert bench.checks_in(1).placement.tube_number != tube
