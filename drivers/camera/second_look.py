"""A second chance for a code that was found in a frame but could not be read.

Owns the costly tricks: CLAHE, then twice the size, only around the code. They rescue about a third
of the misses (reference: vision, section 1) and cost ten times a first pass, so the caller decides
how often. Must not be used on frames without a code-like spot.
"""

from __future__ import annotations

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from drivers.camera.code_reader import Box, CodeReader, ReadCode, box_of

_QR_ONLY = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
_MARGIN = 0.35
_LARGEST_SIDE = 720
_CLIP_LIMIT = 3.0
_TILES = (8, 8)


def read_thoroughly(luma: NDArray[np.uint8], reader: CodeReader) -> list[ReadCode]:
    """First pass and, where that saw a code but read none, a second look."""
    if codes := reader.read(luma):
        return codes
    spot = unread_spot(luma)
    return [] if spot is None else look_again(luma, spot, reader)


def unread_spot(luma: NDArray[np.uint8]) -> Box | None:
    """Where a QR code stands that the decoder saw but could not read; None when there is none."""
    found = zxingcpp.read_barcodes(luma, formats=_QR_ONLY, return_errors=True)
    return next((box_of(code.position) for code in found if not code.valid), None)


def look_again(luma: NDArray[np.uint8], spot: Box, reader: CodeReader) -> list[ReadCode]:
    """Read the surroundings of ``spot`` with more contrast, then also at twice the size.

    Boxes of what is found are in the pixels of the cut-out.
    """
    part = _around(luma, spot)
    if part.size == 0:
        return []
    equalised = cv2.createCLAHE(_CLIP_LIMIT, _TILES).apply(part)
    if codes := reader.read(np.asarray(equalised, np.uint8)):
        return codes
    if max(part.shape) > _LARGEST_SIDE:
        return []
    doubled = cv2.resize(equalised, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return reader.read(np.asarray(doubled, np.uint8))


def _around(luma: NDArray[np.uint8], spot: Box) -> NDArray[np.uint8]:
    height, width = luma.shape
    x_margin = int((spot.right - spot.left) * _MARGIN) + 8
    y_margin = int((spot.bottom - spot.top) * _MARGIN) + 8
    left, right = max(0, spot.left - x_margin), min(width, spot.right + x_margin)
    top, bottom = max(0, spot.top - y_margin), min(height, spot.bottom + y_margin)
    return np.ascontiguousarray(luma[top:bottom, left:right])
