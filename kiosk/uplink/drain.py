"""From the outbox onto the wire and out of the window: the records' side of the uplink.

Owns reading the outbox, signing bundles, and what an acknowledgement settles. Reads and never
writes; sees sealed records only. Must not know the broker: `publish` is a function, and False means
that nothing was taken.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from contracts.acknowledgement import AcknowledgementRefused, verify_acknowledgement
from contracts.bundle import BundleRefused, encode_bundle
from kiosk.ledger.errors import LedgerBroken
from kiosk.uplink.keys import UplinkKeys
from kiosk.uplink.window import Flight, Row, Window

LOOK_EVERY_S = 1.0  # at the outbox, in case nobody said that it grew

log = logging.getLogger(__name__)


class Outbox(Protocol):
    """What `kiosk.ledger.outbox_reader.OutboxReader` offers. Raises `LedgerBroken`."""

    @property
    def epoch(self) -> str: ...
    def pending(self, after_seq: int, limit: int) -> list[Row]: ...
    def database_id(self) -> str | None: ...
    def close(self) -> None: ...


class Drain:
    """One outbox at a time; ``open_outbox`` gives None while the core has not made its ledger."""

    def __init__(
        self,
        kiosk: str,
        keys: UplinkKeys,
        window: Window,
        open_outbox: Callable[[], Outbox | None],
    ) -> None:
        self._kiosk = kiosk
        self._keys = keys
        self._open_outbox = open_outbox
        self._outbox: Outbox | None = None
        self._grew = True
        self._look_s = float("-inf")
        self.window = window
        self.enrolled_store: str | None = None  # the ledger keeps it for good

    @property
    def epoch(self) -> str | None:
        """Of the outbox that is open, None while none is."""
        return None if self._outbox is None else self._outbox.epoch

    def look_for_outbox(self, now_s: float) -> bool:
        """True when one was opened now."""
        if self._outbox is not None or now_s < self._look_s:
            return False
        self._look_s = now_s + LOOK_EVERY_S
        outbox = self._open_outbox()
        if outbox is None:
            return False
        self._outbox = outbox
        try:
            self.enrolled_store = outbox.database_id()
        except LedgerBroken as error:
            log.warning("%s", error)
            self.close()
        return self._outbox is not None

    def close(self) -> None:
        """Let go of the outbox; the next `look_for_outbox` opens it again."""
        if self._outbox is not None:
            self._outbox.close()
            self._outbox = None

    def restart(self) -> None:
        """Nothing is known to be on its way any more: read everything that waits."""
        self.window.restart()
        self._grew = True

    def reopen(self) -> None:
        """The core came back, perhaps with another ledger."""
        self.close()
        self.restart()
        self._look_s = float("-inf")

    def grew(self) -> None:
        self._grew = True

    def next_due_s(self) -> float | None:
        """When `deliver` will have something to do, None when only news can tell."""
        if self._grew and self._outbox is not None and self.window.wanted():
            return float("-inf")
        return self.window.next_due_s()

    def deliver(self, now_s: float, publish: Callable[[bytes], bool]) -> None:
        """Read what fits into the window, send what is due."""
        self._read(now_s)
        for flight in self.window.due(now_s):
            if not self._send(flight, now_s, publish):
                return

    def acknowledged(self, payload: bytes) -> str | None:
        """The text to pass on when it verifies; what it settles has left the window."""
        if not payload or self._outbox is None:
            return None
        try:
            text = payload.decode("utf-8")
            acknowledgement = verify_acknowledgement(
                text,
                self._keys.acknowledgement,
                kiosk=self._kiosk,
                epoch=self._outbox.epoch,
                database_id=self.enrolled_store,
            )
        except (AcknowledgementRefused, UnicodeDecodeError) as error:
            log.warning("An acknowledgement counts for nothing: %s", error)
            return None
        self.enrolled_store = acknowledgement.database_id
        rejected = frozenset(rejection.seq for rejection in acknowledgement.rejected)
        self.window.acknowledged(lambda seq: acknowledgement.covers(seq) or seq in rejected)
        return text

    def _read(self, now_s: float) -> None:
        wanted = self.window.wanted()
        if self._outbox is None or not wanted or not (self._grew or now_s >= self._look_s):
            return
        try:
            rows = self._outbox.pending(self.window.read_after, wanted)
        except LedgerBroken as error:
            log.warning("%s", error)
            self.close()
            return
        self._look_s = now_s + LOOK_EVERY_S
        self.window.fill(rows, now_s)
        cut_by_bytes = bool(rows) and rows[-1][0] > self.window.read_after
        self._grew = len(rows) == wanted or cut_by_bytes

    def _send(self, flight: Flight, now_s: float, publish: Callable[[bytes], bool]) -> bool:
        if self._outbox is None:
            return False
        try:
            payload = encode_bundle(
                [raw for _, raw in flight.records],
                kiosk=self._kiosk,
                epoch=self._outbox.epoch,
                signing_key=self._keys.signing,
            )
        except BundleRefused as error:
            log.error("Records %d to %d: %s", flight.seqs[0], flight.seqs[-1], error)
            self.window.refused(flight.number, now_s)
            return True
        if not publish(payload):
            return False
        self.window.sent(flight.number, now_s)
        return True
