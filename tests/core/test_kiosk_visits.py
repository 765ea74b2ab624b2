"""Whole visits through the core: what is durable when, what the screen is told, what is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from contracts.acknowledgement import Acknowledgement, sign_acknowledgement
from contracts.envelope import ClockSync
from contracts.record import CheckedIn, CodeColour, FeverHeld, Flag
from contracts.report import KioskReport
from contracts.signing import SigningKey
from firmware_bridge.board import BoardReading
from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.link import LinkState, NoiseArrived
from kiosk.flow.label_job import LabelJobState
from kiosk.ipc.messages import (
    AcknowledgementReceived,
    Action,
    CameraGate,
    CameraState,
    CodeState,
    KioskFacts,
    Page,
    Role,
    SeenCode,
    Snapshot,
    Symbology,
    TemperatureState,
    VisitTimed,
)
from kiosk.ledger import quota

Bench = Any


def test_a_visit_without_a_touch(bench: Bench) -> None:
    bench.shows(bench.site.code(0))
    assert bench.page is Page.SCREENING
    assert bench.screen.code is CodeState.READ
    bench.forehead(36.5)
    assert bench.page is Page.CONFIRM
    assert bench.screen.masked_name == "王*一"
    bench.wait(3.1)
    assert bench.page is Page.RESULT
    placed = bench.screen.placement
    assert placed is not None and (placed.place, placed.size, placed.lane) == (1, 10, 1)
    (record,) = bench.records()
    assert isinstance(record, CheckedIn)
    assert record.person.document_number == "110101199003071233"
    assert (record.tube, record.place) == (placed.tube_number, placed.place)
    assert record.temperature is not None
    assert record.temperature.body_c == pytest.approx(36.5, abs=0.05)


def test_the_record_is_durable_before_the_label_is_ordered(bench: Bench) -> None:
    seen = []

    def look(order: Any) -> None:
        (job,) = bench.ledger.label_jobs(order.content.tube)
        seen.append((bench.ledger.last_seq, job.state))

    bench.before_print = look
    bench.checks_in(0)
    assert seen == [(1, LabelJobState.SENT)]


def test_only_the_first_of_a_tube_prints(bench: Bench) -> None:
    bench.checks_in(0)
    bench.leaves()
    second = bench.checks_in(1).placement
    assert second.place == 2 and not second.first_of_tube
    assert len(bench.printed) == 1


def test_the_same_person_is_sent_back_to_the_first_place(bench: Bench) -> None:
    first = bench.checks_in(0).placement
    bench.leaves()
    bench.wait(5.0)
    bench.shows(bench.site.code(0, "another-code"))
    bench.forehead(36.5)
    assert bench.page is Page.ALREADY
    assert bench.screen.placement.tube_number == first.tube_number
    assert (bench.screen.placement.place, bench.screen.placement.size) == (1, 10)
    assert bench.screen.checked_in_at
    assert len(bench.records()) == 1


def test_a_code_is_used_once_even_after_the_person_digests_are_gone(bench: Bench) -> None:
    bench.checks_in(0)
    (bench.folder / "run" / "person-digest.key").unlink()  # as a reboot does
    bench.crash()
    bench.shows(bench.site.code(0))
    assert bench.page is Page.SCREENING
    assert bench.screen.notice == "notice.code-used"


def test_a_fever_gets_a_ticket_and_no_place(bench: Bench) -> None:
    bench.forehead(38.4)
    assert bench.page is Page.FEVER
    assert (bench.screen.ticket, bench.screen.area) == ("F03-001", "B")
    (record,) = bench.records()
    assert isinstance(record, FeverHeld) and record.person is None
    assert "alert.fever" in _alerts(bench)


def test_a_rested_fever_calls_for_the_recheck_also_after_a_crash(bench: Bench) -> None:
    bench.forehead(38.4)
    bench.nobody()
    bench.crash()
    bench.wait(170.0)
    assert "alert.fever-recheck-due" not in _alerts(bench)
    bench.wait(15.0)
    assert "alert.fever-recheck-due" in _alerts(bench)


@pytest.mark.parametrize(
    ("code", "notice"),
    [
        (SeenCode(Symbology.QR, "http://example.invalid/menu"), "notice.code-not-ours"),
        (SeenCode(Symbology.QR, "", too_long=True), "notice.code-too-long"),
        (SeenCode(Symbology.QR, "\ufffd\ufffd", binary=True), "notice.code-binary"),
        (SeenCode(Symbology.QR, "NCS1.AAAA"), "notice.code-damaged"),
        (SeenCode(Symbology.QR, ""), "notice.code-not-ours"),
    ],
)
def test_a_bad_code_has_its_sentence_and_the_visit_goes_on(
    bench: Bench, code: SeenCode, notice: str
) -> None:
    bench.sees(code)
    assert bench.page is Page.SCREENING
    assert bench.screen.notice == notice
    bench.checks_in(0)


def test_a_forged_and_an_expired_code_are_told_apart(bench: Bench) -> None:
    forger = type(bench.site)(registration=SigningKey.generate())
    bench.shows(forger.code(0))
    assert bench.screen.notice == "notice.code-forged"
    bench.wait(5.0)
    bench.shows(bench.site.code(0, expires_at=1_000_000_000))
    assert bench.screen.notice == "notice.code-expired"


def test_a_clock_that_nobody_set_refuses_what_expired_and_flags_what_it_lets_pass(
    bench: Bench,
) -> None:
    bench.clock.synced = ClockSync.NONE
    bench.shows(bench.site.code(0, expires_at=1_000_000_000))
    assert bench.screen.notice == "notice.code-expired"
    bench.wait(4.0)
    bench.checks_in(0)
    (record,) = bench.records()
    assert Flag.CLOCK_NOT_SYNCHRONISED in record.flags


def test_two_different_codes_in_view_are_not_guessed_between(bench: Bench) -> None:
    bench.shows(bench.site.code(0), bench.site.code(1))
    assert bench.screen.notice == "notice.two-codes"
    assert bench.screen.masked_name == ""


def test_a_code_that_stays_in_view_is_one_showing(bench: Bench) -> None:
    for _ in range(5):
        bench.shows("not a code of ours")
        bench.wait(1.0)
    assert _alerts(bench) == []
    text = bench.site.code(0)
    bench.shows(text)
    bench.forehead(36.5)
    for _ in range(4):
        bench.shows(text)
        bench.wait(0.6)
    bench.touches(Action.NOT_ME)
    bench.shows(text)
    assert bench.page is Page.SCREENING, "the phone is still there after 'not me'"
    bench.wait(4.0)
    bench.shows(text)
    assert bench.page is Page.CONFIRM, "it was taken away and shown again"


def test_red_goes_to_staff_and_is_counted(bench: Bench) -> None:
    bench.shows(bench.site.code(0, colour=CodeColour.RED))
    bench.forehead(36.5)
    assert bench.page is Page.STAFF
    assert "reason.code-red" in _alerts(bench)
    assert _report(bench).refused == 1


def test_a_touch_on_a_page_that_is_gone_does_nothing(bench: Bench) -> None:
    bench.shows(bench.site.code(0))
    bench.forehead(36.5)
    confirm = bench.screen.number
    bench.touches(Action.NOT_ME)
    bench.touches(Action.CONFIRM, snapshot=confirm)
    assert bench.page is Page.SCREENING
    assert bench.records() == []


def test_a_late_touch_of_the_resident_before_does_not_take_the_next_ones_page(bench: Bench) -> None:
    bench.checks_in(0)
    of_the_first = bench.screen.number
    bench.leaves()
    bench.wait(3.0)
    bench.checks_in(1)
    bench.touches(Action.DONE, snapshot=of_the_first)
    assert bench.page is Page.RESULT
    bench.touches(Action.DONE, snapshot=bench.screen.number + 1000)
    assert bench.page is Page.RESULT, "a page that was never shown"
    bench.touches(Action.DONE)
    assert bench.page is Page.ATTRACT


@pytest.mark.parametrize("action", list(Action))
def test_no_touch_is_an_error_on_any_page(bench: Bench, action: Action) -> None:
    pages = set()
    for prepare in (
        lambda: None,
        lambda: bench.touches(Action.START),
        lambda: bench.forehead(38.5),
        lambda: bench.shows(bench.site.code(0)),
    ):
        prepare()
        pages.add(bench.page)
        bench.touches(action)
    assert len(pages) >= 2


def test_the_thermometer_going_away_is_shown_and_leads_to_staff(bench: Bench) -> None:
    bench.shows(bench.site.code(0))
    bench.link("thermometer", LinkState.ABSENT)
    assert bench.screen.temperature.state is TemperatureState.UNAVAILABLE
    assert "thermometer.absent" in bench.screen.faults
    bench.wait(5.2)
    assert bench.page is Page.STAFF
    assert bench.screen.reason == "reason.no-thermometer"


def test_a_device_on_the_wrong_port_is_not_called_noise(bench: Bench) -> None:
    bench.link("thermometer", LinkState.BABBLING)
    assert "thermometer.babbling" in bench.screen.faults
    swapped = Noise(bytes.fromhex("666601040A830A831A"), NoiseReason.NOT_A_FRAME)
    for _ in range(2):  # a link tells each frame of the other device by itself
        bench.kiosk.happened(
            NoiseArrived("thermometer", bench.generation, swapped, bench.clock.now_s)
        )
    bench.turn()
    assert "thermometer.wrong-device" in bench.screen.faults
    bench.wait(6.0)
    assert "thermometer.babbling" in bench.screen.faults, "it went away and noise stayed"


def test_a_board_in_trouble_is_told_to_staff_and_not_to_residents(bench: Bench) -> None:
    bench.board = BoardReading(True, 50.0, 500, 1000)
    bench.wait(3.0)
    assert _alerts(bench) == ["board.under-voltage.what"]
    assert bench.screen.faults == ()
    bench.checks_in(0)
    bench.board = BoardReading(False, 50.0, 500, 1000)
    bench.wait(65.0)
    assert _alerts(bench) == []


def test_a_camera_that_falls_silent_is_noticed_within_its_time(bench: Bench) -> None:
    bench.touches(Action.START)
    bench.clock.now_s += 3.2  # no sign of life
    bench.turn()
    assert "camera.absent" in bench.screen.faults
    assert bench.screen.code is CodeState.UNAVAILABLE
    bench.camera_lives(CameraState.FROZEN)
    bench.turn()
    assert "camera.frozen" in bench.screen.faults
    bench.camera_lives()
    bench.turn()
    assert bench.screen.faults == ()


def test_a_forged_acknowledgement_deletes_nothing(bench: Bench) -> None:
    bench.checks_in(0)
    ack = Acknowledgement(
        kiosk=bench.config.site.kiosk_id,
        epoch=bench.ledger.epoch,
        high_water=1,
        selective=(),
        rejected=(),
        database_id="site-1",
        at=bench.clock.wall_text(),
    )
    forged = sign_acknowledgement(ack, SigningKey.generate())
    bench.kiosk.message(Role.UPLINK, AcknowledgementReceived(signed=forged))
    assert bench.ledger.outbox_waiting == 1
    genuine = sign_acknowledgement(ack, bench.site.coordinator)
    bench.kiosk.message(Role.UPLINK, AcknowledgementReceived(signed=genuine))
    assert bench.ledger.outbox_waiting == 0
    assert len(bench.records()) == 0


def test_a_full_ledger_closes_the_kiosk_with_its_reason_and_room_opens_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(quota, "CLOSED_FRACTION", 0.0)
        bench.wait(1.0)
        assert bench.page is Page.OUT_OF_ORDER
        assert bench.screen.reason == "reason.ledger-full"
        bench.touches(Action.START)
        bench.shows(bench.site.code(0))
        assert bench.page is Page.OUT_OF_ORDER
    bench.wait(5.0)
    assert bench.page is Page.ATTRACT
    bench.checks_in(0)


def test_a_ledger_that_fills_up_under_a_visit_binds_nobody(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.shows(bench.site.code(0))
    bench.forehead(36.5)
    monkeypatch.setattr(quota, "CLOSED_FRACTION", 0.0)
    bench.touches(Action.CONFIRM)
    assert bench.page is Page.STAFF
    assert bench.screen.reason == "reason.ledger-full"
    assert bench.records() == [] and bench.printed == []


def test_nothing_personal_leaves_the_core_but_sealed(bench: Bench) -> None:
    bench.checks_in(0)
    bench.label_written()
    bench.leaves()
    bench.shows(bench.site.code(1))
    bench.forehead(38.5)
    words = ["王试一", "王试二", "110101199003071233", "110101196501010026", "19900000000"]
    for role, message in bench.sent:
        text = msgspec.json.encode(message).decode() + repr(message)
        assert not any(word in text for word in words), (role, type(message))
    for path in bench.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(word.encode() in data for word in words), path.name


def test_the_gate_follows_the_visit(bench: Bench) -> None:
    bench.touches(Action.START)
    gates = [message for role, message in bench.sent if isinstance(message, CameraGate)]
    assert gates[-1] == CameraGate(reading=True, visit=bench.screen.visit)
    bench.touches(Action.BACK)
    gates = [message for role, message in bench.sent if isinstance(message, CameraGate)]
    assert gates[-1] == CameraGate(reading=True, visit=0)


def test_a_finished_visit_tells_its_software_times(bench: Bench) -> None:
    bench.checks_in(0)
    bench.label_written()
    bench.leaves()
    (timed,) = [message for _, message in bench.sent if isinstance(message, VisitTimed)]
    assert {"code", "temperature", "commit", "label", "render"} <= set(timed.stages_ms)


def test_snapshot_numbers_grow_over_a_restart(bench: Bench) -> None:
    bench.checks_in(0)
    before = bench.screen.number
    bench.wait(1.0)
    bench.crash()
    numbers = [message.number for _, message in bench.sent if isinstance(message, Snapshot)]
    assert numbers == sorted(numbers)
    assert bench.screen.number > before


def _report(bench: Bench) -> KioskReport:
    bench.wait(0.6)
    facts = [message for role, message in bench.sent if isinstance(message, KioskFacts)]
    return msgspec.json.decode(facts[-1].report, type=KioskReport)


def _alerts(bench: Bench) -> list[str]:
    return [alert.text for alert in _report(bench).alerts]
