"""Any sequence of calls, lawful or not, with restarts in between, against a plain model."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from kiosk.flow.label_job import LabelJobState
from kiosk.flow.table import EventRefused
from kiosk.flow.tube import TubeState
from kiosk.ledger.errors import AlreadyCheckedIn, CodeUsed, LedgerRefused, PlaceTaken

from .conftest import Booth

TUBE_SIZE = 3
people = st.integers(0, 12)
LABEL_MOVES = ("label_sent", "label_confirmed", "label_unknown", "label_verified", "void_label")


class LedgerMachine(RuleBasedStateMachine):
    """The model: who sits where, which tubes are open, which records wait."""

    @initialize()
    def start(self):
        self.directory = tempfile.TemporaryDirectory()
        self.booth = Booth(Path(self.directory.name) / "ledger.db")
        self.booth.fsync = False
        self.ledger = self.booth.open()
        self.tubes: dict[int, list[int]] = {}
        self.open: set[int] = set()
        self.waiting: set[int] = set()
        self.rejected: set[int] = set()
        self.acked: set[int] = set()
        self.last = 0

    def teardown(self):
        for ledger in self.booth.opened:
            ledger.close()
        self.directory.cleanup()

    def recorded(self, seq):
        assert seq == self.last + 1
        self.last = seq
        self.waiting.add(seq)

    @rule(person=people, code=people, serial=st.integers(1, 6), place=st.integers(1, 4))
    def check_in(self, person, code, serial, place):
        write = self.booth.write(person, code=code, serial=serial, place=place, size=TUBE_SIZE)
        seated = {one for tube in self.tubes.values() for one, _ in tube}
        codes = {one for tube in self.tubes.values() for _, one in tube}
        if place == 1:
            free = serial not in self.tubes
        else:
            used = len(self.tubes.get(serial, ()))
            free = serial in self.open and place == used + 1 <= TUBE_SIZE
        if person not in seated and code not in codes and free:
            self.recorded(self.ledger.check_in(write, self.booth.envelope))
            self.tubes.setdefault(serial, []).append((person, code))
            self.open.add(serial)
            return
        expected = (
            AlreadyCheckedIn if person in seated else CodeUsed if code in codes else PlaceTaken
        )
        with pytest.raises(expected):
            self.ledger.check_in(write, self.booth.envelope)

    @rule(serial=st.integers(1, 6), state=st.sampled_from([TubeState.FULL, TubeState.CLOSED_SHORT]))
    def close_tube(self, serial, state):
        lawful = serial in self.open and (
            state is TubeState.CLOSED_SHORT or len(self.tubes[serial]) == TUBE_SIZE
        )
        if lawful:
            self.recorded(
                self.ledger.close_tube(self.booth.tube(serial), state, self.booth.envelope)
            )
            self.open.discard(serial)
        else:
            with pytest.raises(LedgerRefused):
                self.ledger.close_tube(self.booth.tube(serial), state, self.booth.envelope)

    @precondition(lambda self: self.tubes)
    @rule(data=st.data(), move=st.sampled_from((*LABEL_MOVES, "reissue")))
    def label(self, data, move):
        tube = self.booth.tube(data.draw(st.sampled_from(sorted(self.tubes))))
        jobs = self.ledger.label_jobs(tube)
        before = self.ledger.last_seq
        try:
            if move == "reissue":
                copy = self.ledger.reissue_label(tube, f"{jobs[0].job}-{len(jobs) + 1}")
                assert copy == len(jobs) + 1
            elif move == "label_sent":
                self.ledger.label_sent(jobs[-1].job)
            else:
                self.recorded(getattr(self.ledger, move)(jobs[-1].job, self.booth.envelope))
        except (EventRefused, LedgerRefused):
            assert self.ledger.label_jobs(tube) == jobs
            assert self.ledger.last_seq == before

    @precondition(lambda self: self.last)
    @rule(data=st.data(), rejects=st.booleans())
    def acknowledge(self, data, rejects):
        high_water = data.draw(st.integers(0, self.last))
        refused = self.rejected | ({high_water} & self.waiting if rejects else set())
        ack = self.booth.ack(high_water, rejected=tuple(sorted(refused)))
        newly = {seq for seq in self.waiting if seq <= high_water} - refused
        assert self.ledger.acknowledge(ack, 10.0) == len(newly)
        self.acked |= newly
        self.waiting -= newly | refused
        self.rejected |= refused

    @rule()
    def purge(self):
        gone = {seq for seq in self.acked if seq < self.last}
        assert self.ledger.purge(11.0) == len(gone)
        self.acked -= gone

    @rule()
    def restart(self):
        self.ledger.close()
        self.booth.opened.clear()
        self.ledger = self.booth.open()

    @invariant()
    def the_outbox_is_as_it_should_be(self):
        rows = self.ledger._database._connection.execute("SELECT seq, envelope, state FROM outbox")
        states = {"waiting": set(), "acked": set(), "rejected": set()}
        for seq, envelope, state in rows:
            assert envelope == self.booth.envelope(seq)
            states[state].add(seq)
        assert states == {
            "waiting": self.waiting,
            "acked": self.acked,
            "rejected": self.rejected,
        }
        assert self.ledger.outbox_waiting == len(self.waiting)
        assert self.ledger.outbox_rejected == len(self.rejected)
        assert self.ledger.last_seq == self.last

    @invariant()
    def tubes_and_places_are_as_they_should_be(self):
        rows = {int(row.tube[9:13]): row for row in self.ledger.tubes()}
        assert {serial: row.places_used for serial, row in rows.items()} == {
            serial: len(seated) for serial, seated in self.tubes.items()
        }
        assert {s for s, row in rows.items() if row.state is TubeState.OPEN} == self.open
        for serial, seated in self.tubes.items():
            for place, (person, _) in enumerate(seated, 1):
                earlier = self.ledger.previous_check_in("round-1", self.booth.digest(person))
                assert (earlier.tube, earlier.place) == (self.booth.tube(serial), place)

    @invariant()
    def no_tube_has_two_valid_labels(self):
        for serial in self.tubes:
            jobs = self.ledger.label_jobs(self.booth.tube(serial))
            assert sum(job.state is not LabelJobState.VOID for job in jobs) <= 1
            assert [job.copy for job in jobs] == list(range(1, len(jobs) + 1))


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
