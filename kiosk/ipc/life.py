"""Life signs to the service manager, fed by progress and never by a bare timer.

Owns the notify socket of one process. A process names its *organs* (``loop``, ``ledger``) and
reports each beat; the watchdog is fed only while every organ has beaten within its limit.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

import sdnotify

_FEED_FRACTION = 3  # feed three times per watchdog period, as sd_watchdog_enabled(3) advises


class Life:
    """``organs`` maps a name to the longest silence in seconds that is still alive.

    Without a service manager (no NOTIFY_SOCKET) everything works and nothing is sent.
    """

    def __init__(self, organs: Mapping[str, float], now_s: float) -> None:
        self._limits_s = dict(organs)
        self._beats_s = dict.fromkeys(organs, now_s)
        managed = bool(os.environ.get("NOTIFY_SOCKET"))
        self._notifier = sdnotify.SystemdNotifier() if managed else None
        period_us = os.environ.get("WATCHDOG_USEC", "")
        self._feed_every_s = int(period_us) / 1e6 / _FEED_FRACTION if period_us.isdigit() else None
        self._fed_s = float("-inf")
        self._ready = False
        self._status = ""

    def beat(self, organ: str, now_s: float) -> None:
        """``organ`` made real progress at ``now_s``."""
        self._beats_s[organ] = now_s

    def silent_organs(self, now_s: float) -> tuple[str, ...]:
        """Organs past their limit, in the order they were named."""
        return tuple(
            name
            for name, limit_s in self._limits_s.items()
            if now_s - self._beats_s[name] > limit_s
        )

    def ready(self, status: str) -> None:
        """READY=1, once; later calls only change the status text."""
        if not self._ready:
            self._notify("READY=1")
            self._ready = True
        if status != self._status:
            self._status = status
            self._notify(f"STATUS={status}")

    def feed(self, now_s: float) -> bool:
        """Feed the watchdog when it is due and every organ lives. True when fed."""
        if self._feed_every_s is None or now_s - self._fed_s < self._feed_every_s:
            return False
        if self.silent_organs(now_s):
            return False
        self._notify("WATCHDOG=1")
        self._fed_s = now_s
        return True

    def stopping(self) -> None:
        """STOPPING=1: a wanted end, not a failure. The last word; the socket is closed."""
        self._notify("STOPPING=1")
        if self._notifier is not None and self._notifier.socket is not None:
            self._notifier.socket.close()
        self._notifier = None

    def _notify(self, words: str) -> None:
        if self._notifier is not None:
            self._notifier.notify(words)
