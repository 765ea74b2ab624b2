"""Listens to the core as a bench: the newest snapshot, and what the software took per visit.

Owns one thread and one connection. Sends nothing but its hello.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from kiosk.ipc.channel import MessageClient
from kiosk.ipc.messages import Role, Snapshot, VisitTimed

_TURN_S = 0.2


class CoreListener:
    """``start`` it, then wait for snapshots from any thread."""

    def __init__(self, socket_path: Path) -> None:
        self._client = MessageClient(socket_path, Role.BENCH)
        self._changed = threading.Condition()
        self._snapshot: Snapshot | None = None
        self._arrivals = 0
        self._timings: list[VisitTimed] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="core-listener", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends within one turn. Safe to call when never started."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2.0)

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest snapshot, None before the first."""
        with self._changed:
            return self._snapshot

    @property
    def timings(self) -> tuple[VisitTimed, ...]:
        with self._changed:
            return tuple(self._timings)

    def wait_for(self, wanted: Callable[[Snapshot], bool], timeout_s: float) -> Snapshot | None:
        """The first snapshot from now on, the present one included, that is ``wanted``."""
        ends_s = time.monotonic() + timeout_s
        seen = -1
        with self._changed:
            while True:
                if self._arrivals != seen and self._snapshot is not None:
                    seen = self._arrivals
                    if wanted(self._snapshot):
                        return self._snapshot
                left_s = ends_s - time.monotonic()
                if left_s <= 0:
                    return None
                self._changed.wait(left_s)

    def _run(self) -> None:
        while not self._stop.is_set():
            message = self._client.receive(_TURN_S)
            with self._changed:
                if isinstance(message, Snapshot):
                    self._snapshot = message
                    self._arrivals += 1
                    self._changed.notify_all()
                elif isinstance(message, VisitTimed):
                    self._timings.append(message)
        self._client.close()
