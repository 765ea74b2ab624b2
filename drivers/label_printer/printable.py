"""What of a text may be printed. A name may hold anything; a label holds letters only.

Owns the cleaning of texts that come from people and cards. All text reaches the printer as dots,
so no character can command it; this keeps invisible ones from becoming boxes, turning lines round
(bidirectional marks) or hiding letters.
"""

from __future__ import annotations

import unicodedata

_BLANK = frozenset({"Zs", "Zl", "Zp"})
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs"})
_SPACING_CONTROLS = frozenset("\t\n\v\f\r")


def printable(text: str) -> str:
    """``text`` in composed form, without control and format characters, blanks made one space.

    Variation selectors go too: the face of the label has one form of a character.
    """
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(_letters(letter) for letter in composed).split())


def is_printable(text: str) -> bool:
    """Nothing in ``text`` would be left out or changed."""
    return printable(text) == text


def _letters(letter: str) -> str:
    kind = unicodedata.category(letter)
    if letter in _SPACING_CONTROLS or kind in _BLANK:
        return " "
    if kind in _UNPRINTABLE or _selects_a_form(letter):
        return ""
    return letter


def _selects_a_form(letter: str) -> bool:
    return "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"
