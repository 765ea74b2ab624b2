"""Reading key texts. Owns the PEM boundary and key ids, shared by sealing and signing keys.

Must not touch files: PEM comes and goes as bytes. What the cryptography library raises on a broken
text leaves here as `KeyRefused`.
"""

from __future__ import annotations

import hashlib
from typing import TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

_Key = TypeVar("_Key")


class KeyRefused(Exception):
    """The text is not a key of the wanted kind. Never carries the text."""


def key_id(raw_public_key: bytes) -> str:
    """16 hexadecimal digits that name a public key; no secret."""
    return hashlib.sha256(raw_public_key).hexdigest()[:16]


def public_key(pem: bytes | str, kind: type[_Key], called: str) -> _Key:
    """A public key of exactly ``kind``; ``called`` names it in the error."""
    try:
        key = load_pem_public_key(_as_bytes(pem))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyRefused(f"this is not a {called} in PEM form") from None
    if not isinstance(key, kind):
        raise KeyRefused(f"this PEM holds a {type(key).__name__}, wanted is a {called}")
    return key


def private_key(pem: bytes | str, kind: type[_Key], called: str) -> _Key:
    """An unencrypted private key of exactly ``kind``."""
    try:
        key = load_pem_private_key(_as_bytes(pem), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyRefused(f"this is not a {called} in PEM form without a password") from None
    if not isinstance(key, kind):
        raise KeyRefused(f"this PEM holds a {type(key).__name__}, wanted is a {called}")
    return key


def _as_bytes(pem: bytes | str) -> bytes:
    return pem.encode("utf-8", "replace") if isinstance(pem, str) else pem
