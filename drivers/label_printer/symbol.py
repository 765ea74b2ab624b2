"""The Code 128 symbol of a tube number, in modules.

Owns the symbology: code set C throughout, one symbol for each pair of digits (ISO/IEC 15417). Must
not know where on a label the symbol stands. The table is ours so that the core draws labels without
loading a decoder, and so that reading a label back in a test proves something.
"""

from __future__ import annotations

QUIET_ZONE_MODULES = 10
"""Clear space at each end."""
_START_C = 105
_CHECK_MODULUS = 103
_START_C_WIDTHS = "211232"
_STOP_WIDTHS = "2331112"
_START_MODULES = 11
_SYMBOL_MODULES = 11
_STOP_MODULES = 13

# Widths of bar, space, bar, space, bar, space of the values 0 to 102.
_WIDTHS_TABLE = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 "
    "221213 221312 231212 112232 122132 122231 113222 123122 123221 "
    "223211 221132 221231 213212 223112 312131 311222 321122 321221 "
    "312212 322112 322211 212123 212321 232121 111323 131123 131321 "
    "112313 132113 132311 211313 231113 231311 112133 112331 132131 "
    "113123 113321 133121 313121 211331 231131 213113 213311 213131 "
    "311123 311321 331121 312113 312311 332111 314111 221411 431111 "
    "111224 111422 121124 121421 141122 141221 112214 112412 122114 "
    "122411 142112 142211 241211 221114 413111 241112 134111 111242 "
    "121142 121241 114212 124112 124211 411212 421112 421211 212141 "
    "214121 412121 111143 111341 131141 114113 114311 411113 411311 "
    "113141 114131 311141 411131"
)
_WIDTHS = tuple(_WIDTHS_TABLE.split())


def modules_needed(digits: int) -> int:
    """Width without quiet zones: start, one symbol a digit pair, check and stop."""
    return _START_MODULES + _SYMBOL_MODULES * (digits // 2 + 1) + _STOP_MODULES


def code128_modules(digits: str) -> str:
    """Bars as text, ``1`` = bar, starting and ending with a bar.

    Raises ValueError unless ``digits`` is an even number of ASCII digits.
    """
    if not digits or len(digits) % 2 or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{digits!r} is not an even number of digits, as code set C needs")
    pairs = [int(digits[place : place + 2]) for place in range(0, len(digits), 2)]
    check = _START_C + sum(place * pair for place, pair in enumerate(pairs, start=1))
    symbols = [_WIDTHS[value] for value in (*pairs, check % _CHECK_MODULUS)]
    widths = "".join((_START_C_WIDTHS, *symbols, _STOP_WIDTHS))
    return "".join(("1", "0")[place % 2] * int(width) for place, width in enumerate(widths))
