"""Bundles in, committed records and signed acknowledgements out.

Owns exactly-once. Nothing is acknowledged before its COMMIT returned; what comes twice is stored
once; what cannot be stored is kept with its reason and the kiosk is told. Records stay sealed here:
`coordinator.opening` opens them later. Must not know MQTT.
"""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from contracts.acknowledgement import sign_acknowledgement
from contracts.bundle import BundledRecord, BundleRefused, decode_bundle
from contracts.field_types import KeyId
from coordinator.database import transaction
from coordinator.key_files import EnrolledKiosks, SiteKeys
from coordinator.stream import Stream

log = logging.getLogger(__name__)


class _SealedTo(Struct):
    """The one field of an envelope that is looked at before it is stored (about 1 µs)."""

    key_id: KeyId


_sealed_to = msgspec.json.Decoder(_SealedTo)


@dataclass(frozen=True, slots=True)
class SignedAcknowledgement:
    """``text`` goes to the kiosk as it is."""

    kiosk: str
    text: str


@dataclass(slots=True)
class _Share:
    """What one stream contributes to a batch."""

    stream: Stream
    records: dict[int, BundledRecord] = field(default_factory=dict)
    rejected: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    conflicts: dict[int, tuple[str, bytes]] = field(default_factory=dict)


class Intake:
    """`take` bundles, then `commit` them together. One thread; the only writer of records."""

    def __init__(
        self, connection: sqlite3.Connection, keys: SiteKeys, kiosks: EnrolledKiosks
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._kiosks = kiosks
        self._streams: dict[tuple[str, str], Stream] = {}
        self._batch: dict[tuple[str, str], _Share] = {}
        self._complaints: set[str] = set()
        self.database_id = str(connection.execute("SELECT database_id FROM site").fetchone()[0])
        self.batch_records = 0
        self.refused_bundles = 0

    def take(self, payload: bytes, from_kiosk: str) -> bool:
        """Add a bundle to the batch. False: it is none of ``from_kiosk``, and is dropped.

        A dropped bundle loses nothing: its kiosk keeps the records, and shows that nobody
        acknowledges them.
        """
        try:
            bundle = decode_bundle(payload, self._kiosks.verify_key_of)
            if bundle.kiosk != from_kiosk:
                raise BundleRefused(f"a bundle of {bundle.kiosk} came by {from_kiosk}'s topic")
        except BundleRefused as error:
            self.refused_bundles += 1
            self._complain(from_kiosk, error.reason)
            return False
        key = (bundle.kiosk, bundle.epoch)
        share = self._batch.get(key)
        if share is None:
            share = self._batch[key] = _Share(self._stream(*key))
        for record in bundle.records:
            self._sort(share, record)
        self.batch_records += len(bundle.records)
        return True

    def commit(self, now_unix_s: float, now: str) -> list[SignedAcknowledgement]:
        """Store the batch in one transaction; returns what may now be told.

        Raises `sqlite3.Error`; then nothing was stored and nothing may be told.
        """
        batch, self._batch, self.batch_records = self._batch, {}, 0
        if not batch:
            return []
        with transaction(self._connection):
            for share in batch.values():
                self._store(share, now_unix_s)
        told = []
        for share in batch.values():
            share.stream.committed(
                share.records, {seq: why for seq, (why, _) in share.rejected.items()}
            )
            told.append(self._sign(share.stream, now))
        return told

    # ── one record ──

    def _sort(self, share: _Share, record: BundledRecord) -> None:
        """Decide what becomes of a record; the database has the last word in `_store`."""
        seq = record.head.seq
        earlier = share.records.get(seq)
        if earlier is not None or share.stream.is_settled(seq):
            stored = earlier.raw if earlier is not None else self._stored(share.stream, seq)
            if stored is not None and stored != record.raw:
                share.conflicts[seq] = (
                    "another record of the same number is stored already: two devices use one"
                    " ledger, or one was restored from a copy",
                    record.raw,
                )
            return
        why = self._sealing_problem(record.raw)
        if not why:
            share.records[seq] = record
        elif share.stream.may_reject:
            share.rejected[seq] = (why, record.raw)

    def _sealing_problem(self, raw: bytes) -> str:
        """Only what decides whether this site can ever open it; the rest is `opening`'s work."""
        try:
            key_id = _sealed_to.decode(raw).key_id
        except msgspec.MsgspecError:
            return "it does not say which key it is sealed to"
        if key_id != self._keys.sealing.key_id:
            return (
                f"sealed to key {key_id}, this site opens {self._keys.sealing.key_id}:"
                " enrol the kiosk again"
            )
        return ""

    def _stored(self, stream: Stream, seq: int) -> bytes | None:
        row = self._connection.execute(
            "SELECT envelope FROM records WHERE stream = ? AND seq = ?", (stream.number, seq)
        ).fetchone()
        return None if row is None else bytes(row[0])

    # ── one stream's share, inside the transaction ──

    def _store(self, share: _Share, now_s: float) -> None:
        stream = share.stream
        rows = [
            (stream.number, seq, record.head.id, now_s, record.raw)
            for seq, record in share.records.items()
        ]
        try:
            self._connection.executemany(_INSERT, rows)
        except sqlite3.IntegrityError:
            self._store_one_by_one(share, rows)
        refusals = [(seq, why, 1, raw) for seq, (why, raw) in share.rejected.items()]
        refusals += [(seq, why, 0, raw) for seq, (why, raw) in share.conflicts.items()]
        for seq, why, told, raw in refusals:
            log.warning("%s record %d is refused: %s", stream.kiosk, seq, why)
            self._connection.execute(
                "INSERT INTO refusals (kiosk, epoch, seq, why, told, at, raw)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                (stream.kiosk, stream.epoch, seq, why, told, now_s, raw),
            )
        high_water, gap = stream.with_committed([*share.records, *share.rejected])
        moved = high_water != stream.high_water  # a hole that is left now is another one
        self._connection.execute(
            "UPDATE streams SET high_water = ?,"
            " gap_since = CASE WHEN NOT ? THEN NULL WHEN ? THEN ? ELSE coalesce(gap_since, ?) END"
            " WHERE stream = ?",
            (high_water, gap, moved, now_s, now_s, stream.number),
        )

    def _store_one_by_one(
        self, share: _Share, rows: list[tuple[int, int, str, float, bytes]]
    ) -> None:
        """Some record of the batch has the id of another one: find it, store the rest.

        Those before it are in already; to insert them again does nothing.
        """
        for row in rows:
            try:
                self._connection.execute(_INSERT, row)
            except sqlite3.IntegrityError:
                record = share.records.pop(row[1])
                if share.stream.may_reject:
                    share.rejected[row[1]] = ("its id is that of another record", record.raw)

    def _stream(self, kiosk: str, epoch: str) -> Stream:
        stream = self._streams.get((kiosk, epoch))
        if stream is None:
            stream = self._streams[kiosk, epoch] = self._load_stream(kiosk, epoch)
        return stream

    def _load_stream(self, kiosk: str, epoch: str) -> Stream:
        execute = self._connection.execute
        execute(
            "INSERT INTO streams (kiosk, epoch) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (kiosk, epoch),
        )
        number, high_water = execute(
            "SELECT stream, high_water FROM streams WHERE kiosk = ? AND epoch = ?", (kiosk, epoch)
        ).fetchone()
        above = execute(
            "SELECT seq FROM records WHERE stream = ? AND seq > ?", (number, high_water)
        ).fetchall()
        rejected = execute(
            "SELECT seq, why FROM refusals WHERE kiosk = ? AND epoch = ? AND told = 1",
            (kiosk, epoch),
        ).fetchall()
        return Stream(
            number,
            kiosk,
            epoch,
            high_water=high_water,
            above=(row[0] for row in above),
            rejected={row[0]: row[1] for row in rejected},
        )

    def _sign(self, stream: Stream, now: str) -> SignedAcknowledgement:
        acknowledgement = stream.acknowledgement(self.database_id, now)
        return SignedAcknowledgement(
            stream.kiosk, sign_acknowledgement(acknowledgement, self._keys.acknowledgement)
        )

    def _complain(self, kiosk: str, reason: str) -> None:
        """Once a kiosk and reason: it will send the same bundle again and again."""
        complaint = f"A bundle from {kiosk} is dropped: {reason}"
        if complaint not in self._complaints and len(self._complaints) < 1_000:
            self._complaints.add(complaint)
            log.warning("%s", complaint)


_INSERT = (
    "INSERT INTO records (stream, seq, id, received_at, envelope) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (stream, seq) DO NOTHING"
)
