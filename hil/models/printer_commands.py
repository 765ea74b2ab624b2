"""ESC/POS as a printer hears it: bytes become commands in the order of the receive buffer.

Owns the lengths of commands (reference: devices, 4.1 and 4.2). Prints nothing and answers nothing.
Unknown commands are dropped with their two bytes, and what follows is text, as printers do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

_ESC, _FS, _GS, _DLE = 0x1B, 0x1C, 0x1D, 0x10

_LARGEST_PICTURE = 1 << 20
"""GS 8 L may announce four gigabytes; no printer waits for them."""

_Size = Callable[[bytearray], int]


@dataclass(frozen=True, slots=True)
class Command:
    """``name`` as manuals write it (``GS v 0``), ``parameters`` what follows, ``raw`` all of it."""

    name: str
    parameters: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class Text:
    raw: bytes


@dataclass(frozen=True, slots=True)
class Unknown:
    """A command this printer does not have."""

    raw: bytes


Heard = Command | Text | Unknown

_PARAMETERS: dict[int, dict[int, int]] = {
    _ESC: {
        **dict.fromkeys(b"@2LSim\x0c", 0),
        **dict.fromkeys(b"!-3adJEGMRTVrt{ ", 1),
        **dict.fromkeys(b"$\\", 2),
        ord("p"): 3,
        ord("W"): 8,
    },
    _FS: {**dict.fromkeys(b"&.", 0), **dict.fromkeys(b"!-W", 1), ord("S"): 2},
    _GS: {
        0x0C: 0,
        **dict.fromkeys(b"!aIrhwHfBb", 1),
        **dict.fromkeys(b"LWP$\\", 2),
    },
}
_PREFIX = {_ESC: "ESC", _FS: "FS", _GS: "GS", _DLE: "DLE"}
_REAL_TIME_LENGTH = {0x04: 3, 0x05: 3}
_DC4_LENGTH = {1: 5, 2: 5, 8: 10}


class CommandReader:
    """Cuts the receive buffer into commands; holds one unfinished command at most."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def open_bytes(self) -> int:
        """How many bytes of an unfinished command are in the buffer."""
        return len(self._buffer)

    def clear(self) -> None:
        self._buffer.clear()

    def feed(self, data: bytes) -> Iterator[Heard]:
        """Everything that is complete now."""
        self._buffer += data
        while self._buffer:
            length = self._length()
            if length is None or len(self._buffer) < length:
                return
            raw = bytes(self._buffer[:length])
            del self._buffer[:length]
            yield _heard(raw)

    def _length(self) -> int | None:
        """Bytes of the thing at the front of the buffer, or None while that is open."""
        buffer = self._buffer
        first = buffer[0]
        if first in (0x09, 0x0A, 0x0C, 0x0D, 0x18):
            return 1
        if first >= 0x20:
            return next((at for at, byte in enumerate(buffer) if byte < 0x20), len(buffer))
        if first not in _PREFIX:
            return 1
        if len(buffer) < 2:
            return None
        if first == _DLE:
            return self._real_time_length()
        known = _PARAMETERS[first].get(buffer[1])
        return 2 + known if known is not None else self._variable_length()

    def _real_time_length(self) -> int | None:
        """Real-time commands were obeyed on arrival; here they only have to be skipped."""
        if self._buffer[1] == 0x14:
            return _DC4_LENGTH.get(self._buffer[2], 2) if len(self._buffer) > 2 else None
        return _REAL_TIME_LENGTH.get(self._buffer[1], 2)

    def _variable_length(self) -> int | None:
        buffer = self._buffer
        match tuple(buffer[:3]):
            case (0x1D, 0x76, 0x30):
                return _sized(buffer, 8, lambda b: _u16(b, 4) * _u16(b, 6))
            case (0x1D, 0x38, 0x4C):
                return _sized(buffer, 7, lambda b: min(_u32(b, 3), _LARGEST_PICTURE))
            case [0x1D | 0x1C, 0x28, _]:
                return _sized(buffer, 5, lambda b: _u16(b, 3))
            case [0x1D, 0x56, mode]:
                return 4 if mode >= 0x41 else 3
            case [0x1B, 0x2A, mode]:
                return _sized(buffer, 5, lambda b: _u16(b, 3) * (3 if mode in (32, 33) else 1))
            case [0x1B, 0x63, _]:
                return 4
            case [0x1D, 0x6B, system]:
                if system >= 0x41:
                    return _sized(buffer, 4, lambda b: b[3])
                end = buffer.find(0, 3)
                return end + 1 if end >= 0 else None
            case [_, _, _]:
                return 2
        # Two bytes so far: wait when a third decides, otherwise the command is unknown.
        return None if bytes(buffer) in _NEEDS_THIRD else 2


_NEEDS_THIRD = {b"\x1dv", b"\x1d8", b"\x1d(", b"\x1c(", b"\x1dV", b"\x1b*", b"\x1bc", b"\x1dk"}


def _sized(buffer: bytearray, header: int, size: _Size) -> int | None:
    return header + size(buffer) if len(buffer) >= header else None


def _u16(buffer: bytearray, offset: int) -> int:
    return buffer[offset] | buffer[offset + 1] << 8


def _u32(buffer: bytearray, offset: int) -> int:
    return _u16(buffer, offset) | _u16(buffer, offset + 2) << 16


def _heard(raw: bytes) -> Heard:
    first = raw[0]
    if first >= 0x20:
        return Text(raw)
    if first not in _PREFIX:
        return Command(f"{first:02X}", b"", raw)
    if len(raw) == 2 and raw[1] not in _PARAMETERS.get(first, {}):
        return Unknown(raw)
    named = 3 if raw[:2] in (b"\x1d(", b"\x1c(", b"\x1dv", b"\x1d8") else 2
    letters = " ".join(chr(byte) if byte >= 0x20 else f"{byte:02X}" for byte in raw[1:named])
    return Command(f"{_PREFIX[first]} {letters}", raw[named:], raw)
