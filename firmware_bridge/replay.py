"""Plays a wire recording back as if the device were there.

Owns pacing and comparison of what is written. A replay device never answers anything new.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from firmware_bridge.errors import LinkError, PortAbsent
from firmware_bridge.recording import Direction, read_recording


class ReplayTransport:
    """Delivers the recorded input at its recorded pace (``paced``) or as fast as it is read.

    After the last byte the device has gone away: `PortAbsent`. See `Transport`.
    """

    def __init__(
        self,
        path: Path,
        *,
        paced: bool = True,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = str(path)
        self._waiting = [r for r in read_recording(path) if r.direction is Direction.IN][::-1]
        self._rest = b""
        self._paced = paced
        self._now = now
        self._began_s = now()
        self._closed = threading.Event()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        if self._closed.is_set():
            raise LinkError(f"{self._name} was closed by the kiosk; open it again")
        if not self._rest:
            if not self._waiting:
                raise PortAbsent(f"the recording {self._name} is over")
            wait_s = self._began_s + self._waiting[-1].at_s - self._now() if self._paced else 0.0
            if wait_s > 0:
                self._closed.wait(min(wait_s, timeout_s))
                if wait_s > timeout_s:
                    return b""
            self._rest = self._waiting.pop().data
        data, self._rest = self._rest[:max_bytes], self._rest[max_bytes:]
        return data

    def write(self, data: bytes, timeout_s: float) -> None:
        """Accepted and forgotten: the answers are already recorded."""

    def set_baud(self, baud: int) -> None:
        """A recording has no baud rate."""

    def close(self) -> None:
        self._closed.set()
