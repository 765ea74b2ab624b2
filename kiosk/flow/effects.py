"""What the flow wants done. Values only: the core's effect runner does them.

An effect that carries a person prints masked, because `Person` does.
"""

from __future__ import annotations

from dataclasses import dataclass

from contracts.pool_class import PoolClass
from contracts.record import CodeColour, Flag, Person, TemperatureTaken
from contracts.report import AlertKind


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Choose a place and commit it with its record. Answered by `Placed`, `SeenBefore` or
    `CheckInFailed`."""

    person: Person
    code_id: str
    code_scheme: str
    code_colour: CodeColour
    temperature: TemperatureTaken
    pool_class: PoolClass
    flags: tuple[Flag, ...]


@dataclass(frozen=True, slots=True)
class HoldFever:
    """Record a fever hold and give out a ticket. Answered by `FeverTicketGiven`."""

    person: Person | None
    temperature: TemperatureTaken


@dataclass(frozen=True, slots=True)
class VerifyLabel:
    """A tube label was scanned back."""

    tube: str


@dataclass(frozen=True, slots=True)
class RaiseAlert:
    """Tell staff. ``text`` is a message id, ``subject`` a ticket, tube, role or empty."""

    kind: AlertKind
    text: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class ClearAlert:
    """The cause of an alert is gone."""

    kind: AlertKind
    subject: str = ""


@dataclass(frozen=True, slots=True)
class RearmThermometer:
    """The next forehead is another person's."""


@dataclass(frozen=True, slots=True)
class ForgetVisit:
    """Wipe what devices keep of the resident: preview, scanned code."""


@dataclass(frozen=True, slots=True)
class CountRefusal:
    """A resident was refused; ``reason`` is a message id."""

    reason: str


@dataclass(frozen=True, slots=True)
class CloseTube:
    """Record that a tube takes no more people."""

    tube: str
    reason: str


Effect = (
    CheckIn
    | HoldFever
    | VerifyLabel
    | RaiseAlert
    | ClearAlert
    | RearmThermometer
    | ForgetVisit
    | CountRefusal
    | CloseTube
)
