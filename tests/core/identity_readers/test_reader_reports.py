"""What the core tells of scanner and ID-card reader, and what must never be told."""

from __future__ import annotations

import logging
from datetime import date
from typing import Any

import msgspec
import pytest

from contracts.report import DeviceState, KioskReport
from drivers.id_card_reader.reader import CardLaid, IdCardReader
from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.ga450 import CardText
from firmware_bridge.link import LinkState, NoiseArrived
from kiosk.core.card_desk import CardDesk
from kiosk.flow.visit_state import CodeAccepted
from kiosk.ipc.messages import (
    Action,
    CameraState,
    CameraStatus,
    KioskFacts,
    Page,
    Role,
    Symbology,
)

Bench = Any
Readers = Any
NUMBERS = ["110101199003071233", "110101196501010026"]


def report(bench: Bench) -> KioskReport:
    facts = [message for _, message in bench.sent if isinstance(message, KioskFacts)]
    return msgspec.json.decode(facts[-1].report, type=KioskReport)


def states(bench: Bench) -> dict[str, tuple[DeviceState, str]]:
    return {one.role: (one.state, one.fault) for one in report(bench).devices}


def test_a_kiosk_without_readers_does_not_speak_of_them(make_bench: Any) -> None:
    bench = make_bench(None)
    assert set(states(bench)) == {"printer", "thermometer", "camera", "uplink", "board"}


@pytest.mark.parametrize("role", ["scanner", "id-card-reader"])
@pytest.mark.parametrize(
    "state", [LinkState.ABSENT, LinkState.SILENT, LinkState.BABBLING, LinkState.FAULT]
)
def test_every_state_of_a_reader_is_told_and_heals(
    bench: Bench, readers: Readers, role: str, state: LinkState
) -> None:
    bench.link(role, state)
    assert f"{role}.{state}" in bench.screen.faults
    bench.wait(6.0)
    assert states(bench)[role] == (DeviceState(state.value), f"{role}.{state}")
    assert any(alert.text == f"{role}.{state}.what" for alert in report(bench).alerts)
    bench.link(role, LinkState.READY)
    assert bench.screen.faults == ()


def test_a_reader_that_says_it_is_broken_is_a_fault(bench: Bench, readers: Readers) -> None:
    readers.answers(0x66)
    assert bench.screen.faults == ("id-card-reader.unfit",)
    readers.answers(0x80)
    assert bench.screen.faults == ()


def test_a_reader_can_stand_in_for_the_camera(bench: Bench, readers: Readers) -> None:
    def no_camera() -> None:
        bench.kiosk.message(Role.CAMERA, CameraStatus(state=CameraState.ABSENT))
        bench.turn()

    bench.camera_lives = lambda *_: no_camera()
    no_camera()
    bench.forehead(36.5)
    bench.wait(8.0)
    assert bench.page is Page.SCREENING  # nobody is sent to staff for want of a camera
    readers.lays()
    assert bench.page is Page.CONFIRM


def test_without_any_way_to_say_who_one_is_staff_take_over(bench: Bench, readers: Readers) -> None:
    def no_camera() -> None:
        bench.kiosk.message(Role.CAMERA, CameraStatus(state=CameraState.ABSENT))
        bench.turn()

    bench.camera_lives = lambda *_: no_camera()
    no_camera()
    for role in ("scanner", "id-card-reader"):
        bench.link(role, LinkState.ABSENT)
    bench.forehead(36.5)
    bench.wait(6.0)
    assert (bench.page, bench.screen.reason) == (Page.STAFF, "reason.no-camera")


def test_nothing_personal_reaches_a_log_or_the_disk_in_clear(
    bench: Bench, readers: Readers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    noise = Noise(readers.block()[:64], NoiseReason.WRONG_CHECKSUM)
    bench.kiosk.happened(NoiseArrived("id-card-reader", 0, noise, bench.clock.now_s))
    readers.lays()
    bench.forehead(36.5)
    bench.touches(Action.CONFIRM)
    readers.scans(bench.site.code(1))
    readers.scans(b"\xff" + NUMBERS[0].encode())
    for secret in (NUMBERS[0], "王试一", "王试二", "110101196501010026"):
        assert secret not in caplog.text
        for file in bench.folder.rglob("*"):
            if file.is_file():
                raw = file.read_bytes()
                assert secret.encode() not in raw and secret.encode("utf-16-le") not in raw


def test_a_card_leaves_no_digest_that_could_be_tried_out(readers: Readers) -> None:
    """The ledger keeps a plain SHA-256 of the code id, so that must hold a secret."""
    (laid,) = IdCardReader().feed(CardText(readers.block(), 1.0))
    assert isinstance(laid, CardLaid)
    ids = []
    for _ in range(2):
        read = CardDesk([laid.card.layout], lambda person: None).read(laid.card, date(2022, 1, 1))
        assert isinstance(read, CodeAccepted)
        ids.append(read.code.code_id)
    assert ids[0] != ids[1]
    assert not any(NUMBERS[0] in one for one in ids)


def test_symbologies_of_the_message_are_those_of_the_scanner() -> None:
    assert {one.value for one in Symbology} == {"qr", "code-128", "other"}
