"""The bytes of a frame that is still arriving, for a limited time and in limited number.

Owns holding and giving up. Must not interpret the bytes.
"""

from __future__ import annotations

from firmware_bridge.codec import Noise, NoiseReason


class UnfinishedFrame:
    """Keeps up to ``limit`` bytes until the rest comes, or until ``patience_s`` has passed."""

    __slots__ = ("_data", "_give_up_s", "limit", "patience_s")

    def __init__(self, limit: int, patience_s: float) -> None:
        self.limit = limit
        self.patience_s = patience_s
        self._data = b""
        self._give_up_s = 0.0

    def __len__(self) -> int:
        return len(self._data)

    def join(self, data: bytes) -> bytes:
        """What was held, followed by ``data``; nothing is held afterwards."""
        joined, self._data = self._data + data, b""
        return joined

    def hold(self, data: bytes, now_s: float) -> None:
        """Keep ``data`` and start the patience anew. More than ``limit`` is a programming error."""
        if len(data) > self.limit:
            raise ValueError(f"{len(data)} bytes held for a frame of at most {self.limit}")
        self._data = data
        self._give_up_s = now_s + self.patience_s

    def deadline(self) -> float | None:
        """When the held bytes become noise, None when nothing is held."""
        return self._give_up_s if self._data else None

    def expire(self, now_s: float) -> list[Noise]:
        """The held bytes as noise, once their time is over."""
        if not self._data or now_s < self._give_up_s:
            return []
        return [Noise(self.join(b""), NoiseReason.CUT_SHORT)]
