"""A second chance for a code that a first pass does not read.

Owns the two tricks that pay, chosen by measuring on spoilt frames (``benchmarks/eye_frames.py``):
where a code was found but not read, its surroundings twice as large and sharpened, which rescues
codes that are small or out of focus; in a dim frame, smoothing against the noise and then local
contrast. Both cost more than a first pass, so the caller decides how often.
"""

from __future__ import annotations

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from drivers.camera.code_reader import Box, CodeReader, ReadCode, box_of

_MARGIN = 0.35
_LARGEST_SIDE = 720
_SHARPEN, _SHARPEN_SIGMA_PX = 1.5, 2.5
_DIM_LUMA = 60
_SMOOTH_SIGMA_PX = 1.0
_CLIP_LIMIT, _TILES = 3.0, (8, 8)


def read_thoroughly(luma: NDArray[np.uint8], reader: CodeReader) -> list[ReadCode]:
    """First pass and, when that reads nothing, a second look where there is something to gain."""
    if codes := reader.read(luma):
        return codes
    spot = unread_spot(luma)
    if spot is not None:
        return look_closer(luma, spot, reader)
    return look_into_the_dark(luma, reader) if luma.mean() < _DIM_LUMA else []


def unread_spot(luma: NDArray[np.uint8]) -> Box | None:
    """Where a QR code stands that the decoder saw but could not read; None when there is none."""
    qr_only = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    found = zxingcpp.read_barcodes(luma, formats=qr_only, return_errors=True)
    return next((box_of(code.position) for code in found if not code.valid), None)


def look_closer(luma: NDArray[np.uint8], spot: Box, reader: CodeReader) -> list[ReadCode]:
    """Read the surroundings of ``spot``, sharpened and twice as large.

    Boxes of what is found are in the pixels of that cut-out.
    """
    part = _around(luma, spot)
    if not 0 < max(part.shape) <= _LARGEST_SIDE:
        return []
    doubled = cv2.resize(part, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    smooth = cv2.GaussianBlur(doubled, (0, 0), _SHARPEN_SIGMA_PX)
    sharp = cv2.addWeighted(doubled, 1 + _SHARPEN, smooth, -_SHARPEN, 0)
    return reader.read(np.asarray(sharp, np.uint8))


def look_into_the_dark(luma: NDArray[np.uint8], reader: CodeReader) -> list[ReadCode]:
    """Read a whole dim frame: first less noise, then more contrast."""
    smooth = cv2.GaussianBlur(luma, (0, 0), _SMOOTH_SIGMA_PX)
    equalised = cv2.createCLAHE(_CLIP_LIMIT, _TILES).apply(smooth)
    return reader.read(np.asarray(equalised, np.uint8))


def _around(luma: NDArray[np.uint8], spot: Box) -> NDArray[np.uint8]:
    height, width = luma.shape
    x_margin = int((spot.right - spot.left) * _MARGIN) + 8
    y_margin = int((spot.bottom - spot.top) * _MARGIN) + 8
    left, right = max(0, spot.left - x_margin), min(width, spot.right + x_margin)
    top, bottom = max(0, spot.top - y_margin), min(height, spot.bottom + y_margin)
    return np.ascontiguousarray(luma[top:bottom, left:right])
