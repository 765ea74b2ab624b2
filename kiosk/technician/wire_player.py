"""A recorded device on a pseudo-terminal, for a kiosk that shall meet it again.

Owns the pseudo-terminal and its name in the file system. Plays what the device said, at the pace of
the recording, byte for byte; what the kiosk says is taken and thrown away.
"""

from __future__ import annotations

import os
import select
import time
import tty
from collections.abc import Callable, Iterable
from pathlib import Path

from firmware_bridge.recording import Direction, WireRecord


class WirePlayer:
    """``link`` becomes a symbolic link to the terminal; it must not exist. Raises OSError."""

    def __init__(
        self,
        link: Path,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._link = link
        self._device, self._port = os.openpty()
        try:
            tty.setraw(self._port)
            link.symlink_to(os.ttyname(self._port))
        except OSError:
            os.close(self._device)
            os.close(self._port)
            raise

    def play(self, records: Iterable[WireRecord], speed: float) -> int:
        """Bytes played. ``speed`` 2 is twice as fast as it was, 0 without any pause."""
        began_s = self._clock()
        played = 0
        for record in records:
            if record.direction is not Direction.IN:
                continue
            if speed > 0:
                self._sleep(max(0.0, began_s + record.at_s / speed - self._clock()))
            self._say(record.data)
            played += len(record.data)
        return played

    def _say(self, data: bytes) -> None:
        """Nobody need listen: the terminal keeps some kilobytes, the rest waits for a reader."""
        while data:
            readable, writable, _ = select.select([self._device], [self._device], [])
            if readable:
                os.read(self._device, 4096)
            if writable:
                data = data[os.write(self._device, data[:256]) :]

    def close(self) -> None:
        self._link.unlink(missing_ok=True)
        os.close(self._device)
        os.close(self._port)
