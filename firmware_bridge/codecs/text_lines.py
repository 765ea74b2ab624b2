"""Boards that print their temperature as a line of text, read by a pattern from the settings.

Owns lines and numbers, and what a usable pattern is. No such board is a named product here: the
technician sees what it prints (`kioskctl wire record`) and writes the pattern for it, for example

    T body = 36.6 C, room 24.1, ok      'body = (?P<object>[0-9.]+) C, room (?P<ambient>[0-9.]+)'

Lines end with CR, LF or both and are ASCII. Text has no checksum: a lost digit is another number,
which only the stability of several samples can reveal.
"""

from __future__ import annotations

import math
import re
from typing import Never

from firmware_bridge.buffer import UnfinishedFrame
from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame

LINE_MAX_BYTES = 120
PLAUSIBLE_C = (-50.0, 150.0)
_PATIENCE_S = 0.25
_END = re.compile(rb"[\r\n]+")


class TextLinesCodec:
    """``pattern`` is searched in each line; its groups are ``object`` and maybe ``ambient``.

    The pattern must be a harmless one (`config.cross_checks` refuses others).
    """

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self._line = UnfinishedFrame(LINE_MAX_BYTES, _PATIENCE_S)
        self._overlong = False

    def feed(self, data: bytes, now_s: float) -> list[TemperatureFrame | Noise]:
        """A frame for each line with a temperature, noise for every other line."""
        found = self.expire(now_s)
        stream = self._line.join(data)
        begin = 0
        for end in _END.finditer(stream):
            if end.start() > begin:
                found.append(self._read(stream[begin : end.start()], now_s))
            begin = end.end()
            self._overlong = False
        rest = stream[begin:]
        if self._overlong or len(rest) > LINE_MAX_BYTES:
            self._overlong = True  # whatever comes before the end of this line is noise
            return [*found, Noise(rest, NoiseReason.TOO_LONG)] if rest else found
        self._line.hold(rest, now_s)
        return found

    def encode(self, command: Never) -> bytes:
        """Such a board prints by itself."""
        raise TypeError(f"a board that prints text is told nothing, not even {command!r}")

    def deadline(self) -> float | None:
        return self._line.deadline()

    def expire(self, now_s: float) -> list[TemperatureFrame | Noise]:
        return [*self._line.expire(now_s)]

    def _read(self, line: bytes, now_s: float) -> TemperatureFrame | Noise:
        if self._overlong or len(line) > LINE_MAX_BYTES:
            return Noise(line, NoiseReason.TOO_LONG)
        match = self._pattern.search(line.decode("ascii", "replace"))
        if match is None:
            return Noise(line, NoiseReason.NOT_A_FRAME)
        groups = match.groupdict()
        object_c = _celsius(groups["object"])
        told_ambient = groups.get("ambient")
        ambient_c = None if told_ambient is None else _celsius(told_ambient)
        if object_c is None or (told_ambient is not None and ambient_c is None):
            return Noise(line, NoiseReason.IMPLAUSIBLE)
        return TemperatureFrame(object_c, ambient_c, now_s, MeasuringMode.CONTINUOUS)


def _celsius(text: str | None) -> float | None:
    """The number, with a point or a comma; None when it is none or no temperature."""
    try:
        value = float((text or "").replace(",", "."))
    except ValueError:
        return None
    plausible = math.isfinite(value) and PLAUSIBLE_C[0] <= value <= PLAUSIBLE_C[1]
    return value if plausible else None
