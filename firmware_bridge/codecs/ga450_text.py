"""The 256 bytes of text on an ID card, in its four layouts (GA/T 490 and what came after).

Owns where a field stands. The UTF-16 unit at offset 248 names the layout; an unknown one is
refused, never read as a resident's. Only what a check-in needs is taken out: address, ethnic group
and issuer stay where they are.

The letters of the layouts differ in how well they are known: that of 2017 is published twice, 'J'
is only believed, 'Y' has a single source. Which layouts a kiosk takes is therefore a setting.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from firmware_bridge.codecs.ga450 import TEXT_BYTES


class CardLayout(StrEnum):
    RESIDENT = "resident"
    HKMT_PERMIT = "hkmt-permit"
    FOREIGNER_2017 = "foreigner-2017"
    FOREIGNER_2023 = "foreigner-2023"


class TextProblem(StrEnum):
    """Why a card's text is not taken."""

    LENGTH = "it does not have 256 bytes"
    UNKNOWN_TYPE = "its type letter is not known"
    NOT_TEXT = "a field holds bytes that are no writing"


class CardFields(Struct, frozen=True, gc=False):
    """As they stand on the card, without their padding. Personal: prints masked.

    ``sex`` is "1" or "2"; dates are eight digits; ``valid_to`` may be the word 长期.
    """

    layout: CardLayout
    name: str
    latin_name: str
    number: str
    sex: str
    birth: str
    valid_from: str
    valid_to: str

    def __repr__(self) -> str:
        return f"CardFields({self.layout}, ***)"


class _At(NamedTuple):
    offset: int
    size: int


class _Places(NamedTuple):
    """Byte ranges; a name in several parts has several."""

    name: _At
    latin_name: tuple[_At, ...]
    number: _At
    sex: _At
    birth: _At
    valid_from: _At
    valid_to: _At


_TYPE = _At(248, 2)
_DATES = (_At(188, 16), _At(204, 16))
_RESIDENT = _Places(_At(0, 30), (), _At(122, 36), _At(30, 2), _At(36, 16), *_DATES)
_PLACES: dict[CardLayout, _Places] = {
    CardLayout.RESIDENT: _RESIDENT,
    CardLayout.HKMT_PERMIT: _RESIDENT,
    CardLayout.FOREIGNER_2017: _Places(
        _At(158, 30), (_At(0, 120),), _At(122, 30), _At(120, 2), _At(220, 16), *_DATES
    ),
    CardLayout.FOREIGNER_2023: _RESIDENT._replace(latin_name=(_At(52, 70), _At(220, 22))),
}
_LAYOUT_OF = {
    " ": CardLayout.RESIDENT,
    "J": CardLayout.HKMT_PERMIT,
    "I": CardLayout.FOREIGNER_2017,
    "Y": CardLayout.FOREIGNER_2023,
}
_PADDING = " \0"
_NO_WRITING = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Control, direction and line characters. Private-use ones are writing: rare names need them."""


def read_text(text: bytes) -> CardFields | TextProblem:
    """The fields of one card, whatever ``text`` holds."""
    if len(text) != TEXT_BYTES:
        return TextProblem.LENGTH
    layout = _LAYOUT_OF.get(text[_TYPE.offset : _TYPE.offset + _TYPE.size].decode("latin-1")[:1])
    if layout is None or text[_TYPE.offset + 1]:
        return TextProblem.UNKNOWN_TYPE
    places = _PLACES[layout]
    try:
        return CardFields(
            layout=layout,
            name=_field(text, places.name),
            latin_name=_field(text, *places.latin_name),
            number=_field(text, places.number),
            sex=_field(text, places.sex),
            birth=_field(text, places.birth),
            valid_from=_field(text, places.valid_from),
            valid_to=_field(text, places.valid_to),
        )
    except ValueError:
        return TextProblem.NOT_TEXT


def _field(text: bytes, *places: _At) -> str:
    """Raises ValueError for half a surrogate pair and for characters that are no writing."""
    raw = b"".join(text[at.offset : at.offset + at.size] for at in places)
    value = raw.decode("utf-16-le").strip(_PADDING)
    if any(unicodedata.category(letter) in _NO_WRITING for letter in value):
        raise ValueError("control characters")
    return value
