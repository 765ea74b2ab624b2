"""GYMCU90640: a 32 x 24 thermal array (MLX90640) behind a serial port (vendor manual).

Owns the wire format: one picture of 1544 bytes, little endian, unlike the maker's other modules.

    module -> host   5A 5A | 02 06 | 768 x int16 | TA int16 | SUM16
    host -> module   A5 | CMD | VALUE | (A5 + CMD + VALUE) & FF

Temperatures are hundredths of a degree, signed (a published port reads them unsigned, and is wrong
below zero). SUM16 is the sum of the 771 sixteen-bit words before it. 8N1 at 115200 baud (or 9600,
460800); at 115200 four pictures a second fit on the wire. The manual allows +-2 degrees: this finds
faces, it judges none.
"""

from __future__ import annotations

from enum import StrEnum
from struct import Struct as Layout

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.frame_search import FrameSearch
from firmware_bridge.temperature_frame import ARRAY_COLUMNS, ARRAY_ROWS, ThermalFrame

PIXELS = ARRAY_COLUMNS * ARRAY_ROWS
FRAME_BYTES = 1544
_WORDS = Layout("<772H")
_TEMPERATURES = Layout(f"<{PIXELS + 1}h")
# USB adapters deliver a picture in many pieces; this is between two of them.
_PATIENCE_S = 0.25


class ThermalArrayCommand(StrEnum):
    """What the module understands. Emissivity and rate are kept by ``SAVE`` and a power cycle."""

    BAUD_9600 = "A51501BB"
    BAUD_115200 = "A51502BC"
    BAUD_460800 = "A51503BD"
    RATE_0_5_HZ = "A52500CA"
    RATE_1_HZ = "A52501CB"
    RATE_2_HZ = "A52502CC"
    RATE_4_HZ = "A52503CD"
    RATE_8_HZ = "A52504CE"
    QUERY = "A53501DB"
    CONTINUOUS = "A53502DC"
    EMISSIVITY_0_95 = "A5455F49"
    EMISSIVITY_0_98 = "A545624C"
    SAVE = "A565010B"


class _Picture:
    anchor = bytes.fromhex("5A5A0206")
    longest = FRAME_BYTES

    def length(self, stream: bytes, start: int) -> int:
        return FRAME_BYTES

    def read(self, stream: bytes, start: int, now_s: float) -> ThermalFrame | NoiseReason:
        *words, check = _WORDS.unpack_from(stream, start)
        if sum(words) & 0xFFFF != check:
            return NoiseReason.WRONG_CHECKSUM
        *pixels, ambient_raw = _TEMPERATURES.unpack_from(stream, start + 4)
        if not any(pixels):
            return NoiseReason.ZEROS
        return ThermalFrame(tuple(pixels), ambient_raw / 100, now_s)


class Gymcu90640Codec:
    """Finds pictures in whatever arrives. Keeps less than one picture between calls."""

    def __init__(self) -> None:
        self._search = FrameSearch[ThermalFrame](_Picture(), _PATIENCE_S)

    def feed(self, data: bytes, now_s: float) -> list[ThermalFrame | Noise]:
        return self._search.feed(data, now_s)

    def encode(self, command: ThermalArrayCommand) -> bytes:
        """The four bytes of a command."""
        return bytes.fromhex(command.value)

    def deadline(self) -> float | None:
        return self._search.deadline()

    def expire(self, now_s: float) -> list[ThermalFrame | Noise]:
        return [*self._search.expire(now_s)]
