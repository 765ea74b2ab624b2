"""GY-614V3 infrared module. EXPERIMENTAL: one published program, its header bytes only believed.

Owns the wire format as far as it is known (reference: devices, 1.5):

    module -> host   A4 03 07 08 | E | TO_hi TO_lo | TA_hi TA_lo | BO_hi BO_lo | SUM

E is emissivity times 100; TO object, TA ambient and BO "body from forehead" are big-endian
hundredths. BO is the maker's own secret formula: it is not used. SUM, unchecked upstream, is
checked here. No command is known, so none is sent.
"""

from __future__ import annotations

from struct import Struct as Layout
from typing import Never

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.frame_search import FrameSearch
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame

_VALUES = Layout(">hh")
_PATIENCE_S = 0.25


class _Frame:
    anchor = bytes.fromhex("A4030708")
    longest = 12

    def length(self, stream: bytes, start: int) -> int:
        return self.longest

    def read(self, stream: bytes, start: int, now_s: float) -> TemperatureFrame | NoiseReason:
        if sum(stream[start : start + 11]) & 0xFF != stream[start + 11]:
            return NoiseReason.WRONG_CHECKSUM
        object_raw, ambient_raw = _VALUES.unpack_from(stream, start + 5)
        if not (object_raw or ambient_raw):
            return NoiseReason.ZEROS
        mode = MeasuringMode.CONTINUOUS
        return TemperatureFrame(object_raw / 100, ambient_raw / 100, now_s, mode)


class Gy614V3Codec:
    """Finds frames in whatever arrives. Keeps at most eleven bytes between calls."""

    def __init__(self) -> None:
        self._search = FrameSearch[TemperatureFrame](_Frame(), _PATIENCE_S)

    def feed(self, data: bytes, now_s: float) -> list[TemperatureFrame | Noise]:
        return self._search.feed(data, now_s)

    def encode(self, command: Never) -> bytes:
        """There is nothing to say to it."""
        raise TypeError(f"no command of the GY-614V3 is known, not even {command!r}")

    def deadline(self) -> float | None:
        return self._search.deadline()

    def expire(self, now_s: float) -> list[TemperatureFrame | Noise]:
        return [*self._search.expire(now_s)]
