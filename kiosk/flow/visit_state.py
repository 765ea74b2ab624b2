"""What a visit is made of: its states, its data and everything that can happen to it.

One visit at a time stands before the kiosk. Data are frozen; `kiosk.flow.visit` makes new ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contracts.pool_class import PoolClass
from contracts.record import CodeColour, Person
from kiosk.flow.temperature import JudgedTemperature, SurfaceReading, TemperaturePolicy


class VisitState(StrEnum):
    ATTRACT = "attract"
    SCREENING = "screening"
    CONFIRM = "confirm"
    SAVING = "saving"
    RESULT = "result"
    FEVER = "fever"
    ALREADY = "already"
    STAFF = "staff"
    HELP = "help"
    STILL_THERE = "still-there"


class Forehead(StrEnum):
    """What the thermometer sees when it has no stable reading to give."""

    NOBODY = "nobody"
    MEASURING = "measuring"
    TOO_FAR = "too-far"


class LabelView(StrEnum):
    """What the resident is told of the label of the tube that the visit opened."""

    NONE = "none"
    WAITING = "waiting"
    PRINTED = "printed"
    UNKNOWN = "unknown"
    VERIFIED = "verified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class VisitPolicy:
    """The part of a site's policy that a visit needs. Times in seconds."""

    temperature: TemperaturePolicy
    pool_class: PoolClass
    unknown_colour_to_staff: bool
    default_language: str
    auto_confirm_s: float
    idle_s: float
    still_there_s: float
    result_s: float
    fever_page_s: float
    help_page_s: float
    device_grace_s: float
    code_errors_before_help: int
    extensions_max: int


@dataclass(frozen=True, slots=True)
class Moment:
    """When an event happens (CLOCK_MONOTONIC) and the policy that holds."""

    now_s: float
    policy: VisitPolicy


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier check-in of the same person in this round."""

    tube: str
    place: int
    size: int
    lane: int
    checked_in_at: str


@dataclass(frozen=True, slots=True)
class AcceptedCode:
    """A registration code that is ours, valid and read. ``before`` is set for a known person."""

    person: Person
    code_id: str
    scheme: str
    colour: CodeColour
    masked_name: str
    masked_number: str
    before: Before | None


@dataclass(frozen=True, slots=True)
class PlaceGiven:
    """Lane, tube and place of a committed check-in."""

    lane: int
    tube: str
    place: int
    size: int
    first_of_tube: bool


@dataclass(frozen=True, slots=True)
class Timer:
    """The visit's one running timer: from ``starts_s`` to ``ends_s`` on CLOCK_MONOTONIC."""

    starts_s: float
    ends_s: float


@dataclass(frozen=True, slots=True)
class Visit:
    """All that is known of whoever stands there. ``number`` counts visits, 0 before the first.

    ``waiting_since_s`` is when a missing device began to hold up this visit.
    ``resume`` is the state that HELP and STILL_THERE go back to.
    """

    state: VisitState = VisitState.ATTRACT
    number: int = 0
    language: str = "zh"
    large_text: bool = False
    forehead: Forehead = Forehead.NOBODY
    temperature: JudgedTemperature | None = None
    code: AcceptedCode | None = None
    code_errors: int = 0
    notice: str = ""
    reason: str = ""
    placed: PlaceGiven | None = None
    label: LabelView = LabelView.NONE
    ticket: str = ""
    timer: Timer | None = None
    extensions: int = 0
    resume: VisitState = VisitState.SCREENING
    help_called: bool = False
    thermometer_works: bool = False
    camera_works: bool = False
    waiting_since_s: float | None = None


# ── events ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Started:
    """The resident touched the screen to begin."""


@dataclass(frozen=True, slots=True)
class ForeheadSeen:
    forehead: Forehead


@dataclass(frozen=True, slots=True)
class TemperatureRead:
    reading: SurfaceReading


@dataclass(frozen=True, slots=True)
class CodeAccepted:
    code: AcceptedCode


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """``notice`` is the message id that tells the resident why."""

    notice: str


@dataclass(frozen=True, slots=True)
class LabelSeen:
    """A tube label was held to the camera."""

    tube: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The resident said "that is me"."""


@dataclass(frozen=True, slots=True)
class NotMe:
    """The resident said "that is somebody else"."""


@dataclass(frozen=True, slots=True)
class WentBack:
    """The resident gave up, or closed an overlay."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The resident has seen the result and leaves."""


@dataclass(frozen=True, slots=True)
class StaffCalled:
    pass


@dataclass(frozen=True, slots=True)
class MoreTimeAsked:
    pass


@dataclass(frozen=True, slots=True)
class LanguageToggled:
    pass


@dataclass(frozen=True, slots=True)
class LargeTextToggled:
    pass


@dataclass(frozen=True, slots=True)
class Placed:
    """The check-in is committed."""

    place: PlaceGiven


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """The commit found the same person in this round."""

    before: Before


@dataclass(frozen=True, slots=True)
class CheckInFailed:
    """Nothing was committed; ``reason`` is a message id."""

    reason: str


@dataclass(frozen=True, slots=True)
class FeverTicketGiven:
    ticket: str


@dataclass(frozen=True, slots=True)
class LabelChanged:
    tube: str
    label: LabelView
    notice: str = ""


@dataclass(frozen=True, slots=True)
class DevicesChanged:
    thermometer_works: bool
    camera_works: bool


@dataclass(frozen=True, slots=True)
class TimePassed:
    """The visit's timer, or the grace of a missing device, has run out."""


VISIT_EVENTS: tuple[type, ...] = (
    Started,
    ForeheadSeen,
    TemperatureRead,
    CodeAccepted,
    CodeRefused,
    LabelSeen,
    Confirmed,
    NotMe,
    WentBack,
    Finished,
    StaffCalled,
    MoreTimeAsked,
    LanguageToggled,
    LargeTextToggled,
    Placed,
    SeenBefore,
    CheckInFailed,
    FeverTicketGiven,
    LabelChanged,
    DevicesChanged,
    TimePassed,
)
