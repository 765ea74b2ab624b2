"""Everybody who rests with a fever ticket, and when each is due for the recheck.

Owns the FeverHold machines in memory; the ledger keeps them over a restart. A hold of another boot
is due at once: its clock is gone.
"""

from __future__ import annotations

from collections.abc import Callable

from contracts.report import AlertKind
from kiosk.core.clock import KioskClock
from kiosk.flow.effects import ClearAlert, RaiseAlert
from kiosk.flow.fever_hold import FEVER_HOLD, FeverHold, FeverHoldState, RestOver
from kiosk.ledger.ledger import Ledger


class FeverDesk:
    """Times are CLOCK_BOOTTIME seconds."""

    def __init__(
        self,
        ledger: Ledger,
        clock: KioskClock,
        rest_s: float,
        alert: Callable[[RaiseAlert | ClearAlert], None],
    ) -> None:
        self._clock = clock
        self._rest_s = rest_s
        self._alert = alert
        self._holds = {
            row.ticket: FeverHold(
                row.ticket, row.due_boottime_s if row.boot_id == clock.boot_id else 0.0
            )
            for row in ledger.fever_holds()
        }

    def held(self, ticket: str) -> None:
        """A hold that was just committed."""
        self._holds[ticket] = FeverHold(ticket, self._clock.boottime_s() + self._rest_s)
        self._alert(RaiseAlert(AlertKind.FEVER, "alert.fever", ticket))

    def review(self) -> None:
        """Ask staff for the recheck of everybody whose rest is over."""
        now_s = self._clock.boottime_s()
        for ticket, hold in self._holds.items():
            if hold.state is FeverHoldState.RESTING and now_s >= hold.due_s:
                after, effects = FEVER_HOLD.step(hold, RestOver(), None)
                self._holds[ticket] = after
                self._alert(ClearAlert(AlertKind.FEVER, ticket))
                for effect in effects:
                    if isinstance(effect, RaiseAlert | ClearAlert):
                        self._alert(effect)
