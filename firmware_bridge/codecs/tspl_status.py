"""The status byte of a TSPL label printer: ESC ! ? and one byte back (Gprinter GP-2120T, p. 34).

Owns the question, the byte and the meaning of its bits. The byte has no fixed pattern and no
checksum, so that any byte could be one: only a byte that was asked for and comes alone is believed.
Two bytes to one question are noise, as is a byte that nobody asked for.
"""

from __future__ import annotations

from msgspec import Struct

from firmware_bridge.codec import Noise, NoiseReason

PATIENCE_S = 0.5
"""An answer that comes later is taken for an answer to nothing."""
ALONE_S = 0.02
"""So long nothing may follow an answer."""
_QUESTION = b"\x1b!?"


class TsplQuery(Struct, frozen=True):
    """How are you? Obeyed at once, whatever waits in the printer's buffer."""


class TsplStatus(Struct, frozen=True, gc=False):
    """``raw`` 0 is ready. ``at_s`` is when the byte arrived."""

    raw: int
    at_s: float

    @property
    def head_open(self) -> bool:
        return bool(self.raw & 0x01)

    @property
    def paper_jam(self) -> bool:
        return bool(self.raw & 0x02)

    @property
    def paper_end(self) -> bool:
        return bool(self.raw & 0x04)

    @property
    def ribbon_end(self) -> bool:
        return bool(self.raw & 0x08)

    @property
    def on_pause(self) -> bool:
        return bool(self.raw & 0x10)

    @property
    def printing(self) -> bool:
        return bool(self.raw & 0x20)

    @property
    def cover_open(self) -> bool:
        """The cover, or the head that stands open under it: one thing to a person."""
        return bool(self.raw & 0x41)

    @property
    def too_hot(self) -> bool:
        return bool(self.raw & 0x80)


class TsplStatusCodec:
    """Keeps one byte at most."""

    def __init__(self) -> None:
        self._asked = False
        self._asked_until_s: float | None = None
        self._answer: tuple[bytes, float] | None = None

    def feed(self, data: bytes, now_s: float) -> list[TsplStatus | Noise]:
        """What is known now; a good answer is reported by `expire`, when nothing followed it."""
        found = self.expire(now_s)
        if not data:
            return found
        if self._answer is not None:
            before, _ = self._answer
            self._answer = None
            return [*found, Noise(before + data, NoiseReason.NOT_A_FRAME)]
        if not self._asked:
            return [*found, Noise(data, NoiseReason.UNASKED)]
        self._asked, self._asked_until_s = False, None
        if len(data) > 1:
            return [*found, Noise(data, NoiseReason.NOT_A_FRAME)]
        self._answer = (data, now_s)
        return found

    def encode(self, command: TsplQuery) -> bytes:
        """The question. A new one abandons an unanswered one."""
        self._asked, self._asked_until_s = True, None
        return _QUESTION

    def deadline(self) -> float | None:
        if self._answer is not None:
            return self._answer[1] + ALONE_S
        if self._asked:
            return self._asked_until_s or 0.0
        return None

    def expire(self, now_s: float) -> list[TsplStatus | Noise]:
        """An answer that stayed alone is a status; an unanswered question is forgotten."""
        if self._answer is not None and now_s >= self._answer[1] + ALONE_S:
            (byte,), at_s = self._answer
            self._answer = None
            return [TsplStatus(byte, at_s)]
        if self._asked and self._asked_until_s is None:
            # The first call after a question brings the time from which its answer is awaited.
            self._asked_until_s = now_s + PATIENCE_S
        elif self._asked_until_s is not None and now_s >= self._asked_until_s:
            self._asked, self._asked_until_s = False, None
        return []
