"""One picture of the camera and what a source of pictures promises.

Owns the two types and the refusal; must not open anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray


class SourceLost(Exception):
    """The camera is absent or went away. The text says which and what to do; try again later."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """``pixels`` has shape (height, width, 3), BGR, uint8. ``captured_s`` is CLOCK_MONOTONIC."""

    pixels: NDArray[np.uint8]
    captured_s: float

    def luma(self) -> NDArray[np.uint8]:
        """Brightness, shape (height, width); made anew at each call."""
        return np.asarray(cv2.cvtColor(self.pixels, cv2.COLOR_BGR2GRAY), np.uint8)


class FrameSource(Protocol):
    """Gives each frame at most once, and only the newest."""

    def read(self, timeout_s: float) -> Frame | None:
        """The newest frame that was not given yet; None when none came within ``timeout_s``.

        Raises `SourceLost` when the source has to be opened again.
        """

    def close(self) -> None:
        """Give the device back. Harmless when it is gone already."""
