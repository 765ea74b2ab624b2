"""What a printer says of itself, bit by bit (reference: devices, 4.1).

Owns the state bits and their three encodings: DLE EOT bytes, the four ASB bytes, the paper sensor.
"""

from __future__ import annotations

from dataclasses import dataclass

_REAL_TIME_FIXED = 0x12  # 0xx1xx10
_ASB_FIXED = 0x10  # 0xx1xx00


@dataclass(frozen=True, slots=True)
class PrinterState:
    """The printer's sensors. Offline is not a sensor: it follows from the others."""

    cover_open: bool = False
    paper_end: bool = False
    near_end: bool = False
    cutter_jammed: bool = False

    @property
    def online(self) -> bool:
        return not (self.cover_open or self.paper_end or self.cutter_jammed)

    def real_time_status(self, which: int) -> int:
        """The one byte that answers ``DLE EOT which`` (1 printer, 2 offline, 3 error, 4 paper)."""
        match which:
            case 1:
                bits = (not self.online) << 3
            case 2:
                bits = self.cover_open << 2 | self.paper_end << 5 | self.cutter_jammed << 6
            case 3:
                bits = self.cutter_jammed << 3 | self.cover_open << 6
            case 4:
                bits = self.near_end * 0x0C | self.paper_end * 0x60
            case _:
                raise ValueError(f"there is no DLE EOT {which}")
        return _REAL_TIME_FIXED | bits

    def automatic_status(self) -> bytes:
        """The four bytes of Automatic Status Back."""
        first = _ASB_FIXED | (not self.online) << 3 | self.cover_open << 5
        second = self.cutter_jammed << 3 | self.cover_open << 6
        return bytes((first, second, self.paper_sensor(), 0))

    def paper_sensor(self) -> int:
        """The byte that answers GS r 1, which is also the third byte of ASB."""
        return self.near_end * 0x03 | self.paper_end * 0x0C
