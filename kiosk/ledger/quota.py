"""How full the ledger is, and the ballast that keeps the drain alive on a full disk.

On a full file system SQLite cannot even delete (measured), so a queue that only drains by deleting
would be stuck for ever. The ballast is space held in reserve for that moment; the quota makes sure
that it is rarely needed. Must not decide what to do about it: the core does.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from sqlite3 import Connection

from kiosk.ledger.errors import LedgerFull

PAGE_BYTES = 4096
BALLAST_BYTES = 1024 * 1024
WARN_FRACTION = 0.70
ALERT_FRACTION = 0.85
CLOSED_FRACTION = 0.95


class Fullness(StrEnum):
    """What the fill of the quota means: warn the technician, alert staff, close intake."""

    ROOM = "room"
    WARN = "warn"
    ALERT = "alert"
    CLOSED = "closed"


def fullness_of(used_bytes: int, quota_bytes: int) -> Fullness:
    """A fraction of exactly 0.70, 0.85 or 0.95 counts as reached."""
    fraction = used_bytes / quota_bytes
    if fraction >= CLOSED_FRACTION:
        return Fullness.CLOSED
    if fraction >= ALERT_FRACTION:
        return Fullness.ALERT
    if fraction >= WARN_FRACTION:
        return Fullness.WARN
    return Fullness.ROOM


def limit_pages(connection: Connection, quota_bytes: int) -> None:
    """SQLite refuses to grow the file past the quota; rows may still be changed and deleted."""
    connection.execute(f"PRAGMA max_page_count = {max(1, quota_bytes // PAGE_BYTES)}")


def used_bytes(connection: Connection) -> int:
    """Bytes of the file that hold something: free pages are room for new records."""
    pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
    free: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
    return (pages - free) * PAGE_BYTES


def refuse_when_closed(connection: Connection, quota_bytes: int) -> None:
    """Raises `LedgerFull` from `CLOSED_FRACTION` on."""
    pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
    if pages * PAGE_BYTES < CLOSED_FRACTION * quota_bytes:
        return  # whatever of it is free
    if fullness_of(used_bytes(connection), quota_bytes) is Fullness.CLOSED:
        raise LedgerFull(
            "the ledger is 95 % full and takes nobody in: let the outbox drain, send residents to"
            " the manual desk until then"
        )


class Ballast:
    """A file of `BALLAST_BYTES` beside the ledger, dropped when the disk itself is full."""

    def __init__(self, ledger_path: Path) -> None:
        self._path = ledger_path.with_name(ledger_path.name + ".ballast")

    def load(self) -> bool:
        """Hold the reserve; False when the disk has no room for it now."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            return False
        try:
            os.posix_fallocate(descriptor, 0, BALLAST_BYTES)
        except OSError:
            self.drop()
            return False
        finally:
            os.close(descriptor)
        return True

    def drop(self) -> bool:
        """Give the reserve to the file system; False when there was none left."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
