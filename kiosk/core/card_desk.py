"""What the core makes of an ID card that was laid down.

Owns the questions to a card: may this kiosk take its kind, is its number well formed, has it
expired. Must not keep a number: what tells one card from another is a digest under a key of this
process. After a power cut that key is gone, and with it the memory of who used which card; a
person who checks in twice then is found by the coordinator.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection
from datetime import date

from contracts.record import CodeColour, DocumentKind, Person
from drivers.id_card_reader.card import IdCard, Validity
from drivers.id_card_reader.reader import CardTrouble
from firmware_bridge.codecs.ga450_text import CardLayout
from kiosk.flow.visit_state import AcceptedCode, Before, CodeAccepted, CodeRefused
from kiosk.identity.documents import check_document
from kiosk.identity.masking import mask_name, mask_number

SCHEME = "id-card"
_ID_BYTES = 16

_KINDS = {
    CardLayout.RESIDENT: DocumentKind.RESIDENT_ID,
    CardLayout.HKMT_PERMIT: DocumentKind.HKMT_RESIDENCE,
    CardLayout.FOREIGNER_2017: DocumentKind.OTHER,
    CardLayout.FOREIGNER_2023: DocumentKind.OTHER,
}
_NOTICES = {
    CardTrouble.NOT_READ: "notice.code-card-again",
    CardTrouble.WRONG_KIND: "notice.code-card-kind",
    CardTrouble.UNREADABLE: "notice.code-card-unreadable",
}


class CardDesk:
    """Turns cards into events of the visit. A card knows no health: its colour is unknown."""

    def __init__(
        self, layouts: Collection[CardLayout], before: Callable[[Person], Before | None]
    ) -> None:
        self._layouts = frozenset(layouts)
        self._before = before
        self._salt = os.urandom(16)

    def refuse(self, why: CardTrouble) -> CodeRefused:
        """A card was there that gave no identity."""
        return CodeRefused(_NOTICES[why])

    def read(self, card: IdCard, today: date) -> CodeAccepted | CodeRefused:
        """Judge one card. ``today`` is by the wall clock, set or not.

        A clock that nobody set runs behind: what it calls expired has expired, while "not yet
        valid" and "born in the future" prove nothing and are not asked.
        """
        if card.layout not in self._layouts:
            return self.refuse(CardTrouble.WRONG_KIND)
        document = check_document(_KINDS[card.layout], card.number)
        validity = card.validity(today)
        if not document.valid or validity is Validity.UNKNOWN:
            return self.refuse(CardTrouble.UNREADABLE)
        if validity is Validity.EXPIRED:
            return CodeRefused("notice.code-card-expired")
        person = Person(
            name=card.name, document_kind=document.kind, document_number=document.number
        )
        return CodeAccepted(
            AcceptedCode(
                person=person,
                code_id=self._card_id(person),
                scheme=SCHEME,
                colour=CodeColour.UNKNOWN,
                masked_name=mask_name(person.name),
                masked_number=mask_number(person.document_number),
                before=self._before(person),
            )
        )

    def _card_id(self, person: Person) -> str:
        """The ledger keeps a plain digest of it: without the salt numbers could be tried out."""
        text = f"{person.document_kind}\0{person.document_number}".encode()
        return "card-" + hashlib.blake2b(text, key=self._salt, digest_size=_ID_BYTES).hexdigest()
