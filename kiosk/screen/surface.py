"""Surfaces whose memory numpy and OpenCV can read and write in place.

Owns the pixel format of the canvas: 32 bit, bytes in the order B G R X on every machine we run on.
"""

from __future__ import annotations

import numpy as np
import pygame
from numpy.typing import NDArray

_MASKS = (0xFF0000, 0xFF00, 0xFF, 0)


def new_surface(width: int, height: int) -> pygame.Surface:
    """A surface without alpha, black."""
    return pygame.Surface((width, height), 0, 32, _MASKS)


def surface_pixels(surface: pygame.Surface) -> NDArray[np.uint8]:
    """The pixels of a `new_surface` as (height, width, 4), B G R X, sharing its memory.

    The surface stays locked while the array lives: let go of it before the next blit.
    """
    width, height = surface.get_size()
    view = memoryview(surface.get_buffer())  # type: ignore[arg-type]
    rows = np.frombuffer(view, np.uint8).reshape(height, surface.get_pitch())
    pixels: NDArray[np.uint8] = rows[:, : width * 4].reshape(height, width, 4)
    return pixels
