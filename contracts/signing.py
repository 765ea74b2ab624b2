"""Ed25519 signatures with one domain for each kind of message.

Owns the domain tags: a signature made for one kind never verifies for another, whatever the bytes.
Must not know any message. Signing costs about 0.1 ms, verifying about 0.25 ms (x86).
"""

from __future__ import annotations

from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from contracts import keys

SIGNATURE_BYTES = 64


class Domain(StrEnum):
    """What is signed. The value is part of the signed bytes: never change one."""

    RECORD = "record"
    BUNDLE = "bundle"
    ACKNOWLEDGEMENT = "acknowledgement"
    REGISTRATION = "registration"
    DEVICE_PROOF = "device-proof"
    CALIBRATION = "calibration"


class SignatureRefused(Exception):
    """The signature is not by this key over these bytes in this domain."""


class VerifyKey:
    """The public half: a kiosk's at the coordinator, the coordinator's at the kiosk."""

    __slots__ = ("_key", "key_id")

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        self.key_id = keys.key_id(key.public_bytes_raw())

    @classmethod
    def from_pem(cls, pem: bytes | str) -> VerifyKey:
        """Raises `contracts.keys.KeyRefused`."""
        key = keys.read_public_key(pem, "Ed25519 public key")
        if not isinstance(key, Ed25519PublicKey):
            raise keys.other_kind(key, "Ed25519 public key")
        return cls(key)

    def to_pem(self) -> bytes:
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def verify(self, domain: Domain, data: bytes, signature: bytes) -> None:
        """Return when it is ours; raise `SignatureRefused` when it is not."""
        try:
            self._key.verify(signature, _tagged(domain, data))
        except InvalidSignature:
            raise SignatureRefused(
                f"the {domain} signature is not by key {self.key_id}, or the bytes were changed"
            ) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerifyKey) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self.key_id)

    def __repr__(self) -> str:
        return f"VerifyKey({self.key_id})"


class SigningKey:
    """The private half. Prints its id only."""

    __slots__ = ("_key", "verify_key")

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.verify_key = VerifyKey(key.public_key())

    @classmethod
    def generate(cls) -> SigningKey:
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, pem: bytes | str) -> SigningKey:
        """Raises `contracts.keys.KeyRefused`. The PEM is PKCS #8 without a password."""
        key = keys.read_private_key(pem, "Ed25519 private key")
        if not isinstance(key, Ed25519PrivateKey):
            raise keys.other_kind(key, "Ed25519 private key")
        return cls(key)

    def to_pem(self) -> bytes:
        """PKCS #8 without a password: the caller keeps the file at mode 0600."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def key_id(self) -> str:
        return self.verify_key.key_id

    def sign(self, domain: Domain, data: bytes) -> bytes:
        """`SIGNATURE_BYTES` over domain and data; deterministic."""
        return self._key.sign(_tagged(domain, data))

    def __repr__(self) -> str:
        return f"SigningKey({self.key_id}, ***)"


def _tagged(domain: Domain, data: bytes) -> bytes:
    """NUL ends the tag: no tag is a prefix of another tag with data."""
    return b"ncs/1 " + domain.value.encode("ascii") + b"\0" + data
