"""Is the board well? Under-voltage, heat and a full disk as faults that come and go calmly.

Owns limits and their hysteresis. No clock, no file. What a board does not measure is no fault and
no comfort: it is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge.board import BoardReading

HOT_C, COOL_AGAIN_C = 80.0, 75.0
"""A Raspberry Pi slows itself down from 80 degrees on (documentation, "frequency management")."""
LOW_FRACTION, ROOM_AGAIN_FRACTION = 0.05, 0.08
VOLTAGE_REMEMBERED_S = 60.0
"""A dip lasts milliseconds; the next look may miss it, a technician should not."""


@dataclass(slots=True)
class BoardWatch:
    """Feed readings in order; ``fault`` is what a technician should act on first, or ""."""

    _dipped_s: float = float("-inf")
    _hot: bool = False
    _low: bool = False
    fault: str = ""

    def feed(self, reading: BoardReading, now_s: float) -> str:
        """``now_s`` is CLOCK_MONOTONIC. Returns the new ``fault``."""
        if reading.under_voltage:
            self._dipped_s = now_s
        if reading.temperature_c is not None:
            self._hot = reading.temperature_c >= (COOL_AGAIN_C if self._hot else HOT_C)
        if reading.free_bytes is not None and reading.size_bytes:
            limit = ROOM_AGAIN_FRACTION if self._low else LOW_FRACTION
            self._low = reading.free_bytes < limit * reading.size_bytes
        if now_s - self._dipped_s < VOLTAGE_REMEMBERED_S:
            self.fault = "board.under-voltage"
        elif self._low:
            self.fault = "board.disk-low"
        else:
            self.fault = "board.too-hot" if self._hot else ""
        return self.fault
