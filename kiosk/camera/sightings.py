"""Which codes are news: a code that stays in view is told about once a second, not every frame.

Owns the short memory, as keyed digests that no one else can compare; must not keep what was read.
No clock: ``now_s`` is CLOCK_MONOTONIC and given.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from drivers.camera.code_reader import ReadCode

REPEAT_AFTER_S = 1.0


class Sightings:
    """One camera's memory of the last second."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self._told_s: dict[bytes, float] = {}

    def forget(self) -> None:
        """Another person stands there: everything is news again, under a new key."""
        self._key = secrets.token_bytes(16)
        self._told_s.clear()

    def is_news(self, codes: Sequence[ReadCode], now_s: float) -> bool:
        """True when any code of this frame was not told within `REPEAT_AFTER_S`; then all are."""
        self._told_s = {
            digest: told_s
            for digest, told_s in self._told_s.items()
            if now_s - told_s < REPEAT_AFTER_S
        }
        digests = [self._digest(code) for code in codes]
        if all(digest in self._told_s for digest in digests):
            return False
        self._told_s.update(dict.fromkeys(digests, now_s))
        return True

    def _digest(self, code: ReadCode) -> bytes:
        head = f"{code.symbology.value}:{code.too_long}:".encode()
        return hashlib.blake2b(head + code.data, key=self._key, digest_size=16).digest()
