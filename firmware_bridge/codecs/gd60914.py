"""GD60914 infrared module. EXPERIMENTAL: known from one published driver only.

Owns the bytes as far as they are known (reference: devices, 1.4): the command ``AA`` is answered
with seven characters of text, the object temperature in tenths of a degree. Spacing and sign are
not documented, so spaces, line ends and a sign are all allowed. There is no checksum and no
ambient: a value counts when the next one confirms it, and no body temperature follows from it.
"""

from __future__ import annotations

import re
from enum import StrEnum

from firmware_bridge.answers import AnswerBuffer
from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame

ANSWER_BYTES = 7
REPEAT_AGREES_C = 0.5
_PATIENCE_S = 0.05
_NUMBER = re.compile(rb"[\s\0]*([+-]?[0-9]{1,4})[\s\0]*")


class Gd60914Command(StrEnum):
    """``ONE_BY_ONE`` once at the start, then ``OBJECT`` for each value."""

    ONE_BY_ONE = "A1"
    OBJECT = "AA"


class Gd60914Codec:
    """One module."""

    def __init__(self) -> None:
        self._answers = AnswerBuffer(ANSWER_BYTES, _PATIENCE_S)
        self._last_c: float | None = None

    def feed(self, data: bytes, now_s: float) -> list[TemperatureFrame | Noise]:
        """Frames and noise in wire order."""
        answer, before, behind = self._answers.feed(data, now_s)
        found: list[TemperatureFrame | Noise] = [*before]
        if answer:
            found.append(self._answered(answer, now_s))
        if before or behind:
            self._last_c = None
        return [*found, *behind]

    def encode(self, command: Gd60914Command) -> bytes:
        """One byte."""
        if command is Gd60914Command.OBJECT:
            self._answers.ask(ANSWER_BYTES)
        return bytes.fromhex(command.value)

    def deadline(self) -> float | None:
        return self._answers.deadline()

    def expire(self, now_s: float) -> list[TemperatureFrame | Noise]:
        return [*self._answers.expire(now_s)]

    def _answered(self, answer: bytes, now_s: float) -> TemperatureFrame | Noise:
        number = _NUMBER.fullmatch(answer)
        if number is None:
            return Noise(answer, NoiseReason.NOT_A_FRAME)
        object_c = int(number[1]) / 10
        last_c, self._last_c = self._last_c, object_c
        if last_c is None or abs(last_c - object_c) > REPEAT_AGREES_C:
            return Noise(answer, NoiseReason.NOT_REPEATED)
        return TemperatureFrame(object_c, None, now_s, MeasuringMode.POLLED)
