"""GM65 family of 2-D scanners (GM65, GM805, GM861, Waveshare, Hamlet HBCS2D, Newland FM30).

Owns the serial protocol; what a site sets on a scanner is `firmware_bridge.gm65_setup`.

    host -> scanner   7E 00 | TYPE | LEN | ADDR_hi ADDR_lo | DATA | CRC_hi CRC_lo
    scanner -> host   02 00 | 00 | LEN | DATA | CRC_hi CRC_lo
    scanner -> host   the bytes of a code, as they are, perhaps with CR behind them

8N1 at 9600 baud. TYPE is 07 read, 08 write, 09 save, 0A heartbeat (its answer begins 03 00); CRC is
CRC-16/XMODEM over TYPE to DATA, of an answer over everything behind 02 00. Answers and codes share
the stream without a separator, so bytes count as an answer only while a question waits for one, in
exactly the length that it must have, and with its CRC. Everything else is a code.
"""

from __future__ import annotations

from binascii import crc_hqx
from dataclasses import dataclass
from enum import IntEnum

from msgspec import Struct

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.scan_assembly import MAX_CODE_BYTES, ScanAssembly, ScannedCode

ANSWER_S = 0.5

MODE_ZONE, TRIGGER_ZONE, SETTING_CODES_ZONE = 0x0000, 0x0002, 0x0003
SETTING_CODES_CLOSED = 0x02
_MODE_MASK = 0b11


class ScanMode(IntEnum):
    """When the scanner looks for codes: the low two bits of zone 0000."""

    MANUAL = 0b00
    COMMAND = 0b01
    CONTINUOUS = 0b10
    SENSE = 0b11

    def within(self, zone: int) -> int:
        """Zone 0000 with this mode and everything else as it is."""
        return zone & ~_MODE_MASK | self


@dataclass(frozen=True, slots=True)
class ReadZone:
    """Ask for ``count`` settings, 1 to 255, from ``zone`` on."""

    zone: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class WriteZone:
    """Set one byte; forgotten without power, unless saved."""

    zone: int
    value: int


@dataclass(frozen=True, slots=True)
class SaveSettings:
    """Keep what was set in flash."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """In command mode: look for one code now."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Ask for a sign of life."""


Gm65Command = ReadZone | WriteZone | SaveSettings | Trigger | Heartbeat


READ_BACK = ReadZone(MODE_ZONE, SETTING_CODES_ZONE + 1)
"""Mode and setting codes in one answer: what a scanner forgets without power."""


def stands(zones: bytes, mode: ScanMode) -> bool:
    """The answer to `READ_BACK` says that ``mode`` is set and setting codes are closed."""
    return (
        mode.within(zones[MODE_ZONE]) == zones[MODE_ZONE]
        and zones[SETTING_CODES_ZONE] == SETTING_CODES_CLOSED
    )


class ScannerAnswer(Struct, frozen=True, gc=False):
    """The scanner answered a question; ``data`` are the settings of a `ReadZone`, else 00."""

    question: str
    data: bytes
    at_s: float


class Gm65Codec:
    """Tells answers from codes. Keeps one unfinished answer and one unfinished code.

    With ``mode`` given, a scanner that answers `READ_BACK` otherwise gives noise and no answer: it
    was without power, or a code has reset it, and it counts as silent until it is set up again.
    """

    def __init__(self, max_code_bytes: int = MAX_CODE_BYTES, mode: ScanMode | None = None) -> None:
        self._assembly = ScanAssembly(max_code_bytes)
        self._mode = mode
        self._begun = b""
        self._asked: Gm65Command | None = None
        self._until_s = 0.0

    def feed(self, data: bytes, now_s: float) -> list[ScannerAnswer | ScannedCode | Noise]:
        """Answers at once; codes when the pause behind them is over, here or in `expire`."""
        found = self._settle(now_s, reading=True)
        stream, self._begun = self._begun + data, b""
        while self._asked is not None:
            at, length = _find_answer(stream, self._asked)
            if length < 0:
                stream, self._begun = stream[:at], stream[at:]
                break
            found += self._assembly.add(stream[:at], now_s)
            found.append(self._answer(stream[at : at + length], self._asked, now_s))
            self._asked = None
            stream = stream[at + length :]
        found += self._assembly.add(stream, now_s)
        return found

    def encode(self, command: Gm65Command) -> bytes:
        """The frame of a command. An earlier question is no longer waited for."""
        self._asked, self._until_s = command, 0.0
        match command:
            case ReadZone(zone, count):
                body = bytes((0x07, 0x01)) + zone.to_bytes(2, "big") + bytes((count,))
            case WriteZone(zone, value):
                body = bytes((0x08, 0x01)) + zone.to_bytes(2, "big") + bytes((value,))
            case Trigger():
                body = bytes((0x08, 0x01)) + TRIGGER_ZONE.to_bytes(2, "big") + b"\x01"
            case SaveSettings():
                body = bytes.fromhex("0901000000")
            case Heartbeat():
                body = bytes.fromhex("0A01000000")
        return b"\x7e\x00" + body + crc_hqx(body, 0).to_bytes(2, "big")

    def deadline(self) -> float | None:
        code_s = self._assembly.deadline()
        if self._asked is None:
            return code_s
        return min(self._until_s, code_s or self._until_s)

    def expire(self, now_s: float) -> list[ScannerAnswer | ScannedCode | Noise]:
        """Codes whose pause is over; a question that got no answer is forgotten.

        Control characters beside an unanswered question are no code: probably it is the answer, at
        another speed or with a wrong bit.
        """
        return self._settle(now_s, reading=False)

    def _settle(self, now_s: float, *, reading: bool) -> list[ScannerAnswer | ScannedCode | Noise]:
        found: list[ScannerAnswer | ScannedCode | Noise] = []
        doubtful = self._asked is not None
        if self._asked is not None and not self._until_s:
            # The first call after a question brings the time from which its answer is awaited.
            self._until_s = now_s + ANSWER_S
        elif self._asked is not None and now_s >= self._until_s:
            self._asked = None
            found += self._assembly.add(self._begun, now_s)
            self._begun = b""
        if self._assembly.due(now_s, reading=reading):
            found += self._assembly.end(doubtful=doubtful)
        return found

    def _answer(self, answer: bytes, asked: Gm65Command, now_s: float) -> ScannerAnswer | Noise:
        data = answer[4:-2]
        if self._mode is not None and asked == READ_BACK and not stands(data, self._mode):
            return Noise(answer, NoiseReason.OTHER_LAYOUT)
        return ScannerAnswer(type(asked).__name__, data, now_s)


def command_in(data: bytes) -> Gm65Command | None:
    """The question that the kiosk asked with these bytes, for recordings; None: none of them."""
    if len(data) != 9 or data[:2] != b"\x7e\x00":
        return None
    zone, value = int.from_bytes(data[4:6], "big"), data[6]
    match data[2]:
        case 0x07:
            return ReadZone(zone, value)
        case 0x08:
            return Trigger() if (zone, value) == (TRIGGER_ZONE, 1) else WriteZone(zone, value)
        case 0x09:
            return SaveSettings()
        case 0x0A:
            return Heartbeat()
    return None


def _find_answer(stream: bytes, asked: Gm65Command) -> tuple[int, int]:
    """Where the answer is and how long; length -1: from there on it may yet become one."""
    data_bytes = asked.count if isinstance(asked, ReadZone) else 1
    first = 0x03 if isinstance(asked, Heartbeat) else 0x02
    head = bytes((first, 0x00, 0x00, data_bytes))
    length = len(head) + data_bytes + 2
    at = stream.find(head)
    while at >= 0:
        if len(stream) - at < length:
            return at, -1
        body = stream[at + 2 : at + length]
        if crc_hqx(body[:-2], 0) == int.from_bytes(body[-2:], "big"):
            return at, length
        at = stream.find(head, at + 1)
    for count in range(min(len(head) - 1, len(stream)), 0, -1):
        if stream.endswith(head[:count]):
            return len(stream) - count, -1
    return len(stream), -1
