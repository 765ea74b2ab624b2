"""GY-MCU90615 / GY-MCU90614 infrared thermometer module (vendor data sheet, 9-byte frame).

The variants (90615, 90615V2, 90614-BAA to -DCI) differ in lens, working distance and default speed,
not in the frame. Newer 90614 firmware has a mode with ten bytes whose layout nobody published: it
is refused as a frame of another layout.

Owns the wire format, nothing else: whether 36.62 is a forehead is the driver's question.

    host -> module   A5 | CMD | (A5 + CMD) & FF
    module -> host   5A 5A | 45 | 04 | TO_hi TO_lo | TA_hi TA_lo | SUM

8N1 at 115200 or 9600 baud by batch. TO (object) and TA (ambient) are signed big-endian hundredths
of a degree Celsius; SUM is the low byte of the sum of the eight bytes before it. ``5A 5A`` may
occur inside a frame, so a header alone proves nothing: a frame counts only with its checksum, and
after a wrong one the search goes on at the very next byte. A module that lost its sensor sends
zeros in a perfect frame; that is noise, never 0.00 degrees.
"""

from __future__ import annotations

from enum import StrEnum
from struct import Struct as Layout

from firmware_bridge.buffer import UnfinishedFrame
from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame

HEADER = bytes.fromhex("5A5A4504")
FRAME_BYTES = 9
_PREAMBLE = HEADER[:2]
_VALUES = Layout(">hhB")
_HEADER_SUM = sum(HEADER)
# A frame takes 9.4 ms at 9600 baud; USB adapters and a busy kernel may tear it, not for this long.
FRAME_PATIENCE_S = 0.25


class ThermometerCommand(StrEnum):
    """What the module understands. Baud and power-up settings need a power cycle to take effect."""

    CONTINUOUS = "A545EA"
    QUERY = "A515BA"
    BAUD_9600 = "A5AE53"
    BAUD_115200 = "A5AF54"
    AUTO_SEND_ON = "A551F6"
    AUTO_SEND_OFF = "A552F7"


class Gy90615Codec:
    """Finds frames in whatever arrives. Keeps at most eight bytes between calls."""

    def __init__(self) -> None:
        self._unfinished = UnfinishedFrame(FRAME_BYTES - 1, FRAME_PATIENCE_S)
        self._asked = False

    def feed(self, data: bytes, now_s: float) -> list[TemperatureFrame | Noise]:
        """Frames and noise in wire order; every byte ends in exactly one of them or is held."""
        found = self.expire(now_s)
        stream = self._unfinished.join(data)
        length = len(stream)
        undecided = search = 0
        why = NoiseReason.NOT_A_FRAME
        while True:
            start = stream.find(HEADER, search)
            if start < 0:
                start = length - _header_begun(stream, search)
                break
            if length - start < FRAME_BYTES:
                break
            object_raw, ambient_raw, check = _VALUES.unpack_from(stream, start + 4)
            # For a 16-bit value, value + (value >> 8) is the sum of its two bytes modulo 256.
            total = _HEADER_SUM + object_raw + (object_raw >> 8) + ambient_raw + (ambient_raw >> 8)
            if total & 0xFF != check:
                why = NoiseReason.WRONG_CHECKSUM
                search = start + 1
                continue
            if not (object_raw or ambient_raw):
                why = NoiseReason.ZEROS
                search = start + FRAME_BYTES
                continue
            if start > undecided:
                found.append(_noise(stream[undecided:start], why))
                why = NoiseReason.NOT_A_FRAME
            mode = MeasuringMode.POLLED if self._asked else MeasuringMode.CONTINUOUS
            self._asked = False
            found.append(TemperatureFrame(object_raw / 100, ambient_raw / 100, now_s, mode))
            undecided = search = start + FRAME_BYTES
        if start > undecided:
            found.append(_noise(stream[undecided:start], why))
        self._unfinished.hold(stream[start:], now_s)
        return found

    def encode(self, command: ThermometerCommand) -> bytes:
        """The three bytes of a command; after ``QUERY`` the next frame is marked as polled."""
        if command in (ThermometerCommand.QUERY, ThermometerCommand.CONTINUOUS):
            self._asked = command is ThermometerCommand.QUERY
        return bytes.fromhex(command.value)

    def deadline(self) -> float | None:
        return self._unfinished.deadline()

    def expire(self, now_s: float) -> list[TemperatureFrame | Noise]:
        """A frame that stopped half-way is noise."""
        return [*self._unfinished.expire(now_s)]


def _header_begun(stream: bytes, search: int) -> int:
    """How many bytes at the end of ``stream``, from ``search`` on, may be the start of a header."""
    for count in range(min(len(HEADER) - 1, len(stream) - search), 0, -1):
        if stream.endswith(HEADER[:count]):
            return count
    return 0


def _noise(data: bytes, why: NoiseReason) -> Noise:
    if why is NoiseReason.NOT_A_FRAME:
        if not any(data):
            why = NoiseReason.ZEROS
        elif _PREAMBLE in data:
            why = NoiseReason.OTHER_LAYOUT
    return Noise(data, why)
