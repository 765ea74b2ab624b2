"""Looks after the ledger: is it well, is it full, what has the coordinator got, what may go.

Owns the Intake machine, because only the ledger (and staff) can close a kiosk. Must not write
records of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from contracts.acknowledgement import AcknowledgementRefused, verify_acknowledgement
from contracts.report import AlertKind
from contracts.signing import VerifyKey
from kiosk.core.clock import KioskClock
from kiosk.flow.effects import ClearAlert, RaiseAlert
from kiosk.flow.intake import INTAKE, Intake, IntakePhase, LedgerFailed, LedgerHealed
from kiosk.ledger.errors import LedgerBroken, LedgerError
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.quota import Fullness

log = logging.getLogger(__name__)

Alert = Callable[[RaiseAlert | ClearAlert], None]

_DISK_ALERTS = {Fullness.WARN: "alert.disk-warn", Fullness.ALERT: "alert.disk-alert"}


class LedgerKeeper:
    """On the core's thread. Wall time is used for the grace of acknowledged records only."""

    def __init__(
        self,
        ledger: Ledger,
        clock: KioskClock,
        kiosk_id: str,
        coordinator_key: VerifyKey,
        *,
        grace_s: float,
        alert: Alert,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._kiosk_id = kiosk_id
        self._coordinator_key = coordinator_key
        self._grace_s = grace_s
        self._alert = alert
        self._fullness = Fullness.ROOM
        self.intake = Intake()

    def failed(self, reason: str) -> None:
        """A write was refused for a reason that closes the kiosk; ``reason`` is a message id."""
        self._step(LedgerFailed(reason))

    def check(self) -> bool:
        """Ask the ledger how it is; close or reopen intake accordingly. True: it answered."""
        if not self._ledger.answers():
            self._step(LedgerFailed("reason.ledger-broken"))
            return False
        try:
            fullness = self._ledger.fullness()
            self._ledger.next_serial()
        except LedgerBroken as error:
            log.error("the ledger is broken: %s", error)
            self._step(LedgerFailed("reason.ledger-broken"))
        except LedgerError:
            self._step(LedgerFailed("reason.serials-exhausted"))
        else:
            self._warn(fullness)
            closed = fullness is Fullness.CLOSED
            self._step(LedgerFailed("reason.ledger-full") if closed else LedgerHealed())
        return True

    def acknowledged(self, signed: str) -> bool:
        """Take in what the coordinator says it has. False: not its signature, or not for us."""
        try:
            ack = verify_acknowledgement(
                signed,
                self._coordinator_key,
                kiosk=self._kiosk_id,
                epoch=self._ledger.epoch,
                database_id=None,
            )
        except AcknowledgementRefused as error:
            log.warning("an acknowledgement was refused: %s", error)
            return False
        try:
            self._ledger.acknowledge(ack, self._clock.wall().timestamp())
        except LedgerBroken as error:
            log.error("the ledger is broken: %s", error)
            self._step(LedgerFailed("reason.ledger-broken"))
            return False
        if self._ledger.outbox_rejected:
            self._alert(RaiseAlert(AlertKind.RECORD_REJECTED, "alert.record-rejected", "outbox"))
        return True

    def purge(self) -> int:
        """Delete what was acknowledged longer than the grace ago; how many records."""
        try:
            return self._ledger.purge(self._clock.wall().timestamp() - self._grace_s)
        except LedgerError as error:
            log.error("purging failed: %s", error)
            return 0

    def _warn(self, fullness: Fullness) -> None:
        if fullness is self._fullness:
            return
        self._fullness = fullness
        self._alert(ClearAlert(AlertKind.DISK, "disk"))
        if fullness in _DISK_ALERTS:
            self._alert(RaiseAlert(AlertKind.DISK, _DISK_ALERTS[fullness], "disk"))

    def _step(self, event: LedgerFailed | LedgerHealed) -> None:
        if isinstance(event, LedgerHealed) and self.intake.state is not IntakePhase.OUT_OF_ORDER:
            return
        self.intake, effects = INTAKE.step(self.intake, event, None)
        for effect in effects:
            if isinstance(effect, RaiseAlert | ClearAlert):
                self._alert(effect)
