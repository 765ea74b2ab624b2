"""A scanner that poses as a keyboard: what the Linux kernel writes when it types (devices, 3.3).

Owns the keys, the pace and the two ways of typing: as a US keyboard, or each character's number on
the keypad with ALT held. A wire that carries these bytes stands in for the kernel's event node. Key
codes come from the kernel's own list (python-evdev); must not import our codec.
"""

from __future__ import annotations

import struct

from evdev import ecodes

_EVENT_S = 0.002
_SCAN_S = 0.15
_NAMES = {
    " ": "SPACE",
    "-": "MINUS",
    "=": "EQUAL",
    "[": "LEFTBRACE",
    "]": "RIGHTBRACE",
    ";": "SEMICOLON",
    "'": "APOSTROPHE",
    "`": "GRAVE",
    "\\": "BACKSLASH",
    ",": "COMMA",
    ".": "DOT",
    "/": "SLASH",
}
_SHIFTED = dict(zip('!@#$%^&*()_+{}:"~|<>?', "1234567890-=[];'`\\,./", strict=True))


def _key(character: str) -> int:
    name = _NAMES.get(character, character.upper())
    return int(ecodes.ecodes[f"KEY_{name}"])


class TypingScannerModel:
    """``by_number`` is the ALT mode. What a keyboard cannot type is left out, as scanners do."""

    baud = 115200

    def __init__(self, *, by_number: bool = False) -> None:
        self._by_number = by_number
        self._typing: list[tuple[float, bytes]] = []

    def power_up(self, now_s: float) -> None:
        """Plugged in anew: what was half typed is gone."""
        self._typing.clear()

    def show(self, code: bytes, now_s: float) -> None:
        """Somebody holds a code before the window: it is typed, with Enter behind it."""
        at_s = now_s + _SCAN_S
        for character in code.decode():
            at_s = self._type(character, at_s)
        self._press(ecodes.KEY_ENTER, at_s)

    def _type(self, character: str, at_s: float) -> float:
        if self._by_number:
            number = ord(character) if ord(character) < 128 else _code_page(character)
            keys = [int(ecodes.ecodes[f"KEY_KP{digit}"]) for digit in f"{number:03d}"]
            at_s = self._press(ecodes.KEY_NUMLOCK, at_s)
            return self._held(ecodes.KEY_LEFTALT, keys, at_s)
        if character in _SHIFTED:
            return self._held(ecodes.KEY_LEFTSHIFT, [_key(_SHIFTED[character])], at_s)
        if character.isupper():
            return self._held(ecodes.KEY_RIGHTSHIFT, [_key(character)], at_s)
        return self._press(_key(character), at_s) if character.isascii() else at_s

    def _held(self, modifier: int, keys: list[int], at_s: float) -> float:
        at_s = self._event(modifier, 1, at_s)
        for key in keys:
            at_s = self._press(key, at_s)
        return self._event(modifier, 0, at_s)

    def _press(self, key: int, at_s: float) -> float:
        return self._event(key, 0, self._event(key, 1, at_s))

    def _event(self, key: int, value: int, at_s: float) -> float:
        """One change of a key: its scan code, the key, and the mark behind a report."""
        seconds, micros = int(at_s), int(at_s % 1 * 1e6)
        self._typing.append(
            (
                at_s,
                b"".join(
                    struct.pack("<qqHHi", seconds, micros, *event)
                    for event in (
                        (ecodes.EV_MSC, ecodes.MSC_SCAN, 0x70000 + key),
                        (ecodes.EV_KEY, key, value),
                        (ecodes.EV_SYN, ecodes.SYN_REPORT, 0),
                    )
                ),
            )
        )
        return at_s + _EVENT_S

    def receive(self, data: bytes, now_s: float) -> None:
        """A keyboard hears nothing."""

    def advance(self, now_s: float) -> bytes:
        """Events that are due."""
        due = [data for at_s, data in self._typing if at_s <= now_s]
        del self._typing[: len(due)]
        return b"".join(due)

    def next_due_s(self) -> float | None:
        return self._typing[0][0] if self._typing else None


def _code_page(character: str) -> int:
    """The number that a scanner sets for Windows in Chinese: two bytes of GBK."""
    return int.from_bytes(character.encode("gbk", "replace"), "big")
