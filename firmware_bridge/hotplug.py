"""Notices that something was plugged in, so that links come back at once.

Owns one thread that watches udev (where there is one) and a few paths: pseudo-terminals and
containers have no udev. Must not open devices; it only pokes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PATH_INTERVAL_S = 0.25
_STOP_TIMEOUT_S = 2.0


class HotplugWatch:
    """Calls ``poke`` from its thread when a device was added or a watched path came (back)."""

    def __init__(
        self,
        poke: Callable[[], None],
        paths: Sequence[Path],
        *,
        interval_s: float = PATH_INTERVAL_S,
        use_udev: bool = True,
    ) -> None:
        self._poke = poke
        self._paths = tuple(paths)
        self._interval_s = interval_s
        self._monitor = _udev_monitor() if use_udev else None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="hotplug", daemon=True)

    @property
    def has_udev(self) -> bool:
        return self._monitor is not None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(_STOP_TIMEOUT_S)

    def _watch(self) -> None:
        # Nothing counts as seen yet: what came between a link's attempt and the first look is news.
        seen: list[tuple[int, int, int] | None] = [None] * len(self._paths)
        while not self._stopping.is_set():
            added = self._wait_for_udev()
            now = [_identity(path) for path in self._paths]
            if added or any(n is not None and n != s for n, s in zip(now, seen, strict=True)):
                self._poke()
            seen = now

    def _wait_for_udev(self) -> bool:
        """Wait one interval; True when udev reported a new device."""
        if self._monitor is None:
            self._stopping.wait(self._interval_s)
            return False
        device = self._monitor.poll(timeout=self._interval_s)
        return device is not None and device.action in ("add", "change", "bind")


def _identity(path: Path) -> tuple[int, int, int] | None:
    """Which thing is at ``path`` now: a new pseudo-terminal behind the same name is another."""
    try:
        found = os.stat(path)  # noqa: PTH116 - on purpose the same call for links and nodes
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_rdev


def _udev_monitor() -> Any | None:
    """A started monitor, or None where there is no libudev (containers, other systems)."""
    try:
        import pyudev  # noqa: PLC0415 - loads libudev, which may be missing

        monitor = pyudev.Monitor.from_netlink(pyudev.Context())
        for subsystem in ("tty", "usb", "input", "video4linux"):
            monitor.filter_by(subsystem)
        monitor.start()
    except (ImportError, OSError):
        return None
    return monitor
