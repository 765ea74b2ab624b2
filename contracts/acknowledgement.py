"""The acknowledgement: the coordinator's signed word on which records it has for good.

Owns its meaning. Cumulative and selective: everything up to ``high_water`` is settled, and so is
every range of ``selective``. *Settled* is committed, or refused for good; refused records stand in
``rejected``, all of the epoch and in every acknowledgement, and are never covered. So the newest
acknowledgement says everything and a lost one costs nothing. Must not delete anything: the ledger
does, and only what `Acknowledgement.covers`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from contracts.decoding import NotReadable, decode
from contracts.field_types import MAX_SEQ, Epoch, KioskId, Seq, Token, WallTime
from contracts.signed_text import open_text, sign_text
from contracts.signing import Domain, SignatureRefused, SigningKey, VerifyKey

MAX_RANGES = 1_000
MAX_REJECTED = 1_000
MAX_ACKNOWLEDGEMENT_BYTES = 512 * 1024


class AcknowledgementRefused(Exception):
    """Not an acknowledgement for this kiosk by this coordinator; nothing may be deleted for it."""


class Rejection(Struct, frozen=True, forbid_unknown_fields=True):
    """Record ``seq`` was refused for good. ``why`` is a short sentence without personal data."""

    seq: Seq
    why: Annotated[str, Meta(min_length=1, max_length=200)]


class Acknowledgement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``selective``: inclusive ranges above ``high_water``, ascending, with a gap between any two.

    ``database_id`` names the coordinator's store: another store has not committed our records.
    """

    kiosk: KioskId
    epoch: Epoch
    high_water: Annotated[int, Meta(ge=0, le=MAX_SEQ)]
    selective: Annotated[tuple[tuple[Seq, Seq], ...], Meta(max_length=MAX_RANGES)] = ()
    rejected: Annotated[tuple[Rejection, ...], Meta(max_length=MAX_REJECTED)] = ()
    database_id: Token
    at: WallTime

    def covers(self, seq: int) -> bool:
        """True when record ``seq`` is committed at the coordinator; False for a rejected one."""
        at = bisect_left(self.rejected, seq, key=lambda rejection: rejection.seq)
        if at < len(self.rejected) and self.rejected[at].seq == seq:
            return False
        if 1 <= seq <= self.high_water:
            return True
        after = bisect_right(self.selective, seq, key=lambda bounds: bounds[0])
        return after > 0 and seq <= self.selective[after - 1][1]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Acknowledgement)


def acknowledge(
    previous_high_water: int, committed: Iterable[int]
) -> tuple[int, tuple[tuple[int, int], ...]]:
    """High water and selective ranges after ``committed`` (settled sequences in any order).

    The high water never falls. Beyond `MAX_RANGES` ranges the highest are left out: an
    acknowledgement may say less than is true, never more.
    """
    high_water = previous_high_water
    ranges: list[tuple[int, int]] = []
    for seq in sorted(set(committed)):
        if seq <= high_water:
            continue
        if seq == high_water + 1 and not ranges:
            high_water = seq
        elif ranges and seq == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], seq)
        else:
            ranges.append((seq, seq))
    return high_water, tuple(ranges[:MAX_RANGES])


def sign_acknowledgement(acknowledgement: Acknowledgement, signing_key: SigningKey) -> str:
    """The text for the wire. Raises `AcknowledgementRefused` on what no kiosk would accept."""
    body = _encoder.encode(acknowledgement)
    _read(body)
    return sign_text(Domain.ACKNOWLEDGEMENT, body, signing_key).decode("utf-8")


def verify_acknowledgement(
    text: str, verify_key: VerifyKey, *, kiosk: str, epoch: str, database_id: str | None
) -> Acknowledgement:
    """The acknowledgement, when it is the enrolled coordinator's and for this ledger.

    ``database_id`` None accepts any store, for the first acknowledgement only: the caller keeps
    what it says and demands it from then on. Raises `AcknowledgementRefused`.
    """
    try:
        payload = text.encode("utf-8")
        if len(payload) > MAX_ACKNOWLEDGEMENT_BYTES:
            raise AcknowledgementRefused("the acknowledgement is too long to be one")
        acknowledgement = _read(open_text(Domain.ACKNOWLEDGEMENT, payload, verify_key))
    except (SignatureRefused, UnicodeEncodeError) as error:
        raise AcknowledgementRefused(
            f"the acknowledgement is not the coordinator's: {error}"
        ) from None
    if acknowledgement.kiosk != kiosk:
        raise AcknowledgementRefused(f"the acknowledgement is for kiosk {acknowledgement.kiosk}")
    if acknowledgement.epoch != epoch:
        raise AcknowledgementRefused(
            f"the acknowledgement is for epoch {acknowledgement.epoch}, this ledger is {epoch}"
        )
    if database_id is not None and acknowledgement.database_id != database_id:
        raise AcknowledgementRefused(
            f"the acknowledgement is by store {acknowledgement.database_id},"
            f" this kiosk is enrolled at {database_id}: ask the site before records are deleted"
        )
    return acknowledgement


def _read(body: bytes) -> Acknowledgement:
    try:
        acknowledgement = decode(_decoder, body)
    except NotReadable as error:
        raise AcknowledgementRefused(f"this is not an acknowledgement: {error}") from None
    last = acknowledgement.high_water
    for low, high in acknowledgement.selective:
        if not last + 1 < low <= high:
            raise AcknowledgementRefused("the acknowledged ranges do not ascend with gaps between")
        last = high
    if any(a.seq >= b.seq for a, b in pairwise(acknowledgement.rejected)):
        raise AcknowledgementRefused("the rejected records do not ascend")
    return acknowledgement
