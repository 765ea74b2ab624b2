"""The newest camera picture from the camera process, at most fifteen a second.

Owns the reading end of ``preview.frames``. The camera process may come, go and be replaced at any
time; without it there simply is no picture. A picture taken before the present visit began is never
given out: it may show the person before.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.frame_memory import FrameMemoryError, FrameReader

PREVIEW_FILE = "preview.frames"
FRAME_S = 1 / 15
_LOOK_AGAIN_S = 0.5


class CameraPreview:
    """Polled by the screen's loop while a page has a preview slot."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader: FrameReader | None = None
        self._sequence = 0
        self._not_before_s = 0.0
        self._looked_s = float("-inf")
        self._polled_s = float("-inf")

    def due_s(self) -> float:
        """When `newest` may have something new."""
        return self._polled_s + FRAME_S

    def newest(self, now_s: float) -> NDArray[np.uint8] | None:
        """A picture (height, width, BGR) not given before, or None."""
        if now_s < self.due_s():
            return None
        self._polled_s = now_s
        self._look(now_s)
        if self._reader is None:
            return None
        frame = self._reader.newest(after=self._sequence)
        if frame is None:
            return None
        self._sequence = frame.sequence
        if frame.captured_s < self._not_before_s or frame.pixels.shape[2] != 3:
            return None
        return frame.pixels

    def forget(self, now_s: float) -> None:
        """Another visit begins: nothing captured before ``now_s`` is shown."""
        self._not_before_s = now_s

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _look(self, now_s: float) -> None:
        """Open the file, or open it again when the writer made another."""
        if now_s - self._looked_s < _LOOK_AGAIN_S:
            return
        self._looked_s = now_s
        if self._reader is not None and not self._reader.replaced():
            return
        self.close()
        self._sequence = 0
        try:
            self._reader = FrameReader(self._path)
        except (FrameMemoryError, ValueError):
            self._reader = None
