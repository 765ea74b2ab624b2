"""What the core makes of the codes that the camera saw.

Owns the memory of which code is still being held up, so that one showing is one event. Must not
keep a text: only a digest of the last one stays, in memory. Two different codes in view are never
guessed between.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from contracts.record import Person
from contracts.registration_code import SCHEME
from contracts.signing import VerifyKey
from contracts.tube_number import TubeNumber, TubeNumberError
from kiosk.flow.visit_state import (
    AcceptedCode,
    Before,
    CodeAccepted,
    CodeRefused,
    LabelSeen,
)
from kiosk.identity import health_code
from kiosk.identity.masking import mask_name, mask_number
from kiosk.ipc.messages import CodeSeen, SeenCode, Symbology

LINGERS_S = 2.5
"""The camera repeats a code that stays in view about once a second; after this it was away."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Questions to the ledger: where a person is bound already, whether a code was used."""

    before: Callable[[Person], Before | None]
    used: Callable[[str], bool]


class CodeDesk:
    """Turns sightings into events of the visit."""

    def __init__(self, verify_keys: Sequence[VerifyKey], lookup: Lookup) -> None:
        self._verify_keys = tuple(verify_keys)
        self._lookup = lookup
        self._salt = os.urandom(16)
        self._held = b""
        self._held_until_s = 0.0

    def labels(self, seen: CodeSeen) -> list[LabelSeen]:
        """The tube labels in view, each once. Other bars mean nothing here."""
        tubes = set()
        for code in seen.codes:
            if code.symbology is Symbology.CODE_128 and not code.binary and not code.too_long:
                try:
                    tubes.add(TubeNumber.parse(code.text).text)
                except TubeNumberError:
                    continue
        return [LabelSeen(tube) for tube in sorted(tubes)]

    def keep_holding(self, seen: CodeSeen, now_s: float) -> None:
        """A code is in view while nobody asked for one: what was answered stays answered."""
        codes = [code for code in seen.codes if code.symbology is Symbology.QR]
        if codes and self._digest(codes) == self._held:
            self._held_until_s = now_s + LINGERS_S

    def read(
        self, seen: CodeSeen, now_s: float, wall_unix_s: float
    ) -> CodeAccepted | CodeRefused | None:
        """The registration code in view; None when there is none or it was answered already.

        Expiry goes by the wall clock, set or not: one that nobody set runs behind, so what it calls
        expired has expired. What it lets pass carries a flag in its record.
        """
        codes = [code for code in seen.codes if code.symbology is Symbology.QR]
        if not codes:
            return None
        digest = self._digest(codes)
        lingering = digest == self._held and now_s < self._held_until_s
        self._held, self._held_until_s = digest, now_s + LINGERS_S
        if lingering:
            return None
        results = [self._one(code, wall_unix_s) for code in codes]
        accepted = {one.code.code_id: one for one in results if isinstance(one, CodeAccepted)}
        if len(accepted) > 1:
            return CodeRefused("notice.two-codes")
        return next(iter(accepted.values()), results[0])

    def _one(self, code: SeenCode, wall_unix_s: float) -> CodeAccepted | CodeRefused:
        result = health_code.read_code(
            code.text,
            binary=code.binary,
            too_long=code.too_long,
            verify_keys=self._verify_keys,
            now_unix_s=wall_unix_s,
        )
        if isinstance(result, health_code.CodeRefused):
            return CodeRefused(result.notice)
        registration = result.code
        person = Person(
            name=registration.name,
            document_kind=registration.document_kind,
            document_number=registration.document_number,
            phone=registration.phone,
        )
        before = self._lookup.before(person)
        if before is None and self._lookup.used(registration.id):
            return CodeRefused("notice.code-used")
        return CodeAccepted(
            AcceptedCode(
                person=person,
                code_id=registration.id,
                scheme=SCHEME,
                colour=registration.colour,
                masked_name=mask_name(registration.name),
                masked_number=mask_number(registration.document_number),
                before=before,
            )
        )

    def _digest(self, codes: Sequence[SeenCode]) -> bytes:
        """Keyed by a salt of this process: nothing of the text can be found out from it."""
        text = "\0".join(sorted(f"{code.too_long}{code.binary}{code.text}" for code in codes))
        return hashlib.blake2b(text.encode("utf-8", "replace"), key=self._salt).digest()
