"""Reads the kiosk's ledger file as an auditor would: its own connection, plain SQL, read only.

Must not use the kiosk's ledger code: the two would share their mistakes.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from hil.demo.facts import LedgerLabel, LedgerPlace, LedgerSide, LedgerTube

LEDGER_FILE = "ledger.db"


def read_ledger(path: Path, kiosk: str) -> LedgerSide:
    """Everything that the invariants need. Raises `sqlite3.Error` when the file cannot be read."""
    with closing(connect_read_only(path)) as database:
        (epoch,) = database.execute("SELECT epoch FROM ledger").fetchone()
        return LedgerSide(
            kiosk=kiosk,
            epoch=epoch,
            last_seq=_newest(database),
            waiting=_outbox(database, "waiting"),
            rejected=_outbox(database, "rejected"),
            kept=_outbox(database, "acked", below=_newest(database)),
            places=tuple(
                LedgerPlace(*row)
                for row in database.execute(
                    "SELECT seq, places.round_id, tube, place, lane, lower(hex(person_digest))"
                    " FROM places JOIN tubes USING (tube) ORDER BY seq"
                )
            ),
            tubes=tuple(
                LedgerTube(*row)
                for row in database.execute(
                    "SELECT tube, pool_class, lane, size, state FROM tubes ORDER BY serial"
                )
            ),
            labels=tuple(
                LedgerLabel(*row)
                for row in database.execute(
                    "SELECT job, tube, copy, state FROM label_jobs ORDER BY tube, copy"
                )
            ),
            fever_tickets=tuple(
                row[0] for row in database.execute("SELECT ticket FROM fever_holds ORDER BY seq")
            ),
        )


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, for a file that another process may be writing."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)


def last_seq(path: Path) -> int:
    """The newest committed sequence number at this moment; 0 while there is no ledger."""
    try:
        with closing(connect_read_only(path)) as database:
            return _newest(database)
    except sqlite3.Error:
        return 0


def unsettled(path: Path) -> tuple[int, int]:
    """(records nobody acknowledged, acknowledged records not purged yet)."""
    with closing(connect_read_only(path)) as database:
        row = database.execute(
            "SELECT count(*) FILTER (WHERE state <> 'acked'),"
            " count(*) FILTER (WHERE state = 'acked' AND seq < (SELECT max(seq) FROM outbox))"
            " FROM outbox"
        ).fetchone()
        return int(row[0]), int(row[1])


def _outbox(database: sqlite3.Connection, state: str, below: int | None = None) -> tuple[int, ...]:
    rows = database.execute("SELECT seq FROM outbox WHERE state = ? ORDER BY seq", (state,))
    return tuple(row[0] for row in rows if below is None or row[0] < below)


def _newest(database: sqlite3.Connection) -> int:
    """The newest record never leaves the outbox, because the next number follows from it."""
    (newest,) = database.execute("SELECT max(seq) FROM outbox").fetchone()
    return 0 if newest is None else int(newest)
