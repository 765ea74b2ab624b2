"""A USB camera through OpenCV's V4L2 back-end.

Owns the capture device. Must not keep frames: the driver queues up to four, and whoever reads
slower than the camera sends would look at the past. ``grab`` only takes a frame off the queue, so
a read grabs until it had to wait for one, and decodes that one (reference: vision, section 5).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from drivers.camera.frame import Frame, SourceLost

_QUEUE_FRAMES = 5
_WAITED_S = 0.004  # taking a queued frame needs microseconds; longer means it has just arrived


class V4l2Source:
    """``capture`` is an opened ``cv2.VideoCapture`` or something that behaves like one."""

    def __init__(
        self, capture: Any, path: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._capture = capture
        self._path = path
        self._clock = clock

    @classmethod
    def open(cls, path: str, width: int, height: int, fps: int) -> V4l2Source:
        """Open ``path`` with MJPG, which fits 1280x720 through USB 2. Raises `SourceLost`."""
        capture = cv2.VideoCapture(path, cv2.CAP_V4L2)
        if not capture.isOpened():
            capture.release()
            raise SourceLost(
                f"no camera at {path}: check its cable, then `ls -l /dev/v4l/by-id` for its name"
            )
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))  # before the size
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, height)
        capture.set(cv2.CAP_PROP_FPS, fps)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return cls(capture, path)

    def read(self, timeout_s: float) -> Frame | None:
        """Waits for the next frame; the time-out is the back-end's, ``timeout_s`` is not used."""
        for _ in range(_QUEUE_FRAMES):
            began_s = self._clock()
            if not self._capture.grab():
                raise SourceLost(f"the camera at {self._path} stopped sending: check its cable")
            captured_s = self._clock()
            if captured_s - began_s >= _WAITED_S:
                break
        taken, pixels = self._capture.retrieve()
        if not taken or pixels is None or pixels.ndim != 3 or pixels.size == 0:
            return None  # a torn MJPG frame; the next one is whole
        return Frame(np.ascontiguousarray(pixels, np.uint8), captured_s)

    def close(self) -> None:
        self._capture.release()
