"""The site at one moment, as staff see it: read from the store, nobody in clear.

Owns the counting. *Waiting* is checked in and not yet sampled; only the lane says sampled. Must not
phrase anything: `coordinator.alerts` and the templates do.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from contracts.report import KioskReport
from contracts.tube_number import TubeNumber, TubeNumberError
from coordinator.kiosk_words import read_report

RATE_WINDOW_S = 600.0
SILENT_AFTER_S = 15.0  # a kiosk reports every 5 s
INGEST_SILENT_AFTER_S = 8.0
GAP_AFTER_S = 60.0
MOST_ROWS = 200


@dataclass(frozen=True, slots=True)
class Tube:
    """``places`` checked in of ``size``, of them ``sampled``. ``close_reason`` empty: open."""

    tube: str
    kiosk: str
    lane: int
    pool_class: str
    size: int
    places: int
    sampled: int
    opened_at: float | None
    close_reason: str
    label: str
    taken_back: bool

    @property
    def is_open(self) -> bool:
        return not self.close_reason

    @property
    def waiting(self) -> int:
        return max(0, self.places - self.sampled)

    @property
    def short(self) -> str:
        """What people say aloud: ``0417``."""
        try:
            return TubeNumber.parse(self.tube).short
        except TubeNumberError:
            return self.tube


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody in a lane's queue; the name is masked."""

    tube: str
    place: int
    masked_name: str


@dataclass(frozen=True, slots=True)
class Lane:
    """``tubes``: open ones, and closed ones that somebody still waits for."""

    number: int
    tubes: tuple[Tube, ...]
    queue: tuple[Waiting, ...]

    @property
    def waiting(self) -> int:
        return sum(tube.waiting for tube in self.tubes)


@dataclass(frozen=True, slots=True)
class Kiosk:
    """``online`` None: unknown. ``report_age_s`` None: it never reported."""

    kiosk: str
    online: bool | None
    report: KioskReport | None
    report_age_s: float | None

    @property
    def number(self) -> str:
        return self.kiosk.rsplit("-k", 1)[-1]

    @property
    def silent(self) -> bool:
        return self.report_age_s is None or self.report_age_s > SILENT_AFTER_S


@dataclass(frozen=True, slots=True)
class Conflict:
    """One person with several places in this round, each as ``(kiosk, tube, place)``."""

    masked_name: str
    places: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Refusals:
    """``first`` is the oldest reason of its kind, for the log of the site."""

    count: int
    first: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts are of the newest round. ``wait_min`` None: nobody is being sampled, so unknown."""

    now: float
    round_id: str
    checked_in: int
    sampled: int
    per_10_min: int
    wait_min: float | None
    fever_tickets: int
    lanes: tuple[Lane, ...]
    closed: tuple[Tube, ...]
    closed_count: int
    short_count: int
    kiosks: tuple[Kiosk, ...]
    conflicts: tuple[Conflict, ...]
    refusals: Refusals
    unreadable: int
    gaps: tuple[str, ...]
    records: int
    to_open: int
    ingest_lives: bool
    broker_trouble: str

    @property
    def waiting(self) -> int:
        return sum(lane.waiting for lane in self.lanes)


def read_overview(connection: sqlite3.Connection, now: float) -> Overview:
    """One consistent look (a single read transaction). ``now`` in Unix seconds."""
    connection.execute("BEGIN")
    try:
        return _read(connection, now)
    finally:
        connection.execute("COMMIT")


def _read(connection: sqlite3.Connection, now: float) -> Overview:
    site = connection.execute("SELECT * FROM site").fetchone()
    round_id = _newest_round(connection)
    tubes = _tubes(connection, round_id)
    closed = [tube for tube in tubes if not tube.is_open]
    checked_in = sum(tube.places for tube in tubes)
    sampled = sum(min(tube.sampled, tube.places) for tube in tubes)
    newest = _one(connection, "SELECT coalesce(max(number), 0) FROM records")
    refused = connection.execute("SELECT count(*), min(why) FROM refusals").fetchone()
    return Overview(
        now=now,
        round_id=round_id,
        checked_in=checked_in,
        sampled=sampled,
        per_10_min=_one(
            connection,
            "SELECT count(*) FROM check_ins WHERE round_id = ? AND at > ?",
            round_id,
            now - RATE_WINDOW_S,
        ),
        wait_min=_wait_min(connection, checked_in - sampled, now),
        fever_tickets=_one(
            connection, "SELECT count(*) FROM fever_holds WHERE at > ?", now - 86_400
        ),
        lanes=_lanes(connection, tubes),
        closed=tuple(closed[:MOST_ROWS]),
        closed_count=len(closed),
        short_count=sum(tube.places < tube.size for tube in closed),
        kiosks=_kiosks(connection, now),
        conflicts=_conflicts(connection, round_id),
        refusals=Refusals(refused[0], refused[1] or ""),
        unreadable=_one(connection, "SELECT count(*) FROM unreadable"),
        gaps=tuple(
            row[0]
            for row in connection.execute(
                "SELECT kiosk FROM streams WHERE gap_since < ?", (now - GAP_AFTER_S,)
            )
        ),
        records=newest,
        to_open=newest - site["opened_to"],
        ingest_lives=bool(site["ingest_at"]) and now - site["ingest_at"] < INGEST_SILENT_AFTER_S,
        broker_trouble=site["broker"],
    )


def _newest_round(connection: sqlite3.Connection) -> str:
    row = connection.execute(
        "SELECT round_id FROM check_ins ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return "" if row is None else str(row[0])


def _tubes(connection: sqlite3.Connection, round_id: str) -> list[Tube]:
    """Newest first. A tube of which only the end arrived belongs to no round yet: not shown."""
    rows = connection.execute(
        "SELECT tubes.*, coalesce(word.places, 0) AS sampled, word.said FROM tubes"
        " LEFT JOIN sampled AS word ON word.number ="
        " (SELECT max(number) FROM sampled WHERE sampled.tube = tubes.tube)"
        " WHERE round_id = ? ORDER BY opened_at DESC, tube DESC",
        (round_id,),
    )
    return [
        Tube(
            tube=row["tube"],
            kiosk=row["kiosk"],
            lane=row["lane"],
            pool_class=row["pool_class"],
            size=row["size"],
            places=row["places"],
            sampled=row["sampled"],
            opened_at=row["opened_at"],
            close_reason=row["close_reason"],
            label=row["label"],
            taken_back=row["said"] == "taken-back",
        )
        for row in rows
    ]


def _lanes(connection: sqlite3.Connection, tubes: list[Tube]) -> tuple[Lane, ...]:
    """Every lane of the round; within a lane the tube that was opened first comes first."""
    lanes = []
    for number in sorted({tube.lane for tube in tubes}):
        of_lane = [tube for tube in reversed(tubes) if tube.lane == number]
        shown = tuple(tube for tube in of_lane if tube.is_open or tube.waiting)
        queue = [person for tube in shown for person in _queue(connection, tube)]
        lanes.append(Lane(number, shown, tuple(queue)))
    return tuple(lanes)


def _queue(connection: sqlite3.Connection, tube: Tube) -> list[Waiting]:
    rows = connection.execute(
        "SELECT place, masked_name FROM check_ins WHERE tube = ? ORDER BY place", (tube.tube,)
    ).fetchall()
    return [Waiting(tube.tube, row[0], row[1]) for row in rows[tube.sampled :]]


def _wait_min(connection: sqlite3.Connection, waiting: int, now: float) -> float | None:
    """Minutes until the last one in the queue is sampled, at the pace of the last ten."""
    if waiting <= 0:
        return 0.0
    row = connection.execute(
        "SELECT count(*), sum(gain) FROM (SELECT at, places - coalesce(lag(places)"
        " OVER (PARTITION BY tube ORDER BY number), 0) AS gain FROM sampled) WHERE at > ?",
        (now - RATE_WINDOW_S,),
    ).fetchone()
    gained = row[1] or 0
    return None if gained <= 0 else waiting / gained * (RATE_WINDOW_S / 60)


def _kiosks(connection: sqlite3.Connection, now: float) -> tuple[Kiosk, ...]:
    return tuple(
        Kiosk(
            kiosk=row["kiosk"],
            online=None if row["online"] is None else bool(row["online"]),
            report=read_report(row["report"]) if row["report"] else None,
            report_age_s=None if row["reported_at"] is None else now - row["reported_at"],
        )
        for row in connection.execute("SELECT * FROM kiosks ORDER BY kiosk")
    )


def _conflicts(connection: sqlite3.Connection, round_id: str) -> tuple[Conflict, ...]:
    persons = connection.execute(
        "SELECT person FROM check_ins WHERE round_id = ? GROUP BY person HAVING count(*) > 1"
        " LIMIT ?",
        (round_id, MOST_ROWS),
    ).fetchall()
    found = []
    for (person,) in persons:
        rows = connection.execute(
            "SELECT kiosk, tube, place, masked_name FROM check_ins"
            " WHERE round_id = ? AND person = ? ORDER BY at, number",
            (round_id, person),
        ).fetchall()
        places = tuple((row["kiosk"], row["tube"], row["place"]) for row in rows)
        found.append(Conflict(rows[0]["masked_name"], places))
    return tuple(found)


def _one(connection: sqlite3.Connection, statement: str, *values: object) -> int:
    return int(connection.execute(statement, values).fetchone()[0])
