"""A drawn camera picture for sheets and tests: somebody holds up a phone with a code.

Synthetic from the first pixel; no photograph of anybody.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 640, 360
_CODE_CELLS = 29


def camera_picture() -> NDArray[np.uint8]:
    """(360, 640, BGR), the same on every call."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    light = 1.15 - 0.55 * np.hypot((x - 330) / 620, (y - 120) / 420)
    picture = np.empty((HEIGHT, WIDTH, 3), np.float32)
    for channel, base in enumerate((128.0, 118.0, 104.0)):
        picture[..., channel] = base * light
    canvas = np.clip(picture, 0, 255).astype(np.uint8)
    for at in (70, 560):
        cv2.rectangle(canvas, (at, 0), (at + 90, 210), (150, 146, 138), -1)
    canvas[:] = cv2.GaussianBlur(canvas, (0, 0), 9)
    _person(canvas)
    canvas[:] = cv2.GaussianBlur(canvas, (0, 0), 1.6)
    _phone(canvas)
    return canvas


def _person(canvas: NDArray[np.uint8]) -> None:
    cv2.ellipse(canvas, (440, 372), (150, 128), 0, 180, 360, (96, 74, 52), -1, cv2.LINE_AA)
    cv2.rectangle(canvas, (414, 200), (466, 270), (134, 162, 198), -1)
    cv2.ellipse(canvas, (440, 146), (66, 84), 0, 0, 360, (150, 180, 216), -1, cv2.LINE_AA)
    cv2.ellipse(canvas, (440, 96), (70, 50), 0, 180, 360, (40, 36, 34), -1, cv2.LINE_AA)
    cv2.ellipse(canvas, (440, 180), (56, 42), 0, 0, 360, (226, 214, 198), -1, cv2.LINE_AA)
    for x in (416, 464):
        cv2.ellipse(canvas, (x, 132), (8, 5), 0, 0, 360, (42, 44, 52), -1, cv2.LINE_AA)


def _phone(canvas: NDArray[np.uint8]) -> None:
    width, height = 150, 256
    phone = np.full((height, width, 3), (34, 30, 28), np.uint8)
    phone[8:-8, 7:-7] = 255
    phone[8:62, 7:-7] = (92, 150, 40)
    phone[84 : 84 + 116, 17 : 17 + 116] = _code(116)
    phone[214:224, 40:110] = (206, 206, 206)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    held = np.array([[236, 66], [384, 48], [404, 304], [252, 322]], np.float32)
    turn = cv2.getPerspectiveTransform(corners, held)
    size = (WIDTH, HEIGHT)
    mask = cv2.warpPerspective(np.full((height, width), 255, np.uint8), turn, size)
    mask = cv2.GaussianBlur(mask, (0, 0), 0.8)[..., None].astype(np.float32) / 255
    held_up = cv2.warpPerspective(phone, turn, size, flags=cv2.INTER_AREA)
    canvas[:] = (held_up * mask + canvas * (1 - mask)).astype(np.uint8)
    hand = (140, 170, 206)
    cv2.ellipse(canvas, (330, 352), (96, 46), -6, 180, 360, hand, -1, cv2.LINE_AA)
    cv2.ellipse(canvas, (404, 268), (13, 34), -8, 0, 360, hand, -1, cv2.LINE_AA)


def _code(side: int) -> NDArray[np.uint8]:
    """Something that looks like a QR code and can never be read as one."""
    cells = np.random.default_rng(7).integers(0, 2, (_CODE_CELLS, _CODE_CELLS)).astype(np.uint8)
    for row, column in ((0, 0), (0, _CODE_CELLS - 7), (_CODE_CELLS - 7, 0)):
        cells[max(0, row - 1) : row + 8, max(0, column - 1) : column + 8] = 0
        cells[row : row + 7, column : column + 7] = 1
        cells[row + 1 : row + 6, column + 1 : column + 6] = 0
        cells[row + 2 : row + 5, column + 2 : column + 5] = 1
    grey = np.where(cells == 1, 36, 255).astype(np.uint8)
    large = cv2.resize(grey, (side, side), interpolation=cv2.INTER_NEAREST)
    return np.asarray(np.repeat(large[..., None], 3, axis=2), np.uint8)
