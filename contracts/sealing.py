"""Sealing of record bodies: HPKE (RFC 9180), X25519, HKDF-SHA256, ChaCha20-Poly1305, base mode.

Owns the site's sealing keys and the binding of a body to its header. Must not keep plaintext. The
single-shot call of the library has no additional data, so the canonical header bytes go into
``info``: a body opens only under the very header it was sealed with. Base mode is anonymous, anyone
with the public key can seal: who sealed is proved by the record's signature alone.
"""

from __future__ import annotations

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from contracts import keys
from contracts.decoding import NotReadable, decode
from contracts.envelope import MAX_SEALED_BYTES, SEAL_OVERHEAD_BYTES, Header, header_bytes
from contracts.record import AnyRecordBody

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
_INFO_TAG = b"ncs/1 record body\0"

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyRecordBody] = msgspec.json.Decoder(AnyRecordBody)


class SealError(Exception):
    """A body could not be sealed or opened. Carries nothing of the body."""


class SealingPublicKey:
    """What a kiosk holds of the site: enough to seal, not to open."""

    __slots__ = ("_key", "key_id")

    def __init__(self, key: X25519PublicKey) -> None:
        self._key = key
        self.key_id = keys.key_id(key.public_bytes_raw())

    @classmethod
    def from_pem(cls, pem: bytes | str) -> SealingPublicKey:
        """Raises `contracts.keys.KeyRefused`."""
        key = keys.read_public_key(pem, "X25519 public key")
        if not isinstance(key, X25519PublicKey):
            raise keys.other_kind(key, "X25519 public key")
        return cls(key)

    def to_pem(self) -> bytes:
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def seal(self, plaintext: bytes, info: bytes) -> bytes:
        return _SUITE.encrypt(plaintext, self._key, info)

    def __repr__(self) -> str:
        return f"SealingPublicKey({self.key_id})"


class SealingPrivateKey:
    """The coordinator's half; never on a kiosk. Prints its id only."""

    __slots__ = ("_key", "public_key")

    def __init__(self, key: X25519PrivateKey) -> None:
        self._key = key
        self.public_key = SealingPublicKey(key.public_key())

    @classmethod
    def generate(cls) -> SealingPrivateKey:
        return cls(X25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, pem: bytes | str) -> SealingPrivateKey:
        """Raises `contracts.keys.KeyRefused`. The PEM is PKCS #8 without a password."""
        key = keys.read_private_key(pem, "X25519 private key")
        if not isinstance(key, X25519PrivateKey):
            raise keys.other_kind(key, "X25519 private key")
        return cls(key)

    def to_pem(self) -> bytes:
        """PKCS #8 without a password: the caller keeps the file at mode 0600."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def key_id(self) -> str:
        return self.public_key.key_id

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """Raises `SealError` when key, info or a single bit of ``sealed`` is another."""
        try:
            return _SUITE.decrypt(sealed, self._key, info)
        except (InvalidTag, ValueError):
            raise SealError(
                f"key {self.key_id} does not open this body: it was sealed under another header"
                " or to another key, or it was changed"
            ) from None

    def __repr__(self) -> str:
        return f"SealingPrivateKey({self.key_id}, ***)"


def seal_body(body: AnyRecordBody, header: Header, public_key: SealingPublicKey) -> bytes:
    """Seal ``body`` under ``header``. What could not be read back is refused, not sealed.

    Raises `SealError` when the header names another key, a field has a value that no reader accepts
    (NaN becomes null in JSON), or the body is too long for an envelope.
    """
    if header.key_id != public_key.key_id:
        raise SealError(f"the header names key {header.key_id}, sealing is to {public_key.key_id}")
    plaintext = _encoder.encode(body)
    if len(plaintext) > MAX_SEALED_BYTES - SEAL_OVERHEAD_BYTES:
        raise SealError(f"a body of {len(plaintext)} bytes does not fit into an envelope")
    _decode(plaintext)
    return public_key.seal(plaintext, _info(header))


def open_body(sealed: bytes, header: Header, private_key: SealingPrivateKey) -> AnyRecordBody:
    """The body that was sealed under exactly ``header``. Raises `SealError`."""
    if header.key_id != private_key.key_id:
        raise SealError(f"sealed to key {header.key_id}, this key is {private_key.key_id}")
    return _decode(private_key.open(sealed, _info(header)))


def _info(header: Header) -> bytes:
    return _INFO_TAG + header_bytes(header)


def _decode(plaintext: bytes) -> AnyRecordBody:
    try:
        return decode(_decoder, plaintext)
    except NotReadable:
        raise SealError("the body is not a record of this schema version") from None
