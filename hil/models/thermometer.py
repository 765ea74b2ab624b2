"""The GY-MCU90615 infrared module in front of a forehead (reference: devices, 1.1 and 1.8).

Owns the physics (surface, distance, approach, noise) and the module's side of the protocol. Written
from the manual; must not import our codec.

Host to module ``A5 CMD SUM``; module to host ``5A 5A 45 04 TO_hi TO_lo TA_hi TA_lo SUM``, values
signed big-endian hundredths of a degree, SUM the low byte of the sum of all bytes before it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum

HEAT_BALANCE_K = 0.13
"""Skin gives heat to the room: core = surface + k (surface - ambient), US 6,056,435."""

_APPROACH_S = 0.3
_FRAME_INTERVAL_S = 0.1
_POWER_UP_S = 0.05
_OBJECT_NOISE_C = 0.03
_AMBIENT_NOISE_C = 0.02
_INT16 = 1 << 15

_CONTINUOUS, _QUERY = 0x45, 0x15
_BAUD_OF = {0xAE: 9600, 0xAF: 115200}
_AUTO_SEND_OF = {0x51: True, 0x52: False}


class OutputMode(Enum):
    CONTINUOUS = "continuous"
    POLLED = "polled"


@dataclass(frozen=True, slots=True)
class Forehead:
    """A forehead before the sensor: body core in degC, distance from the lens in cm."""

    core_c: float
    distance_cm: float


def surface_temperature(core_c: float, ambient_c: float) -> float:
    """Skin temperature in degC of a forehead in a room of ``ambient_c``."""
    return (core_c + HEAT_BALANCE_K * ambient_c) / (1 + HEAT_BALANCE_K)


def measurement_frame(object_c: float, ambient_c: float) -> bytes:
    """The nine bytes of one measurement, as the manual prints them."""
    head = bytes((0x5A, 0x5A, 0x45, 0x04)) + _hundredths(object_c) + _hundredths(ambient_c)
    return head + bytes((sum(head) & 0xFF,))


def _hundredths(value_c: float) -> bytes:
    return max(-_INT16, min(_INT16 - 1, round(value_c * 100))).to_bytes(2, "big", signed=True)


class ThermometerModel:
    """One module; ``baud`` is 115200 or 9600 by batch.

    ``working_distance_cm`` is the farthest at which a face still fills the field of view.
    """

    def __init__(
        self,
        *,
        seed: int,
        ambient_c: float = 24.0,
        working_distance_cm: float = 10.0,
        baud: int = 115200,
    ) -> None:
        self.ambient_c = ambient_c
        self.baud = baud
        self.mode = OutputMode.CONTINUOUS
        self._working_distance_cm = working_distance_cm
        self._noise = random.Random(seed)
        self._stored_baud = baud
        self._stored_auto_send = True
        self._target: Forehead | None = None
        self._from_c = ambient_c
        self._moved_at_s = float("-inf")
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

    def present(self, forehead: Forehead, now_s: float) -> None:
        """Somebody steps before the sensor; the reading follows within 0.3 s."""
        self._move_to(forehead, now_s)

    def leave(self, now_s: float) -> None:
        """Nobody stands there any more; the sensor sees the room again within 0.3 s."""
        self._move_to(None, now_s)

    def set_ambient(self, ambient_c: float, now_s: float) -> None:
        """The room has another temperature, and with it the skin; the reading follows."""
        self._from_c = self.object_temperature(now_s)
        self._moved_at_s = now_s
        self.ambient_c = ambient_c

    def _move_to(self, target: Forehead | None, now_s: float) -> None:
        self._from_c = self.object_temperature(now_s)
        self._target = target
        self._moved_at_s = now_s

    def object_temperature(self, now_s: float) -> float:
        """What the sensor would read without noise, degC."""
        elapsed = min(1.0, max(0.0, (now_s - self._moved_at_s) / _APPROACH_S))
        share = elapsed * elapsed * (3 - 2 * elapsed)
        return self._from_c + share * (self._settled_temperature() - self._from_c)

    def _settled_temperature(self) -> float:
        if self._target is None:
            return self.ambient_c
        surface_c = surface_temperature(self._target.core_c, self.ambient_c)
        reach = self._working_distance_cm / max(self._target.distance_cm, 0.1)
        filled = min(1.0, reach * reach)  # share of the field of view that the face fills
        return filled * surface_c + (1 - filled) * self.ambient_c

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
        return b"".join(self._measure(now_s) for _ in range(frames))

    def next_due_s(self) -> float | None:
        """When `advance` has something to say, or None until a command comes."""
        if self.mode is OutputMode.POLLED and not self._polls:
            return None
        return self._next_frame_s

    def _measure(self, now_s: float) -> bytes:
        object_c = self.object_temperature(now_s) + self._noise.gauss(0.0, _OBJECT_NOISE_C)
        ambient_c = self.ambient_c + self._noise.gauss(0.0, _AMBIENT_NOISE_C)
        return measurement_frame(object_c, ambient_c)
