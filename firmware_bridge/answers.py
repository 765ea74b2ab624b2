"""Answers that do not say what they answer: so many bytes after each question, nothing else.

Owns the pairing of question and answer for protocols without frame or checksum. One question is
open at a time; what arrives late, in excess or unasked is noise. Must not know what a value means.
"""

from __future__ import annotations

from firmware_bridge.buffer import UnfinishedFrame
from firmware_bridge.codec import Noise, NoiseReason


class AnswerBuffer:
    """Keeps less than one answer, for ``patience_s`` at most.

    A question may be followed by another one at any time; the older one's answer is then lost, and
    what had come of it is noise.
    """

    def __init__(self, longest: int, patience_s: float) -> None:
        self._unfinished = UnfinishedFrame(longest - 1, patience_s)
        self._wanted = 0
        self._late = b""

    @property
    def waiting(self) -> bool:
        """A question is open."""
        return self._wanted > 0

    def ask(self, answer_bytes: int) -> None:
        """The next ``answer_bytes`` that arrive are the answer."""
        self._late += self._unfinished.join(b"")
        self._wanted = answer_bytes

    def feed(self, data: bytes, now_s: float) -> tuple[bytes, list[Noise], list[Noise]]:
        """The answer that ``data`` completes (or b""), the noise before and behind it."""
        before = self.expire(now_s)
        stream = self._unfinished.join(data)
        if not self._wanted:
            unasked = [Noise(stream, NoiseReason.UNASKED)] if stream else []
            return b"", before + unasked, []
        if len(stream) < self._wanted:
            self._unfinished.hold(stream, now_s)
            return b"", before, []
        answer, rest = stream[: self._wanted], stream[self._wanted :]
        self._wanted = 0
        return answer, before, [Noise(rest, NoiseReason.UNASKED)] if rest else []

    def deadline(self) -> float | None:
        return 0.0 if self._late else self._unfinished.deadline()

    def expire(self, now_s: float) -> list[Noise]:
        """Half an answer whose time is over; the question stays open until the next one."""
        late, self._late = self._late, b""
        told = [Noise(late, NoiseReason.CUT_SHORT)] if late else []
        return told + self._unfinished.expire(now_s)
