"""One line of ASCII-safe form for what a party signs as a whole: ``SIGNATURE.JSON``.

Owns the framing. The signature covers the JSON bytes as they stand, so nothing has to be brought
into a canonical form before it is verified, and nothing unsigned is ever parsed by `open_text`.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from contracts.signing import SIGNATURE_BYTES, Domain, SignatureRefused, SigningKey, VerifyKey

_SIGNATURE_CHARACTERS = 86  # 64 bytes in base64url without padding
_DOT = _SIGNATURE_CHARACTERS


def sign_text(domain: Domain, body: bytes, signing_key: SigningKey) -> bytes:
    """``body`` with its signature in front."""
    return encode_base64url(signing_key.sign(domain, body)) + b"." + body


def split_text(payload: bytes) -> tuple[bytes, bytes]:
    """Signature and body, nothing verified. Raises `SignatureRefused` when there is none."""
    signature = decode_base64url(payload[:_DOT])
    if payload[_DOT : _DOT + 1] != b"." or signature is None or len(signature) != SIGNATURE_BYTES:
        raise SignatureRefused("there is no signature in front of the text")
    return signature, payload[_DOT + 1 :]


def open_text(domain: Domain, payload: bytes, verify_key: VerifyKey) -> bytes:
    """The body, when ``verify_key`` signed it in ``domain``. Raises `SignatureRefused`."""
    signature, body = split_text(payload)
    verify_key.verify(domain, body, signature)
    return body


def encode_base64url(data: bytes) -> bytes:
    """Without padding."""
    return urlsafe_b64encode(data).rstrip(b"=")


def decode_base64url(text: bytes) -> bytes | None:
    """The bytes, or None unless ``text`` is exactly what `encode_base64url` makes of them."""
    try:
        data = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    return data if encode_base64url(data) == text else None
