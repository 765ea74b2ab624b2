"""The small live picture that the resident sees, in memory and nowhere else.

Owns the frame memory ``preview.frames``; must not let a picture outlive the visit it belongs to.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.camera.frame import Frame
from firmware_bridge.frame_memory import FrameWriter

PREVIEW_NAME = "preview.frames"
WIDTH, HEIGHT = 640, 360


class Preview:
    """Fills ``folder / PREVIEW_NAME`` with BGR pictures of WIDTH x HEIGHT.

    In a folder that is not ``in_memory`` nothing is ever shown: the file stays empty.
    """

    def __init__(self, folder: Path, *, in_memory: bool) -> None:
        self._writer = FrameWriter(folder / PREVIEW_NAME, WIDTH, HEIGHT)
        self._in_memory = in_memory
        self._empty = True

    def show(self, frame: Frame) -> None:
        if self._in_memory:
            self._writer.write(_fitted(frame.pixels), frame.captured_s)
            self._empty = False

    def wipe(self) -> None:
        """Zeros over everything that was shown."""
        if not self._empty:
            self._writer.wipe()
            self._empty = True

    def close(self) -> None:
        """Wipe and remove the file."""
        self._writer.close()


def _fitted(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The middle of the picture in the shape of the preview: nothing is stretched."""
    height, width = pixels.shape[:2]
    wide = max(1, min(width, height * WIDTH // HEIGHT))
    high = max(1, min(height, width * HEIGHT // WIDTH))
    left, top = (width - wide) // 2, (height - high) // 2
    middle = pixels[top : top + high, left : left + wide]
    return np.asarray(cv2.resize(middle, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
