"""The Intake machine: does this kiosk take people at all?

Only a full disk or a broken ledger puts it out of order; staff pause and close it. A device fault
never does: there is a degraded way for each. A visit under way is always finished first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from contracts.report import AlertKind
from kiosk.flow.effects import ClearAlert, RaiseAlert
from kiosk.flow.table import Step, Table, rule


class IntakePhase(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    OUT_OF_ORDER = "out-of-order"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Intake:
    """``reason`` is a message id, ``resume`` where healing leads."""

    state: IntakePhase = IntakePhase.OPEN
    reason: str = ""
    resume: IntakePhase = IntakePhase.OPEN


@dataclass(frozen=True, slots=True)
class Paused:
    pass


@dataclass(frozen=True, slots=True)
class Resumed:
    pass


@dataclass(frozen=True, slots=True)
class Closed:
    pass


@dataclass(frozen=True, slots=True)
class LedgerFailed:
    """``reason`` is a message id: disk full, ledger broken, tube numbers exhausted."""

    reason: str


@dataclass(frozen=True, slots=True)
class LedgerHealed:
    pass


Stepped = Step[Intake]


def _pause(intake: Intake, event: object, moment: None) -> Stepped:
    return replace(intake, state=IntakePhase.PAUSED), ()


def _open(intake: Intake, event: object, moment: None) -> Stepped:
    return Intake(), ()


def _close(intake: Intake, event: object, moment: None) -> Stepped:
    return replace(intake, state=IntakePhase.CLOSED), ()


def _fail(intake: Intake, event: LedgerFailed, moment: None) -> Stepped:
    after = Intake(IntakePhase.OUT_OF_ORDER, event.reason, resume=intake.state)
    return after, (RaiseAlert(AlertKind.DISK, event.reason, "ledger"),)


def _heal(intake: Intake, event: object, moment: None) -> Stepped:
    return Intake(intake.resume), (ClearAlert(AlertKind.DISK, "ledger"),)


def _stay(intake: Intake, event: object, moment: None) -> Stepped:
    return intake, ()


P = IntakePhase
_FAIL = rule(_fail, P.OUT_OF_ORDER)

INTAKE: Table[Intake, None] = Table(
    "Intake",
    IntakePhase,
    (Paused, Resumed, Closed, LedgerFailed, LedgerHealed),
    {
        P.OPEN: {
            Paused: rule(_pause, P.PAUSED),
            Closed: rule(_close, P.CLOSED),
            LedgerFailed: _FAIL,
            LedgerHealed: rule(_stay, P.OPEN),
        },
        P.PAUSED: {
            Resumed: rule(_open, P.OPEN),
            Closed: rule(_close, P.CLOSED),
            LedgerFailed: _FAIL,
            LedgerHealed: rule(_stay, P.PAUSED),
        },
        P.CLOSED: {
            Resumed: rule(_open, P.OPEN),
            LedgerFailed: _FAIL,
            LedgerHealed: rule(_stay, P.CLOSED),
        },
        P.OUT_OF_ORDER: {
            LedgerFailed: rule(_stay, P.OUT_OF_ORDER),
            LedgerHealed: rule(_heal, P.OPEN, P.PAUSED, P.CLOSED),
        },
    },
)
