"""A bundle: up to 500 envelopes of one kiosk in one message, under one signature.

Owns its bytes. Must not look into envelopes beyond their heads: the coordinator stores records as
they came and opens them later. One signature for many records keeps the price of a record near
5 µs; each record carries its own signature too, which outlives the bundle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from contracts.decoding import NotReadable, decode
from contracts.envelope import MAX_ENVELOPE_BYTES, EnvelopeError, RecordHead, read_head
from contracts.field_types import Epoch, KioskId
from contracts.signed_text import sign_text, split_text
from contracts.signing import Domain, SignatureRefused, SigningKey, VerifyKey

MAX_BUNDLE_RECORDS = 500
MAX_BUNDLE_BYTES = MAX_BUNDLE_RECORDS * (MAX_ENVELOPE_BYTES + 1) + 512


class BundleRefused(Exception):
    """``reason`` is a sentence for the log; it carries nothing of the records."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class BundleBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The JSON after the signature. Each record stands there byte for byte as in the ledger."""

    kiosk: KioskId
    epoch: Epoch
    records: Annotated[tuple[msgspec.Raw, ...], Meta(min_length=1, max_length=MAX_BUNDLE_RECORDS)]


@dataclass(frozen=True, slots=True)
class BundledRecord:
    """``raw`` is the envelope as the kiosk committed it."""

    head: RecordHead
    raw: bytes


@dataclass(frozen=True, slots=True)
class Bundle:
    """Verified: this kiosk sent these records; sequences ascend, gaps are possible."""

    kiosk: str
    epoch: str
    records: tuple[BundledRecord, ...]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(BundleBody)


def encode_bundle(
    raw_envelopes: Sequence[bytes], *, kiosk: str, epoch: str, signing_key: SigningKey
) -> bytes:
    """Envelopes of one kiosk and epoch, ascending, as one message. Raises `BundleRefused`."""
    if not 1 <= len(raw_envelopes) <= MAX_BUNDLE_RECORDS:
        raise BundleRefused(
            f"a bundle holds 1 to {MAX_BUNDLE_RECORDS} records, not {len(raw_envelopes)}"
        )
    _read_records(raw_envelopes, kiosk, epoch)
    body = BundleBody(
        kiosk=kiosk, epoch=epoch, records=tuple(msgspec.Raw(raw) for raw in raw_envelopes)
    )
    return sign_text(Domain.BUNDLE, _encoder.encode(body), signing_key)


def decode_bundle(payload: bytes, verify_key_of: Callable[[str], VerifyKey | None]) -> Bundle:
    """Check size, form, signature and that every record is of this kiosk and epoch.

    ``verify_key_of`` gives the key of an enrolled kiosk, None for others. Raises `BundleRefused`.
    """
    if len(payload) > MAX_BUNDLE_BYTES:
        raise BundleRefused(
            f"a bundle has at most {MAX_BUNDLE_BYTES} bytes, this has {len(payload)}"
        )
    try:
        signature, signed = split_text(payload)
        body = decode(_decoder, signed)
    except (SignatureRefused, NotReadable) as error:
        raise BundleRefused(f"this is not a bundle: {error}") from None
    verify_key = verify_key_of(body.kiosk)
    if verify_key is None:
        raise BundleRefused(f"kiosk {body.kiosk} is not enrolled at this site")
    try:
        verify_key.verify(Domain.BUNDLE, signed, signature)
    except SignatureRefused as error:
        raise BundleRefused(f"kiosk {body.kiosk} did not sign this bundle: {error}") from None
    records = _read_records([bytes(raw) for raw in body.records], body.kiosk, body.epoch)
    return Bundle(body.kiosk, body.epoch, records)


def _read_records(
    raw_envelopes: Sequence[bytes], kiosk: str, epoch: str
) -> tuple[BundledRecord, ...]:
    try:
        records = tuple(BundledRecord(read_head(raw), raw) for raw in raw_envelopes)
    except EnvelopeError as error:
        raise BundleRefused(f"the bundle holds what is not a record: {error}") from None
    for record in records:
        if record.head.kiosk != kiosk or record.head.epoch != epoch:
            raise BundleRefused(
                f"record {record.head.seq} is of another kiosk or epoch than its bundle"
            )
    for earlier, later in pairwise(records):
        if earlier.head.seq >= later.head.seq:
            raise BundleRefused(f"record {later.head.seq} does not ascend from the one before")
    return records
