"""The visit that stands before the kiosk: steps the machine and carries out what it asks for.

Owns the current `Visit`. This is the effect runner: each effect of the flow has one method here
that does it. What the ledger refuses becomes an answer to the visit; nothing else is caught.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from contracts.report import AlertKind
from kiosk.core.check_in_desk import CheckInDesk
from kiosk.core.clock import KioskClock
from kiosk.core.stage_times import StageTimes
from kiosk.flow.effects import (
    CheckIn,
    ClearAlert,
    CountRefusal,
    Effect,
    ForgetVisit,
    HoldFever,
    RaiseAlert,
    RearmThermometer,
    VerifyLabel,
)
from kiosk.flow.visit import VISIT, next_deadline
from kiosk.flow.visit_state import (
    Before,
    CheckInFailed,
    FeverTicketGiven,
    Moment,
    Placed,
    SeenBefore,
    TimePassed,
    Visit,
    VisitPolicy,
    VisitState,
)
from kiosk.ipc.messages import VisitTimed
from kiosk.ledger.errors import LedgerBroken, LedgerFull, LedgerRefused, SerialsExhausted

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Counts:
    """Of this process's life, for the staff page; the coordinator counts from records."""

    visits: int = 0
    checked_in: int = 0
    fever: int = 0
    refused: int = 0

    def copy(self) -> Counts:
        return replace(self)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a visit can reach outside itself, as functions of the kiosk."""

    label_ordered: Callable[[str, str], None]  # job, tube
    label_scanned: Callable[[str], None]  # tube
    alert: Callable[[RaiseAlert | ClearAlert], None]
    fever_held: Callable[[str], None]  # ticket
    rearm: Callable[[], None]
    ledger_failed: Callable[[str], None]  # message id of the reason
    timed: Callable[[VisitTimed], None]


class VisitDesk:
    """One visit at a time, on the core's thread."""

    def __init__(
        self, policy: VisitPolicy, desk: CheckInDesk, clock: KioskClock, outside: Outside
    ) -> None:
        self._policy = policy
        self._desk = desk
        self._clock = clock
        self._outside = outside
        self.visit = Visit(language=policy.default_language)
        self.counts = Counts()
        self.times = StageTimes()

    def step(self, event: object) -> None:
        """Apply one event and everything it leads to. Raises `EventRefused`."""
        before = self.visit
        moment = Moment(self._clock.monotonic_s(), self._policy)
        self.visit, effects = VISIT.step(before, event, moment)
        if self._ended(before):
            self._end(before)
        for effect in effects:
            self._carry_out(effect)

    def deadline_s(self) -> float | None:
        return next_deadline(self.visit, self._policy.device_grace_s)

    def expire(self, now_s: float) -> None:
        due_s = self.deadline_s()
        if due_s is not None and now_s >= due_s:
            self.step(TimePassed())

    def _ended(self, before: Visit) -> bool:
        if before.state is VisitState.ATTRACT:
            return False
        return self.visit.state is VisitState.ATTRACT or self.visit.number != before.number

    def _end(self, visit: Visit) -> None:
        self.counts.visits += 1
        self._outside.alert(ClearAlert(AlertKind.HELP, f"visit-{visit.number}"))
        if (timed := self.times.finish(visit.number)) is not None:
            self._outside.timed(timed)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case CheckIn():
                self._check_in(effect)
            case HoldFever():
                self._hold_fever(effect)
            case VerifyLabel(tube=tube):
                self._outside.label_scanned(tube)
            case RaiseAlert() | ClearAlert():
                self._outside.alert(effect)
            case RearmThermometer():
                self._outside.rearm()
            case CountRefusal():
                self.counts.refused += 1
            case ForgetVisit():
                pass  # the camera wipes its preview when the gate names another visit
            case _:
                raise AssertionError(f"a visit does not ask for {type(effect).__name__}")

    def _check_in(self, effect: CheckIn) -> None:
        begun_s = self._clock.monotonic_s()
        try:
            result = self._desk.check_in(effect, self.visit.number)
        except LedgerFull:
            self._refuse("reason.ledger-full")
        except SerialsExhausted:
            self._refuse("reason.serials-exhausted")
        except LedgerBroken as error:
            log.error("the ledger is broken: %s", error)
            self._refuse("reason.ledger-broken")
        except LedgerRefused as error:
            # Another's code, or a place that went meanwhile: nothing was bound, staff look.
            log.error("the ledger refused a check-in: %s", error)
            self.step(CheckInFailed("reason.ledger-refused"))
        else:
            self.times.add("commit", self._clock.monotonic_s() - begun_s)
            if isinstance(result, Before):
                self.step(SeenBefore(result))
                return
            self.counts.checked_in += 1
            self.step(Placed(result.place))
            if result.label_job:
                self._outside.label_ordered(result.label_job, result.place.tube)
            self._desk.took_place(result.place)

    def _refuse(self, reason: str) -> None:
        self._outside.ledger_failed(reason)
        self.step(CheckInFailed(reason))

    def _hold_fever(self, effect: HoldFever) -> None:
        try:
            ticket = self._desk.hold_fever(effect, self.visit.number)
        except LedgerFull:
            self._outside.ledger_failed("reason.ledger-full")
        except LedgerBroken as error:
            log.error("the ledger is broken: %s", error)
            self._outside.ledger_failed("reason.ledger-broken")
        else:
            self.counts.fever += 1
            self._outside.fever_held(ticket)
            self.step(FeverTicketGiven(ticket))
            return
        # Without a ticket the page still sends the resident to the rest area: staff must know.
        subject = f"visit-{self.visit.number}"
        self._outside.alert(RaiseAlert(AlertKind.FEVER, "alert.fever-unrecorded", subject))
