"""When a card on the reader counts: once each time that it is laid down.

Owns lifting. Most readers find nothing after a good read until the card is lifted; some find the
same card for ever. So after a card has counted, the same one counts again only when the reader has
found no card for a while. Of a card that has counted only a keyed digest stays, in memory.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum

from drivers.id_card_reader.card import IdCard, make_card
from firmware_bridge.codecs.ga450 import STATUS_NO_CARD, CardText, ReaderAnswer
from firmware_bridge.codecs.ga450_dialogue import ReadLost
from firmware_bridge.codecs.ga450_text import CardFields, TextProblem, read_text

LIFTED_AFTER_S = 0.5
"""Found nothing for so long: the card is gone. A single miss is only bad radio."""
SILENCE_S = 1.0
"""Two misses so far apart have something unknown between them."""
TROUBLE_GAP_S = 3.0
"""A card that cannot be read is told about once, not at every attempt."""

_WRONG_CARD = frozenset({0x40, 0x91})
_NOT_READ = frozenset({0x31, 0x32, 0x33, 0x41, 0x47, 0x81})
_UNFIT = frozenset({0x60, 0x66})


class CardTrouble(StrEnum):
    """Why a card that was laid down gave no identity."""

    NOT_READ = "not-read"
    WRONG_KIND = "wrong-kind"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class CardLaid:
    """A card counts. ``at_s`` is CLOCK_MONOTONIC of its last byte."""

    card: IdCard
    at_s: float


@dataclass(frozen=True, slots=True)
class CardRefused:
    """A card was laid down and cannot count."""

    why: CardTrouble


class IdCardReader:
    """Feed it what the reader's link brings."""

    def __init__(self) -> None:
        self._salt = os.urandom(16)
        self._held = b""
        self._missing_since_s: float | None = None
        self._missed_s = float("-inf")
        self._lifted = True
        self._troubled_until_s = float("-inf")
        self._unfit = False

    @property
    def unfit(self) -> bool:
        """The reader itself says that it cannot work: self-test failed, or not authorised."""
        return self._unfit

    def link_opened(self) -> None:
        """The reader came (back), perhaps with a card still on it: that one was counted before."""
        self._lifted = False
        self._missing_since_s = None
        self._unfit = False

    def feed(self, frame: ReaderAnswer | CardText | ReadLost) -> list[CardLaid | CardRefused]:
        """What ``frame`` tells; nothing for all that is only conversation."""
        if isinstance(frame, CardText):
            self._unfit = False
            return self._card(frame)
        if isinstance(frame, ReadLost):
            return self._trouble(CardTrouble.NOT_READ, frame.at_s)
        self._unfit = frame.status in _UNFIT
        if frame.status == STATUS_NO_CARD:
            self._missing(frame.at_s)
            return []
        self._missing_since_s = None
        if frame.status in _WRONG_CARD:
            return self._trouble(CardTrouble.WRONG_KIND, frame.at_s)
        if frame.status in _NOT_READ:
            return self._trouble(CardTrouble.NOT_READ, frame.at_s)
        return []

    def _missing(self, at_s: float) -> None:
        silent, self._missed_s = at_s - self._missed_s > SILENCE_S, at_s
        if self._missing_since_s is None or silent:
            self._missing_since_s = at_s
        elif at_s - self._missing_since_s >= LIFTED_AFTER_S:
            self._lifted = True
            self._troubled_until_s = float("-inf")

    def _card(self, frame: CardText) -> list[CardLaid | CardRefused]:
        digest = hashlib.blake2b(frame.text, key=self._salt).digest()
        lying = digest == self._held and not self._lifted
        self._held, self._lifted, self._missing_since_s = digest, False, None
        if lying:
            return []
        fields = read_text(frame.text)
        card = make_card(fields) if isinstance(fields, CardFields) else fields
        if isinstance(card, IdCard):
            return [CardLaid(card, frame.at_s)]
        strange = card is TextProblem.UNKNOWN_TYPE
        return [CardRefused(CardTrouble.WRONG_KIND if strange else CardTrouble.UNREADABLE)]

    def _trouble(self, why: CardTrouble, at_s: float) -> list[CardLaid | CardRefused]:
        if at_s < self._troubled_until_s:
            return []
        self._troubled_until_s = at_s + TROUBLE_GAP_S
        return [CardRefused(why)]
