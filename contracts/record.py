"""What a kiosk records, as it stands inside a sealed body.

One tagged struct a kind; the tag field is ``kind``. Bodies carry personal data and exist in clear
only in the memory of the core before sealing and of the coordinator after opening. Every person
type prints masked. Readers accept unknown *fields* (a newer kiosk), never unknown kinds.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from contracts.pool_class import PoolClass

SCHEMA_VERSION = 1


class DocumentKind(StrEnum):
    RESIDENT_ID = "resident-id"
    HKMT_RESIDENCE = "hkmt-residence"
    PASSPORT = "passport"
    OTHER = "other"


class Person(Struct, frozen=True, kw_only=True):
    """Who was checked in. Prints as ``Person(***)``, whatever the format."""

    name: str
    document_kind: DocumentKind
    document_number: str
    phone: str = ""

    def __repr__(self) -> str:
        return "Person(***)"

    __str__ = __repr__


class TemperatureSource(StrEnum):
    INSTRUMENT = "instrument"
    STAFF = "staff"


class TemperatureTaken(Struct, frozen=True, kw_only=True):
    """A reading with its provenance. ``body_c`` is None when this site has no calibration,
    ``ambient_c`` when the instrument does not tell; without it there is no ``body_c`` either.
    """

    source: TemperatureSource
    object_c: float
    ambient_c: float | None
    body_c: float | None
    calibration: str
    mode: str
    samples: int
    spread_c: float


class CodeColour(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    UNKNOWN = "unknown"


class Flag(StrEnum):
    """What staff or the laboratory should know of this check-in."""

    CODE_COLOUR_UNKNOWN = "code-colour-unknown"
    RETESTED = "retested"
    CLOCK_NOT_SYNCHRONISED = "clock-not-synchronised"


class RecordBody(Struct, frozen=True, tag_field="kind", kw_only=True):
    """Base of all bodies. ``at`` is RFC 3339 wall time with offset, for people to read."""

    at: str


class CheckedIn(RecordBody, frozen=True, tag="checked-in"):
    """One person got one place in one tube. Not *sampled*: only the lane says that."""

    visit: str
    person: Person
    temperature: TemperatureTaken | None
    code_scheme: str
    code_colour: CodeColour
    round_id: str
    tube: str
    pool_class: PoolClass
    tube_size: int
    lane: int
    place: int
    opens_tube: bool
    flags: tuple[Flag, ...] = ()


class FeverHeld(RecordBody, frozen=True, tag="fever-held"):
    """A resident was sent to the rest area with a ticket; no place was given."""

    visit: str
    person: Person | None
    temperature: TemperatureTaken
    ticket: str


class TubeCloseReason(StrEnum):
    FULL = "full"
    TOO_OLD = "too-old"
    LANE_CHANGE = "lane-change"
    SHIFT_END = "shift-end"
    STAFF = "staff"
    LABEL_FAILED = "label-failed"


class TubeClosed(RecordBody, frozen=True, tag="tube-closed"):
    """``places_used`` of ``tube_size``; fewer than the size is a short tube and is marked."""

    tube: str
    reason: TubeCloseReason
    places_used: int
    tube_size: int


class LabelOutcome(StrEnum):
    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"
    VERIFIED = "verified"
    VOID = "void"


class LabelReported(RecordBody, frozen=True, tag="label-reported"):
    """What became of a tube's label. ``copy`` counts from 1; only the newest copy is valid."""

    tube: str
    job: str
    copy: int
    outcome: LabelOutcome
    why: str = ""


AnyRecordBody = CheckedIn | FeverHeld | TubeClosed | LabelReported
