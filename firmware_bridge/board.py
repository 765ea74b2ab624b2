"""What the board says of itself: supply voltage, temperature, room on the disk.

Owns reading the kernel's files. Must not judge: `drivers.board` does. What a board cannot measure
is None; a virtual machine measures next to nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_VOLTAGE_DRIVER = "rpi_volt"  # Linux driver raspberrypi-hwmon; in0_lcrit_alarm is 1 below 4.63 V


@dataclass(frozen=True, slots=True)
class BoardReading:
    """One look. ``free_bytes`` is what an ordinary user may still write."""

    under_voltage: bool | None
    temperature_c: float | None
    free_bytes: int | None
    size_bytes: int | None


def read_board(folder: Path, system: Path = Path("/sys")) -> BoardReading:
    """``folder`` lies on the disk that matters. Never raises: what cannot be read is None."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        free_bytes = size_bytes = None
    else:
        free_bytes, size_bytes = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
    return BoardReading(_under_voltage(system), _temperature_c(system), free_bytes, size_bytes)


def _under_voltage(system: Path) -> bool | None:
    for sensor in sorted(system.glob("class/hwmon/hwmon*")):
        if _text(sensor / "name") == _VOLTAGE_DRIVER:
            alarm = _text(sensor / "in0_lcrit_alarm")
            return None if alarm is None else alarm != "0"
    return None


def _temperature_c(system: Path) -> float | None:
    """The hottest zone, from thousandths of a degree."""
    values = [_text(zone / "temp") for zone in system.glob("class/thermal/thermal_zone*")]
    known = [int(value) / 1000 for value in values if value and value.lstrip("-").isdecimal()]
    return max(known, default=None)


def _text(path: Path) -> str | None:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
