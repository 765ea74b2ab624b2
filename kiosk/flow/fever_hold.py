"""The FeverHold machine: one resident resting with a ticket until staff measured again.

Many run at once and survive a restart, so time is wall-clock free: ``due_s`` is on the clock of the
boot it was made in, and a hold found after a restart is due at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from contracts.report import AlertKind
from kiosk.flow.effects import ClearAlert, RaiseAlert
from kiosk.flow.table import Rule, Step, Table, rule


class FeverHoldState(StrEnum):
    RESTING = "resting"
    RECHECK_DUE = "recheck-due"
    RELEASED = "released"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class FeverHold:
    ticket: str
    due_s: float
    state: FeverHoldState = FeverHoldState.RESTING


@dataclass(frozen=True, slots=True)
class RestOver:
    """``due_s`` has come."""


@dataclass(frozen=True, slots=True)
class RecheckNormal:
    """Staff measured below the fever limit with a clinical thermometer."""


@dataclass(frozen=True, slots=True)
class RecheckHigh:
    """Still a fever: report and ambulance."""


F = Step[FeverHold]


def _due(hold: FeverHold, event: object, moment: None) -> F:
    alert = RaiseAlert(AlertKind.FEVER, "alert.fever-recheck-due", hold.ticket)
    return replace(hold, state=FeverHoldState.RECHECK_DUE), (alert,)


def _release(hold: FeverHold, event: object, moment: None) -> F:
    return replace(hold, state=FeverHoldState.RELEASED), (ClearAlert(AlertKind.FEVER, hold.ticket),)


def _escalate(hold: FeverHold, event: object, moment: None) -> F:
    alert = RaiseAlert(AlertKind.FEVER, "alert.fever-ambulance", hold.ticket)
    return replace(hold, state=FeverHoldState.ESCALATED), (alert,)


H = FeverHoldState
_CHECKED: dict[type, Rule[FeverHold, None]] = {
    RecheckNormal: rule(_release, H.RELEASED),
    RecheckHigh: rule(_escalate, H.ESCALATED),
}

FEVER_HOLD: Table[FeverHold, None] = Table(
    "FeverHold",
    FeverHoldState,
    (RestOver, RecheckNormal, RecheckHigh),
    {
        H.RESTING: {RestOver: rule(_due, H.RECHECK_DUE), **_CHECKED},
        H.RECHECK_DUE: _CHECKED,
        H.RELEASED: {},
        H.ESCALATED: {},
    },
)
