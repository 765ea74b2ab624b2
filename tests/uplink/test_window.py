"""The window: nothing is lost, nothing is sent without reason, nobody blocks the others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.uplink.window import LONGEST_WAIT_S, Row, Window

TIMEOUT_S = 4.0


def window(records: int = 3, bundles: int = 2, size: int = 1000) -> Window:
    return Window(
        bundle_records=records,
        window_bundles=bundles,
        bundle_bytes=size,
        acknowledgement_timeout_s=TIMEOUT_S,
    )


def rows(first: int, last: int, size: int = 10) -> list[Row]:
    return [(seq, bytes(size)) for seq in range(first, last + 1)]


def seqs(of: Window) -> list[tuple[int, ...]]:
    return [flight.seqs for flight in of.flights]


def send_due(of: Window, now_s: float) -> list[tuple[int, ...]]:
    due = of.due(now_s)
    for flight in due:
        of.sent(flight.number, now_s)
    return [flight.seqs for flight in due]


def test_cuts_into_bundles_and_stops_when_full() -> None:
    full = window()
    assert full.wanted() == 6
    full.fill(rows(1, 9), 0.0)
    assert seqs(full) == [(1, 2, 3), (4, 5, 6)]
    assert full.wanted() == 0
    assert full.read_after == 6


def test_a_bundle_is_bounded_in_bytes_too() -> None:
    small = window(records=50, size=25)
    small.fill(rows(1, 5, size=10), 0.0)
    assert seqs(small) == [(1, 2), (3, 4)]


def test_a_record_larger_than_a_bundle_travels_alone() -> None:
    small = window(size=5)
    small.fill(rows(1, 2, size=10), 0.0)
    assert seqs(small) == [(1,), (2,)]


def test_rows_that_were_read_before_are_a_mistake() -> None:
    twice = window()
    twice.fill(rows(1, 3), 0.0)
    with pytest.raises(ValueError, match="read before"):
        twice.fill(rows(3, 4), 0.0)


def test_sent_once_and_again_only_when_the_answer_is_late() -> None:
    patient = window()
    patient.fill(rows(1, 3), 0.0)
    assert send_due(patient, 0.0) == [(1, 2, 3)]
    assert send_due(patient, TIMEOUT_S - 0.1) == []
    assert send_due(patient, TIMEOUT_S) == [(1, 2, 3)]
    assert send_due(patient, TIMEOUT_S + 2 * TIMEOUT_S - 0.1) == []
    assert patient.next_due_s() == TIMEOUT_S + 2 * TIMEOUT_S


def test_waits_grow_to_a_bound() -> None:
    patient = window()
    patient.fill(rows(1, 1), 0.0)
    now_s = 0.0
    for _ in range(20):
        assert send_due(patient, now_s)
        due_s = patient.next_due_s()
        assert due_s is not None and due_s - now_s <= LONGEST_WAIT_S
        now_s = due_s


def test_only_what_is_not_covered_travels_again() -> None:
    partly = window()
    partly.fill(rows(1, 6), 0.0)
    send_due(partly, 0.0)
    assert partly.acknowledged(lambda seq: seq in (1, 3)) == 2
    assert send_due(partly, TIMEOUT_S) == [(2,), (4, 5, 6)]
    assert partly.acknowledged(lambda seq: True) == 4
    assert partly.in_flight == 0
    assert partly.next_due_s() is None


def test_a_silent_coordinator_splits_nothing() -> None:
    """Nobody is acknowledged: the trouble is not in these records."""
    silent = window()
    silent.fill(rows(1, 3), 0.0)
    now_s = 0.0
    for _ in range(30):
        send_due(silent, now_s)
        now_s += LONGEST_WAIT_S
    assert seqs(silent) == [(1, 2, 3)]
    assert silent.unanswered == 30
    assert silent.set_aside == ()


def test_unanswered_is_forgotten_when_anything_is_settled() -> None:
    some = window()
    some.fill(rows(1, 6), 0.0)
    send_due(some, 0.0)
    send_due(some, TIMEOUT_S)
    assert some.unanswered == 2
    some.acknowledged(lambda seq: seq <= 3)
    assert some.unanswered == 0


def test_refused_bundles_are_halved_and_single_records_set_aside() -> None:
    refusing = window(records=4)
    refusing.fill(rows(1, 4), 0.0)
    refusing.refused(refusing.flights[0].number, 0.0)
    assert seqs(refusing) == [(1, 2), (3, 4)]
    refusing.refused(refusing.flights[0].number, 0.0)
    refusing.refused(refusing.flights[1].number, 0.0)  # (1,)
    assert refusing.set_aside == (1,)
    refusing.acknowledged(lambda seq: seq == 1)
    assert refusing.set_aside == ()


def test_a_stuck_window_lets_probes_through_up_to_a_bound() -> None:
    stuck = window(records=1, bundles=2)
    stuck.fill(rows(1, 2), 0.0)
    now_s = 0.0
    for newest in range(3, 30):
        send_due(stuck, now_s)
        stuck.fill(rows(stuck.read_after + 1, newest)[: stuck.wanted()], now_s)
        now_s += LONGEST_WAIT_S
    assert seqs(stuck) == [(1,), (2,), (3,), (4,)]


def test_restart_reads_everything_again() -> None:
    again = window()
    again.fill(rows(1, 3), 0.0)
    send_due(again, 0.0)
    again.restart()
    assert (again.flights, again.read_after) == ((), 0)


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(1, 40),
    records=st.integers(1, 7),
    bundles=st.integers(2, 5),
    poison=st.sets(st.integers(1, 40), max_size=3),
)
def test_everything_settles_but_what_nobody_takes(
    count: int, records: int, bundles: int, poison: set[int]
) -> None:
    """The coordinator drops every bundle that holds a poisoned record; live ones keep coming."""
    busy = window(records=records, bundles=bundles)
    poison = {seq for seq in poison if seq <= count}
    outbox = set(range(1, count + 1))
    newest, now_s = count, 0.0
    for _ in range(400):
        unread = sorted(seq for seq in outbox if seq > busy.read_after)
        busy.fill([(seq, b"x") for seq in unread[: busy.wanted()]], now_s)
        travelling = [seq for flight in busy.flights for seq in flight.seqs]
        assert len(travelling) == len(set(travelling)), "a record travels twice"
        unread_now = {seq for seq in outbox if seq > busy.read_after}
        assert outbox == {*travelling, *busy.set_aside, *unread_now}, "a record was forgotten"
        taken = {seq for sent in send_due(busy, now_s) if not poison & {*sent} for seq in sent}
        assert busy.acknowledged(taken.__contains__) == len(taken)
        outbox -= taken
        now_s += TIMEOUT_S
        newest += 1
        outbox.add(newest)
        if {seq for seq in outbox if seq <= count} == poison == {*busy.set_aside}:
            break
    assert busy.set_aside == tuple(sorted(poison))
    assert {seq for seq in outbox if seq <= count} == poison
