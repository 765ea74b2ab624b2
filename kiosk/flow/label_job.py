"""The LabelJob machine: what is durably known of one copy of one tube's label.

Theory of operation. A job is reserved in the transaction that opens its tube. As long as no byte
went to the printer it may be sent, or sent again after a restart. Once bytes may have gone out it
is SENT, and only proof moves it on: CONFIRMED by the printer, VERIFIED by a scan. Without proof it
is UNKNOWN, and a person is asked; a second copy needs the first one VOID.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from contracts.report import AlertKind
from kiosk.flow.effects import ClearAlert, Effect, RaiseAlert
from kiosk.flow.table import Step, Table, rule


class LabelJobState(StrEnum):
    RESERVED = "reserved"
    SENT = "sent"
    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"
    VERIFIED = "verified"
    ATTACHED = "attached"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class LabelJob:
    """``copy`` counts from 1; a copy above 1 says so on the label."""

    job: str
    tube: str
    copy: int
    state: LabelJobState = LabelJobState.RESERVED


@dataclass(frozen=True, slots=True)
class LabelSent:
    """The first byte is about to go to the printer."""


@dataclass(frozen=True, slots=True)
class LabelFinished:
    """The printer answered this job's process id."""


@dataclass(frozen=True, slots=True)
class LabelUnsure:
    """No proof came in time, the link was lost, or the core restarted."""


@dataclass(frozen=True, slots=True)
class LabelScanned:
    pass


@dataclass(frozen=True, slots=True)
class LabelAttached:
    """The lane scanned the tube, or staff say that it carries its label."""


@dataclass(frozen=True, slots=True)
class LabelVoided:
    """``reason`` is a message id."""

    reason: str


L = Step[LabelJob]


def _to(
    state: LabelJobState, effects: tuple[Effect, ...] = ()
) -> Callable[[LabelJob, object, None], L]:
    def move(job: LabelJob, event: object, moment: None) -> L:
        return replace(job, state=state), effects

    return move


def _unsure(job: LabelJob, event: object, moment: None) -> L:
    alert = RaiseAlert(AlertKind.LABEL, "alert.label-unknown", job.tube)
    return replace(job, state=LabelJobState.UNKNOWN), (alert,)


def _proved(state: LabelJobState) -> Callable[[LabelJob, object, None], L]:
    def move(job: LabelJob, event: object, moment: None) -> L:
        return replace(job, state=state), (ClearAlert(AlertKind.LABEL, job.tube),)

    return move


J = LabelJobState
_SENT = rule(_to(J.SENT), J.SENT)
_FINISHED = rule(_to(J.CONFIRMED), J.CONFIRMED)
_SCANNED = rule(_proved(J.VERIFIED), J.VERIFIED)
_ATTACHED = rule(_proved(J.ATTACHED), J.ATTACHED)
_VOIDED = rule(_proved(J.VOID), J.VOID)

LABEL_JOB: Table[LabelJob, None] = Table(
    "LabelJob",
    LabelJobState,
    (LabelSent, LabelFinished, LabelUnsure, LabelScanned, LabelAttached, LabelVoided),
    {
        J.RESERVED: {LabelSent: _SENT, LabelVoided: _VOIDED},
        J.SENT: {
            LabelFinished: _FINISHED,
            LabelUnsure: rule(_unsure, J.UNKNOWN),
            LabelScanned: _SCANNED,
            LabelAttached: _ATTACHED,
            LabelVoided: _VOIDED,
        },
        J.CONFIRMED: {LabelScanned: _SCANNED, LabelAttached: _ATTACHED, LabelVoided: _VOIDED},
        J.UNKNOWN: {
            LabelFinished: rule(_proved(J.CONFIRMED), J.CONFIRMED),
            LabelScanned: _SCANNED,
            LabelAttached: _ATTACHED,
            LabelVoided: _VOIDED,
        },
        J.VERIFIED: {
            LabelScanned: _SCANNED,
            LabelAttached: _ATTACHED,
            LabelVoided: _VOIDED,
        },
        J.ATTACHED: {LabelScanned: rule(_to(J.ATTACHED), J.ATTACHED), LabelVoided: _VOIDED},
        J.VOID: {},
    },
)
