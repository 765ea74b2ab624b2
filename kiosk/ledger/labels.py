"""The statements for label jobs. Called inside a transaction.

Which state may follow which is said once, in `kiosk.flow.label_job`: the ledger steps that machine
and stores what comes out. An event with no meaning raises `EventRefused` and changes nothing.
"""

from __future__ import annotations

from sqlite3 import Connection

from kiosk.flow.label_job import LABEL_JOB, LabelJob, LabelJobState
from kiosk.ledger.errors import LedgerRefused


def reserve(connection: Connection, tube: str, job: str) -> int:
    """Make the job of the tube's next copy; the copy's number. A valid label must not exist."""
    valid = connection.execute(
        "SELECT job FROM label_jobs WHERE tube = ? AND state <> 'void'", (tube,)
    ).fetchone()
    if valid is not None:
        raise LedgerRefused(
            f"label {valid[0]} of tube {tube} is not void: a second valid label must not exist"
        )
    copy: int = connection.execute(
        "SELECT coalesce(max(copy), 0) + 1 FROM label_jobs WHERE tube = ?", (tube,)
    ).fetchone()[0]
    connection.execute(
        "INSERT INTO label_jobs (job, tube, copy) VALUES (?, ?, ?)", (job, tube, copy)
    )
    return copy


def move(connection: Connection, job: str, event: object) -> LabelJob:
    """Apply one event of the LabelJob machine to a stored job; what it became."""
    row = connection.execute(
        "SELECT job, tube, copy, state FROM label_jobs WHERE job = ?", (job,)
    ).fetchone()
    if row is None:
        raise LedgerRefused(f"there is no label job {job} in this ledger")
    after, _ = LABEL_JOB.step(_label_job(row), event, None)
    connection.execute("UPDATE label_jobs SET state = ? WHERE job = ?", (after.state.value, job))
    return after


def unfinished(connection: Connection) -> tuple[LabelJob, ...]:
    """Reserved, sent or unknown, in the order of their tubes."""
    rows = connection.execute(
        "SELECT job, tube, copy, state FROM label_jobs"
        " WHERE state IN ('reserved', 'sent', 'unknown') ORDER BY tube"
    )
    return tuple(_label_job(row) for row in rows)


def of_tube(connection: Connection, tube: str) -> tuple[LabelJob, ...]:
    """Every copy that was ever reserved, the first one first."""
    rows = connection.execute(
        "SELECT job, tube, copy, state FROM label_jobs WHERE tube = ? ORDER BY copy", (tube,)
    )
    return tuple(_label_job(row) for row in rows)


def _label_job(row: tuple[str, str, int, str]) -> LabelJob:
    job, tube, copy, state = row
    return LabelJob(job, tube, copy, LabelJobState(state))
