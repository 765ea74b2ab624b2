"""The uplink's view of the outbox: a connection of its own that cannot write.

Sees only what is committed and fsynced. Must not hold a read transaction open: the writer's log
could not be cut.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from kiosk.ledger import outbox
from kiosk.ledger.database import BUSY_TIMEOUT_MS
from kiosk.ledger.errors import LedgerBroken


class OutboxReader:
    """May be used from any one thread at a time. Raises `LedgerBroken` when there is no ledger yet
    (the core makes it; try again) or the file cannot be read."""

    def __init__(self, path: Path) -> None:
        self._name = path.name
        with self._translated():
            self._connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
            )
        with ExitStack() as unless_ready:
            unless_ready.callback(self._connection.close)
            with self._translated():
                self._connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
                self._connection.execute("PRAGMA query_only = ON")
                (self.epoch,) = self._connection.execute("SELECT epoch FROM ledger").fetchone()
            unless_ready.pop_all()

    def pending(self, after_seq: int, limit: int) -> list[tuple[int, bytes]]:
        """At most ``limit`` unacknowledged records above ``after_seq``: (seq, envelope bytes)."""
        with self._translated():
            return outbox.pending(self._connection, after_seq, limit)

    def database_id(self) -> str | None:
        """The coordinator store that acknowledged first; None before that."""
        with self._translated():
            return outbox.database_id(self._connection)

    def newest_seq(self) -> int:
        """The sequence number of the newest record, 0 when there is none."""
        with self._translated():
            return outbox.last_seq(self._connection)

    def waiting(self) -> int:
        """How many records no acknowledgement has settled yet."""
        with self._translated():
            return outbox.waiting(self._connection)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.Error as error:
            raise LedgerBroken(
                f"the outbox in {self._name} cannot be read ({error}): see whether the core runs,"
                " it makes the file and keeps it"
            ) from error
