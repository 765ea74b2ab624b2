"""Opening the site's SQLite file: WAL, synchronous=FULL, the one schema.

Owns the pragmas and the version of the schema. Must not know what a record is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

FILE_NAME = "site.db"
SCHEMA_VERSION = 1
BUSY_TIMEOUT_MS = 5_000


class StoreError(Exception):
    """The site's database cannot be used. The sentence says why and what to do."""


def open_database(path: Path, make_database_id: Callable[[], str], now: str) -> sqlite3.Connection:
    """A writing connection; makes file and schema when there are none. Raises `StoreError`.

    Transactions are explicit: see `transaction`.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)
        connection = _connect(path)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(
            f"{path} cannot be opened ({error}). Check state_dir and rights."
        ) from None
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA journal_size_limit = 16777216")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            _make_schema(connection, make_database_id(), now)
        elif version != SCHEMA_VERSION:
            raise StoreError(
                f"{path} has schema {version}, this program knows {SCHEMA_VERSION}:"
                " start the program that wrote it."
            )
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(
            f"{path} is not a usable database ({error}). Move it aside or restore the backup."
        ) from None
    except StoreError:
        connection.close()
        raise
    return connection


def open_existing(path: Path) -> sqlite3.Connection:
    """A further connection to a store that the ingest has made. Raises `StoreError`."""
    if not path.exists():
        raise StoreError(f"{path} is not there yet. Start `site-coordinator run` first.")
    try:
        connection = _connect(path)
        connection.execute("PRAGMA synchronous = FULL")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be read ({error}).") from None
    if version != SCHEMA_VERSION:
        connection.close()
        raise StoreError(f"{path} is not ready yet (schema {version}). Try again.")
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing; durable when the block was left without an exception."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:  # the block failed, or the disk refused the COMMIT
            connection.execute("ROLLBACK")


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    return connection


def _make_schema(connection: sqlite3.Connection, database_id: str, now: str) -> None:
    """One transaction: a file that was cut off in the middle is empty, not half made."""
    schema = resources.files("coordinator").joinpath("schema.sql").read_text(encoding="utf-8")
    connection.executescript(f"BEGIN IMMEDIATE;\n{schema}")
    connection.execute(
        "INSERT INTO site (only, database_id, created_at) VALUES (1, ?, ?)", (database_id, now)
    )
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")
