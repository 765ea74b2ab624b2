"""What a kiosk camera sees: a phone with a code or a tube label, held in a hand, or just the room.

Owns the drawing of scenes, entirely from a seed: perspective, blur, light, background and noise.
A scene is a short endless film: hands tremble and sensors are noisy, so two frames in a row are
never equal, not even of an empty room. Frames are BGR, uint8, shape (height, width, 3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import segno
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

_MODULE = 8
"""Pixels a module on the phone's screen as drawn, before perspective."""
_QUIET = 4
_LABEL_SCALE = 3
"""Pixels a dot on a label as drawn."""
_LABEL_QUIET_DOTS = 24
_VARIANTS = 6
_SKIN_BGR = (140, 170, 215)
_BEZEL_BGR = (28, 26, 24)
_TITLE_BGR = (170, 120, 60)
_TEXT_BGR = (190, 190, 190)
_BACKING_BGR = (205, 215, 220)
_INK, _PAPER = 25, 240


@dataclass(frozen=True, slots=True)
class SceneLook:
    """How hard the scene is to read. ``light`` 1 is a lit room and 0 is night; ``blur_px`` is the
    sigma of defocus; ``tilt`` the largest perspective shift of a corner as a share of the card."""

    light: float = 1.0
    blur_px: float = 0.7
    tilt: float = 0.05


def phone(text: str) -> Picture:
    """A phone's screen showing ``text`` as a QR code, with its frame, before any perspective."""
    code = segno.make_qr(text, error="m")
    modules = np.array([list(row) for row in code.matrix], np.uint8)
    page = np.pad(255 * (1 - modules), _QUIET, constant_values=255)
    page = page.repeat(_MODULE, axis=0).repeat(_MODULE, axis=1)
    side = len(page)
    above, below = side // 4, side // 3
    screen = _coloured(np.pad(page, ((above, below), (0, 0)), constant_values=250))
    screen[above // 3 : above // 2, side // 8 : side * 5 // 8] = _TITLE_BGR
    footer = side + above + below // 4
    screen[footer : footer + below // 12, side // 8 : side * 7 // 8] = _TEXT_BGR
    return _framed(screen, side // 24, _BEZEL_BGR)


def label(bitmap: NDArray[np.bool_]) -> Picture:
    """A printed label on its backing; ``bitmap`` has shape (rows, dots), True = black.

    Blank paper around the print is folded away but for a quiet zone.
    """
    rows, columns = np.flatnonzero(bitmap.any(axis=1)), np.flatnonzero(bitmap.any(axis=0))
    inked = np.zeros((64, 64), np.bool_)
    if len(rows):
        inked = bitmap[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    dots = np.pad(np.where(inked, _INK, _PAPER), _LABEL_QUIET_DOTS, constant_values=_PAPER)
    grown = dots.astype(np.uint8).repeat(_LABEL_SCALE, axis=0).repeat(_LABEL_SCALE, axis=1)
    return _framed(_coloured(grown), 12, _BACKING_BGR)


def _coloured(grey: NDArray[np.uint8]) -> Picture:
    return grey[:, :, np.newaxis].repeat(3, axis=2)


def _framed(picture: Picture, width: int, colour: tuple[int, int, int]) -> Picture:
    rows, columns, _ = picture.shape
    framed = np.empty((rows + 2 * width, columns + 2 * width, 3), np.uint8)
    framed[:] = colour
    framed[width:-width, width:-width] = picture
    return framed


class CameraScene:
    """A film of one scene. ``card`` is what is held up (`phone`, `label`), None an empty room."""

    def __init__(
        self,
        card: Picture | None,
        *,
        seed: int,
        look: SceneLook | None = None,
        width: int = 1280,
        height: int = 720,
    ) -> None:
        self._random = np.random.default_rng(seed)
        self._look = look or SceneLook()
        self._size = (width, height)
        self._still = self._room()
        if card is not None:
            self._hold_up(card)
        if self._look.blur_px > 0:
            self._still = np.asarray(
                cv2.GaussianBlur(self._still, (0, 0), self._look.blur_px), np.uint8
            )
        self._variants: list[Picture] = []
        self._next = 0

    def frame(self) -> Picture:
        """The next frame of the film. The caller must not change it."""
        if len(self._variants) < _VARIANTS:
            self._variants.append(self._tremble())
            return self._variants[-1]
        self._next = (self._next + 1) % _VARIANTS
        return self._variants[self._next]

    def _room(self) -> Picture:
        """A wall with soft shadows and something in the corner."""
        width, height = self._size
        coarse = self._random.uniform(105, 150, (5, 8, 3)).astype(np.float32)
        wall = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        room = np.clip(wall, 0, 255).astype(np.uint8)
        left, top = self._random.integers(0, width // 3), self._random.integers(0, height // 3)
        shade = tuple(int(value) for value in self._random.integers(50, 95, 3))
        cv2.rectangle(room, (int(left), int(top)), (int(left) + width // 8, height), shade, -1)
        return room

    def _hold_up(self, card: Picture) -> None:
        width, height = self._size
        rows, columns = card.shape[:2]
        scale = min(0.92 * height / rows, 0.62 * width / columns)
        across, down = columns * scale, rows * scale
        centre = np.array([width / 2, height / 2]) + self._random.uniform(-0.02, 0.02, 2) * width
        angle = math.radians(self._random.uniform(-4, 4))
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (across / 2, down / 2)
        shift = self._random.uniform(-self._look.tilt, self._look.tilt, (4, 2)) * min(across, down)
        target = ((corners * (1 - self._look.tilt) + shift) @ turn.T + centre).astype(np.float32)
        source = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
        warp = cv2.getPerspectiveTransform(source, target)
        self._draw_hand(target)
        flat = cv2.warpPerspective(card, warp, self._size, flags=cv2.INTER_AREA)
        mask = cv2.warpPerspective(np.full((rows, columns), 255, np.uint8), warp, self._size)
        cv2.copyTo(flat, mask, self._still)

    def _draw_hand(self, corners: NDArray[np.float32]) -> None:
        """Fingers behind the lower half of the card and the arm below it."""
        bottom_right, bottom_left = corners[2], corners[3]
        for share in (0.15, 0.3, 0.45):
            middle = bottom_right + (corners[1] - bottom_right) * share
            at = (int(middle[0]), int(middle[1]))
            cv2.ellipse(self._still, at, (46, 20), 8, 0, 360, _SKIN_BGR, -1, cv2.LINE_AA)
        wrist = (bottom_right + bottom_left) / 2
        at = (int(wrist[0]), int(wrist[1]) + 60)
        cv2.ellipse(self._still, at, (130, 190), 0, 0, 360, _SKIN_BGR, -1, cv2.LINE_AA)

    def _tremble(self) -> Picture:
        """The still picture as another frame: moved by a few pixels, lit anew, with fresh noise."""
        width, height = self._size
        move = self._random.uniform(-2.5, 2.5, 2)
        shift = np.array([[1, 0, move[0]], [0, 1, move[1]]], np.float32)
        moved = cv2.warpAffine(self._still, shift, (width, height), borderMode=cv2.BORDER_REPLICATE)
        gain = self._look.light * self._random.uniform(0.96, 1.04)
        noise = self._random.integers(-4, 5, (height, width, 1), np.int16)
        lit = np.clip(moved * np.float32(gain) + noise, 0, 255)
        return np.asarray(lit, np.uint8)
