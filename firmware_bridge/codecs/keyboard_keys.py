"""Key codes of Linux (input-event-codes.h) and the US layout, for scanners that type.

Owns the table: the system's layout and input method have no part in what a scanner says.
"""

from __future__ import annotations

KEY_TAB = 15
KEY_CAPS_LOCK = 58
ENTER_KEYS = frozenset({28, 96})
SHIFT_KEYS = frozenset({42, 54})
ALT_KEYS = frozenset({56, 100})
CONTROL_KEYS = frozenset({29, 97, 125, 126})
"""Control and the logo keys: with one of them held, a key is no letter."""
LOCK_KEYS = frozenset({KEY_CAPS_LOCK, 69, 70})

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
PLAIN = {first + at: key for first, plain, _ in _ROWS for at, key in enumerate(plain)}
SHIFTED = {first + at: key for first, _, shifted in _ROWS for at, key in enumerate(shifted)}

KEYPAD_DIGITS = {
    82: "0",
    79: "1",
    80: "2",
    81: "3",
    75: "4",
    76: "5",
    77: "6",
    71: "7",
    72: "8",
    73: "9",
}
KEYPAD_SIGNS = {83: ".", 74: "-", 78: "+", 55: "*", 98: "/"}
