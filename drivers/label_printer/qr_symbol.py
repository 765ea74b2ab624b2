"""The modules of a QR code, for slips and test pages.

Owns the choice of version and error correction; segno does the symbology. Must not know where on a
label the code stands. Reading is another library's work, so that reading back proves something.
"""

from __future__ import annotations

QR_QUIET_ZONE_MODULES = 4
"""Clear space on every side (ISO/IEC 18004)."""
_LONGEST = 120


def qr_modules(text: str, error: str) -> tuple[bytes, ...]:
    """Rows of the symbol without its quiet zone, 1 = dark; never a Micro QR code.

    Raises ValueError for an empty, a long or an unprintable text: a code on paper is read by
    scanners that type what they read.
    """
    import segno  # noqa: PLC0415  the core starts without it

    if not text or len(text) > _LONGEST or not (text.isascii() and text.isprintable()):
        raise ValueError(f"a QR code takes 1 to {_LONGEST} printable ASCII characters")
    return tuple(bytes(row) for row in segno.make_qr(text, error=error, boost_error=False).matrix)
