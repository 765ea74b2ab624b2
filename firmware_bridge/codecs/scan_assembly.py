"""One scanned code out of bytes that come without a length and often without an end mark.

Owns the rule that the pause behind a code ends it. A line end behind the code is taken off; within
it, it is part of it. Bytes of a code are hostile input: they are capped, never followed, and print
masked.
"""

from __future__ import annotations

from msgspec import Struct

from firmware_bridge.codec import Noise, NoiseReason

GAP_S = 0.08
"""Between two bytes of a code lie milliseconds, between two codes a hand's movement."""
LATE_S = 0.5
"""When bytes are there at last, so much time is no pause yet: a busy machine reads late."""
MAX_CODE_BYTES = 1200
LONGEST_CODE_BYTES = 7089
"""A QR code of nothing but digits; what goes on longer is no code."""

_LINE_ENDS = (b"\r\n", b"\r", b"\n", b"\t")
_TEXT = bytes(range(0x20, 0x100)).replace(b"\x7f", b"") + b"\t\r\n"


class ScannedCode(Struct, frozen=True, gc=False):
    """The bytes of one code, empty when there were too many. ``at_s`` is that of the last byte."""

    data: bytes
    too_long: bool
    at_s: float

    def __repr__(self) -> str:
        return f"ScannedCode({'too long' if self.too_long else '***'})"


def holds_controls(data: bytes) -> bool:
    """Characters that no text has: tab and line ends are text."""
    return bool(data.translate(None, _TEXT))


class ScanAssembly:
    """Collects bytes until the pause. ``max_bytes`` is the longest code that is passed on."""

    def __init__(self, max_bytes: int = MAX_CODE_BYTES, gap_s: float = GAP_S) -> None:
        self._max_bytes = max_bytes
        self._gap_s = gap_s
        self._data = b""
        self._swallowed = 0
        self._nonsense = False
        self._last_s = 0.0

    @property
    def begun(self) -> bool:
        return bool(self._data or self._swallowed)

    def add(self, data: bytes, now_s: float) -> list[ScannedCode | Noise]:
        """More of the code. A text that grows too long is told at once, and its rest swallowed."""
        if not data:
            return []
        self._last_s = now_s
        if self._swallowed:
            return self._swallow(data)
        self._data += data
        if len(self._data) <= self._max_bytes:
            return []
        excess, self._data = self._data, b""
        if holds_controls(excess):
            self._nonsense = True
            return self._swallow(excess)
        self._swallowed = len(excess)
        return [ScannedCode(b"", too_long=True, at_s=now_s)]

    def _swallow(self, data: bytes) -> list[ScannedCode | Noise]:
        self._swallowed += len(data)
        self._nonsense = self._nonsense or self._swallowed > LONGEST_CODE_BYTES
        return [Noise(data, NoiseReason.TOO_LONG)] if self._nonsense else []

    def stir(self, now_s: float) -> None:
        """The scanner is still at it, though no byte of the code came: the pause begins anew."""
        self._last_s = max(self._last_s, now_s)

    def deadline(self) -> float | None:
        """When the pause is long enough."""
        return self._last_s + self._gap_s if self.begun else None

    def due(self, now_s: float, *, reading: bool = False) -> bool:
        """The pause is over. While ``reading``, the bytes may have waited for their reader."""
        pause_s = max(self._gap_s, LATE_S) if reading else self._gap_s
        return self.begun and now_s >= self._last_s + pause_s

    def end(self, *, doubtful: bool = False) -> list[ScannedCode | Noise]:
        """The code is over. When ``doubtful``, one with control characters is noise."""
        data, self._data = self._data, b""
        self._swallowed, self._nonsense = 0, False
        if not data:
            return []
        code = _without_line_end(data)
        if not any(data):
            return [Noise(data, NoiseReason.ZEROS)]
        if not code or (doubtful and holds_controls(code)):
            return [Noise(data, NoiseReason.NOT_A_FRAME)]
        return [ScannedCode(code, too_long=False, at_s=self._last_s)]

    def spoil(self) -> list[ScannedCode | Noise]:
        """A part of the code is lost: what came of it is noise."""
        data, self._data = self._data, b""
        self._swallowed, self._nonsense = 0, False
        return [Noise(data, NoiseReason.CUT_SHORT)] if data else []


def _without_line_end(data: bytes) -> bytes:
    for line_end in _LINE_ENDS:
        if data.endswith(line_end):
            return data[: -len(line_end)]
    return data
