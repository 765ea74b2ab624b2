"""Optris CS and CT sensors, binary protocol (reference: devices, 1.6). From the maker's manuals.

The host sends a code, the sensor answers two bare bytes, high byte first. A CT sensor takes a
setting only with the XOR of its bytes behind it.
"""

from __future__ import annotations

from collections import deque

from hil.models.forehead import ForeheadScene

_ANSWER_S = 0.004
_TARGET, _HEAD, _CURRENT, _EMISSIVITY, _BOX = 0x01, 0x02, 0x03, 0x04, 0x09
_SET_EMISSIVITY = 0x84
_HEAD_SELF_HEATING_C = 0.3


def temperature_answer(celsius: float) -> bytes:
    """Two bytes: tenths of a degree above minus one hundred."""
    return round(celsius * 10 + 1000).to_bytes(2, "big")


class OptrisModel(ForeheadScene):
    """One sensor on a line of its own; ``checksums`` as a CT has them."""

    def __init__(
        self, *, seed: int, ambient_c: float = 24.0, baud: int = 115200, checksums: bool = False
    ) -> None:
        super().__init__(seed=seed, ambient_c=ambient_c)
        self.baud = baud
        self.emissivity = 0.950
        self._setting_bytes = 4 if checksums else 3
        self._heard = bytearray()
        self._answers: deque[tuple[float, bytes]] = deque()

    def power_up(self, now_s: float) -> None:
        self._heard.clear()
        self._answers.clear()

    def receive(self, data: bytes, now_s: float) -> None:
        self._heard += data
        while self._heard:
            if self._heard[0] == _SET_EMISSIVITY:
                if len(self._heard) < self._setting_bytes:
                    return
                self._set(bytes(self._heard[: self._setting_bytes]), now_s)
                del self._heard[: self._setting_bytes]
            else:
                self._answer(self._heard.pop(0), now_s)

    def _answer(self, code: int, now_s: float) -> None:
        object_c, ambient_c = self.measured(now_s)
        if code in (_TARGET, _CURRENT):
            told = temperature_answer(object_c)
        elif code in (_HEAD, _BOX):
            told = temperature_answer(ambient_c + _HEAD_SELF_HEATING_C)
        elif code == _EMISSIVITY:
            told = round(self.emissivity * 1000).to_bytes(2, "big")
        else:
            return
        self._answers.append((now_s + _ANSWER_S, told))

    def _set(self, setting: bytes, now_s: float) -> None:
        if self._setting_bytes == 4 and setting[0] ^ setting[1] ^ setting[2] != setting[3]:
            return
        self.emissivity = int.from_bytes(setting[1:3], "big") / 1000
        self._answers.append((now_s + _ANSWER_S, setting[1:3]))

    def advance(self, now_s: float) -> bytes:
        said = b""
        while self._answers and self._answers[0][0] <= now_s:
            said += self._answers.popleft()[1]
        return said

    def next_due_s(self) -> float | None:
        return self._answers[0][0] if self._answers else None
