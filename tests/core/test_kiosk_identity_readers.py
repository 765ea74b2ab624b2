"""Visits by scanner and by ID card: the same way as a code, the same rules, nothing in a log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config.model import (
    CardLayout,
    IdCardReaderSection,
    KioskConfig,
    PolicySection,
    ScannerSection,
    UnknownCode,
)
from contracts.record import CheckedIn, CodeColour, DocumentKind, Flag
from contracts.report import DeviceState, KioskReport
from drivers.id_card_reader.reader import CardLaid, IdCardReader
from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.ga450 import CardText, ReaderAnswer
from firmware_bridge.codecs.ga450_dialogue import ReadLost
from firmware_bridge.codecs.gm65 import ScannerAnswer
from firmware_bridge.codecs.scan_assembly import ScannedCode
from firmware_bridge.link import FrameArrived, LinkState, NoiseArrived
from kiosk.core.card_desk import CardDesk
from kiosk.flow.visit_state import CodeAccepted
from kiosk.ipc.messages import (
    Action,
    CameraState,
    CameraStatus,
    CodeState,
    KioskFacts,
    Page,
    Role,
    Symbology,
)
from kiosk.ledger import quota

Bench = Any
NUMBERS = ["110101199003071233", "110101196501010026"]


def block(
    number: str = NUMBERS[0], name: str = "王试一", to: str = "长期", kind: str = " "
) -> bytes:
    """The text of a card, by the offsets of the manual."""
    text = bytearray(" ".encode("utf-16-le") * 128)
    for offset, words in (
        (0, name),
        (30, "1"),
        (36, "19900307"),
        (122, number),
        (188, "20200101"),
        (204, to),
        (248, kind),
    ):
        raw = words.encode("utf-16-le")
        text[offset : offset + len(raw)] = raw
    return bytes(text)


class Readers:
    """What a scanner and an ID-card reader say to the kiosk of a bench."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        bench.link("scanner", LinkState.READY)
        bench.link("id-card-reader", LinkState.READY)

    def scans(self, data: str | bytes, *, too_long: bool = False) -> None:
        raw = data.encode() if isinstance(data, str) else data
        self._arrives("scanner", ScannedCode(raw, too_long, self.bench.clock.now_s))

    def lays(self, text: bytes | None = None) -> None:
        for status in (0x9F, 0x90):
            self.answers(status)
        self.bench.wait(1.0)
        self._arrives("id-card-reader", CardText(text or block(), self.bench.clock.now_s))

    def lifts(self) -> None:
        for _ in range(5):
            self.answers(0x80)

    def answers(self, status: int) -> None:
        self.bench.wait(0.2)
        self._arrives("id-card-reader", ReaderAnswer(status, "", "", self.bench.clock.now_s))

    def says_nothing_while_reading(self) -> None:
        self._arrives("id-card-reader", ReadLost(self.bench.clock.now_s))

    def _arrives(self, role: str, frame: object) -> None:
        bench = self.bench
        bench.kiosk.happened(FrameArrived(role, bench.generation, frame, bench.clock.now_s))
        bench.turn()


@pytest.fixture
def config(config: KioskConfig) -> KioskConfig:
    return msgspec.structs.replace(
        config, scanner=ScannerSection(), id_card_reader=IdCardReaderSection()
    )


@pytest.fixture
def readers(bench: Bench) -> Readers:
    return Readers(bench)


def report(bench: Bench) -> KioskReport:
    facts = [message for _, message in bench.sent if isinstance(message, KioskFacts)]
    return msgspec.json.decode(facts[-1].report, type=KioskReport)


def states(bench: Bench) -> dict[str, tuple[DeviceState, str]]:
    return {one.role: (one.state, one.fault) for one in report(bench).devices}


# ── the scanner ──────────────────────────────────────────────────────────────────────────────


def test_a_scanned_code_goes_the_way_of_a_seen_one(bench: Bench, readers: Readers) -> None:
    readers.scans(bench.site.code(0))
    assert (bench.page, bench.screen.code) == (Page.SCREENING, CodeState.READ)
    bench.forehead(36.5)
    assert bench.page is Page.CONFIRM
    bench.touches(Action.CONFIRM)
    (record,) = bench.records()
    assert isinstance(record, CheckedIn)
    assert record.person.document_number == NUMBERS[0]
    assert record.code_colour is CodeColour.GREEN


@pytest.mark.parametrize(
    ("data", "notice"),
    [
        ("http://example.invalid/menu", "notice.code-not-ours"),
        ("^#SC^3030010.", "notice.code-not-ours"),
        (b"NCS1.\x00\x02", "notice.code-binary"),
        (b"\x02\x00\x00\x01\x00\x33\x31", "notice.code-binary"),
        (b"abcd\x1a", "notice.code-binary"),
        (b"\xff\xfe\xfd\xfc", "notice.code-binary"),
        ("NCS1.AAAA", "notice.code-damaged"),
    ],
)
def test_what_is_no_code_of_ours_is_refused_as_data(
    bench: Bench, readers: Readers, data: str | bytes, notice: str
) -> None:
    readers.scans(data)
    assert (bench.page, bench.screen.notice) == (Page.SCREENING, notice)


def test_a_long_code_is_refused_unread(bench: Bench, readers: Readers) -> None:
    readers.scans(b"", too_long=True)
    assert bench.screen.notice == "notice.code-too-long"


def test_a_code_held_before_camera_and_scanner_is_answered_once(
    bench: Bench, readers: Readers
) -> None:
    bench.shows("http://example.invalid/menu")
    before = len(bench.sent)
    readers.scans("http://example.invalid/menu")
    bench.shows("http://example.invalid/menu")
    assert not [m for role, m in bench.sent[before:] if role is Role.SCREEN]


def test_the_scanner_proves_a_label(bench: Bench, readers: Readers) -> None:
    placed = bench.checks_in(0).placement
    bench.label_written()
    readers.scans(placed.tube_number)
    assert bench.screen.placement.label.value == "verified"


def test_a_label_with_its_symbology_and_bars_that_mean_nothing(
    bench: Bench, readers: Readers
) -> None:
    readers.scans("]C1" + "12345678901234")
    readers.scans("]E0" + "6901234567892")
    assert bench.page is Page.ATTRACT


def test_answers_of_the_scanner_are_no_events(bench: Bench, readers: Readers) -> None:
    before = len(bench.sent)
    readers._arrives("scanner", ScannerAnswer("ReadZone", b"\xd6\x00\x00\x02", 1.0))
    assert not [m for role, m in bench.sent[before:] if role is Role.SCREEN]


# ── ID cards ─────────────────────────────────────────────────────────────────────────────────


def test_a_visit_by_card(bench: Bench, readers: Readers) -> None:
    readers.lays()
    assert bench.page is Page.SCREENING
    bench.forehead(36.5)
    assert bench.page is Page.CONFIRM
    assert bench.screen.masked_name == "王*一"
    assert bench.screen.masked_number == "1101****12*3"
    bench.touches(Action.CONFIRM)
    assert bench.page is Page.RESULT
    (record,) = bench.records()
    assert isinstance(record, CheckedIn)
    assert record.code_scheme == "id-card"
    assert record.code_colour is CodeColour.UNKNOWN
    assert Flag.CODE_COLOUR_UNKNOWN in record.flags
    assert (record.person.name, record.person.document_number) == ("王试一", NUMBERS[0])
    assert record.person.document_kind is DocumentKind.RESIDENT_ID


def test_a_card_left_lying_starts_no_second_visit(bench: Bench, readers: Readers) -> None:
    readers.lays()
    bench.forehead(36.5)
    bench.touches(Action.CONFIRM)
    bench.leaves()
    for _ in range(3):
        readers.lays()
    assert bench.page is Page.ATTRACT
    readers.lifts()
    readers.lays()
    bench.forehead(36.5)
    assert bench.page is Page.ALREADY
    assert len(bench.records()) == 1


def test_a_card_that_lies_there_through_a_loss_of_the_reader_starts_no_second_visit(
    bench: Bench, readers: Readers
) -> None:
    readers.lays()
    readers.lifts()  # as most readers say of a card that they have read
    bench.touches(Action.BACK)
    bench.link("id-card-reader", LinkState.ABSENT)
    bench.link("id-card-reader", LinkState.READY)
    readers.lays()
    assert bench.page is Page.ATTRACT


def test_the_same_person_by_code_and_by_card_is_one_person(bench: Bench, readers: Readers) -> None:
    first = bench.checks_in(0).placement
    bench.leaves()
    readers.lays()
    bench.forehead(36.5)
    assert bench.page is Page.ALREADY
    assert bench.screen.placement.tube_number == first.tube_number


def test_the_next_card_begins_the_next_visit(bench: Bench, readers: Readers) -> None:
    readers.lays()
    bench.forehead(36.5)
    bench.touches(Action.CONFIRM)
    assert bench.page is Page.RESULT
    readers.lays(block(NUMBERS[1], "王试二"))
    assert bench.page is Page.SCREENING
    assert bench.screen.code is CodeState.READ


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        (block(to="20221120"), "notice.code-card-expired"),
        (block("110101199003071234"), "notice.code-card-unreadable"),
        (block("990101199003071233"), "notice.code-card-unreadable"),
        (block(name=""), "notice.code-card-unreadable"),
        (block(to=""), "notice.code-card-unreadable"),
        (block(kind="Z"), "notice.code-card-kind"),
        (block("810000198501010010", "陳測試", kind="J"), "notice.code-card-kind"),
        (block(kind="Y"), "notice.code-card-kind"),
    ],
)
def test_a_card_that_does_not_count_says_why(
    bench: Bench, readers: Readers, text: bytes, notice: str
) -> None:
    readers.lays(text)
    assert (bench.page, bench.screen.notice) == (Page.SCREENING, notice)
    assert bench.screen.masked_name == ""


def test_a_card_that_was_not_read_is_asked_for_again(bench: Bench, readers: Readers) -> None:
    readers.answers(0x41)
    assert bench.screen.notice == "notice.code-card-again"
    bench.touches(Action.BACK)
    readers.lifts()
    readers.says_nothing_while_reading()
    assert bench.screen.notice == "notice.code-card-again"


def test_a_card_changes_nothing_while_a_visit_is_confirmed(bench: Bench, readers: Readers) -> None:
    bench.shows(bench.site.code(0))
    bench.forehead(36.5)
    assert bench.page is Page.CONFIRM
    readers.lays(block(NUMBERS[1], "王试二"))
    assert bench.screen.masked_name == "王*一"


def test_a_closed_kiosk_takes_no_card_and_no_scan(
    bench: Bench, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "CLOSED_FRACTION", 0.0)
    bench.wait(1.0)
    assert bench.page is Page.OUT_OF_ORDER
    readers.lays()
    readers.scans(bench.site.code(1))
    assert bench.page is Page.OUT_OF_ORDER


@pytest.mark.parametrize(
    ("layout", "text", "kind"),
    [
        (
            CardLayout.HKMT_PERMIT,
            block("810000198501010010", "陳測試", kind="J"),
            DocumentKind.HKMT_RESIDENCE,
        ),
        (
            CardLayout.FOREIGNER_2023,
            block("911101198806070028", "测试丙", to="20340104", kind="Y"),
            DocumentKind.OTHER,
        ),
    ],
)
def test_layouts_that_a_site_turns_on(
    config: KioskConfig, make_bench: Any, layout: CardLayout, text: bytes, kind: DocumentKind
) -> None:
    section = IdCardReaderSection(layouts=(layout,))
    bench = make_bench(msgspec.structs.replace(config, id_card_reader=section))
    readers = Readers(bench)
    readers.lays()
    assert bench.screen.notice == "notice.code-card-kind"  # residents were not named
    readers.lays(text)
    bench.forehead(36.5)
    bench.touches(Action.CONFIRM)
    (record,) = bench.records()
    assert isinstance(record, CheckedIn) and record.person.document_kind is kind


def test_a_site_may_send_cards_to_staff(make_bench: Any, config: KioskConfig) -> None:
    policy = PolicySection(unknown_code=UnknownCode.STAFF)
    bench = make_bench(msgspec.structs.replace(config, policy=policy))
    Readers(bench).lays()
    bench.forehead(36.5)
    assert (bench.page, bench.screen.reason) == (Page.STAFF, "reason.code-unknown")


# ── devices ──────────────────────────────────────────────────────────────────────────────────


def test_a_kiosk_without_readers_does_not_speak_of_them(make_bench: Any) -> None:
    bench = make_bench(None)
    assert set(states(bench)) == {"printer", "thermometer", "camera", "uplink"}


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


# ── secrets ──────────────────────────────────────────────────────────────────────────────────


def test_nothing_personal_reaches_a_log_or_the_disk_in_clear(
    bench: Bench, readers: Readers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    noise = Noise(block()[:64], NoiseReason.WRONG_CHECKSUM)
    bench.kiosk.happened(NoiseArrived("id-card-reader", 0, noise, bench.clock.now_s))
    readers.lays()
    bench.forehead(36.5)
    bench.touches(Action.CONFIRM)
    readers.scans(bench.site.code(1))
    readers.scans(b"\xff" + NUMBERS[0].encode())
    for secret in (NUMBERS[0], "王试一", "王试二", "110101196501010024"):
        assert secret not in caplog.text
        for file in bench.folder.rglob("*"):
            if file.is_file():
                raw = file.read_bytes()
                assert secret.encode() not in raw and secret.encode("utf-16-le") not in raw


def test_a_card_leaves_no_digest_that_could_be_tried_out() -> None:
    """The ledger keeps a plain SHA-256 of the code id, so that must hold a secret."""
    (laid,) = IdCardReader().feed(CardText(block(), 1.0))
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


@pytest.fixture
def make_bench(tmp_path: Path, site: Any, bench: Bench) -> Iterator[Any]:
    """Other settings: a bench in a folder of its own; None: without any reader."""
    made: list[Bench] = []

    def make(settings: KioskConfig | None) -> Bench:
        plain = msgspec.structs.replace(bench.config, scanner=None, id_card_reader=None)
        folder = tmp_path / f"kiosk-{len(made)}"
        folder.mkdir()
        made.append(type(bench)(folder, site, settings or plain))
        made[-1].devices_come()
        return made[-1]

    yield make
    for one in made:
        one.ledger.close()
