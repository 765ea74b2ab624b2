"""The bytes of one label for a TSPL printer (TSC, Gprinter and most 40 x 30 mm label printers).

Owns the few commands that a label takes: SIZE, GAP or BLINE, DIRECTION, SET, CLS, BITMAP, PRINT
(reference: devices, section 4.5). Must not send anything and must not draw. Every label is one
picture, so that no font of the printer is needed. In a TSPL picture 0 is a black dot.

A TSPL printer has no word that proves a label (ESC/POS has GS ( H): a label is proved by its scan.
"""

from __future__ import annotations

from drivers.label_printer.bitmap import Bitmap
from drivers.label_printer.positioning import Ending, Paper, Positioning
from drivers.label_printer.realtime import TSPL, defuse
from drivers.label_printer.template import DOTS_PER_MM

_ALL_ONES = 0xFF
# A printer keeps these over a power-off, so they are sent only when the settings ask for one.
_ENDINGS: dict[Ending | None, tuple[str, ...]] = {
    None: (),
    Ending.CUT: ("SET PEEL OFF", "SET CUTTER 1"),
    Ending.PEEL: ("SET CUTTER OFF", "SET PEEL ON"),
    Ending.TEAR: ("SET CUTTER OFF", "SET PEEL OFF", "SET TEAR ON"),
}


def tspl_label(bitmap: Bitmap, positioning: Positioning) -> bytes:
    """One label, printed once. Raises `NotDefusable`."""
    width_mm, height_mm = bitmap.width / DOTS_PER_MM, bitmap.height / DOTS_PER_MM
    lines = (
        f"SIZE {width_mm:g} mm,{height_mm:g} mm",
        _sensor(positioning),
        "DIRECTION 1",
        *_ENDINGS[positioning.ending],
        "CLS",
    )
    before = "".join(f"{line}\r\n" for line in lines).encode("ascii")
    before += f"BITMAP 0,0,{bitmap.bytes_per_row},{bitmap.height},0,".encode("ascii")
    after = b"\r\nPRINT 1,1\r\n"
    safe = defuse(_inverted(bitmap), before, after, TSPL)
    return before + safe.rows + after


def _sensor(positioning: Positioning) -> str:
    match positioning.paper:
        case Paper.GAP:
            return f"GAP {positioning.gap_mm:g} mm,0 mm"
        case Paper.BLACK_MARK:
            return f"BLINE {positioning.gap_mm:g} mm,0 mm"
        case Paper.CONTINUOUS:
            return "GAP 0 mm,0 mm"


def _inverted(bitmap: Bitmap) -> Bitmap:
    rows = bytes(byte ^ _ALL_ONES for byte in bitmap.rows)
    return Bitmap(bitmap.width, bitmap.height, rows, bitmap.protected)
