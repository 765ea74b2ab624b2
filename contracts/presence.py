"""Who is there: the retained word of each kiosk and of the coordinator, and their last will.

Owns both payloads. Presence is a hint for people and for when to send; no record depends on it.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import Struct

from contracts.decoding import NotReadable, decode
from contracts.field_types import Epoch, KioskId, Token, WallTime

MAX_PRESENCE_BYTES = 1024


class PresenceRefused(Exception):
    """The payload is not a presence."""


class KioskPresence(Struct, frozen=True, kw_only=True):
    """``since`` is RFC 3339 wall time; in a will it is when the connection began."""

    kiosk: KioskId
    online: bool
    epoch: Epoch
    since: WallTime


class HostPresence(Struct, frozen=True, kw_only=True):
    """The coordinator. Kiosks send bundles only while it is online."""

    online: bool
    database_id: Token
    since: WallTime


_Presence = TypeVar("_Presence", KioskPresence, HostPresence)

_encoder = msgspec.json.Encoder()
_kiosk_decoder = msgspec.json.Decoder(KioskPresence)
_host_decoder = msgspec.json.Decoder(HostPresence)


def encode_presence(presence: KioskPresence | HostPresence) -> bytes:
    """JSON for the wire."""
    return _encoder.encode(presence)


def decode_kiosk_presence(payload: bytes) -> KioskPresence:
    """Raises `PresenceRefused`. The caller compares ``kiosk`` with the topic."""
    return _decode(_kiosk_decoder, payload)


def decode_host_presence(payload: bytes) -> HostPresence:
    """Raises `PresenceRefused`."""
    return _decode(_host_decoder, payload)


def _decode(decoder: msgspec.json.Decoder[_Presence], payload: bytes) -> _Presence:
    if len(payload) > MAX_PRESENCE_BYTES:
        raise PresenceRefused("a presence is shorter than this")
    try:
        return decode(decoder, payload)
    except NotReadable as error:
        raise PresenceRefused(f"this is not a presence: {error}") from None
