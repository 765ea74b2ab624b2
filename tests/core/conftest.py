"""A whole kiosk core without processes: real ledger, real keys, a clock that tests turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.devices import BodyCalibration, ThermometerSection
from config.model import KioskConfig
from contracts.envelope import Clock, ClockSync, decode_envelope
from contracts.record import AnyRecordBody, CodeColour, DocumentKind
from contracts.record_sealing import open_record
from contracts.registration_code import RegistrationCode, issue_registration_code
from contracts.sealing import SealingPrivateKey
from contracts.signing import SigningKey
from firmware_bridge.board import BoardReading
from firmware_bridge.codecs.escpos_frames import ProcessIdDone, RealTimeStatus, StatusTopic
from firmware_bridge.link import FrameArrived, LinkChanged, LinkState, LinkStatus
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame
from kiosk.core.kiosk import Keys, Kiosk, Ways
from kiosk.core.label_desk import PrinterWays
from kiosk.core.person_digest import PersonDigests
from kiosk.core.printer_desk import PROBE_ID
from kiosk.core.printer_worker import LabelOrder, LabelWritten
from kiosk.core.record_maker import RecordMaker
from kiosk.ipc.messages import (
    Action,
    AnyMessage,
    CameraState,
    CameraStatus,
    CodeSeen,
    Intent,
    Page,
    Role,
    SeenCode,
    Snapshot,
    Symbology,
    UplinkState,
    UplinkStatus,
)
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.outbox_reader import OutboxReader

NUMBERS = ["110101199003071233", "110101196501010026", "110101200002290018"]
BOOT_ID = "0f0e0d0c-0b0a-0908-0706-050403020100"
STEP_S = 0.1


class TurnedClock:
    """Satisfies `kiosk.core.clock.KioskClock`; stands still unless turned."""

    boot_id = BOOT_ID

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.synced = ClockSync.NTP

    def monotonic_s(self) -> float:
        return self.now_s

    def boottime_s(self) -> float:
        return self.now_s

    def wall(self) -> datetime:
        return datetime.fromtimestamp(1_669_100_000 + self.now_s, UTC)

    def wall_of(self, unix_s: float) -> datetime:
        return datetime.fromtimestamp(unix_s, UTC)

    def wall_text(self) -> str:
        return self.wall().isoformat(timespec="milliseconds")

    def sync(self) -> ClockSync:
        return self.synced

    def stamp(self) -> Clock:
        boottime_ms = int(self.now_s * 1000)
        return Clock(
            wall=self.wall_text(), boottime_ms=boottime_ms, boot_id=BOOT_ID, sync=self.synced
        )


@dataclass
class Site:
    """The keys of one site, both halves: tests look into what the kiosk cannot."""

    kiosk: SigningKey = field(default_factory=SigningKey.generate)
    registration: SigningKey = field(default_factory=SigningKey.generate)
    coordinator: SigningKey = field(default_factory=SigningKey.generate)
    sealing: SealingPrivateKey = field(default_factory=SealingPrivateKey.generate)

    def code(
        self,
        person: int = 0,
        code_id: str | None = None,
        colour: CodeColour = CodeColour.GREEN,
        expires_at: int = 4_000_000_000,
    ) -> str:
        code = RegistrationCode(
            id=code_id or f"code-{person}",
            name=f"王试{'一二三'[person]}",
            document_kind=DocumentKind.RESIDENT_ID,
            document_number=NUMBERS[person],
            phone=f"1990000000{person}",
            colour=colour,
            expires_at=expires_at,
        )
        return issue_registration_code(code, self.registration)


class Bench:
    """A kiosk between fakes. ``sent`` and ``printed`` hold what left it."""

    def __init__(self, folder: Path, site: Site, config: KioskConfig) -> None:
        self.folder = folder
        self.site = site
        self.config = config
        self.clock = TurnedClock()
        self.sent: list[tuple[Role, AnyMessage]] = []
        self.prepared: list[LabelOrder] = []
        self.printed: list[LabelOrder] = []
        self.probes: list[str] = []
        self.board = BoardReading(False, 50.0, 500, 1000)
        self.before_print: Callable[[LabelOrder], None] = lambda order: None
        self.generation = 0
        self.start()

    def start(self) -> None:
        """As after a power-on or a crash: everything that was only in memory is gone."""
        (self.folder / "run").mkdir(exist_ok=True)
        self.ledger = Ledger.open(
            self.folder / "ledger.db",
            quota_bytes=self.config.ledger.quota_mb * 1024 * 1024,
            serial_first=self.config.ledger.serial_first,
            serial_last=self.config.ledger.serial_last,
            make_epoch=lambda: "epoch-1",
        )
        kiosk_id = self.config.site.kiosk_id
        self.kiosk = Kiosk(
            self.config,
            self.clock,  # type: ignore[arg-type]
            ledger=self.ledger,
            records=RecordMaker(
                kiosk_id,
                self.ledger.epoch,
                self.site.sealing.public_key,
                self.site.kiosk,
                self.clock,  # type: ignore[arg-type]
            ),
            digests=PersonDigests.in_folder(self.folder / "run", in_memory=True),
            keys=Keys((self.site.registration.verify_key,), self.site.coordinator.verify_key),
            ways=Ways(
                send=self._send,
                printer=PrinterWays(self.prepared.append, self._print),
                probe_printer=self.probes.append,
                read_board=lambda: self.board,
            ),
        )
        for role in (Role.SCREEN, Role.CAMERA, Role.UPLINK):
            self.kiosk.joined(role)
        self.turn()

    def crash(self) -> None:
        """The process is gone, the file stays as it was."""
        self.ledger.close()
        self.start()
        self.devices_come()

    def _send(self, role: Role, message: AnyMessage) -> None:
        self.sent.append((role, message))

    def _print(self, order: LabelOrder) -> None:
        self.before_print(order)
        self.printed.append(order)

    # ── time ─────────────────────────────────────────────────────────────────────────────────

    def turn(self) -> None:
        self.kiosk.tick()
        self.kiosk.settle()

    def wait(self, seconds: float) -> None:
        """Time passes in small turns; the camera says that it lives, as it does every second."""
        ends_s = self.clock.now_s + seconds
        while self.clock.now_s < ends_s - 1e-9:
            self.clock.now_s = min(ends_s, self.clock.now_s + STEP_S)
            self.camera_lives()
            self.turn()

    # ── devices ──────────────────────────────────────────────────────────────────────────────

    def link(self, name: str, state: LinkState) -> None:
        self.generation += state is not LinkState.READY
        status = LinkStatus(name, state, self.generation, self.clock.now_s, "")
        self.kiosk.happened(LinkChanged(status))
        self.turn()

    def devices_come(self, *, confirms: bool = True) -> None:
        """All devices ready; the printer says that it is well, and answers the probe or not."""
        self.camera_lives()
        self.kiosk.message(Role.UPLINK, UplinkStatus(state=UplinkState.ONLINE))
        self.link("thermometer", LinkState.READY)
        self.link("printer", LinkState.READY)
        self.printer_status()
        if confirms:
            self.printer_finishes(PROBE_ID)
        self.wait(2.0)

    def camera_lives(self, state: CameraState = CameraState.READY) -> None:
        self.kiosk.message(Role.CAMERA, CameraStatus(state=state, frames_per_s=15.0))

    def printer_status(self, *, paper_out: bool = False, cover_open: bool = False) -> None:
        now_s = self.clock.now_s
        raws = {
            StatusTopic.PRINTER: 0x12 | (0x08 if paper_out or cover_open else 0),
            StatusTopic.OFFLINE_CAUSE: 0x12 | (0x04 if cover_open else 0),
            StatusTopic.ERROR_CAUSE: 0x12,
            StatusTopic.PAPER: 0x12 | (0x60 if paper_out else 0),
        }
        for topic, raw in raws.items():
            frame = RealTimeStatus(topic, raw, now_s)
            self.kiosk.happened(FrameArrived("printer", self.generation, frame, now_s))
        self.turn()

    def printer_finishes(self, process_id: str) -> None:
        frame = ProcessIdDone(process_id, self.clock.now_s)
        self.kiosk.happened(FrameArrived("printer", self.generation, frame, self.clock.now_s))
        self.turn()

    def label_written(self) -> LabelOrder:
        """The worker has written the newest order."""
        order = self.printed[-1]
        now_s = self.clock.now_s
        self.kiosk.happened(LabelWritten(order.job, now_s, now_s, 0.01))
        self.turn()
        return order

    def forehead(self, body_c: float, samples: int = 6) -> None:
        """Somebody holds the forehead before the instrument for ``samples`` frames."""
        surface_c = (body_c + 0.13 * 22.0) / 1.13
        for index in range(samples):
            self.clock.now_s += STEP_S
            wobble_c = 0.02 * (index % 2)
            self._frame(surface_c + wobble_c)

    def nobody(self, samples: int = 10) -> None:
        for index in range(samples):
            self.clock.now_s += STEP_S
            self._frame(22.3 + 0.02 * (index % 2))

    def _frame(self, object_c: float) -> None:
        now_s = self.clock.now_s
        frame = TemperatureFrame(round(object_c, 2), 22.0, now_s, MeasuringMode.CONTINUOUS)
        self.camera_lives()
        self.kiosk.happened(FrameArrived("thermometer", self.generation, frame, now_s))
        self.turn()

    def shows(self, *texts: str, symbology: Symbology = Symbology.QR) -> None:
        self.sees(*(SeenCode(symbology, text) for text in texts))

    def sees(self, *codes: SeenCode) -> None:
        seen = CodeSeen(codes=codes, captured_s=self.clock.now_s, decode_cpu_ms=1.0)
        self.kiosk.message(Role.CAMERA, seen)
        self.turn()

    def touches(self, action: Action, snapshot: int | None = None) -> None:
        number = self.screen.number if snapshot is None else snapshot
        self.kiosk.message(Role.SCREEN, Intent(action=action, snapshot=number))
        self.turn()

    # ── what can be seen ─────────────────────────────────────────────────────────────────────

    @property
    def screen(self) -> Snapshot:
        return next(
            message
            for role, message in reversed(self.sent)
            if role is Role.SCREEN and isinstance(message, Snapshot)
        )

    @property
    def page(self) -> Page:
        return self.screen.page

    def checks_in(self, person: int, code_id: str | None = None) -> Snapshot:
        """One resident from code to result page."""
        self.shows(self.site.code(person, code_id))
        self.forehead(36.5)
        assert self.page is Page.CONFIRM, self.page
        self.touches(Action.CONFIRM)
        assert self.page is Page.RESULT, self.page
        return self.screen

    def leaves(self) -> None:
        self.touches(Action.DONE)
        self.nobody()
        assert self.page is Page.ATTRACT

    def records(self) -> list[AnyRecordBody]:
        """Everything in the outbox, opened with the site's private key, in order."""
        reader = OutboxReader(self.folder / "ledger.db")
        try:
            found = reader.pending(0, 10_000)
        finally:
            reader.close()
        assert [seq for seq, _ in found] == list(range(1, len(found) + 1))
        return [
            open_record(decode_envelope(raw), self.site.sealing, self.site.kiosk.verify_key)
            for _, raw in found
        ]


@pytest.fixture(scope="session")
def site() -> Site:
    return Site()


@pytest.fixture
def config() -> KioskConfig:
    body = BodyCalibration(k=0.13, version="test", calibrated_on="2022-11-22")
    return KioskConfig(thermometer=ThermometerSection(body=body))


@pytest.fixture
def bench(tmp_path: Path, site: Site, config: KioskConfig) -> Iterator[Bench]:
    made = Bench(tmp_path, site, config)
    made.devices_come()
    yield made
    made.ledger.close()
