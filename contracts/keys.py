"""Reading key texts. Owns the PEM boundary and key ids, shared by sealing and signing keys.

Must not touch files: PEM comes and goes as bytes. What the cryptography library raises on a broken
text leaves here as `KeyRefused`.
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key


class KeyRefused(Exception):
    """The text is not a key of the wanted kind. Never carries the text."""


def key_id(raw_public_key: bytes) -> str:
    """16 hexadecimal digits that name a public key; no secret."""
    return hashlib.sha256(raw_public_key).hexdigest()[:16]


def read_public_key(pem: bytes | str, wanted: str) -> PublicKeyTypes:
    """A public key of whatever kind; ``wanted`` names the kind in the error."""
    try:
        return load_pem_public_key(_as_bytes(pem))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyRefused(f"this is not a {wanted} in PEM form") from None


def read_private_key(pem: bytes | str, wanted: str) -> PrivateKeyTypes:
    """An unencrypted private key of whatever kind; ``wanted`` names the kind in the error."""
    try:
        return load_pem_private_key(_as_bytes(pem), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyRefused(f"this is not a {wanted} in PEM form without a password") from None


def other_kind(key: object, wanted: str) -> KeyRefused:
    """The error for a good key of another kind."""
    return KeyRefused(f"this PEM holds a {type(key).__name__}, wanted is a {wanted}")


def _as_bytes(pem: bytes | str) -> bytes:
    return pem.encode("utf-8", "replace") if isinstance(pem, str) else pem
