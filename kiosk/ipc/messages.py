"""Every message that crosses the kiosk's Unix socket.

JSON lines, one tagged struct a line; the tag field is ``t``. Snapshots are complete, numbered and
already masked; whoever missed one has lost nothing. What carries personal data (`CodeSeen`) prints
as ``(***)`` and exists only between the camera and the core.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from config.model import Language

PROTOCOL_VERSION = 1
MAX_LINE_BYTES = 64 * 1024


class Role(StrEnum):
    """Who is at the other end. One of each, the newest wins; any number of benches."""

    SCREEN = "screen"
    CAMERA = "camera"
    UPLINK = "uplink"
    BENCH = "bench"


class Message(Struct, frozen=True, tag_field="t", forbid_unknown_fields=True, kw_only=True):
    """Base of all messages; the tag names the kind on the wire."""


class Hello(Message, frozen=True, tag="hello"):
    """First line of every client. The core closes the socket on another ``version``."""

    role: Role
    version: int = PROTOCOL_VERSION
    pid: int = 0


# ── core → screen (and bench) ────────────────────────────────────────────────────────────────


class Page(StrEnum):
    """What the resident stands in front of."""

    ATTRACT = "attract"
    SCREENING = "screening"  # code and temperature together, live preview
    CONFIRM = "confirm"  # masked name, auto-confirm countdown
    SAVING = "saving"  # the commit is under way
    RESULT = "result"  # lane, tube, place
    FEVER = "fever"  # ticket and rest area
    ALREADY = "already"  # checked in before in this round
    STAFF = "staff"  # a person at the manual desk goes on from here; `reason` says why
    HELP = "help"  # staff called
    STILL_THERE = "still-there"  # time-out warning
    PAUSED = "paused"
    CLOSED = "closed"
    OUT_OF_ORDER = "out-of-order"


class TemperatureState(StrEnum):
    """What the resident is told about the forehead reading."""

    WAITING = "waiting"  # nobody in front of the instrument
    MEASURING = "measuring"
    TOO_FAR = "too-far"  # colder than a forehead at the right distance: never "normal"
    NORMAL = "normal"
    FEVER = "fever"
    UNKNOWN = "unknown"  # measured, but this kiosk may not judge it (no calibration, bad ambient)
    UNAVAILABLE = "unavailable"  # instrument absent, silent or babbling


class CodeState(StrEnum):
    WAITING = "waiting"
    READ = "read"
    REFUSED = "refused"  # `notice` says why
    UNAVAILABLE = "unavailable"  # camera absent, frozen, stale or dark


class LabelState(StrEnum):
    """What is known of the tube's label. Unknown is never shown as printed."""

    NONE = "none"  # not the first of a tube: no label
    WAITING = "waiting"
    PRINTED = "printed"  # the printer said finished
    UNKNOWN = "unknown"  # sent; this printer cannot say
    VERIFIED = "verified"  # scanned back
    FAILED = "failed"  # paper, cover, cutter, offline: `notice` says what


class Temperature(Struct, frozen=True):
    state: TemperatureState
    body_c: float | None = None


class Placement(Struct, frozen=True):
    """Where the resident goes. ``tube_short`` is what people say aloud, for example ``0417``."""

    lane: int
    tube_number: str
    tube_short: str
    place: int
    size: int
    first_of_tube: bool
    label: LabelState = LabelState.NONE


class CountdownKind(StrEnum):
    IDLE = "idle"
    AUTO_CONFIRM = "auto-confirm"
    RESULT = "result"


class Countdown(Struct, frozen=True):
    """Runs on CLOCK_MONOTONIC, which all processes of one machine share."""

    kind: CountdownKind
    starts_s: float
    ends_s: float


class Snapshot(Message, frozen=True, tag="snapshot"):
    """All that the screen may know. Names and numbers arrive masked; `number` only grows.

    ``notice`` and ``reason`` are message ids of ``config/translations`` (``notice.not-our-code``).
    ``faults`` lists faults such as ``thermometer.absent``, worst first.
    ``visit`` changes when another person stands there, and is 0 when nobody does: whatever the
    screen kept of the visit before must go.
    """

    number: int
    page: Page
    language: Language
    visit: int = 0
    large_text: bool = False
    temperature: Temperature = Temperature(state=TemperatureState.WAITING)
    code: CodeState = CodeState.WAITING
    masked_name: str = ""
    masked_number: str = ""
    placement: Placement | None = None
    ticket: str = ""
    area: str = ""
    checked_in_at: str = ""  # ALREADY: local wall time "08:41"
    notice: str = ""
    reason: str = ""
    countdown: Countdown | None = None
    help_called: bool = False
    faults: tuple[str, ...] = ()
    site_name: str = ""
    training: bool = False


# ── screen → core ────────────────────────────────────────────────────────────────────────────


class Action(StrEnum):
    """What a touch means. The core refuses an action that the page does not offer."""

    START = "start"
    CONFIRM = "confirm"
    NOT_ME = "not-me"
    BACK = "back"
    DONE = "done"
    CALL_STAFF = "call-staff"
    MORE_TIME = "more-time"
    LANGUAGE = "language"
    LARGE_TEXT = "large-text"


class Intent(Message, frozen=True, tag="intent"):
    """A touch on the page of snapshot ``snapshot``; stale ones are refused by the core."""

    action: Action
    snapshot: int


class ScreenDrew(Message, frozen=True, tag="drew"):
    """Snapshot ``snapshot`` is on the glass since ``at_s`` (CLOCK_MONOTONIC)."""

    snapshot: int
    at_s: float


# ── core → bench ─────────────────────────────────────────────────────────────────────────────


class VisitTimed(Message, frozen=True, tag="visit-timed"):
    """Software milliseconds of one finished visit by stage. Waiting for people is not in it.

    Stages: ``code`` (frame captured to code accepted), ``temperature`` (last sample to judged),
    ``commit`` (decision to durable record), ``label`` (commit to first byte at the printer),
    ``render`` (label bitmap), ``draw`` (snapshot sent to drawn, summed over the visit).
    """

    visit: int
    stages_ms: dict[str, float]


# ── camera ↔ core ────────────────────────────────────────────────────────────────────────────


class CameraGate(Message, frozen=True, tag="camera-gate"):
    """Core to camera: look for codes or rest. The preview is wiped whenever ``visit`` changes."""

    reading: bool
    visit: int


class CameraState(StrEnum):
    OPENING = "opening"
    READY = "ready"
    ABSENT = "absent"
    STALE = "stale"  # no new frame
    FROZEN = "frozen"  # frames arrive but never change
    DARK = "dark"


class CameraStatus(Message, frozen=True, tag="camera-status"):
    """Sent on change and every second, so that silence itself is noticed."""

    state: CameraState
    frames_per_s: float = 0.0


class CodeSeen(Message, frozen=True, tag="code-seen"):
    """One or more codes of one frame. Personal: never logged, never stored.

    ``texts`` are the decoded bytes as UTF-8, or with invalid bytes replaced by U+FFFD when the code
    is binary (then ``binary``). Longer than the configured limit: empty text and ``too_long``.
    ``captured_s`` is CLOCK_MONOTONIC of the frame.
    """

    codes: tuple[SeenCode, ...]
    captured_s: float
    decode_cpu_ms: float

    def __repr__(self) -> str:
        return f"CodeSeen({len(self.codes)} codes, ***)"


class Symbology(StrEnum):
    QR = "qr"
    CODE_128 = "code-128"
    OTHER = "other"


class SeenCode(Struct, frozen=True):
    symbology: Symbology
    text: Annotated[str, Meta(max_length=3000)]
    binary: bool = False
    too_long: bool = False

    def __repr__(self) -> str:
        return f"SeenCode({self.symbology}, ***)"


# ── uplink ↔ core ────────────────────────────────────────────────────────────────────────────


class OutboxGrew(Message, frozen=True, tag="outbox-grew"):
    """Core to uplink: records up to ``seq`` are committed."""

    seq: int


class KioskFacts(Message, frozen=True, tag="kiosk-facts"):
    """Core to uplink: what staff should see of this kiosk, complete, on change and every 5 s.

    ``report`` is a `contracts.report.KioskReport` as JSON text: the uplink forwards it unread.
    """

    report: str


class AcknowledgementReceived(Message, frozen=True, tag="acknowledgement"):
    """Uplink to core: the signed acknowledgement as it came; both ends verify it."""

    signed: str


class UplinkState(StrEnum):
    OFFLINE = "offline"  # no broker
    REFUSED = "refused"  # the broker or its rules refuse us
    NO_COORDINATOR = "no-coordinator"
    ONLINE = "online"


class UplinkStatus(Message, frozen=True, tag="uplink-status"):
    state: UplinkState
    detail: str = ""


AnyMessage = (
    Hello
    | Snapshot
    | Intent
    | ScreenDrew
    | VisitTimed
    | CameraGate
    | CameraStatus
    | CodeSeen
    | OutboxGrew
    | KioskFacts
    | AcknowledgementReceived
    | UplinkStatus
)
