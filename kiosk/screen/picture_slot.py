"""The live camera picture on its way to the canvas: cut, mirrored and scaled in place.

Owns the slot's pixels and wipes them. The picture is mirrored, as people expect of a screen that
shows themselves; only what is shown is, never what the camera process reads codes from.
"""

from __future__ import annotations

import cv2
import numpy as np
import pygame
from numpy.typing import NDArray

from kiosk.screen import raster
from kiosk.screen.shapes import PreviewSlot
from kiosk.screen.surface import new_surface, surface_pixels


class PictureSlot:
    """Pixels for one `PreviewSlot`."""

    def __init__(self, shape: PreviewSlot) -> None:
        self.shape = shape
        size = (shape.box.w, shape.box.h)
        self._surface = new_surface(*size)
        self._surface.fill(shape.empty)
        self._corner = raster.disc_quarter(shape.radius_px)[..., None]
        self._round_corners()

    def fill(self, pixels: NDArray[np.uint8]) -> None:
        """Take a camera picture (height, width, BGR): its middle part in the slot's proportions."""
        height, width = pixels.shape[:2]
        slot_w, slot_h = self.shape.box.w, self.shape.box.h
        cut_w = min(width, round(height * slot_w / slot_h))
        cut_h = min(height, round(width * slot_h / slot_w))
        x, y = (width - cut_w) // 2, (height - cut_h) // 2
        part = pixels[y : y + cut_h, x : x + cut_w][:, ::-1]
        scaled = cv2.resize(part, (slot_w, slot_h), interpolation=cv2.INTER_LINEAR)
        view = surface_pixels(self._surface)
        view[..., :3] = scaled
        del view
        self._round_corners()

    def wipe(self) -> None:
        self._surface.fill((0, 0, 0))

    def draw(self, canvas: pygame.Surface) -> None:
        canvas.blit(self._surface, (self.shape.box.x, self.shape.box.y))

    def _round_corners(self) -> None:
        """Mix the colour behind the slot into its four corners."""
        r = self.shape.radius_px
        if r == 0:
            return
        behind = np.array(self.shape.behind[::-1], np.float32)
        view = surface_pixels(self._surface)[..., :3]
        mask = self._corner
        for corner, cover in (
            (view[:r, :r], mask),
            (view[:r, -r:], mask[:, ::-1]),
            (view[-r:, :r], mask[::-1]),
            (view[-r:, -r:], mask[::-1, ::-1]),
        ):
            corner[...] = np.round(corner * cover + behind * (1 - cover)).astype(np.uint8)
