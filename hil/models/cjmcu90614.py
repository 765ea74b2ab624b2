"""The CJMCU-90614 infrared module (reference: devices, 1.2). Written from the shop's data sheet.

Host to module ``66 66 CMD 56``; module to host ``66 66 MODE 04 TO TO TA TA SUM``, values signed
big-endian hundredths, SUM the low byte of the sum of the four data bytes alone.
"""

from __future__ import annotations

from hil.models.forehead import ForeheadScene, OutputPace

_INTERVAL_S = 0.1
_POWER_UP_S = 0.05
_CONTINUOUS, _QUERY = 0x01, 0x02
_BAUD_OF = {0x11: 9600, 0x12: 57600, 0x13: 115200}


def cjmcu_frame(mode: int, object_c: float, ambient_c: float) -> bytes:
    """The nine bytes of one measurement."""
    data = b"".join(
        round(value * 100).to_bytes(2, "big", signed=True) for value in (object_c, ambient_c)
    )
    return bytes((0x66, 0x66, mode, len(data))) + data + bytes((sum(data) & 0xFF,))


class Cjmcu90614Model(ForeheadScene):
    """One module; it talks by itself after power-up."""

    def __init__(self, *, seed: int, ambient_c: float = 24.0, baud: int = 115200) -> None:
        super().__init__(seed=seed, ambient_c=ambient_c)
        self.baud = baud
        self._heard = bytearray()
        self._pace = OutputPace(_INTERVAL_S)
        self._queries = 0

    def power_up(self, now_s: float) -> None:
        self._heard.clear()
        self._queries = 0
        self._pace.next_due_s = now_s + _POWER_UP_S

    def receive(self, data: bytes, now_s: float) -> None:
        """Commands are ``66 66 CMD 56``; anything else is skipped."""
        self._heard += data
        while len(self._heard) >= 4:
            if self._heard[:2] == b"\x66\x66" and self._heard[3] == 0x56:
                self._obey(self._heard[2], now_s)
                del self._heard[:4]
            else:
                del self._heard[:1]

    def _obey(self, command: int, now_s: float) -> None:
        if command == _CONTINUOUS:
            self._pace.next_due_s = now_s
        elif command == _QUERY:
            self._pace.next_due_s = None
            self._queries += 1
        elif command in _BAUD_OF:
            self.baud = _BAUD_OF[command]

    def advance(self, now_s: float) -> bytes:
        said = b"".join(cjmcu_frame(_QUERY, *self.measured(now_s)) for _ in range(self._queries))
        self._queries = 0
        if self._pace.due(now_s):
            said += cjmcu_frame(_CONTINUOUS, *self.measured(now_s))
        return said

    def next_due_s(self) -> float | None:
        return 0.0 if self._queries else self._pace.next_due_s
