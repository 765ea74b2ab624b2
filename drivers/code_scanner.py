"""What a scanner read, as a text with as much of its symbology as the scanner told.

Owns the look at the bytes: text or not, and the AIM prefix (``]Q1``) that some scanners are set to
send. Whether a code is ours is not decided here. No port, no state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from firmware_bridge.codecs.scan_assembly import ScannedCode, holds_controls


class ScannedSymbology(StrEnum):
    QR = "qr"
    CODE_128 = "code-128"
    OTHER = "other"
    UNTOLD = "untold"


_AIM = {"Q": ScannedSymbology.QR, "C": ScannedSymbology.CODE_128}


@dataclass(frozen=True, slots=True)
class ScannedText:
    """``text`` is UTF-8 with invalid bytes as U+FFFD, and then ``binary``. Prints masked."""

    symbology: ScannedSymbology
    text: str = field(repr=False)
    binary: bool
    too_long: bool
    at_s: float


def scanned_text(code: ScannedCode) -> ScannedText:
    """Never fails, whatever the code holds."""
    try:
        text, binary = code.data.decode(), holds_controls(code.data)
    except UnicodeDecodeError:
        text, binary = code.data.decode(errors="replace"), True
    symbology = ScannedSymbology.UNTOLD
    if len(text) >= 3 and text[0] == "]" and text[1].isascii() and text[1].isalpha():
        symbology = _AIM.get(text[1], ScannedSymbology.OTHER)
        text = text[3:]
    return ScannedText(symbology, text, binary, code.too_long, code.at_s)
