"""The statements for fever holds. Called inside a transaction."""

from __future__ import annotations

from sqlite3 import Connection

from kiosk.flow.fever_hold import FeverHoldState
from kiosk.ledger.errors import LedgerRefused
from kiosk.ledger.rows import FeverHoldRow


def hold(
    connection: Connection, ticket: str, due_boottime_s: float, boot_id: str, seq: int
) -> None:
    """``seq`` is the record that says so. Raises `LedgerRefused` for a ticket given out before."""
    known = connection.execute("SELECT 1 FROM fever_holds WHERE ticket = ?", (ticket,)).fetchone()
    if known is not None:
        raise LedgerRefused(f"fever ticket {ticket} was given out before")
    connection.execute(
        "INSERT INTO fever_holds (ticket, seq, due_boottime_s, boot_id) VALUES (?, ?, ?, ?)",
        (ticket, seq, due_boottime_s, boot_id),
    )


def release(connection: Connection, ticket: str, state: FeverHoldState) -> None:
    """Raises `LedgerRefused` unless the resident still holds this ticket."""
    changed = connection.execute(
        "UPDATE fever_holds SET state = ? WHERE ticket = ? AND state IN ('resting', 'recheck-due')",
        (state.value, ticket),
    ).rowcount
    if changed != 1:
        raise LedgerRefused(f"nobody is resting with fever ticket {ticket}")


def resting(connection: Connection) -> tuple[FeverHoldRow, ...]:
    """Everybody who still rests or waits for the second measurement, the first ticket first."""
    rows = connection.execute(
        "SELECT ticket, due_boottime_s, boot_id, state FROM fever_holds"
        " WHERE state IN ('resting', 'recheck-due') ORDER BY seq"
    )
    return tuple(
        FeverHoldRow(ticket, due_boottime_s, boot_id, FeverHoldState(state))
        for ticket, due_boottime_s, boot_id, state in rows
    )


def next_number(connection: Connection) -> int:
    """Holds are never deleted, so their count numbers them."""
    number: int = connection.execute("SELECT count(*) + 1 FROM fever_holds").fetchone()[0]
    return number
