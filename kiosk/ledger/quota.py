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
WARN_FRACTION = 0.70
ALERT_FRACTION = 0.85
CLOSED_FRACTION = 0.95
DRAIN_FRACTION = 1.05  # an acknowledgement makes rows grow before their deletion makes room

# Freeing the log takes what the log holds, at most 500 pages, and a batch of a drain on top.
BALLAST_BYTES = 4 * 1024 * 1024
DISK_RESERVE_BYTES = 4 * 1024 * 1024


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


class Quota:
    """``limit_bytes`` for the ledger's file, and the disk it shares with others."""

    def __init__(self, ledger_path: Path, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self._directory = ledger_path.parent

    def impose(self, connection: Connection, *, draining: bool = False) -> None:
        """SQLite refuses to grow the file past the quota; rows may be changed and deleted."""
        limit_bytes = self.limit_bytes * (DRAIN_FRACTION if draining else 1.0)
        connection.execute(f"PRAGMA max_page_count = {max(1, int(limit_bytes) // PAGE_BYTES)}")

    def used_bytes(self, connection: Connection) -> int:
        """Bytes of the file that hold something: free pages are room for new records."""
        free: int = connection.execute("PRAGMA freelist_count").fetchone()[0]
        return _file_bytes(connection) - free * PAGE_BYTES

    def fullness(self, connection: Connection) -> Fullness:
        """CLOSED also when others have filled the disk, whatever the quota says."""
        if self._disk_is_full():
            return Fullness.CLOSED
        return fullness_of(self.used_bytes(connection), self.limit_bytes)

    def refuse_when_closed(self, connection: Connection) -> None:
        """Raises `LedgerFull` while the fullness is CLOSED."""
        if self._disk_is_full():
            raise LedgerFull(
                "the disk of the ledger is full and nobody is taken in: remove what else lies on"
                " it, send residents to the manual desk until then"
            )
        if _file_bytes(connection) < CLOSED_FRACTION * self.limit_bytes:
            return  # whatever of it is free
        if self.fullness(connection) is Fullness.CLOSED:
            raise LedgerFull(
                "the ledger is 95 % full and takes nobody in: let the outbox drain, send residents"
                " to the manual desk until then"
            )

    def _disk_is_full(self) -> bool:
        disk = os.statvfs(self._directory)
        return disk.f_bavail * disk.f_frsize < DISK_RESERVE_BYTES


def _file_bytes(connection: Connection) -> int:
    pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
    return pages * PAGE_BYTES


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
