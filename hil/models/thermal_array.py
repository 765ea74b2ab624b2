"""The GYMCU90640 thermal array before a person (reference: devices, 1.3). From the vendor's manual.

Owns the picture (a warm ellipse that grows as the person comes near, dead pixels, noise) and the
module's side of the protocol, which is little endian.
"""

from __future__ import annotations

import struct

from hil.models.forehead import ForeheadScene, OutputPace

COLUMNS, ROWS = 32, 24
_POWER_UP_S = 0.1
_PIXEL_NOISE_C = 0.12
# A wide lens of 110 x 75 degrees: a head of 14 x 20 cm at 1 cm would be so many pixels in radius.
_RADIUS_COLUMNS_CM, _RADIUS_ROWS_CM = 78.0, 156.0
_INTERVAL_OF = {0: 2.0, 1: 1.0, 2: 0.5, 3: 0.25, 4: 0.125}
_BAUD_OF = {1: 9600, 2: 115200, 3: 460800}
_BAUD, _RATE, _OUTPUT = 0x15, 0x25, 0x35


def picture_frame(pixels_c: list[float], ambient_c: float) -> bytes:
    """The 1544 bytes of one picture; pixels row by row, degC."""
    values = [round(value * 100) for value in (*pixels_c, ambient_c)]
    body = b"\x5a\x5a" + (1538).to_bytes(2, "little") + struct.pack(f"<{len(values)}h", *values)
    total = sum(low + 256 * high for low, high in zip(body[::2], body[1::2], strict=True))
    return body + (total % 65536).to_bytes(2, "little")


class ThermalArrayModel(ForeheadScene):
    """One module. ``dead_pixels`` of its pixels read zero, at places drawn from the seed."""

    def __init__(
        self, *, seed: int, ambient_c: float = 24.0, baud: int = 115200, dead_pixels: int = 3
    ) -> None:
        # Each pixel has its own small field of view: distance shrinks the face, not its warmth.
        super().__init__(seed=seed, ambient_c=ambient_c, working_distance_cm=1000.0)
        self.baud = baud
        self._dead = frozenset(self._noise.sample(range(COLUMNS * ROWS), dead_pixels))
        self._heard = bytearray()
        self._pace = OutputPace(_INTERVAL_OF[3])
        self._queries = 0
        self._newest: list[float] | None = None

    def power_up(self, now_s: float) -> None:
        self._heard.clear()
        self._queries = 0
        self._pace.interval_s = _INTERVAL_OF[3]
        self._pace.next_due_s = now_s + _POWER_UP_S

    def receive(self, data: bytes, now_s: float) -> None:
        """Commands are ``A5 CMD VALUE SUM``; one with a wrong sum is none."""
        self._heard += data
        while len(self._heard) >= 4:
            if self._heard[0] == 0xA5 and sum(self._heard[:3]) & 0xFF == self._heard[3]:
                self._obey(self._heard[1], self._heard[2], now_s)
                del self._heard[:4]
            else:
                del self._heard[:1]

    def _obey(self, command: int, value: int, now_s: float) -> None:
        if command == _RATE and value in _INTERVAL_OF:
            self._pace.interval_s = _INTERVAL_OF[value]
        elif command == _BAUD and value in _BAUD_OF:
            self.baud = _BAUD_OF[value]
        elif command == _OUTPUT and value == 1:
            self._pace.next_due_s = None
            self._queries += 1
        elif command == _OUTPUT and value == 2 and self._pace.next_due_s is None:
            self._pace.next_due_s = now_s

    def advance(self, now_s: float) -> bytes:
        wanted = self._queries + self._pace.due(now_s)
        self._queries = 0
        return b"".join(self._picture(now_s) for _ in range(wanted))

    def next_due_s(self) -> float | None:
        return 0.0 if self._queries else self._pace.next_due_s

    def _picture(self, now_s: float) -> bytes:
        if self._newest is None or not self.stale:
            self._newest = self._look(now_s)
        if self.fahrenheit:
            *pixels, ambient = (c * 9 / 5 + 32 for c in (*self._newest, self.ambient_c))
            return picture_frame(pixels, ambient)
        return picture_frame(self._newest, self.ambient_c)

    def _look(self, now_s: float) -> list[float]:
        warm_c = self.object_temperature(now_s)
        pixels = []
        for place in range(COLUMNS * ROWS):
            value = warm_c if self._shows_face(*divmod(place, COLUMNS)) else self.ambient_c
            value += self._noise.gauss(0.0, _PIXEL_NOISE_C)
            pixels.append(0.0 if place in self._dead else value)
        return pixels

    def _shows_face(self, row: int, column: int) -> bool:
        if self._target is None:
            return True  # what is left of the warmth fades over the whole picture
        distance_cm = max(self._target.distance_cm, 0.1)
        across = (column - COLUMNS / 2 + 0.5) / (_RADIUS_COLUMNS_CM / distance_cm)
        down = (row - ROWS / 2 + 0.5) / (_RADIUS_ROWS_CM / distance_cm)
        return across * across + down * down <= 1.0
