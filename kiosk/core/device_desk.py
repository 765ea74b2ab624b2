"""What is known of every device right now, each in exactly one state; silence is a state, too.

Owns the folding of link states, printer answers and camera signs into faults. Must not talk to a
device: the core's links do. A fault id is one of ``config/translations/faults``.
"""

from __future__ import annotations

from collections.abc import Sequence

from contracts.report import DeviceReport, DeviceState
from drivers.label_printer.status import PrinterStatus
from firmware_bridge.identify import protocol_in
from firmware_bridge.link import LinkState, LinkStatus
from kiosk.ipc.messages import CameraState, CameraStatus, UplinkState, UplinkStatus

THERMOMETER, PRINTER, CAMERA, UPLINK = "thermometer", "printer", "camera", "uplink"
BOARD = "board"
SCANNER, ID_CARD_READER = "scanner", "id-card-reader"
IDENTITY_READERS = (SCANNER, ID_CARD_READER)

CAMERA_SILENT_S = 3.0  # it speaks every second
STRANGER_REMEMBERED_S = 5.0
NOISE_KEPT_BYTES = 256  # a link tells a few frames of noise a second, each by itself
STATUS_PATIENCE_S = 3.0  # how long a printer that has just come may say nothing of itself

_CAMERA_STATES = {
    CameraState.READY: DeviceState.READY,
    CameraState.OPENING: DeviceState.OPENING,
    CameraState.ABSENT: DeviceState.ABSENT,
    CameraState.STALE: DeviceState.SILENT,
    CameraState.FROZEN: DeviceState.FAULT,
    CameraState.DARK: DeviceState.FAULT,
}
_WORST_FIRST = (PRINTER, THERMOMETER, CAMERA, *IDENTITY_READERS, UPLINK)


class DeviceDesk:
    """All times are CLOCK_MONOTONIC seconds. ``readers`` are those of `IDENTITY_READERS` here."""

    def __init__(self, now_s: float, readers: Sequence[str] = ()) -> None:
        absent = set(IDENTITY_READERS) - set(readers)
        self._roles = tuple(role for role in _WORST_FIRST if role not in absent)
        self._card_reader_fit = True
        self._links: dict[str, LinkStatus] = {}
        self._printer = PrinterStatus()
        self._printer_ready_s = now_s
        self._about: dict[str, str] = {}
        self._noise: dict[str, bytes] = {}
        self._strangers: dict[str, float] = {}
        self._thermometer_trouble = ""
        self._camera: CameraStatus | None = None
        self._camera_heard_s = now_s
        self._uplink = UplinkStatus(state=UplinkState.OFFLINE)
        self._board = DeviceReport(role=BOARD, state=DeviceState.OPENING)

    # ── what comes in ────────────────────────────────────────────────────────────────────────

    def link_changed(self, status: LinkStatus, now_s: float) -> None:
        self._links[status.name] = status
        if status.name == PRINTER:
            self._printer = PrinterStatus()  # whatever it said, it said to another connection
            self._printer_ready_s = now_s

    def thermometer_said(self, trouble: str) -> None:
        """Frames come, and cannot be believed: ``frozen`` or ``implausible``; "" when they can."""
        self._thermometer_trouble = trouble

    def noise_heard(self, role: str, sample: bytes, now_s: float) -> None:
        """Bytes that the codec in charge could not read; another may know them."""
        noise = (self._noise.get(role, b"") + sample)[-NOISE_KEPT_BYTES:]
        if protocol_in(noise):
            self._strangers[role] = now_s
            noise = b""  # a stranger must go on saying it to go on being one
        self._noise[role] = noise

    def printer_said(self, frame: object) -> None:
        self._printer = self._printer.fold(frame)

    def identified(self, role: str, about: str) -> None:
        """What the device at the other end says it is; "" for one that has not said it yet."""
        self._about[role] = about

    def card_reader_is(self, *, fit: bool) -> None:
        self._card_reader_fit = fit

    def camera_said(self, status: CameraStatus, now_s: float) -> None:
        self._camera = status
        self._camera_heard_s = now_s

    def camera_left(self) -> None:
        self._camera = None

    def uplink_said(self, status: UplinkStatus) -> None:
        self._uplink = status

    def uplink_left(self) -> None:
        self._uplink = UplinkStatus(state=UplinkState.OFFLINE)

    def board_said(self, fault: str) -> None:
        """``fault`` of the board itself, or "" when it is well."""
        self._board = DeviceReport(
            role=BOARD, state=DeviceState.FAULT if fault else DeviceState.READY, fault=fault
        )

    # ── what is known ────────────────────────────────────────────────────────────────────────

    def works(self, role: str, now_s: float) -> bool:
        return self.report(role, now_s).state is DeviceState.READY

    def codes_work(self, now_s: float) -> bool:
        """There is some way to say who one is: the camera, or a reader beside it."""
        ways = (role for role in (CAMERA, *IDENTITY_READERS) if role in self._roles)
        return any(self.works(role, now_s) for role in ways)

    def printer_block(self, now_s: float) -> str:
        """The fault that keeps a label from being printed, or ""."""
        report = self.report(PRINTER, now_s)
        if report.state is not DeviceState.READY and not self._printer_is_open:
            return report.fault
        return self._printer.fault if self._printer.blocked else ""

    @property
    def _printer_is_open(self) -> bool:
        link = self._links.get(PRINTER)
        return link is not None and link.state in (LinkState.READY, LinkState.SILENT)

    def faults(self, now_s: float) -> tuple[str, ...]:
        """Every fault that a resident may notice, the one that matters most to a visit first."""
        reports = (self.report(role, now_s) for role in self._roles)
        return tuple(report.fault for report in reports if report.fault)

    def reports(self, now_s: float) -> tuple[DeviceReport, ...]:
        return (*(self.report(role, now_s) for role in self._roles), self._board)

    def report(self, role: str, now_s: float) -> DeviceReport:
        """State and fault of one device at ``now_s``."""
        if role == CAMERA:
            return self._camera_report(now_s)
        if role == UPLINK:
            return self._uplink_report()
        link = self._links.get(role)
        if link is None:
            return DeviceReport(role=role, state=DeviceState.OPENING, fault=f"{role}.opening")
        state = DeviceState(link.state.value)
        fault = "" if state is DeviceState.READY else f"{role}.{state}"
        if role == PRINTER and state is DeviceState.READY:
            state, fault = self._printer_view(now_s)
        if state is DeviceState.BABBLING and self._is_another_device(role, now_s):
            state, fault = DeviceState.FAULT, f"{role}.wrong-device"
        if role == ID_CARD_READER and state is DeviceState.READY and not self._card_reader_fit:
            state, fault = DeviceState.FAULT, "id-card-reader.unfit"
        if role == THERMOMETER and state is DeviceState.READY and self._thermometer_trouble:
            state, fault = DeviceState.FAULT, f"{THERMOMETER}.{self._thermometer_trouble}"
        about = self._about.get(role, "")
        return DeviceReport(
            role=role, state=state, fault=fault, generation=link.generation, about=about
        )

    def _is_another_device(self, role: str, now_s: float) -> bool:
        """It speaks, and speaks well, another protocol than the settings say."""
        heard_s = self._strangers.get(role, float("-inf"))
        return now_s - heard_s < STRANGER_REMEMBERED_S

    def _printer_view(self, now_s: float) -> tuple[DeviceState, str]:
        fault = self._printer.fault
        if fault == "printer.unknown":
            if now_s - self._printer_ready_s < STATUS_PATIENCE_S:
                return DeviceState.OPENING, "printer.opening"
            return DeviceState.UNKNOWN, fault
        if self._printer.blocked:
            return DeviceState.FAULT, fault
        return DeviceState.READY, fault

    def _camera_report(self, now_s: float) -> DeviceReport:
        camera = self._camera
        if camera is None or now_s - self._camera_heard_s > CAMERA_SILENT_S:
            return DeviceReport(role=CAMERA, state=DeviceState.ABSENT, fault="camera.absent")
        fault = "" if camera.state is CameraState.READY else f"camera.{camera.state}"
        return DeviceReport(role=CAMERA, state=_CAMERA_STATES[camera.state], fault=fault)

    def _uplink_report(self) -> DeviceReport:
        state = self._uplink.state
        if state is UplinkState.ONLINE:
            return DeviceReport(role=UPLINK, state=DeviceState.READY)
        return DeviceReport(role=UPLINK, state=DeviceState.ABSENT, fault=f"uplink.{state}")
