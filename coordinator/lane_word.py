"""What a lane says: this tube is sampled up to here, or it was not.

Owns the table ``sampled``: append-only, the newest word of a tube counts, undo is another word.
Must not touch records.
"""

from __future__ import annotations

import sqlite3

from contracts.tube_number import TubeNumber, TubeNumberError
from coordinator.database import transaction


class WordRefused(Exception):
    """Nothing was written. ``reason`` is a message id below ``staff.refused.``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def mark_sampled(connection: sqlite3.Connection, tube: str, places: int | None, now: float) -> int:
    """The first ``places`` of ``tube`` are sampled; None means everybody checked in by now.

    Saying the same again changes nothing. Returns how many are sampled. Raises `WordRefused`.
    """
    tube = _number(tube)
    with transaction(connection):
        known = _checked_in(connection, tube)
        wanted = known if places is None else places
        if not 0 < wanted <= known:
            raise WordRefused("places")
        before = _newest(connection, tube)
        if wanted > before:
            _say(connection, tube, wanted, now, "sampled")
        return max(wanted, before)


def take_back(connection: sqlite3.Connection, tube: str, now: float) -> int:
    """Undo the newest word of ``tube``; returns how many are sampled then. Raises `WordRefused`."""
    tube = _number(tube)
    with transaction(connection):
        words = connection.execute(
            "SELECT places, said FROM sampled WHERE tube = ? ORDER BY number DESC LIMIT 2", (tube,)
        ).fetchall()
        if not words or words[0]["said"] == "taken-back":
            raise WordRefused("nothing-to-take-back")
        before = int(words[1]["places"]) if len(words) > 1 else 0
        _say(connection, tube, before, now, "taken-back")
        return before


def _number(text: str) -> str:
    try:
        return TubeNumber.parse(text).text
    except TubeNumberError:
        raise WordRefused("tube-number") from None


def _checked_in(connection: sqlite3.Connection, tube: str) -> int:
    row = connection.execute("SELECT places FROM tubes WHERE tube = ?", (tube,)).fetchone()
    if row is None or not row[0]:
        raise WordRefused("tube-unknown")
    return int(row[0])


def _newest(connection: sqlite3.Connection, tube: str) -> int:
    row = connection.execute(
        "SELECT places FROM sampled WHERE tube = ? ORDER BY number DESC LIMIT 1", (tube,)
    ).fetchone()
    return 0 if row is None else int(row[0])


def _say(connection: sqlite3.Connection, tube: str, places: int, now: float, said: str) -> None:
    connection.execute(
        "INSERT INTO sampled (tube, places, at, said) VALUES (?, ?, ?, ?)",
        (tube, places, now, said),
    )
