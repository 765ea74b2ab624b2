"""What kiosks say of themselves: presence and reports, kept for the staff page.

Owns the table ``kiosks``. These words are not signed and hold no person; they are shown to staff
and decide nothing. A kiosk that is not enrolled is not listened to.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable

import msgspec

from contracts.presence import KioskPresence, PresenceRefused, decode_kiosk_presence
from contracts.report import KioskReport
from coordinator.database import transaction

MAX_REPORT_BYTES = 64 * 1024

log = logging.getLogger(__name__)
_reports = msgspec.json.Decoder(KioskReport)


class KioskWords:
    """Collects words and writes them together; the newest of a kiosk replaces the one before."""

    def __init__(self, connection: sqlite3.Connection, is_enrolled: Callable[[str], bool]) -> None:
        self._connection = connection
        self._is_enrolled = is_enrolled
        self._presences: dict[str, KioskPresence] = {}
        self._reports: dict[str, str] = {}

    def hear_presence(self, kiosk: str, payload: bytes) -> None:
        """A retained word of ``kiosk``, as its topic named it."""
        if not payload or not self._is_enrolled(kiosk):
            return
        try:
            presence = decode_kiosk_presence(payload)
        except PresenceRefused as error:
            log.warning("What %s says of its presence is ignored: %s", kiosk, error)
            return
        if presence.kiosk == kiosk:
            self._presences[kiosk] = presence

    def hear_report(self, kiosk: str, payload: bytes) -> None:
        """A complete report of ``kiosk``; a malformed one is ignored and the old one ages."""
        if len(payload) > MAX_REPORT_BYTES or not self._is_enrolled(kiosk):
            return
        report = read_report(payload)
        if report is None or report.kiosk != kiosk:
            log.warning("A report of %s cannot be read and is ignored.", kiosk)
            return
        self._reports[kiosk] = payload.decode("utf-8")

    def save(self, now_unix_s: float) -> None:
        """Write what was heard since the last time."""
        if not self._presences and not self._reports:
            return
        with transaction(self._connection):
            for kiosk, presence in self._presences.items():
                self._connection.execute(
                    "INSERT INTO kiosks (kiosk, online, online_at) VALUES (?, ?, ?)"
                    " ON CONFLICT (kiosk) DO UPDATE"
                    " SET online = excluded.online, online_at = excluded.online_at",
                    (kiosk, presence.online, now_unix_s),
                )
            for kiosk, report in self._reports.items():
                self._connection.execute(
                    "INSERT INTO kiosks (kiosk, report, reported_at) VALUES (?, ?, ?)"
                    " ON CONFLICT (kiosk) DO UPDATE"
                    " SET report = excluded.report, reported_at = excluded.reported_at",
                    (kiosk, report, now_unix_s),
                )
        self._presences.clear()
        self._reports.clear()


def read_report(payload: bytes | str) -> KioskReport | None:
    """The report, or None for what is none."""
    try:
        return _reports.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
