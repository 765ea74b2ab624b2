"""What the core tells the other processes, each thing only when it changed.

Owns the last snapshot, gate and report and their numbers. Must not decide anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from contracts.report import Alert, DeviceReport, IntakeState, KioskReport, encode_report
from kiosk.core.clock import KioskClock
from kiosk.core.snapshot_view import Surroundings, view
from kiosk.core.visit_desk import Counts
from kiosk.flow.intake import Intake, IntakePhase
from kiosk.flow.visit_state import Visit, VisitState
from kiosk.ipc.messages import (
    AnyMessage,
    CameraGate,
    Intent,
    KioskFacts,
    OutboxGrew,
    Role,
    Snapshot,
)
from kiosk.ledger.ledger import Ledger

REPORT_S = 5.0
REPORT_AT_MOST_EVERY_S = 0.25

Send = Callable[[Role, AnyMessage], None]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a report says beside the ledger's own figures."""

    intake: Intake
    devices: tuple[DeviceReport, ...]
    alerts: tuple[Alert, ...]
    counts: Counts


class Publisher:
    """``epoch_start``: snapshot numbers go on growing over a restart of the core."""

    def __init__(
        self, send: Send, ledger: Ledger, clock: KioskClock, kiosk_id: str, quota_bytes: int
    ) -> None:
        self._send = send
        self._ledger = ledger
        self._clock = clock
        self._kiosk_id = kiosk_id
        self._quota_bytes = quota_bytes
        self._snapshot: Snapshot | None = None
        self._page_since = 0
        self._gate: CameraGate | None = None
        self._announced_seq = -1
        self._facts: Facts | None = None
        self._report_number = 0
        self._reported_s = float("-inf")

    def snapshot(self, visit: Visit, intake: Intake, around: Surroundings) -> int | None:
        """Send a new snapshot when what it shows has changed; its number, else None."""
        last = self._snapshot
        number = last.number + 1 if last else int(self._clock.monotonic_s() * 1000)
        fresh = view(number, visit, intake, around)
        if last is not None and msgspec.structs.replace(fresh, number=last.number) == last:
            return None
        if last is None or (last.page, last.visit) != (fresh.page, fresh.visit):
            self._page_since = number
        self._snapshot = fresh
        self._send(Role.SCREEN, fresh)
        self._send(Role.BENCH, fresh)
        return number

    def is_stale(self, intent: Intent) -> bool:
        """True for a touch on a page that is no longer there."""
        return self._snapshot is None or not (
            self._page_since <= intent.snapshot <= self._snapshot.number
        )

    def gate(self, visit: Visit, intake: Intake) -> None:
        """Tell the camera whether to read, and whose picture it shows."""
        nobody = visit.state is VisitState.ATTRACT
        gate = CameraGate(
            reading=not nobody or intake.state is IntakePhase.OPEN,
            visit=0 if nobody else visit.number,
        )
        if gate != self._gate:
            self._gate = gate
            self._send(Role.CAMERA, gate)

    def outbox(self) -> None:
        """Wake the uplink when records were committed."""
        seq = self._ledger.last_seq
        if seq != self._announced_seq:
            self._announced_seq = seq
            self._send(Role.UPLINK, OutboxGrew(seq=seq))

    def report(self, facts: Facts, now_s: float) -> None:
        """On change, and every `REPORT_S`; a burst of changes makes one report."""
        since_s = now_s - self._reported_s
        if since_s < REPORT_AT_MOST_EVERY_S or (facts == self._facts and since_s < REPORT_S):
            return
        self._facts = facts
        self._reported_s = now_s
        self._report_number += 1
        report = KioskReport(
            kiosk=self._kiosk_id,
            epoch=self._ledger.epoch,
            number=self._report_number,
            at=self._clock.wall_text(),
            intake=IntakeState(facts.intake.state.value),
            devices=facts.devices,
            alerts=facts.alerts,
            visits=facts.counts.visits,
            checked_in=facts.counts.checked_in,
            fever=facts.counts.fever,
            refused=facts.counts.refused,
            outbox_waiting=self._ledger.outbox_waiting,
            outbox_rejected=self._ledger.outbox_rejected,
            ledger_bytes=self._ledger.used_bytes(),
            ledger_quota_bytes=self._quota_bytes,
        )
        self._send(Role.UPLINK, KioskFacts(report=encode_report(report).decode()))

    def joined(self, role: Role) -> None:
        """Somebody came (back): tell all there is to know."""
        if role in (Role.SCREEN, Role.BENCH) and self._snapshot is not None:
            self._send(role, self._snapshot)
        elif role is Role.CAMERA and self._gate is not None:
            self._send(role, self._gate)
        elif role is Role.UPLINK:
            self._announced_seq = -1
            self._facts = None
