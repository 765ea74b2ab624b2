"""From a body to the bytes that the ledger keeps: header, seal, signature.

Owns the kiosk's signing key in memory. Must not keep a body: it goes in clear and comes out sealed.
"""

from __future__ import annotations

from collections.abc import Callable

from contracts.envelope import encode_envelope, record_header
from contracts.record import AnyRecordBody
from contracts.record_sealing import seal_record
from contracts.sealing import SealingPublicKey
from contracts.signing import SigningKey
from kiosk.core.clock import KioskClock


class RecordMaker:
    """Makes envelopes of one kiosk and one epoch."""

    def __init__(
        self,
        kiosk_id: str,
        epoch: str,
        site_key: SealingPublicKey,
        signing_key: SigningKey,
        clock: KioskClock,
    ) -> None:
        self._kiosk_id = kiosk_id
        self._epoch = epoch
        self._site_key = site_key
        self._signing_key = signing_key
        self._clock = clock

    def envelope(self, body: AnyRecordBody) -> Callable[[int], bytes]:
        """What the ledger calls with the sequence number that it drew; about 0.3 ms."""

        def make(seq: int) -> bytes:
            header = record_header(
                kiosk=self._kiosk_id,
                epoch=self._epoch,
                seq=seq,
                record_id=f"{self._kiosk_id}:{self._epoch}:{seq}",
                key_id=self._site_key.key_id,
                clock=self._clock.stamp(),
            )
            return encode_envelope(seal_record(body, header, self._site_key, self._signing_key))

        return make
