"""Which records are on their way: bundling, the window, resending. Pure: `now_s` is an argument.

Owns the answer to "what is sent next". A record leaves the window only by an acknowledgement. A
bundle that nothing covers is sent again, later each time. When the coordinator settles other
bundles and never this one, it is cut in half until the record that nobody takes stands alone; that
one is set aside, so that it blocks nobody. Must not know MQTT, keys or the outbox.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

Row = tuple[int, bytes]

LONGEST_WAIT_S = 60.0
ATTEMPTS_BEFORE_SPLIT = 3


@dataclass(frozen=True, slots=True)
class Flight:
    """Records that travel as one bundle. ``due_s`` is when to send it (again)."""

    number: int
    records: tuple[Row, ...]
    due_s: float
    attempts: int = 0
    settled_before: int = 0  # how much the window had settled when this was last sent
    ignored: int = 0  # times that others were settled and this was not

    @property
    def seqs(self) -> tuple[int, ...]:
        return tuple(seq for seq, _ in self.records)


class Window:
    """At most ``window_bundles`` on their way, each of ``bundle_records`` and ``bundle_bytes``."""

    def __init__(
        self,
        *,
        bundle_records: int,
        window_bundles: int,
        bundle_bytes: int,
        acknowledgement_timeout_s: float,
    ) -> None:
        self._bundle_records = bundle_records
        self._window_bundles = window_bundles
        self._bundle_bytes = bundle_bytes
        self._timeout_s = acknowledgement_timeout_s
        self._flights: dict[int, Flight] = {}
        self._next_number = 1
        self._set_aside: dict[int, bytes] = {}
        self.read_after = 0
        self.settled = 0

    @property
    def flights(self) -> tuple[Flight, ...]:
        """What is on its way, oldest first."""
        return tuple(self._flights.values())

    @property
    def in_flight(self) -> int:
        """Records on their way."""
        return sum(len(flight.records) for flight in self._flights.values())

    @property
    def set_aside(self) -> tuple[int, ...]:
        """Sequence numbers that the coordinator never settled while it settled others."""
        return tuple(sorted(self._set_aside))

    @property
    def unanswered(self) -> int:
        """How often a bundle was sent since anything was settled at all."""
        return max(
            (
                flight.attempts
                for flight in self._flights.values()
                if flight.settled_before == self.settled
            ),
            default=0,
        )

    def limit(self, *, window_bundles: int, bundle_bytes: int) -> None:
        """What the broker of this connection allows, if it is less than the settings."""
        self._window_bundles = max(1, window_bundles)
        self._bundle_bytes = bundle_bytes

    def wanted(self) -> int:
        """How many further records fit, to be read after `read_after`; 0 when it is full."""
        return self._free_bundles() * self._bundle_records

    def fill(self, rows: Sequence[Row], now_s: float) -> None:
        """Cut ``rows`` (ascending, after `read_after`) into bundles, due at once.

        What does not fit is left out and to be read again later.
        """
        free = self._free_bundles()
        bundle: list[Row] = []
        size = 0
        for seq, raw in rows:
            if seq <= self.read_after:
                raise ValueError(f"record {seq} was read before; reading goes on after")
            full = len(bundle) == self._bundle_records or size + len(raw) > self._bundle_bytes
            if bundle and full:
                self._add(tuple(bundle), now_s)
                bundle, size = [], 0
                free -= 1
            if free <= 0:
                return
            bundle.append((seq, raw))
            size += len(raw)
        if bundle:
            self._add(tuple(bundle), now_s)

    def due(self, now_s: float) -> tuple[Flight, ...]:
        """Bundles to send now: new ones, and those whose acknowledgement is late."""
        return tuple(flight for flight in self._flights.values() if flight.due_s <= now_s)

    def next_due_s(self) -> float | None:
        """The moment at which `due` will have something, or None while nothing is on its way."""
        return min((flight.due_s for flight in self._flights.values()), default=None)

    def sent(self, number: int, now_s: float) -> None:
        """Bundle ``number`` went out. Splits it when it is the one that the coordinator ignores."""
        flight = self._flights.get(number)
        if flight is None:
            return
        ignored = flight.ignored + (flight.attempts > 0 and self.settled > flight.settled_before)
        wait_s = min(self._timeout_s * 2.0**flight.attempts, LONGEST_WAIT_S)
        self._flights[number] = replace(
            flight,
            due_s=now_s + wait_s,
            attempts=flight.attempts + 1,
            settled_before=self.settled,
            ignored=ignored,
        )
        if ignored >= ATTEMPTS_BEFORE_SPLIT:
            self.refused(number, now_s)

    def refused(self, number: int, now_s: float) -> None:
        """Bundle ``number`` cannot be delivered as it is: halve it, or set its one record aside."""
        flight = self._flights.pop(number, None)
        if flight is None:
            return
        if len(flight.records) == 1:
            self._set_aside.update(flight.records)
            return
        middle = len(flight.records) // 2
        for half in (flight.records[:middle], flight.records[middle:]):
            self._add(half, now_s)

    def acknowledged(self, settles: Callable[[int], bool]) -> int:
        """Drop every record for which ``settles(seq)``; returns how many that were."""
        before = self.in_flight + len(self._set_aside)
        for number, flight in list(self._flights.items()):
            left = tuple(row for row in flight.records if not settles(row[0]))
            if not left:
                del self._flights[number]
            elif len(left) < len(flight.records):
                self._flights[number] = replace(flight, records=left)
        self._set_aside = {seq: raw for seq, raw in self._set_aside.items() if not settles(seq)}
        dropped = before - self.in_flight - len(self._set_aside)
        self.settled += dropped
        return dropped

    def restart(self) -> None:
        """Another connection, coordinator or ledger: forget what is on its way, read anew."""
        self._flights.clear()
        self._set_aside.clear()
        self.read_after = 0

    def _free_bundles(self) -> int:
        """A window full of bundles that nobody answers lets one more go, to see whether *that* is
        answered: only so can bundles that nobody takes be told from a coordinator that is silent.
        """
        flights = self._flights.values()
        free = self._window_bundles - len(flights)
        if free > 0:
            return free
        stuck = all(flight.attempts >= ATTEMPTS_BEFORE_SPLIT for flight in flights)
        return int(stuck and len(flights) < 2 * self._window_bundles)

    def _add(self, records: tuple[Row, ...], now_s: float) -> None:
        self._flights[self._next_number] = Flight(self._next_number, records, due_s=now_s)
        self._next_number += 1
        self.read_after = max(self.read_after, records[-1][0])
