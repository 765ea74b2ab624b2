"""The statements for tubes and places. Called inside a transaction."""

from __future__ import annotations

from sqlite3 import Connection, IntegrityError

from contracts.pool_class import PoolClass
from kiosk.flow.tube import TubeState
from kiosk.ledger.errors import (
    AlreadyCheckedIn,
    CodeUsed,
    EarlierCheckIn,
    LedgerRefused,
    PlaceTaken,
    SerialsExhausted,
)
from kiosk.ledger.rows import CheckInWrite, TubeRow

_TUBE_COLUMNS = (
    "tube, round_id, pool_class, lane, size,"
    " (SELECT coalesce(max(place), 0) FROM places WHERE places.tube = tubes.tube), state,"
    " opened_at_s"
)


def bind(connection: Connection, write: CheckInWrite, seq: int) -> None:
    """Give the person the place, in a new tube if it opens one; ``seq`` is the record of it.

    The constraints decide. When they refuse, the reason is looked up: `AlreadyCheckedIn`,
    `CodeUsed` or `PlaceTaken`.
    """
    try:
        if write.opens_tube:
            _open_tube(connection, write)
        _take_place(connection, write, seq)
    except IntegrityError as error:
        raise _why_refused(connection, write) from error


def _open_tube(connection: Connection, write: CheckInWrite) -> None:
    connection.execute(
        "INSERT INTO tubes (tube, round_id, pool_class, lane, size, opened_at_s)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            write.tube,
            write.round_id,
            write.pool_class.value,
            write.lane,
            write.size,
            write.opened_at_s,
        ),
    )


def _take_place(connection: Connection, write: CheckInWrite, seq: int) -> None:
    """Selecting from the tube as the write describes it: another class or lane gives no row."""
    taken = connection.execute(
        "INSERT INTO places (tube, place, round_id, visit, seq, person_digest, code_digest,"
        " checked_in_at) SELECT tube, ?, round_id, ?, ?, ?, ?, ? FROM tubes"
        " WHERE tube = ? AND round_id = ? AND pool_class = ? AND lane = ? AND size = ?",
        (
            write.place,
            write.visit,
            seq,
            write.person_digest,
            write.code_digest,
            write.checked_in_at,
            write.tube,
            write.round_id,
            write.pool_class.value,
            write.lane,
            write.size,
        ),
    ).rowcount
    if taken != 1:
        raise _why_refused(connection, write)


def _why_refused(connection: Connection, write: CheckInWrite) -> LedgerRefused:
    earlier = previous_check_in(connection, write.round_id, write.person_digest)
    if earlier is not None:
        return AlreadyCheckedIn(earlier)
    if code_used(connection, write.round_id, write.code_digest):
        return CodeUsed("somebody else checked in with this code in this round")
    if write.opens_tube:
        return PlaceTaken(f"tube {write.tube}: this number or its serial was given out before")
    tube = find_tube(connection, write.tube)
    if tube is None or tube.state is not TubeState.OPEN:
        return PlaceTaken(f"tube {write.tube} is not open")
    if tube.places_used >= tube.size:
        return PlaceTaken(f"tube {write.tube} is full")
    return PlaceTaken(
        f"place {write.place} is not the next free one of tube {write.tube} in that round, class,"
        " lane and size"
    )


def close_tube(connection: Connection, tube: str, state: TubeState) -> None:
    """Raises `LedgerRefused` unless the tube is open."""
    changed = connection.execute(
        "UPDATE tubes SET state = ? WHERE tube = ? AND state = 'open'", (state.value, tube)
    ).rowcount
    if changed != 1:
        raise LedgerRefused(f"tube {tube} is not open, so it cannot be closed")


def find_tube(connection: Connection, tube: str) -> TubeRow | None:
    row = connection.execute(
        f"SELECT {_TUBE_COLUMNS} FROM tubes WHERE tube = ?", (tube,)
    ).fetchone()
    return None if row is None else _tube_row(row)


def open_tubes(connection: Connection) -> tuple[TubeRow, ...]:
    """In the order of their numbers; one that is filled but not closed yet is still open."""
    rows = connection.execute(
        f"SELECT {_TUBE_COLUMNS} FROM tubes WHERE state = 'open' ORDER BY tube"
    )
    return tuple(_tube_row(row) for row in rows)


def all_tubes(connection: Connection) -> tuple[TubeRow, ...]:
    rows = connection.execute(f"SELECT {_TUBE_COLUMNS} FROM tubes ORDER BY tube")
    return tuple(_tube_row(row) for row in rows)


def next_serial(connection: Connection, first: int, last: int) -> int:
    """One more than the highest used serial of the range; raises `SerialsExhausted`."""
    used = connection.execute(
        "SELECT max(serial) FROM tubes WHERE serial BETWEEN ? AND ?", (first, last)
    ).fetchone()[0]
    serial = first if used is None else int(used) + 1
    if serial > last:
        raise SerialsExhausted(
            f"all tube serials from {first} to {last} are used: grant this kiosk a new range"
        )
    return serial


def lane_counts(connection: Connection, round_id: str) -> dict[int, int]:
    """People checked in per lane in this round."""
    return dict(
        connection.execute(
            "SELECT lane, count(*) FROM tubes JOIN places USING (tube)"
            " WHERE tubes.round_id = ? GROUP BY lane",
            (round_id,),
        ).fetchall()
    )


def previous_check_in(
    connection: Connection, round_id: str, person_digest: bytes
) -> EarlierCheckIn | None:
    row = connection.execute(
        "SELECT places.tube, place, lane, checked_in_at FROM places JOIN tubes USING (tube)"
        " WHERE places.round_id = ? AND person_digest = ?",
        (round_id, person_digest),
    ).fetchone()
    return None if row is None else EarlierCheckIn(*row)


def code_used(connection: Connection, round_id: str, code_digest: bytes) -> bool:
    return (
        connection.execute(
            "SELECT 1 FROM places WHERE round_id = ? AND code_digest = ?"
            " AND length(code_digest) > 0",
            (round_id, code_digest),
        ).fetchone()
        is not None
    )


def _tube_row(row: tuple[str, str, str, int, int, int, str, float]) -> TubeRow:
    tube, round_id, pool_class, lane, size, places_used, state, opened_at_s = row
    return TubeRow(
        tube,
        round_id,
        PoolClass(pool_class),
        lane,
        size,
        places_used,
        TubeState(state),
        opened_at_s,
    )
