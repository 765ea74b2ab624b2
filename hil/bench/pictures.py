"""Pictures for the page: frames out of shared memory as JPEG, papers as PNG.

Owns the encoding. A frame is encoded once, however many people look.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from firmware_bridge.frame_memory import MemoryFrame

JPEG_QUALITY = 86
_PAPER_SCALE = 2


class FramePictures:
    """``newest(after)`` gives the newest frame of one source. Thread-safe."""

    def __init__(self, newest: Callable[[int], MemoryFrame | None], *, rgb: bool) -> None:
        self._newest = newest
        self._rgb = rgb
        self._lock = threading.Lock()
        self._sequence = 0
        self._jpeg = b""

    def jpeg(self) -> tuple[int, bytes]:
        """(sequence, picture). The same sequence means the same picture; empty: none yet."""
        with self._lock:
            frame = self._newest(self._sequence)
            if frame is not None:
                self._jpeg = _jpeg(frame.pixels, rgb=self._rgb)
                self._sequence = frame.sequence
            return self._sequence, self._jpeg


def paper_png(dots: NDArray[np.bool_]) -> bytes:
    """A label as paper: black dots on white, two pixels a dot."""
    pixels = np.where(dots, np.uint8(20), np.uint8(255)).astype(np.uint8)
    large = np.kron(pixels, np.ones((_PAPER_SCALE, _PAPER_SCALE), np.uint8))
    return _encoded(".png", large, [])


def _jpeg(pixels: NDArray[np.uint8], *, rgb: bool) -> bytes:
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if rgb else pixels
    return _encoded(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])


def _encoded(kind: str, pixels: MatLike, options: list[int]) -> bytes:
    done, data = cv2.imencode(kind, pixels, options)
    return data.tobytes() if done else b""
