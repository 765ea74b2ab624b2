"""Writes down what crosses a wire, so that ``replay:`` can play it back byte-exactly.

Owns writing; the format is `firmware_bridge.recording`. Must only be switched on by a technician:
a wire may carry personal data.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from firmware_bridge.recording import FORMAT, Direction
from firmware_bridge.transport import Transport


class WireRecorder:
    """Writes ``path`` (mode 0600), never more than ``limit_bytes``; `full` says that it stopped."""

    def __init__(
        self,
        path: Path,
        name: str,
        *,
        limit_bytes: int = 64 * 1024 * 1024,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        path.touch(mode=0o600)
        self._file = path.open("w", encoding="ascii")
        self._now = now
        self._began_s = now()
        self._left = limit_bytes
        self._lock = threading.Lock()
        self.full = False
        self._line({"wire_recording": FORMAT, "name": name})

    def record(self, direction: Direction, data: bytes) -> None:
        """Add one line. Any thread; after `close`, or when full, nothing happens."""
        self._line({"t": round(self._now() - self._began_s, 6), direction.value: data.hex()})

    def close(self) -> None:
        """End the recording. On a full disk its last line is cut."""
        with self._lock, suppress(OSError):
            self._file.close()

    def _line(self, fields: dict[str, object]) -> None:
        line = json.dumps(fields, separators=(",", ":")) + "\n"
        with self._lock:
            self.full = self.full or len(line) > self._left
            if self.full or self._file.closed:
                return
            self._left -= len(line)
            try:
                self._file.write(line)
                self._file.flush()
            except OSError:  # a full disk ends the recording, never the link
                self.full = True


def recorded(transport: Transport, recorder: WireRecorder) -> Transport:
    """The same transport, with everything that crosses it written down."""
    return _RecordedTransport(transport, recorder)


class _RecordedTransport:
    def __init__(self, transport: Transport, recorder: WireRecorder) -> None:
        self._transport = transport
        self._recorder = recorder
        self.set_baud = transport.set_baud
        self.close = transport.close

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        data = self._transport.read(max_bytes, timeout_s)
        if data:
            self._recorder.record(Direction.IN, data)
        return data

    def write(self, data: bytes, timeout_s: float) -> None:
        """Recorded when the device took all of it."""
        self._transport.write(data, timeout_s)
        self._recorder.record(Direction.OUT, data)
