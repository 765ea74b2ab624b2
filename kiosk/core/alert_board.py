"""The alerts that stand at this kiosk, from being raised until their cause is gone.

Owns the list. Must not show it: the report does. Bounded: when full, the oldest resolved by nobody
make room, because a site that has this many has other trouble.
"""

from __future__ import annotations

from collections.abc import Sequence

from contracts.report import Alert, AlertKind, DeviceReport, DeviceState

MAX_ALERTS = 100
PASSING_S = 600.0
"""A resident who was sent to staff has been seen to, or has gone, after ten minutes."""


class AlertBoard:
    """One alert for each kind, text and subject; raising it again changes nothing."""

    def __init__(self) -> None:
        self._alerts: dict[tuple[AlertKind, str, str], Alert] = {}
        self._raised_s: dict[tuple[AlertKind, str, str], float] = {}

    def raise_alert(
        self, kind: AlertKind, text: str, subject: str, *, since: str, now_s: float
    ) -> bool:
        """``since`` is wall time for people. True when it is new."""
        key = (kind, text, subject)
        if key in self._alerts:
            return False
        while len(self._alerts) >= MAX_ALERTS:
            self._remove(next(iter(self._alerts)))
        self._alerts[key] = Alert(
            id=f"{kind}:{subject}:{text}", kind=kind, text=text, subject=subject, since=since
        )
        self._raised_s[key] = now_s
        return True

    def clear(self, kind: AlertKind, subject: str) -> bool:
        """Take away every alert of this kind and subject. True when there was one."""
        gone = [key for key in self._alerts if key[0] is kind and key[2] == subject]
        for key in gone:
            self._remove(key)
        return bool(gone)

    def follow_devices(self, reports: Sequence[DeviceReport], *, since: str, now_s: float) -> None:
        """One alert for each device that is not well, with the fault that it has now."""
        for report in reports:
            text = f"{report.fault}.what"
            if report.state in (DeviceState.READY, DeviceState.OPENING):
                self.clear(AlertKind.DEVICE, report.role)
            elif (AlertKind.DEVICE, text, report.role) not in self._alerts:
                self.clear(AlertKind.DEVICE, report.role)
                self.raise_alert(AlertKind.DEVICE, text, report.role, since=since, now_s=now_s)

    def let_pass(self, now_s: float) -> bool:
        """Drop what concerns a visit of long ago. True when something went."""
        passed = [
            key
            for key, raised_s in self._raised_s.items()
            if key[0] in (AlertKind.STAFF_NEEDED, AlertKind.HELP) and now_s - raised_s > PASSING_S
        ]
        for key in passed:
            self._remove(key)
        return bool(passed)

    def _remove(self, key: tuple[AlertKind, str, str]) -> None:
        del self._alerts[key], self._raised_s[key]

    def standing(self) -> tuple[Alert, ...]:
        """Oldest first."""
        return tuple(self._alerts.values())
