"""What is known after a run, from four independent sides, as plain frozen values.

Owns the shapes that `evidence` fills and `invariants` judges. The sides: what residents saw, what
the kiosk's ledger holds, what the coordinator holds, what came out of the printer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contracts.record import AnyRecordBody, Person
from hil.demo.residents import Kind


class Outcome(StrEnum):
    """How a visit ended for the resident."""

    CHECKED_IN = "checked-in"
    FEVER = "fever"
    ALREADY = "already"
    REFUSED = "refused"
    LOST = "lost"  # a wait expired: the resident got no answer


@dataclass(frozen=True, slots=True)
class SeenPlace:
    """The result page as the resident read it."""

    lane: int
    tube: str
    place: int
    size: int
    first_of_tube: bool
    label: str


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """One resident's visit. ``person`` is who really stood there; ``detail`` never names anybody."""

    resident: int
    kind: Kind
    person: Person
    outcome: Outcome
    place: SeenPlace | None = None
    ticket: str = ""
    restarts: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """``acknowledged``: a signed acknowledgement covered it. Purged rows are not here."""

    seq: int
    acknowledged: bool
    rejected: bool


@dataclass(frozen=True, slots=True)
class LedgerPlace:
    """A place given in a tube. ``person`` is the keyed digest, as hex: equal means same person."""

    seq: int
    round_id: str
    tube: str
    place: int
    lane: int
    person: str


@dataclass(frozen=True, slots=True)
class LedgerTube:
    tube: str
    pool_class: str
    lane: int
    size: int
    places_used: int
    state: str


@dataclass(frozen=True, slots=True)
class LedgerLabel:
    job: str
    tube: str
    copy: int
    state: str


@dataclass(frozen=True, slots=True)
class LedgerSide:
    """The kiosk's own truth, read from its database file by another connection."""

    kiosk: str
    epoch: str
    last_seq: int
    outbox: tuple[OutboxRow, ...]
    places: tuple[LedgerPlace, ...]
    tubes: tuple[LedgerTube, ...]
    labels: tuple[LedgerLabel, ...]
    fever_tickets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as the coordinator keeps it, opened with the site's private key."""

    kiosk: str
    epoch: str
    seq: int
    body: AnyRecordBody


@dataclass(frozen=True, slots=True)
class CoordinatorSide:
    """``unreadable`` counts rows whose signature, header or seal does not hold."""

    records: tuple[StoredRecord, ...]
    high_water: dict[tuple[str, str], int]
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Paper:
    """A label that came out. ``committed`` is the newest committed seq at its first byte."""

    number: int
    decoded: tuple[str, ...]
    committed: int


@dataclass(frozen=True, slots=True)
class Leak:
    """A canary found in clear. Says what kind of fact and which encoding, never the fact."""

    where: str
    fact: str
    encoding: str


@dataclass(frozen=True, slots=True)
class Search:
    """How wide the search for canaries was: a search that looked at nothing proves nothing."""

    canaries: int
    files: int
    searched_bytes: int
    leaks: tuple[Leak, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    seen: tuple[SeenVisit, ...]
    ledger: LedgerSide
    coordinator: CoordinatorSide
    papers: tuple[Paper, ...]
    search: Search
