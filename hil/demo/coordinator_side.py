"""Reads the coordinator's store as an auditor would: plain SQL, then signature and seal by hand.

Needs the site's sealing key, which no kiosk has. Must not trust the store's projections where the
sealed records can be opened: what counts is what was signed.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from contracts.envelope import EnvelopeError, decode_envelope
from contracts.record_sealing import open_record
from contracts.sealing import SealError, SealingPrivateKey
from contracts.signing import SignatureRefused, VerifyKey
from hil.demo.facts import CoordinatorSide, StoredRecord
from hil.demo.ledger_side import connect_read_only

STORE_FILE = "site.db"


def read_store(path: Path, sealing: SealingPrivateKey, kiosk_key: VerifyKey) -> CoordinatorSide:
    """Every stored record, opened. Raises `sqlite3.Error` when the file cannot be read."""
    with closing(connect_read_only(path)) as database:
        records = []
        unreadable = 0
        for kiosk, epoch, seq, raw in database.execute(
            "SELECT kiosk, epoch, seq, envelope FROM stored_records ORDER BY number"
        ):
            record = _open(raw, sealing, kiosk_key)
            if record is None or (record.kiosk, record.epoch, record.seq) != (kiosk, epoch, seq):
                unreadable += 1
            else:
                records.append(record)
        return CoordinatorSide(tuple(records), _sampled(database), unreadable)


def _open(raw: bytes, sealing: SealingPrivateKey, kiosk_key: VerifyKey) -> StoredRecord | None:
    try:
        envelope = decode_envelope(raw)
        body = open_record(envelope, sealing, kiosk_key)
    except (EnvelopeError, SealError, SignatureRefused):
        return None
    return StoredRecord(envelope.header.kiosk, envelope.header.epoch, envelope.header.seq, body)


def _sampled(database: sqlite3.Connection) -> tuple[str, ...]:
    """Tubes whose newest word from a lane is "sampled"."""
    rows = database.execute(
        "SELECT tube FROM sampled AS newest WHERE said = 'sampled' AND number ="
        " (SELECT max(number) FROM sampled WHERE tube = newest.tube) ORDER BY tube"
    )
    return tuple(row[0] for row in rows)
