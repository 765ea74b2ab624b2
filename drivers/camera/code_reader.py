"""Codes in a picture, by zxing-cpp on luma, only in the symbologies a site uses.

Owns the decoder's settings and the distrust of what it returns: bytes of a code are hostile input.
They are capped, never logged, never stored, never followed. Whether a code is ours is not decided
here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import zxingcpp
from numpy.typing import NDArray

MAX_CODES = 3
"""More codes in one frame than this are left out: two already mean "ask, do not guess"."""


class CodeSymbology(StrEnum):
    QR = "qr"
    CODE_128 = "code-128"


_FORMATS = {
    CodeSymbology.QR: zxingcpp.BarcodeFormat.QRCode,
    CodeSymbology.CODE_128: zxingcpp.BarcodeFormat.Code128,
}
_SITE_SYMBOLOGIES = (CodeSymbology.QR, CodeSymbology.CODE_128)
"""QR on phones and paper, Code 128 on tubes. Every other format costs time and invites misreads."""


@dataclass(frozen=True, slots=True)
class Box:
    """Around a code, in pixels of the picture; may reach beyond its edges."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class ReadCode:
    """``data`` are the bytes of the code, empty when they were more than allowed (``too_long``)."""

    symbology: CodeSymbology
    data: bytes
    too_long: bool
    box: Box

    @property
    def binary(self) -> bool:
        """The bytes are no UTF-8 text, or text with control characters."""
        try:
            text = self.data.decode()
        except UnicodeDecodeError:
            return True
        return any(ord(letter) < 0x20 and letter not in "\t\r\n" for letter in text)

    @property
    def text(self) -> str:
        """UTF-8 with invalid bytes replaced by U+FFFD; nothing else is changed."""
        return self.data.decode(errors="replace")

    def __repr__(self) -> str:
        return f"ReadCode({self.symbology.value}, ***)"


class CodeReader:
    """``max_bytes`` is the longest code that is passed on; a QR code can carry 2953."""

    def __init__(
        self, max_bytes: int = 1200, symbologies: Iterable[CodeSymbology] = _SITE_SYMBOLOGIES
    ) -> None:
        self._max_bytes = max_bytes
        self._symbologies = {_FORMATS[symbology]: symbology for symbology in symbologies}
        self._formats = zxingcpp.BarcodeFormats(list(self._symbologies))

    def read(self, luma: NDArray[np.uint8]) -> list[ReadCode]:
        """All codes of one frame, shape (height, width), in the decoder's order."""
        found = zxingcpp.read_barcodes(luma, formats=self._formats)
        codes = [self._code(barcode) for barcode in found if barcode.valid]
        return codes[:MAX_CODES]

    def _code(self, barcode: zxingcpp.Barcode) -> ReadCode:
        data = barcode.bytes
        too_long = len(data) > self._max_bytes
        symbology = self._symbologies[barcode.symbology]
        return ReadCode(symbology, b"" if too_long else data, too_long, box_of(barcode.position))


def box_of(position: zxingcpp.Position) -> Box:
    """The upright box around a decoder position."""
    corners = (
        position.top_left,
        position.top_right,
        position.bottom_right,
        position.bottom_left,
    )
    xs = [corner.x for corner in corners]
    ys = [corner.y for corner in corners]
    return Box(min(xs), min(ys), max(xs), max(ys))
