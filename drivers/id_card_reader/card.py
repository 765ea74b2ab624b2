"""From the fields of a card to a card with dates, or the one reason why it is none.

Owns the reading of dates, the word 长期 among them. Must not judge numbers: that is
`kiosk.identity.documents`, at the kiosk's side.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from firmware_bridge.codecs.ga450_text import CardFields, CardLayout

LONG_TERM = "长期"


class Validity(StrEnum):
    """Unknown is not valid: a card without dates says nothing of today."""

    VALID = "valid"
    NOT_YET = "not-yet"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class CardProblem(StrEnum):
    """Why a card that was read is none."""

    NO_NAME = "it has no name"
    NO_NUMBER = "it has no number"
    BAD_DATE = "one of its dates is in no calendar"


@dataclass(frozen=True, slots=True)
class IdCard:
    """What a check-in needs of a card. Personal: prints masked.

    ``valid_to`` is the last valid day; None when the card says 长期 (``long_term``) or nothing.
    """

    layout: CardLayout
    name: str = field(repr=False)
    number: str = field(repr=False)
    born: date | None = field(repr=False)
    valid_from: date | None = field(repr=False)
    valid_to: date | None = field(repr=False)
    long_term: bool = field(repr=False)

    def validity(self, today: date) -> Validity:
        """On ``today``, first and last day included."""
        if self.valid_to is not None and today > self.valid_to:
            return Validity.EXPIRED
        if self.valid_from is not None and today < self.valid_from:
            return Validity.NOT_YET
        if self.valid_from is None or (self.valid_to is None and not self.long_term):
            return Validity.UNKNOWN
        return Validity.VALID


def make_card(fields: CardFields) -> IdCard | CardProblem:
    """The name is the Chinese one where there is one."""
    name = fields.name or fields.latin_name
    if not name:
        return CardProblem.NO_NAME
    if not fields.number:
        return CardProblem.NO_NUMBER
    long_term = fields.valid_to == LONG_TERM
    try:
        return IdCard(
            layout=fields.layout,
            name=name,
            number=fields.number,
            born=_day(fields.birth),
            valid_from=_day(fields.valid_from),
            valid_to=None if long_term else _day(fields.valid_to),
            long_term=long_term,
        )
    except ValueError:
        return CardProblem.BAD_DATE


def _day(text: str) -> date | None:
    """From eight digits; None for nothing. Raises ValueError."""
    if not text:
        return None
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        raise ValueError("a date has eight digits")
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
