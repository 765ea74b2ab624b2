"""The kiosk itself: what comes in from devices and processes, and which desk it goes to.

Owns the desks and joins them, in one thread. Must not wait for anything: `tick` does what is due
and says when it wants to be called again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from config.model import KioskConfig
from contracts.report import AlertKind
from contracts.signing import VerifyKey
from drivers.board import BoardWatch
from drivers.thermometer import ForeheadChanged, Quality, StableReading, ThermometerDriver
from firmware_bridge.board import BoardReading
from firmware_bridge.link import FrameArrived, LinkChanged, LinkEvent, LinkState, NoiseArrived
from firmware_bridge.temperature_frame import TemperatureFrame, ThermalFrame
from kiosk.core.alert_board import AlertBoard
from kiosk.core.check_in_desk import CheckInDesk
from kiosk.core.clock import KioskClock
from kiosk.core.code_desk import CodeDesk, Lookup
from kiosk.core.device_desk import IDENTITY_READERS, PRINTER, THERMOMETER, DeviceDesk
from kiosk.core.fever_desk import FeverDesk
from kiosk.core.identity_readers import IdentityReaders, configured
from kiosk.core.label_desk import LabelDesk, LabelTimed, News, PrinterWays
from kiosk.core.ledger_keeper import LedgerKeeper
from kiosk.core.person_digest import PersonDigests
from kiosk.core.printer_desk import PrinterDesk
from kiosk.core.printer_identity import IdentityWays
from kiosk.core.printer_worker import LabelNotWritten, LabelWritten
from kiosk.core.publisher import Facts, Publisher, Send
from kiosk.core.record_maker import RecordMaker
from kiosk.core.settings import visit_policy
from kiosk.core.snapshot_view import Surroundings
from kiosk.core.touches import TOUCHES
from kiosk.core.visit_desk import Outside, VisitDesk
from kiosk.flow.effects import ClearAlert, RaiseAlert
from kiosk.flow.intake import IntakePhase
from kiosk.flow.table import EventRefused
from kiosk.flow.temperature import SurfaceReading
from kiosk.flow.visit_state import (
    CodeRefused,
    DevicesChanged,
    Forehead,
    ForeheadSeen,
    LabelChanged,
    TemperatureRead,
    VisitState,
)
from kiosk.ipc.messages import (
    AcknowledgementReceived,
    Action,
    AnyMessage,
    CameraStatus,
    CodeSeen,
    Intent,
    Role,
    ScreenDrew,
    UplinkStatus,
)
from kiosk.ledger.errors import LedgerError
from kiosk.ledger.ledger import Ledger

log = logging.getLogger(__name__)

HOUSEKEEPING_S = 0.5
TUBE_REVIEW_S = 10.0
BOARD_LOOK_S = 2.0
PURGE_AT_MOST_EVERY_S = 60.0

_CODE_MATTERS = frozenset(VisitState) - {VisitState.CONFIRM, VisitState.SAVING, VisitState.HELP}
"""States that answer a code. In the others it is left for later, while it is still held up."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The public keys that the core checks with."""

    registration: tuple[VerifyKey, ...]
    coordinator: VerifyKey


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways out of the core, as functions that never wait."""

    send: Send
    printer: PrinterWays
    probe_printer: Callable[[str], None]  # ask the printer to answer this process id
    read_board: Callable[[], BoardReading]
    identity: IdentityWays = field(default_factory=IdentityWays)


DeviceEvent = LinkEvent | LabelWritten | LabelNotWritten


class Kiosk:
    """Call everything from one thread."""

    def __init__(
        self,
        config: KioskConfig,
        clock: KioskClock,
        *,
        ledger: Ledger,
        records: RecordMaker,
        digests: PersonDigests,
        keys: Keys,
        ways: Ways,
    ) -> None:
        now_s = clock.monotonic_s()
        self._config = config
        self._clock = clock
        self._ways = ways
        self._alerts = AlertBoard()
        self._devices = DeviceDesk(now_s, configured(config))
        self._thermometer = ThermometerDriver(
            config.thermometer.stable_samples, config.thermometer.stable_spread_c
        )
        self._fever = FeverDesk(ledger, clock, config.policy.fever_rest_min_s, self._alert)
        self._keeper = LedgerKeeper(
            ledger,
            clock,
            config.site.kiosk_id,
            keys.coordinator,
            grace_s=config.uplink.grace_s,
            alert=self._alert,
        )
        self._labels = LabelDesk(
            ledger,
            records,
            clock,
            ways=ways.printer,
            tell=self._label_news,
            finish_timeout_s=config.printer.finish_timeout_s,
        )
        self._check_in = CheckInDesk(
            config, ledger, records, digests, clock=clock, tube_opens=self._labels.foresee
        )
        self._codes = CodeDesk(
            keys.registration, Lookup(self._check_in.before, self._check_in.code_used)
        )
        self._readers = IdentityReaders(config.id_card_reader, self._check_in.before)
        self._publisher = Publisher(
            ways.send,
            ledger,
            clock,
            kiosk_id=config.site.kiosk_id,
            quota_bytes=config.ledger.quota_mb * 1024 * 1024,
        )
        outside = Outside(
            label_ordered=self._labels.order,
            label_scanned=self._label_scanned,
            alert=self._alert,
            fever_held=self._fever.held,
            rearm=self._thermometer.rearm,
            ledger_failed=self._keeper.failed,
            timed=partial(ways.send, Role.BENCH),
        )
        self._visits = VisitDesk(visit_policy(config), self._check_in, clock, outside)
        self._printer = PrinterDesk(
            config.printer,
            self._devices,
            self._labels,
            probe=ways.probe_printer,
            identity=ways.identity,
        )
        self._purge_every_s = min(PURGE_AT_MOST_EVERY_S, max(1.0, config.uplink.grace_s / 2))
        self._purge_due_s = self._tubes_due_s = self._housekeeping_due_s = now_s
        self._board_due_s = now_s
        self._board = BoardWatch()
        self._labels.take_over()

    # ── from the processes ───────────────────────────────────────────────────────────────────

    def joined(self, role: Role) -> None:
        self._publisher.joined(role)

    def left(self, role: Role) -> None:
        if role is Role.CAMERA:
            self._devices.camera_left()
        elif role is Role.UPLINK:
            self._devices.uplink_left()

    def message(self, role: Role, message: AnyMessage) -> None:
        """One message of a role that may say it."""
        now_s = self._clock.monotonic_s()
        match message:
            case Intent():
                self._touch(message)
            case ScreenDrew(snapshot=number, at_s=at_s):
                self._visits.times.snapshot_drawn(number, at_s)
            case CameraStatus():
                self._devices.camera_said(message, now_s)
            case CodeSeen():
                self._codes_seen(message, now_s)
            case UplinkStatus():
                self._devices.uplink_said(message)
            case AcknowledgementReceived(signed=signed):
                self._keeper.acknowledged(signed)
            case _:
                raise AssertionError(f"{role} may not say {type(message).__name__}")

    def _touch(self, intent: Intent) -> None:
        if self._publisher.is_stale(intent):
            log.info("a touch on a page that is gone: %s", intent.action)
            return
        if not self._takes_people and intent.action is Action.START:
            return
        try:
            self._visits.step(TOUCHES[intent.action]())
        except EventRefused as refused:
            log.info("a touch without meaning: %s", refused)

    @property
    def _takes_people(self) -> bool:
        """A visit may begin. One that has begun goes on to its end in any case."""
        return self._keeper.intake.state is IntakePhase.OPEN

    def _codes_seen(self, seen: CodeSeen, now_s: float) -> None:
        for label in self._codes.labels(seen):
            self._visits.step(label)
        if not self._takes_codes:
            self._codes.keep_holding(seen, now_s)
            return
        event = self._codes.read(seen, now_s, self._clock.wall().timestamp())
        if event is None:
            return
        if isinstance(event, CodeRefused):
            self._visits.step(event)
            return
        self._visits.times.add("code", now_s - seen.captured_s)
        self._visits.step(event)

    def _identity_said(self, frame: object, now_s: float) -> None:
        """The scanner or the ID-card reader said something."""
        for news in self._readers.hear(frame, self._clock.wall().date()):
            if isinstance(news, CodeSeen):
                self._codes_seen(news, now_s)
            elif self._takes_codes:
                self._visits.step(news)
        self._devices.card_reader_is(fit=self._readers.card_reader_fit)

    @property
    def _takes_codes(self) -> bool:
        open_for_it = self._takes_people or self._visiting
        return open_for_it and self._visits.visit.state in _CODE_MATTERS

    @property
    def _visiting(self) -> bool:
        return self._visits.visit.state is not VisitState.ATTRACT

    # ── from the devices ─────────────────────────────────────────────────────────────────────

    def happened(self, event: DeviceEvent) -> None:
        """What a device's thread reported, brought over to this thread."""
        now_s = self._clock.monotonic_s()
        match event:
            case LabelWritten() | LabelNotWritten():
                self._printer.reported(event)
            case LinkChanged(status=status):
                self._devices.link_changed(status, now_s)
                self._readers.link_changed(status)
                if status.name == THERMOMETER and status.state is LinkState.READY:
                    self._forehead(self._thermometer.link_opened(now_s))
                    self._devices.thermometer_said(self._thermometer.trouble)
                if status.name == PRINTER:
                    self._printer.link_changed(status, now_s)
            case NoiseArrived(name=name, noise=noise):
                self._devices.noise_heard(name, noise.data, now_s)
            case FrameArrived(frame=TemperatureFrame() | ThermalFrame() as frame):
                self._forehead(self._thermometer.feed(frame, now_s))
                self._devices.thermometer_said(self._thermometer.trouble)
            case FrameArrived(name=name, frame=frame) if name in IDENTITY_READERS:
                self._identity_said(frame, now_s)
            case FrameArrived(frame=frame):
                self._printer.said(frame)

    def _forehead(self, events: Sequence[StableReading | ForeheadChanged]) -> None:
        for event in events:
            if isinstance(event, ForeheadChanged):
                self._visits.step(ForeheadSeen(Forehead(event.forehead.value)))
            elif self._takes_people or self._visiting:
                reading = SurfaceReading(
                    object_c=event.object_c,
                    ambient_c=event.ambient_c,
                    mode=event.mode,
                    samples=event.samples,
                    spread_c=event.spread_c,
                    trusted=event.quality is Quality.GOOD,
                )
                self._visits.step(TemperatureRead(reading))
                waited_s = self._clock.monotonic_s() - event.at_s
                self._visits.times.add("temperature", waited_s)

    # ── labels and alerts ────────────────────────────────────────────────────────────────────

    def _label_scanned(self, tube: str) -> None:
        if not self._labels.scanned(tube):
            log.info("a label of no tube of ours was held up")

    def _label_news(self, news: News) -> None:
        if isinstance(news, LabelChanged):
            self._visits.step(news)
        elif isinstance(news, LabelTimed):
            self._visits.times.add("render", news.render_s)
            self._visits.times.add("label", news.first_byte_s - news.ordered_s)
        else:
            self._alert(news)

    def _alert(self, alert: RaiseAlert | ClearAlert) -> None:
        if isinstance(alert, ClearAlert):
            self._alerts.clear(alert.kind, alert.subject)
            return
        self._alerts.raise_alert(
            alert.kind,
            alert.text,
            alert.subject,
            since=self._clock.wall_text(),
            now_s=self._clock.monotonic_s(),
        )

    # ── time ─────────────────────────────────────────────────────────────────────────────────

    def tick(self) -> bool:
        """Do what is due. True when the ledger was asked and answered."""
        now_s = self._clock.monotonic_s()
        self._visits.expire(now_s)
        self._labels.expire(now_s)
        answered = False
        if now_s >= self._housekeeping_due_s:
            self._housekeeping_due_s = now_s + HOUSEKEEPING_S
            answered = self._keeper.check()
            self._alerts.let_pass(now_s)
            self._look_at_board(now_s)
            self._fever.review()
            self._printer.ask_who_it_is(now_s)
            self._review_calibration()
        if now_s >= self._purge_due_s:
            self._purge_due_s = now_s + self._purge_every_s
            self._keeper.purge()
        if now_s >= self._tubes_due_s:
            self._tubes_due_s = now_s + TUBE_REVIEW_S
            self._review_tubes()
        return answered

    def _look_at_board(self, now_s: float) -> None:
        if now_s >= self._board_due_s:
            self._board_due_s = now_s + BOARD_LOOK_S
            reading = self._ways.read_board()
            self._devices.board_said(self._board.feed(reading, now_s))

    def _review_calibration(self) -> None:
        """Overdue is told and changes nothing: whoever stops judging sends everybody to staff."""
        body = self._config.thermometer.body
        if body and body.due_on and self._clock.wall().date().isoformat() > body.due_on:
            self._alert(RaiseAlert(AlertKind.DEVICE, "alert.calibration-due", "calibration"))

    def _review_tubes(self) -> None:
        try:
            self._check_in.review_tubes()
        except LedgerError as error:
            log.error("tubes could not be reviewed: %s", error)

    def settle(self) -> float:
        """After events: let devices, labels and everybody outside follow; seconds to sleep."""
        now_s = self._clock.monotonic_s()
        self._follow_devices(now_s)
        self._printer.print_next(now_s)
        visit, intake = self._visits.visit, self._keeper.intake
        around = Surroundings(
            faults=self._devices.faults(now_s),
            fever_area=self._config.policy.fever_area,
            site_name=self._config.site.name,
        )
        number = self._publisher.snapshot(visit, intake, around)
        if number is not None and self._visiting:
            self._visits.times.snapshot_sent(number, self._clock.monotonic_s())
        self._publisher.gate(visit, intake)
        self._publisher.outbox()
        reports = self._devices.reports(now_s)
        facts = Facts(intake, reports, self._alerts.standing(), self._visits.counts.copy())
        self._publisher.report(facts, now_s)
        due_s = [self._housekeeping_due_s, self._visits.deadline_s(), self._labels.deadline_s()]
        return max(0.0, min(at_s for at_s in due_s if at_s is not None) - now_s)

    def _follow_devices(self, now_s: float) -> None:
        works = (self._devices.works(THERMOMETER, now_s), self._devices.codes_work(now_s))
        visit = self._visits.visit
        if works != (visit.thermometer_works, visit.camera_works):
            self._visits.step(DevicesChanged(*works))
        self._alerts.follow_devices(
            self._devices.reports(now_s), since=self._clock.wall_text(), now_s=now_s
        )
