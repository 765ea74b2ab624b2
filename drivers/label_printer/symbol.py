"""The Code 128 symbol of a tube number, in modules.

Owns the choice of symbology (Code 128, set C throughout) and its widths; the patterns come from
zxing-cpp. Must not know where on a label the symbol stands.

python-barcode 0.16 is not used: it loses the first digit pair of numbers that begin with 99, taking
the pair for a change of code set.
"""

from __future__ import annotations

_START_C = "11010011100"
_START_MODULES = 11
_STOP_MODULES = 13
QUIET_ZONE_MODULES = 10
"""Clear space at each end (ISO/IEC 15417)."""


def modules_needed(digits: int) -> int:
    """Width without quiet zones: start, one symbol a digit pair, check and stop."""
    return _START_MODULES + 11 * (digits // 2) + 11 + _STOP_MODULES


def code128_modules(digits: str) -> str:
    """Bars as text, ``1`` = bar, starting and ending with a bar; every digit pair one symbol.

    Raises ValueError unless ``digits`` is an even number of ASCII digits.
    """
    if not digits or len(digits) % 2 or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{digits!r} is not an even number of digits, as code set C needs")
    import numpy as np  # noqa: PLC0415  the core starts without numpy
    import zxingcpp  # noqa: PLC0415

    symbol = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.Code128)
    row = np.asarray(symbol.to_image(scale=1, add_quiet_zones=False))[0]
    modules = "".join("1" if value < 128 else "0" for value in row.tolist()).strip("0")
    if not modules.startswith(_START_C) or len(modules) != modules_needed(len(digits)):
        raise RuntimeError(f"zxing-cpp made {len(modules)} modules that are not code set C")
    return modules
