"""The site's own registration code: what a resident's phone shows as a QR code.

Owns its text: ``NCS1.`` and base64url of signature and a compact JSON list. It is signed, not
sealed: the resident holds it. Nothing is parsed before the signature is proved.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from contracts.decoding import NotReadable, decode
from contracts.field_types import Token
from contracts.record import CodeColour, DocumentKind
from contracts.signed_text import decode_base64url, encode_base64url
from contracts.signing import SIGNATURE_BYTES, Domain, SignatureRefused, SigningKey, VerifyKey

SCHEME = "ncs1"  # as `contracts.record.CheckedIn.code_scheme` names it
PREFIX = "NCS1."
MAX_CODE_CHARACTERS = 1_200

# No control characters, line separators or marks that turn the direction of writing.
_PLAIN = r"^[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]*$(?!\n)"


class CodeRefusal(StrEnum):
    """Why a text is not a registration code that counts."""

    NOT_OURS = "not-ours"  # some other code; nothing is wrong with it
    DAMAGED = "damaged"
    FORGED = "forged"  # no key of this site signed it
    EXPIRED = "expired"
    CLOCK_UNKNOWN = "clock-unknown"  # genuine, but this kiosk does not know what time it is


class RegistrationRefused(Exception):
    """Only ``reason`` is known; nothing of the code is kept."""

    def __init__(self, reason: CodeRefusal) -> None:
        super().__init__(f"the registration code is refused: {reason}")
        self.reason = reason


class RegistrationCode(
    Struct, frozen=True, kw_only=True, array_like=True, forbid_unknown_fields=True
):
    """One resident's registration. ``expires_at`` is in Unix seconds. Prints masked.

    ``household`` groups a family; empty for a person alone.
    """

    id: Token
    name: Annotated[str, Meta(min_length=1, max_length=60, pattern=_PLAIN)]
    document_kind: DocumentKind
    document_number: Annotated[str, Meta(min_length=1, max_length=30, pattern=_PLAIN)]
    phone: Annotated[str, Meta(max_length=20, pattern=_PLAIN)] = ""
    household: Annotated[str, Meta(max_length=40, pattern=_PLAIN)] = ""
    colour: CodeColour = CodeColour.UNKNOWN
    expires_at: Annotated[int, Meta(ge=0, le=2**53 - 1)]

    def __repr__(self) -> str:
        return "RegistrationCode(***)"

    __str__ = __repr__


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(RegistrationCode)


def issue_registration_code(code: RegistrationCode, signing_key: SigningKey) -> str:
    """The text for the QR code. Raises `RegistrationRefused` (DAMAGED) on what no kiosk would read.

    A usual code has about 280 characters.
    """
    body = _encoder.encode(code)
    _decode(body)
    signed = signing_key.sign(Domain.REGISTRATION, body) + body
    text = PREFIX + encode_base64url(signed).decode("ascii")
    if len(text) > MAX_CODE_CHARACTERS:
        raise RegistrationRefused(CodeRefusal.DAMAGED)
    return text


def read_registration_code(
    text: str, verify_keys: Iterable[VerifyKey], now_unix_s: float | None
) -> RegistrationCode:
    """The registration, when one of ``verify_keys`` signed it and it has not expired.

    ``now_unix_s`` None means the clock is not to be trusted. Raises `RegistrationRefused`.
    """
    if not text.startswith(PREFIX):
        raise RegistrationRefused(CodeRefusal.NOT_OURS)
    if len(text) > MAX_CODE_CHARACTERS or not text.isascii():
        raise RegistrationRefused(CodeRefusal.DAMAGED)
    signed = decode_base64url(text[len(PREFIX) :].encode("ascii"))
    if signed is None or len(signed) <= SIGNATURE_BYTES:
        raise RegistrationRefused(CodeRefusal.DAMAGED)
    signature, body = signed[:SIGNATURE_BYTES], signed[SIGNATURE_BYTES:]
    if not any(_signed_by(key, body, signature) for key in verify_keys):
        raise RegistrationRefused(CodeRefusal.FORGED)
    code = _decode(body)
    if now_unix_s is None:
        raise RegistrationRefused(CodeRefusal.CLOCK_UNKNOWN)
    if not now_unix_s < code.expires_at:
        raise RegistrationRefused(CodeRefusal.EXPIRED)
    return code


def _signed_by(key: VerifyKey, body: bytes, signature: bytes) -> bool:
    try:
        key.verify(Domain.REGISTRATION, body, signature)
    except SignatureRefused:
        return False
    return True


def _decode(body: bytes) -> RegistrationCode:
    try:
        return decode(_decoder, body)
    except NotReadable:
        raise RegistrationRefused(CodeRefusal.DAMAGED) from None
