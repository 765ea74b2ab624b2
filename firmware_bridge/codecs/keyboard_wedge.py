"""A scanner that types: Linux input events in, codes out (input.h, 64-bit kernels).

Owns from key events to text. One event is 24 bytes: seconds and microseconds (8 each), type, code
(2 each), value (4), little-endian. A code ends with Enter or with a pause of all keys. Some
scanners hold ALT and type each character's number on the keypad, in decimal; what such a number
says beyond ASCII depends on a Windows code page, so it becomes a mark that makes the whole code
unreadable: a loss must never pass for a text. Auto-repeat counts for nothing, a person's typing
neither: single keys with pauses are no code.
"""

from __future__ import annotations

from struct import Struct as Layout

from firmware_bridge.buffer import UnfinishedFrame
from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.keyboard_keys import (
    ALT_KEYS,
    CONTROL_KEYS,
    ENTER_KEYS,
    KEY_CAPS_LOCK,
    KEY_TAB,
    KEYPAD_DIGITS,
    KEYPAD_SIGNS,
    LOCK_KEYS,
    PLAIN,
    SHIFT_KEYS,
    SHIFTED,
)
from firmware_bridge.codecs.scan_assembly import MAX_CODE_BYTES, ScanAssembly, ScannedCode

EVENT = Layout("<qqHHi")
EV_SYN, EV_KEY, EV_LED, EV_MAX = 0x00, 0x01, 0x11, 0x1F
SYN_DROPPED = 3
LED_CAPS = 1
SHORTEST_CODE = 4
LOST = b"\x1a"
"""SUBSTITUTE, in place of a character that a keyboard cannot carry."""

_PATIENCE_S = 0.1
_UP, _DOWN = 0, 1
_SPECIAL = SHIFT_KEYS | ALT_KEYS | CONTROL_KEYS | LOCK_KEYS


class KeyboardWedgeCodec:
    """Never encodes anything: nothing is said to a keyboard."""

    def __init__(self, max_code_bytes: int = MAX_CODE_BYTES) -> None:
        self._assembly = ScanAssembly(max_code_bytes)
        self._unfinished = UnfinishedFrame(EVENT.size - 1, _PATIENCE_S)
        self._held: set[int] = set()
        self._caps = False
        self._alt_digits = ""

    def feed(self, data: bytes, now_s: float) -> list[ScannedCode | Noise]:
        """Codes in order; bytes that are no input events are noise."""
        found = self._settle(now_s, reading=True)
        stream = self._unfinished.join(data)
        whole = len(stream) - len(stream) % EVENT.size
        for at in range(0, whole, EVENT.size):
            _, micros, kind, code, value = EVENT.unpack_from(stream, at)
            if kind > EV_MAX or not 0 <= micros < 1_000_000:
                found.append(Noise(stream[at : at + EVENT.size], NoiseReason.NOT_A_FRAME))
            elif kind == EV_KEY:
                found += self._key(code, value, now_s)
            elif kind == EV_LED and code == LED_CAPS:
                self._caps = bool(value)
            elif kind == EV_SYN and code == SYN_DROPPED:
                self._held.clear()
                self._alt_digits = ""
                found += self._assembly.spoil()
        self._unfinished.hold(stream[whole:], now_s)
        return found

    def encode(self, command: object) -> bytes:
        """Nothing, whatever the command."""
        return b""

    def deadline(self) -> float | None:
        times = (self._assembly.deadline(), self._unfinished.deadline())
        return min((at_s for at_s in times if at_s is not None), default=None)

    def expire(self, now_s: float) -> list[ScannedCode | Noise]:
        """The code that a pause has ended; a torn event is noise."""
        return self._settle(now_s, reading=False)

    def _settle(self, now_s: float, *, reading: bool) -> list[ScannedCode | Noise]:
        ended = self._ended() if self._assembly.due(now_s, reading=reading) else []
        return [*ended, *self._unfinished.expire(now_s)]

    def _key(self, code: int, value: int, now_s: float) -> list[ScannedCode | Noise]:
        if value in (_UP, _DOWN):
            self._assembly.stir(now_s)  # ten of them make one character in ALT mode
        if code in _SPECIAL:
            return self._modifier(code, value, now_s)
        if value != _DOWN:
            return []
        if code in ENTER_KEYS:
            return self._ended()
        return self._assembly.add(self._typed(code), now_s)

    def _modifier(self, code: int, value: int, now_s: float) -> list[ScannedCode | Noise]:
        if value == _DOWN:
            self._held.add(code)
            self._caps ^= code == KEY_CAPS_LOCK
        elif value == _UP:
            self._held.discard(code)
            if code in ALT_KEYS and self._alt_digits:
                digits, self._alt_digits = self._alt_digits, ""
                return self._assembly.add(_by_number(digits), now_s)
        return []

    def _typed(self, code: int) -> bytes:
        """What one key press says: a character, the mark of a lost one, or nothing yet."""
        if self._held & ALT_KEYS and code in KEYPAD_DIGITS:
            self._alt_digits = (self._alt_digits + KEYPAD_DIGITS[code])[-5:]
            return b""
        if self._held & (ALT_KEYS | CONTROL_KEYS):
            return LOST
        if code == KEY_TAB:
            return b"\t"
        if code in KEYPAD_DIGITS:
            return KEYPAD_DIGITS[code].encode("ascii")
        if code in KEYPAD_SIGNS:
            return KEYPAD_SIGNS[code].encode("ascii")
        if code not in PLAIN:
            return LOST
        shift = bool(self._held & SHIFT_KEYS)
        if PLAIN[code].isalpha():
            shift ^= self._caps
        return (SHIFTED if shift else PLAIN)[code].encode("ascii")

    def _ended(self) -> list[ScannedCode | Noise]:
        found = self._assembly.end()
        return [
            Noise(item.data, NoiseReason.CUT_SHORT) if _too_short(item) else item for item in found
        ]


def _too_short(item: ScannedCode | Noise) -> bool:
    if isinstance(item, Noise) or item.too_long:
        return False
    return len(item.data) < SHORTEST_CODE


def _by_number(digits: str) -> bytes:
    """The character of a decimal number, control characters included."""
    number = int(digits)
    return bytes((number,)) if number < 0x7F else LOST
