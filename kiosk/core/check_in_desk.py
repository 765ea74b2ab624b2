"""Carries out what a visit decided: the place in a tube, the fever ticket, the tube that is done.

Owns the way from an effect to one committed transaction. Must not decide whom to take in (the flow
did) and must not touch the printer: it hands out the order for a label once the record is durable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from config.model import KioskConfig
from contracts.envelope import ClockSync
from contracts.record import (
    CheckedIn,
    FeverHeld,
    Flag,
    Person,
    TubeClosed,
    TubeCloseReason,
)
from contracts.tube_number import TubeNumber
from kiosk.core.clock import KioskClock
from kiosk.core.person_digest import PersonDigests
from kiosk.core.record_maker import RecordMaker
from kiosk.flow.effects import CheckIn, CloseTube, Effect, HoldFever
from kiosk.flow.placement import InTube, OpenTube, choose_place
from kiosk.flow.tube import TUBE, PlaceTaken, Reviewed, Tube, TubeMoment, TubeState
from kiosk.flow.visit_state import Before, PlaceGiven
from kiosk.ledger.errors import AlreadyCheckedIn, EarlierCheckIn
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.rows import CheckInWrite, TubeRow


@dataclass(frozen=True, slots=True)
class Committed:
    """A durable check-in. ``label_job`` is empty unless it opened a tube."""

    place: PlaceGiven
    seq: int
    label_job: str


class CheckInDesk:
    """Single-threaded, on the core's thread; every method returns after its commit.

    ``tube_opens`` is told just before a commit that opens a tube: its label may be drawn meanwhile,
    and nothing of it may leave before the commit.
    """

    def __init__(
        self,
        config: KioskConfig,
        ledger: Ledger,
        records: RecordMaker,
        digests: PersonDigests,
        *,
        clock: KioskClock,
        tube_opens: Callable[[CheckInWrite], None],
    ) -> None:
        self._site = config.site
        self._policy = config.policy
        self._ledger = ledger
        self._records = records
        self._digests = digests
        self._clock = clock
        self._tube_opens = tube_opens
        self._known_since_s: dict[str, float] = {}

    # ── people ───────────────────────────────────────────────────────────────────────────────

    def before(self, person: Person) -> Before | None:
        """Where this person was bound in this round, as far as this boot can tell."""
        digest = self._digests.person(self._policy.round_id, person)
        earlier = self._ledger.previous_check_in(self._policy.round_id, digest)
        return None if earlier is None else self._as_before(earlier)

    def code_used(self, code_id: str) -> bool:
        """Codes are single use, also over a reboot."""
        return self._ledger.code_used(self._policy.round_id, self._digests.code(code_id))

    def check_in(self, effect: CheckIn, visit: int) -> Committed | Before:
        """Choose a place and commit it with its record; `Before` when the person has one.

        Raises `kiosk.ledger.errors.LedgerError` kinds; then nothing was committed.
        """
        policy = self._policy
        open_tubes = [
            self._as_open(row)
            for row in self._ledger.open_tubes()
            if row.round_id == policy.round_id
        ]
        choice = choose_place(
            effect.pool_class,
            open_tubes,
            unsampled_by_lane=self._ledger.lane_counts(policy.round_id),
            lanes=policy.lanes,
            household_max=policy.household_max,
            max_age_s=policy.tube_max_age_s,
        )
        if isinstance(choice, InTube):
            place = PlaceGiven(
                lane=choice.tube.lane,
                tube=choice.tube.tube,
                place=choice.place,
                size=choice.tube.size,
                first_of_tube=False,
            )
        else:
            place = PlaceGiven(choice.lane, self._new_tube(), 1, choice.size, first_of_tube=True)
        at = self._clock.wall_text()
        label_job = f"{place.tube}-1" if place.first_of_tube else ""
        write = CheckInWrite(
            visit=f"{self._site.kiosk_id}-{visit}",
            round_id=policy.round_id,
            tube=place.tube,
            pool_class=effect.pool_class,
            lane=place.lane,
            size=place.size,
            place=place.place,
            opens_tube=place.first_of_tube,
            opened_at_s=self._clock.wall().timestamp(),
            person_digest=self._digests.person(policy.round_id, effect.person),
            code_digest=self._digests.code(effect.code_id),
            label_job=label_job or None,
            checked_in_at=at,
        )
        body = CheckedIn(
            at=at,
            visit=write.visit,
            person=effect.person,
            temperature=effect.temperature,
            code_scheme=effect.code_scheme,
            code_colour=effect.code_colour,
            round_id=policy.round_id,
            tube=place.tube,
            pool_class=effect.pool_class,
            tube_size=place.size,
            lane=place.lane,
            place=place.place,
            opens_tube=place.first_of_tube,
            flags=self._flags(effect.flags),
        )
        if write.opens_tube:
            self._tube_opens(write)
        try:
            seq = self._ledger.check_in(write, self._records.envelope(body))
        except AlreadyCheckedIn as known:
            return self._as_before(known.earlier)
        self._known_since_s.setdefault(place.tube, self._clock.monotonic_s())
        return Committed(place, seq, label_job)

    def _as_before(self, earlier: EarlierCheckIn) -> Before:
        """For the screen: the size of that tube, and the wall time of day only, ``08:41``."""
        tube = self._ledger.tube(earlier.tube)
        if tube is None:
            raise LookupError(f"a place in tube {earlier.tube}, and no such tube")
        at = earlier.checked_in_at[11:16]
        return Before(earlier.tube, earlier.place, tube.size, earlier.lane, at)

    def _flags(self, flags: tuple[Flag, ...]) -> tuple[Flag, ...]:
        if self._clock.sync() is ClockSync.NONE:
            return (*flags, Flag.CLOCK_NOT_SYNCHRONISED)
        return flags

    def _new_tube(self) -> str:
        """The next number of the granted range; the day of the year is for people only."""
        day = self._clock.wall().timetuple().tm_yday
        serial = self._ledger.next_serial()
        return TubeNumber(self._site.id, self._site.kiosk, day, serial).text

    def hold_fever(self, effect: HoldFever, visit: int) -> str:
        """Commit the hold and its record; the ticket to show."""
        ticket = f"F{self._site.kiosk}-{self._ledger.next_fever_number():03d}"
        body = FeverHeld(
            at=self._clock.wall_text(),
            visit=f"{self._site.kiosk_id}-{visit}",
            person=effect.person,
            temperature=effect.temperature,
            ticket=ticket,
        )
        due_s = self._clock.boottime_s() + self._policy.fever_rest_min_s
        envelope = self._records.envelope(body)
        self._ledger.hold_fever(ticket, due_s, self._clock.boot_id, envelope)
        return ticket

    # ── tubes ────────────────────────────────────────────────────────────────────────────────

    def took_place(self, place: PlaceGiven) -> None:
        """After a commit: a tube with its last place taken is full and closes."""
        before = Tube(place.tube, place.lane, place.size, place.place - 1)
        self._carry_out(*TUBE.step(before, PlaceTaken(), self._moment(0.0)))

    def review_tubes(self) -> int:
        """Close what is full, too old or on a lane that is gone; how many were closed."""
        closed = 0
        for row in self._ledger.open_tubes():
            tube = Tube(row.tube, row.lane, row.size, row.places_used)
            age_s = self._as_open(row).age_s
            if row.round_id != self._policy.round_id:
                age_s = self._policy.tube_max_age_s  # a tube of the round before takes nobody
            after, effects = TUBE.step(tube, Reviewed(), self._moment(age_s))
            self._carry_out(after, effects)
            closed += after.state is not TubeState.OPEN
        return closed

    def _moment(self, age_s: float) -> TubeMoment:
        return TubeMoment(age_s, self._policy.tube_max_age_s, self._policy.lanes)

    def _carry_out(self, tube: Tube, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, CloseTube):
                self._close(tube, TubeCloseReason(effect.reason))

    def _close(self, tube: Tube, reason: TubeCloseReason) -> None:
        body = TubeClosed(
            at=self._clock.wall_text(),
            tube=tube.tube,
            reason=reason,
            places_used=tube.places_used,
            tube_size=tube.size,
        )
        self._ledger.close_tube(tube.tube, tube.state, self._records.envelope(body))
        self._known_since_s.pop(tube.tube, None)

    def _as_open(self, row: TubeRow) -> OpenTube:
        """Age by wall time, and never less than what this process saw pass: a clock that is set
        back keeps no tube open, one that is set forward closes early, which harms nobody."""
        now_s = self._clock.monotonic_s()
        known_s = now_s - self._known_since_s.setdefault(row.tube, now_s)
        age_s = max(self._clock.wall().timestamp() - row.opened_at_s, known_s)
        return OpenTube(row.tube, row.pool_class, row.lane, row.size, row.places_used, age_s)
