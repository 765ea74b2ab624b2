"""From a body to a signed, sealed envelope and back: what a kiosk submits, what a site accepts.

Owns what a record's signature covers: the canonical header bytes, then the sealed body. The header
is one JSON object, so its end is unambiguous. Must not store or send anything.
"""

from __future__ import annotations

from contracts.envelope import Envelope, Header, header_bytes
from contracts.record import AnyRecordBody
from contracts.sealing import SealingPrivateKey, SealingPublicKey, open_body, seal_body
from contracts.signing import Domain, SigningKey, VerifyKey


def seal_record(
    body: AnyRecordBody, header: Header, site_key: SealingPublicKey, signing_key: SigningKey
) -> Envelope:
    """Seal to the site and sign as this kiosk (about 0.25 ms). Raises `SealError`."""
    sealed = seal_body(body, header, site_key)
    signature = signing_key.sign(Domain.RECORD, header_bytes(header) + sealed)
    return Envelope(header, sealed, signature)


def verify_record(envelope: Envelope, kiosk_verify_key: VerifyKey) -> None:
    """Raises `SignatureRefused` unless this kiosk signed this header with this sealed body."""
    kiosk_verify_key.verify(
        Domain.RECORD, header_bytes(envelope.header) + envelope.sealed, envelope.signature
    )


def open_record(
    envelope: Envelope, site_private_key: SealingPrivateKey, kiosk_verify_key: VerifyKey
) -> AnyRecordBody:
    """Verify first, then open. Raises `SignatureRefused` or `SealError`."""
    verify_record(envelope, kiosk_verify_key)
    return open_body(envelope.sealed, envelope.header, site_private_key)
