"""What is known after a run, from four independent sides, as plain frozen values.

Owns the shapes that `evidence` fills and `invariants` judges. The sides: what residents saw, what
the kiosk's ledger holds, what the coordinator holds, what came out of the printer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contracts.record import AnyRecordBody, CheckedIn, FeverHeld, Person, TubeClosed
from hil.demo.residents import Kind


class Outcome(StrEnum):
    """How a visit ended for the resident."""

    CHECKED_IN = "checked-in"
    FEVER = "fever"
    ALREADY = "already"
    REFUSED = "refused"  # the code was not accepted
    STAFF = "staff"  # sent to the manual desk
    LOST = "lost"  # a wait expired: the resident got no answer


EXPECTED: dict[Kind, Outcome] = {
    Kind.ORDINARY: Outcome.CHECKED_IN,
    Kind.UNKNOWN_COLOUR: Outcome.CHECKED_IN,
    Kind.FEVER: Outcome.FEVER,
    Kind.REPEAT: Outcome.ALREADY,
    Kind.NOT_OURS: Outcome.REFUSED,
    Kind.EXPIRED: Outcome.REFUSED,
    Kind.FORGED: Outcome.REFUSED,
    Kind.RED: Outcome.STAFF,
    Kind.YELLOW: Outcome.STAFF,
}


@dataclass(frozen=True, slots=True)
class SeenPlace:
    """The result page as the resident read it. ``label`` is the last label state shown."""

    lane: int
    tube: str
    place: int
    size: int
    first_of_tube: bool
    label: str


@dataclass(frozen=True, slots=True)
class SeenVisit:
    """One resident's visit. ``person`` and ``body_c`` are who really stood there and how warm.

    ``restarts`` counts how often the core ended under it and the resident had to begin anew.

    ``detail`` is a message id or a sentence and names nobody.
    """

    resident: int
    kind: Kind
    person: Person
    outcome: Outcome
    body_c: float
    place: SeenPlace | None = None
    ticket: str = ""
    detail: str = ""
    restarts: int = 0


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
    """``state`` is ``open``, ``full`` or ``closed-short``."""

    tube: str
    pool_class: str
    lane: int
    size: int
    state: str


@dataclass(frozen=True, slots=True)
class LedgerLabel:
    """One copy of a tube's label. ``state`` is one of kiosk.flow.label_job.LabelJobState."""

    job: str
    tube: str
    copy: int
    state: str


@dataclass(frozen=True, slots=True)
class LedgerSide:
    """The kiosk's own truth, read from its database file by another connection.

    ``waiting`` are sequence numbers no acknowledgement covers, ``rejected`` those refused by the
    coordinator, ``kept`` acknowledged ones whose grace has not ended in a purge. The newest record
    is never kept too long: the ledger counts on from it.
    """

    kiosk: str
    epoch: str
    last_seq: int
    waiting: tuple[int, ...]
    rejected: tuple[int, ...]
    kept: tuple[int, ...]
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
    """``unreadable`` counts rows whose signature, header or seal does not hold.

    ``sampled`` lists the tubes whose people the site counts as sampled.
    """

    records: tuple[StoredRecord, ...]
    sampled: tuple[str, ...]
    unreadable: int = 0

    @property
    def check_ins(self) -> tuple[tuple[int, CheckedIn], ...]:
        """(seq, body) of every check-in."""
        return tuple((r.seq, r.body) for r in self.records if isinstance(r.body, CheckedIn))

    @property
    def fevers(self) -> tuple[FeverHeld, ...]:
        return tuple(r.body for r in self.records if isinstance(r.body, FeverHeld))

    @property
    def closed_tubes(self) -> tuple[TubeClosed, ...]:
        return tuple(r.body for r in self.records if isinstance(r.body, TubeClosed))


@dataclass(frozen=True, slots=True)
class Paper:
    """A label that came out. ``committed`` is the newest committed seq when it came out."""

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
    """How wide the search for canaries was: a search that looked at nothing proves nothing.

    ``messages`` counts MQTT messages that an eavesdropper on the broker saw.
    """

    canaries: int
    files: int
    messages: int
    searched_bytes: int
    leaks: tuple[Leak, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything the invariants may look at.

    ``swabbed``: tubes that the lanes reported. ``deaths``: one name for each process that ended
    by itself, those we killed not counted.
    """

    seen: tuple[SeenVisit, ...]
    ledger: LedgerSide
    coordinator: CoordinatorSide
    papers: tuple[Paper, ...]
    swabbed: tuple[str, ...]
    deaths: tuple[str, ...]
    search: Search
