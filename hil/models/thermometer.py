"""The GY-MCU90615 and GY-MCU90614 infrared modules (reference: devices, 1.1 and 1.8).

Owns the module's side of the protocol; the physics is `hil.models.forehead`. Written from the
manual; must not import our codec.

Host to module ``A5 CMD SUM``; module to host ``5A 5A 45 04 TO_hi TO_lo TA_hi TA_lo SUM``, values
signed big-endian hundredths of a degree, SUM the low byte of the sum of all bytes before it.
"""

from __future__ import annotations

from enum import Enum

from hil.models.forehead import HEAT_BALANCE_K, Forehead, ForeheadScene, surface_temperature

__all__ = [
    "HEAT_BALANCE_K",
    "Forehead",
    "OutputMode",
    "ThermometerModel",
    "measurement_frame",
    "surface_temperature",
]

_FRAME_INTERVAL_S = 0.1
_POWER_UP_S = 0.05
_INT16 = 1 << 15

_CONTINUOUS, _QUERY = 0x45, 0x15
_BAUD_OF = {0xAE: 9600, 0xAF: 115200}
_AUTO_SEND_OF = {0x51: True, 0x52: False}


class OutputMode(Enum):
    CONTINUOUS = "continuous"
    POLLED = "polled"


def measurement_frame(object_c: float, ambient_c: float) -> bytes:
    """The nine bytes of one measurement, as the manual prints them."""
    head = bytes((0x5A, 0x5A, 0x45, 0x04)) + _hundredths(object_c) + _hundredths(ambient_c)
    return head + bytes((sum(head) & 0xFF,))


def _hundredths(value_c: float) -> bytes:
    return max(-_INT16, min(_INT16 - 1, round(value_c * 100))).to_bytes(2, "big", signed=True)


class ThermometerModel(ForeheadScene):
    """One module; ``baud`` is 115200 or 9600 by batch."""

    def __init__(
        self,
        *,
        seed: int,
        ambient_c: float = 24.0,
        working_distance_cm: float = 10.0,
        baud: int = 115200,
    ) -> None:
        super().__init__(seed=seed, ambient_c=ambient_c, working_distance_cm=working_distance_cm)
        self.baud = baud
        self.mode = OutputMode.CONTINUOUS
        self._stored_baud = baud
        self._stored_auto_send = True
        self._heard = bytearray()
        self._polls = 0
        self._next_frame_s: float | None = None

    def power_up(self, now_s: float) -> None:
        """Power returns: what was stored takes effect, what was only set is forgotten."""
        self.baud = self._stored_baud
        self.mode = OutputMode.CONTINUOUS if self._stored_auto_send else OutputMode.POLLED
        self._heard.clear()
        self._polls = 0
        self._next_frame_s = now_s + _POWER_UP_S

    def receive(self, data: bytes, now_s: float) -> None:
        """Bytes from the host. A command with a wrong sum is ignored, as the module does."""
        self._heard += data
        while len(self._heard) >= 3:
            start, command, check = self._heard[:3]
            if start == 0xA5 and check == (start + command) & 0xFF:
                del self._heard[:3]
                self._obey(command, now_s)
            else:
                del self._heard[:1]

    def _obey(self, command: int, now_s: float) -> None:
        if command == _CONTINUOUS:
            self.mode = OutputMode.CONTINUOUS
            self._next_frame_s = now_s
        elif command == _QUERY:
            self.mode = OutputMode.POLLED
            self._polls += 1
            self._next_frame_s = now_s
        elif command in _BAUD_OF:
            self._stored_baud = _BAUD_OF[command]
        elif command in _AUTO_SEND_OF:
            self._stored_auto_send = _AUTO_SEND_OF[command]

    def advance(self, now_s: float) -> bytes:
        """Frames that are due. A pause of the caller loses frames; it never makes a burst."""
        due = self.next_due_s()
        if due is None or now_s < due:
            return b""
        frames = max(1, self._polls) if self.mode is OutputMode.POLLED else 1
        self._polls = 0
        late_s = now_s - due
        self._next_frame_s = (due if late_s < _FRAME_INTERVAL_S else now_s) + _FRAME_INTERVAL_S
        return b"".join(measurement_frame(*self.measured(now_s)) for _ in range(frames))

    def next_due_s(self) -> float | None:
        """When `advance` has something to say, or None until a command comes."""
        if self.mode is OutputMode.POLLED and not self._polls:
            return None
        return self._next_frame_s
