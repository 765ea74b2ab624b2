"""The envelope of one record: a clear header, a sealed body, a signature.

Owns the bytes of an envelope and their bounds. Must not seal, open, sign or verify: see
`contracts.record_sealing`. The wire form is one flat JSON object with CloudEvents attribute names,
the header's fields in declared order, then ``data_base64`` (the sealed body) and ``signature``:
exactly one byte string stands for an envelope, anything else is refused, so that neither a proxy
nor a thief can make two of one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from contracts.decoding import NotReadable, decode
from contracts.field_types import Epoch, KeyId, KioskId, Seq, Token, WallTime
from contracts.record import SCHEMA_VERSION
from contracts.signing import SIGNATURE_BYTES

MAX_ENVELOPE_BYTES = 8 * 1024
MAX_SEALED_BYTES = 5 * 1024
SEAL_OVERHEAD_BYTES = 48  # HPKE X25519 encapsulated key 32, Poly1305 tag 16


class EnvelopeError(Exception):
    """The bytes are not an envelope. The sentence carries no content of it."""


class ClockSync(StrEnum):
    """How far the kiosk's wall clock can be trusted."""

    NONE = "none"
    RTC = "rtc"
    NTP = "ntp"


class Clock(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the record was made. ``boottime_ms`` is CLOCK_BOOTTIME. Order is by sequence alone."""

    wall: WallTime
    boottime_ms: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    boot_id: Token
    sync: ClockSync


class Header(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What everybody on the way may read: routing and order, no person. Bound to the sealed body.

    ``id`` is unique over all records of all kiosks, ``time`` equals ``clock.wall``, ``key_id``
    names the site key that the body is sealed to.
    """

    specversion: Literal["1.0"] = "1.0"
    id: Token
    source: Annotated[str, Meta(min_length=1, max_length=64)]
    type: Literal["site.kiosk.record"] = "site.kiosk.record"
    time: WallTime
    datacontenttype: Literal["application/vnd.sampling-site.sealed+json"] = (
        "application/vnd.sampling-site.sealed+json"
    )
    schema_version: Annotated[int, Meta(ge=1, le=SCHEMA_VERSION)] = SCHEMA_VERSION
    kiosk: KioskId
    epoch: Epoch
    seq: Seq
    key_id: KeyId
    clock: Clock


class WireEnvelope(Header, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The JSON object as it travels: the header's fields, then these two."""

    data_base64: Annotated[
        bytes, Meta(min_length=SEAL_OVERHEAD_BYTES + 1, max_length=MAX_SEALED_BYTES)
    ]
    signature: Annotated[bytes, Meta(min_length=SIGNATURE_BYTES, max_length=SIGNATURE_BYTES)]


class RecordHead(Struct, frozen=True):
    """The few fields that routing needs, read without looking at the rest."""

    kiosk: str
    epoch: str
    seq: Seq
    id: Annotated[str, Meta(min_length=1, max_length=128)]


@dataclass(frozen=True, slots=True)
class Envelope:
    """``sealed`` is the HPKE ciphertext of a body; ``signature`` covers header and sealed body."""

    header: Header
    sealed: bytes
    signature: bytes

    def __repr__(self) -> str:
        return f"Envelope({self.header.kiosk} {self.header.epoch} {self.header.seq}, ***)"


_encoder = msgspec.json.Encoder()
_envelope_decoder = msgspec.json.Decoder(WireEnvelope)
_head_decoder = msgspec.json.Decoder(RecordHead)


def record_header(
    *, kiosk: str, epoch: str, seq: int, record_id: str, key_id: str, clock: Clock
) -> Header:
    """The header of a kiosk's record; ``source`` and ``time`` follow from the other fields."""
    return Header(
        id=record_id,
        source=_source(kiosk),
        time=clock.wall,
        kiosk=kiosk,
        epoch=epoch,
        seq=seq,
        key_id=key_id,
        clock=clock,
    )


def header_bytes(header: Header) -> bytes:
    """The canonical form: JSON, declared order, no white space. Sealing and signature cover it."""
    return _encoder.encode(header)


def encode_envelope(envelope: Envelope) -> bytes:
    """The bytes for ledger and wire. Raises `EnvelopeError` on what no reader would accept."""
    raw = _encoder.encode(_to_wire(envelope))
    _check_size(raw)
    try:
        decode(_envelope_decoder, raw)
    except NotReadable as error:
        raise EnvelopeError(f"a reader would refuse this envelope: {error}") from None
    return raw


def decode_envelope(raw: bytes) -> Envelope:
    """Read and check every field and the canonical form; signature and seal are not looked at."""
    _check_size(raw)
    try:
        wire = decode(_envelope_decoder, raw)
    except NotReadable as error:
        raise EnvelopeError(f"this is not a record envelope: {error}") from None
    if _encoder.encode(wire) != raw:
        raise EnvelopeError(
            "the envelope is not in canonical form: something rewrote it on its way"
        )
    if wire.source != _source(wire.kiosk) or wire.time != wire.clock.wall:
        raise EnvelopeError("source and time do not follow from kiosk and clock")
    header = Header(**{name: getattr(wire, name) for name in Header.__struct_fields__})
    return Envelope(header, wire.data_base64, wire.signature)


def read_head(raw: bytes) -> RecordHead:
    """Kiosk, epoch, sequence and id only (about 1 µs). Raises `EnvelopeError`."""
    _check_size(raw)
    try:
        return decode(_head_decoder, raw)
    except NotReadable as error:
        raise EnvelopeError(f"the head of a record cannot be read: {error}") from None


def _source(kiosk: str) -> str:
    return f"/kiosks/{kiosk}"


def _to_wire(envelope: Envelope) -> WireEnvelope:
    fields = {name: getattr(envelope.header, name) for name in Header.__struct_fields__}
    return WireEnvelope(**fields, data_base64=envelope.sealed, signature=envelope.signature)


def _check_size(raw: bytes) -> None:
    if len(raw) > MAX_ENVELOPE_BYTES:
        raise EnvelopeError(
            f"an envelope has at most {MAX_ENVELOPE_BYTES} bytes, this has {len(raw)}"
        )
