"""Can the picture be believed? Stale, frozen and dark are told apart from a quiet scene.

Owns the judgement over time; must not read codes. No clock: times are CLOCK_MONOTONIC and given.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

FROZEN_AFTER_S = 1.5
FROZEN_FRAMES = 6
"""A living sensor is noisy: thousands of dots do not agree in so many frames."""
DARK_AFTER_S = 0.5
DARK_LUMA = 14
"""Mean below this, with hardly a bright dot: the lens is covered or the light is out."""
_SAMPLE_ROWS, _SAMPLE_COLUMNS = 60, 80


class FrameState(StrEnum):
    OK = "ok"
    STALE = "stale"
    FROZEN = "frozen"
    DARK = "dark"


class FrameWatch:
    """Feed every frame, ask at any time. Before the first frame: STALE, as unknown is not fine."""

    def __init__(self, stale_after_s: float = 2.0) -> None:
        self._stale_after_s = stale_after_s
        self.forget()

    def forget(self) -> None:
        """Another camera, or the same one opened again."""
        self._captured_s = float("-inf")
        self._sample = b""
        self._same_since_s = 0.0
        self._same_frames = 0
        self._dark_since_s: float | None = None

    def feed(self, luma: NDArray[np.uint8], captured_s: float) -> None:
        """One frame, shape (height, width)."""
        self._captured_s = captured_s
        sample = _sampled(luma)
        data = sample.tobytes()
        if data != self._sample:
            self._sample, self._same_since_s, self._same_frames = data, captured_s, 0
        self._same_frames += 1
        if not is_dark(sample):
            self._dark_since_s = None
        elif self._dark_since_s is None:
            self._dark_since_s = captured_s

    def state(self, now_s: float) -> FrameState:
        if now_s - self._captured_s > self._stale_after_s:
            return FrameState.STALE
        if self._dark_since_s is not None and now_s - self._dark_since_s >= DARK_AFTER_S:
            return FrameState.DARK
        same_for_s = self._captured_s - self._same_since_s
        if self._same_frames >= FROZEN_FRAMES and same_for_s >= FROZEN_AFTER_S:
            return FrameState.FROZEN
        return FrameState.OK


def _sampled(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Single dots, not averages: the noise of a living sensor must stay visible."""
    rows = max(1, luma.shape[0] // _SAMPLE_ROWS)
    columns = max(1, luma.shape[1] // _SAMPLE_COLUMNS)
    return luma[::rows, ::columns]


def is_dark(luma: NDArray[np.uint8]) -> bool:
    """Nothing can be seen in this one picture; a bright phone in a dark room can."""
    sample = _sampled(luma)
    return bool(sample.mean() < DARK_LUMA and np.percentile(sample, 99) < 4 * DARK_LUMA)
