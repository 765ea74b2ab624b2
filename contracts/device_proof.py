"""The signed result of a device's selftest: what was tried on which device, and what came back.

Owns the form of a proof and its signature, made by the kiosk in a domain of its own. Names devices
and random texts only, never a person. A failed test is signed, too: it is as much worth knowing.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from contracts.decoding import NotReadable, decode
from contracts.field_types import KioskId
from contracts.signed_text import decode_base64url, encode_base64url
from contracts.signing import Domain, SignatureRefused, SigningKey, VerifyKey

MAX_PROOF_BYTES = 16 * 1024
Text = Annotated[str, Meta(max_length=256)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$(?!\\n)")]


class PrinterProof(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One test page: printed, confirmed by the printer (None: it cannot say), read back.

    ``code`` and ``challenge`` were drawn by chance for this page; ``passed`` when both came back.
    ``about`` is what the printer says of itself; ``seen_by`` is ``picture`` or ``camera``.
    """

    device: Literal["printer"] = "printer"
    kiosk: KioskId
    at: Text
    about: Text
    language: Text
    template: Text
    job_sha256: Sha256
    code: Text
    challenge: Text
    confirmed: bool | None
    seen_by: Text
    read_back: tuple[Text, ...]
    passed: bool


class _SignedProof(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    proof: PrinterProof
    key_id: Text
    signature: Text


_decoder = msgspec.json.Decoder(_SignedProof)


def sign_proof(proof: PrinterProof, key: SigningKey) -> bytes:
    """One line of JSON: the proof, the id of the kiosk's key and its signature."""
    signature = encode_base64url(key.sign(Domain.DEVICE_PROOF, _signed_bytes(proof)))
    signed = _SignedProof(proof=proof, key_id=key.key_id, signature=signature.decode("ascii"))
    return msgspec.json.encode(signed) + b"\n"


def open_proof(text: bytes, key: VerifyKey) -> PrinterProof:
    """The proof when ``key`` signed it. Raises `SignatureRefused` for anything else."""
    if len(text) > MAX_PROOF_BYTES:
        raise SignatureRefused(f"a device proof has at most {MAX_PROOF_BYTES} bytes")
    try:
        signed = decode(_decoder, text)
    except NotReadable as error:
        raise SignatureRefused(f"this is not a device proof: {error}") from None
    signature = decode_base64url(signed.signature.encode("utf-8", "replace"))
    if signature is None:
        raise SignatureRefused("the signature of this device proof is not readable")
    key.verify(Domain.DEVICE_PROOF, _signed_bytes(signed.proof), signature)
    return signed.proof


def _signed_bytes(proof: PrinterProof) -> bytes:
    """All fields in the order of the type: one form only, whatever the file's blanks."""
    return msgspec.json.encode(proof)
