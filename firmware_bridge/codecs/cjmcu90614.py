"""CJMCU-90614 infrared thermometer module (shop data sheets, one published frame).

Owns the wire format. The command ``66 66 CMD 56`` has no checksum; a measurement has one that
covers **only the four data bytes**: the published frame ``66 66 01 04 0A 83 0A 83 1A`` proves it
(0A+83+0A+83 = 11A; with the head it would be EB).

    module -> host   66 66 | MODE | 04 | TO_hi TO_lo | TA_hi TA_lo | SUM

8N1 at 115200 baud (or 57600, 9600). MODE is 01 continuous or 02 polled. Object and ambient are
signed big-endian hundredths of a degree. Mode and length are outside the checksum, so only their
two known values pass.
"""

from __future__ import annotations

from enum import StrEnum
from struct import Struct as Layout

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.frame_search import FrameSearch
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame

_VALUES = Layout(">BxhhB")
_MODES = {1: MeasuringMode.CONTINUOUS, 2: MeasuringMode.POLLED}
_PATIENCE_S = 0.25


class CjmcuCommand(StrEnum):
    """What the module understands. A new speed takes effect at once."""

    CONTINUOUS = "66660156"
    QUERY = "66660256"
    BAUD_9600 = "66661156"
    BAUD_57600 = "66661256"
    BAUD_115200 = "66661356"


class _Frame:
    anchor = bytes.fromhex("6666")
    longest = 9

    def length(self, stream: bytes, start: int) -> int | None:
        if len(stream) - start < 4:
            return None
        return self.longest if stream[start + 2] in _MODES and stream[start + 3] == 4 else 0

    def read(self, stream: bytes, start: int, now_s: float) -> TemperatureFrame | NoiseReason:
        mode, object_raw, ambient_raw, check = _VALUES.unpack_from(stream, start + 2)
        # For a 16-bit value, value + (value >> 8) is the sum of its two bytes modulo 256.
        total = object_raw + (object_raw >> 8) + ambient_raw + (ambient_raw >> 8)
        if total & 0xFF != check:
            return NoiseReason.WRONG_CHECKSUM
        if not (object_raw or ambient_raw):
            return NoiseReason.ZEROS
        return TemperatureFrame(object_raw / 100, ambient_raw / 100, now_s, _MODES[mode])


class Cjmcu90614Codec:
    """Finds frames in whatever arrives. Keeps at most eight bytes between calls."""

    def __init__(self) -> None:
        self._search = FrameSearch[TemperatureFrame](_Frame(), _PATIENCE_S)

    def feed(self, data: bytes, now_s: float) -> list[TemperatureFrame | Noise]:
        return self._search.feed(data, now_s)

    def encode(self, command: CjmcuCommand) -> bytes:
        """The four bytes of a command; the module itself says in which mode it answers."""
        return bytes.fromhex(command.value)

    def deadline(self) -> float | None:
        return self._search.deadline()

    def expire(self, now_s: float) -> list[TemperatureFrame | Noise]:
        return [*self._search.expire(now_s)]
