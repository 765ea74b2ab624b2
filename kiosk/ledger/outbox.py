"""The outbox's statements: append, mark as acknowledged, purge. Called inside a transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from sqlite3 import Connection

from contracts.acknowledgement import Acknowledgement
from kiosk.ledger.errors import LedgerBroken

MakeEnvelope = Callable[[int], bytes]
"""Given the record's sequence number, makes its sealed and signed bytes. Runs in the transaction:
when it raises, nothing was written and the number is given out again."""


@dataclass(frozen=True, slots=True)
class Progress:
    """``records`` were changed in this batch; ``more``: another batch may find some."""

    records: int
    more: bool


def last_seq(connection: Connection) -> int:
    """0 before the first record."""
    newest = connection.execute("SELECT max(seq) FROM outbox").fetchone()[0]
    return 0 if newest is None else int(newest)


def database_id(connection: Connection) -> str | None:
    """The coordinator store that acknowledged first; None before that."""
    store: str | None = connection.execute("SELECT database_id FROM ledger").fetchone()[0]
    return store


def append(connection: Connection, make_envelope: MakeEnvelope) -> int:
    """Store the next record; its sequence number."""
    seq = last_seq(connection) + 1
    connection.execute(
        "INSERT INTO outbox (seq, envelope) VALUES (?, ?)", (seq, make_envelope(seq))
    )
    return seq


def acknowledge(connection: Connection, ack: Acknowledgement, now_s: float, limit: int) -> Progress:
    """Mark about ``limit`` records that a verified acknowledgement of this epoch covers.

    The first acknowledgement fixes whose ones count: another store covers nothing. A rejected
    record stays rejected, whatever is said later.
    """
    known, high_water = connection.execute("SELECT database_id, high_water FROM ledger").fetchone()
    if known is None:
        connection.execute("UPDATE ledger SET database_id = ?", (ack.database_id,))
    elif known != ack.database_id:
        return Progress(0, more=False)
    _refuse_future(connection, ack)
    connection.executemany(
        "UPDATE outbox SET state = 'rejected', acked_at_s = NULL, why = ?"
        " WHERE seq = ? AND state <> 'rejected'",
        [(rejection.why, rejection.seq) for rejection in ack.rejected],
    )
    reached = min(ack.high_water, high_water + limit)
    ranges = [(high_water + 1, reached)]
    if reached == ack.high_water:
        ranges += ack.selective
    newly = connection.executemany(
        "UPDATE outbox SET state = 'acked', acked_at_s = ?"
        " WHERE seq BETWEEN ? AND ? AND state = 'waiting'",
        [(now_s, first, last) for first, last in ranges],
    ).rowcount
    if reached > high_water:
        connection.execute("UPDATE ledger SET high_water = ?", (reached,))
    return Progress(newly, more=reached < ack.high_water)


def purge(connection: Connection, acked_before_s: float, limit: int) -> Progress:
    """Delete at most ``limit`` records acknowledged before that time.

    The newest record of all stays, whatever its state: the next number follows from it.
    """
    gone = connection.execute(
        "DELETE FROM outbox WHERE seq IN ("
        " SELECT seq FROM outbox WHERE state = 'acked' AND acked_at_s < ?"
        " AND seq < (SELECT max(seq) FROM outbox) LIMIT ?)",
        (acked_before_s, limit),
    ).rowcount
    return Progress(gone, more=gone == limit)


def pending(connection: Connection, after_seq: int, limit: int) -> list[tuple[int, bytes]]:
    """Waiting records above ``after_seq`` in order: (seq, envelope bytes)."""
    return connection.execute(
        "SELECT seq, envelope FROM outbox WHERE state = 'waiting'"
        " AND seq > max(?, (SELECT high_water FROM ledger)) ORDER BY seq LIMIT ?",
        (after_seq, limit),
    ).fetchall()


def waiting(connection: Connection) -> int:
    """How many records no acknowledgement has settled yet."""
    settled: int = connection.execute("SELECT settled FROM ledger").fetchone()[0]
    return last_seq(connection) - settled


def rejected(connection: Connection) -> int:
    """How many records the coordinator refused for good."""
    number: int = connection.execute(
        "SELECT count(*) FROM outbox WHERE state = 'rejected'"
    ).fetchone()[0]
    return number


def _refuse_future(connection: Connection, ack: Acknowledgement) -> None:
    """A record that the coordinator has and we have not: the file lost what it had committed."""
    newest = max([ack.high_water, *(last for _, last in ack.selective)])
    mine = last_seq(connection)
    if newest > mine:
        raise LedgerBroken(
            f"the coordinator holds record {newest} of this ledger, which ends at {mine}: the file"
            " is an older copy or its disk lost committed data; keep it and call the technician"
        )
