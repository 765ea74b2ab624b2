"""Opens committed records and keeps the projections: check-ins, tubes, fever tickets.

Owns what staff see of records. Every record is projected exactly once, in the order of arrival, in
the transaction that also moves the mark; it may come in any order of time. What cannot be opened is
kept, counted and shown. Must not keep a name, a number or a phone in clear.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime

from contracts.envelope import EnvelopeError, decode_envelope
from contracts.record import AnyRecordBody, CheckedIn, FeverHeld, LabelReported, TubeClosed
from contracts.record_sealing import open_record
from contracts.sealing import SealError
from contracts.signing import SignatureRefused, VerifyKey
from coordinator.database import transaction
from coordinator.key_files import SiteKeys
from coordinator.masking import masked_name, person_digest, person_key

log = logging.getLogger(__name__)


class Opening:
    """`advance` in small steps whenever there is time: taking records in goes first."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        keys: SiteKeys,
        verify_key_of: Callable[[str], VerifyKey | None],
    ) -> None:
        self._connection = connection
        self._sealing = keys.sealing
        self._verify_key_of = verify_key_of
        self._person_key = person_key(keys.sealing)
        self._opened_to = int(connection.execute("SELECT opened_to FROM site").fetchone()[0])

    def advance(self, limit: int) -> int:
        """Project the next ``limit`` records at most; returns how many there were."""
        rows = self._connection.execute(
            "SELECT number, kiosk, envelope FROM stored_records WHERE number > ?"
            " ORDER BY number LIMIT ?",
            (self._opened_to, limit),
        ).fetchall()
        if not rows:
            return 0
        opened_to = int(rows[-1]["number"])
        with transaction(self._connection):
            for row in rows:
                self._project(row["number"], row["kiosk"], bytes(row["envelope"]))
            self._connection.execute("UPDATE site SET opened_to = ?", (opened_to,))
        self._opened_to = opened_to
        return len(rows)

    def _project(self, number: int, kiosk: str, raw: bytes) -> None:
        verify_key = self._verify_key_of(kiosk)
        try:
            if verify_key is None:
                raise SignatureRefused(f"kiosk {kiosk} is not enrolled any more")
            body = open_record(decode_envelope(raw), self._sealing, verify_key)
        except (EnvelopeError, SignatureRefused, SealError) as error:
            log.warning("Record %d of %s stays closed: %s", number, kiosk, error)
            self._connection.execute("INSERT INTO unreadable VALUES (?, ?)", (number, str(error)))
            return
        self._enter(number, kiosk, body)

    def _enter(self, number: int, kiosk: str, body: AnyRecordBody) -> None:
        match body:
            case CheckedIn():
                self._checked_in(number, kiosk, body)
            case FeverHeld():
                self._connection.execute(
                    "INSERT INTO fever_holds VALUES (?, ?, ?, ?)",
                    (number, kiosk, body.ticket, unix_s(body.at)),
                )
            case TubeClosed():
                self._connection.execute(
                    "INSERT INTO tubes (tube, kiosk, size, closed_at, close_reason)"
                    " VALUES (?, ?, ?, ?, ?) ON CONFLICT (tube) DO UPDATE"
                    " SET closed_at = excluded.closed_at, close_reason = excluded.close_reason",
                    (body.tube, kiosk, body.tube_size, unix_s(body.at), body.reason),
                )
            case LabelReported():
                self._connection.execute(
                    "INSERT INTO tubes (tube, kiosk, label) VALUES (?, ?, ?)"
                    " ON CONFLICT (tube) DO UPDATE SET label = excluded.label",
                    (body.tube, kiosk, body.outcome),
                )

    def _checked_in(self, number: int, kiosk: str, body: CheckedIn) -> None:
        at = unix_s(body.at)
        self._connection.execute(
            "INSERT INTO check_ins VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                kiosk,
                body.round_id,
                body.tube,
                body.place,
                body.lane,
                person_digest(body.person, self._person_key),
                masked_name(body.person.name),
                at,
            ),
        )
        self._connection.execute(
            "INSERT INTO tubes (tube, kiosk, round_id, lane, pool_class, size, places, opened_at)"
            " VALUES (?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT (tube) DO UPDATE SET"
            " round_id = excluded.round_id, lane = excluded.lane,"
            " pool_class = excluded.pool_class, size = excluded.size, places = places + 1,"
            " opened_at = min(coalesce(opened_at, excluded.opened_at), excluded.opened_at)",
            (body.tube, kiosk, body.round_id, body.lane, body.pool_class, body.tube_size, at),
        )


def unix_s(wall: str) -> float:
    """RFC 3339 to Unix seconds; 0.0 for what is no time, for a clock must not stop a record."""
    try:
        return datetime.fromisoformat(wall).timestamp()
    except ValueError:
        return 0.0
