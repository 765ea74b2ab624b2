"""What time it is, and how far to believe it. The one place of the core that reads clocks.

Durations and deadlines run on CLOCK_MONOTONIC; wall time is for people and travels with its
synchronisation state; order is by sequence number alone.
"""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path

from contracts.envelope import Clock, ClockSync

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_NTP_MARK = Path("/run/systemd/timesync/synchronized")  # systemd-timesyncd(8)
_RTC = Path("/dev/rtc0")


class KioskClock:
    """Reads the machine's clocks. A Pi without battery starts in the past: see `sync`."""

    def __init__(self) -> None:
        self.boot_id = _BOOT_ID.read_text("ascii").strip()

    def monotonic_s(self) -> float:
        return time.monotonic()

    def boottime_s(self) -> float:
        """CLOCK_BOOTTIME: like monotonic, and counts a suspended machine's time, too."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def wall(self) -> datetime:
        """Local time with offset, to the millisecond."""
        return datetime.now().astimezone()

    def wall_of(self, unix_s: float) -> datetime:
        """A stored time as local wall time, for people."""
        return datetime.fromtimestamp(unix_s).astimezone()

    def wall_text(self) -> str:
        """RFC 3339 with offset, milliseconds."""
        return self.wall().isoformat(timespec="milliseconds")

    def sync(self) -> ClockSync:
        """NTP when a time service says so, RTC when there is a battery clock, else NONE."""
        if _NTP_MARK.exists():
            return ClockSync.NTP
        return ClockSync.RTC if _RTC.exists() else ClockSync.NONE

    def stamp(self) -> Clock:
        """The clock fields of a record."""
        return Clock(
            wall=self.wall_text(),
            boottime_ms=int(self.boottime_s() * 1000),
            boot_id=self.boot_id,
            sync=self.sync(),
        )
