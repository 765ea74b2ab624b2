"""A check-in is one transaction, and a wrong binding is impossible."""

from __future__ import annotations

import sqlite3

import pytest

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
from kiosk.ledger.rows import TubeRow


def test_durability_settings_are_what_we_promise(ledger, look_inside):
    def pragma(name):
        return look_inside(ledger, f"PRAGMA {name}")[0][0]

    assert pragma("synchronous") == 2  # FULL
    assert pragma("journal_mode") == "wal"
    assert pragma("foreign_keys") == 1
    assert pragma("secure_delete") == 1
    assert pragma("max_page_count") == 8 * 1024 * 1024 // 4096


def test_first_person_opens_tube_place_and_label_job(ledger, booth):
    assert ledger.check_in(booth.write("a"), booth.envelope) == 1
    tube = booth.tube(1)
    assert ledger.open_tubes() == (
        TubeRow(tube, "round-1", PoolClass.TEN, 2, 10, 1, TubeState.OPEN, 100.0),
    )
    assert [(job.job, job.copy, job.state.value) for job in ledger.label_jobs(tube)] == [
        ("job-1-1", 1, "reserved")
    ]
    assert ledger.last_seq == ledger.outbox_waiting == 1


def test_sequence_number_is_given_to_the_envelope_and_its_bytes_are_kept(
    ledger, booth, look_inside
):
    seen = []

    def make_envelope(seq):
        seen.append(seq)
        return b"bytes of %d" % seq

    ledger.append(make_envelope)
    ledger.append(make_envelope)
    assert seen == [1, 2]
    assert look_inside(ledger, "SELECT seq, envelope FROM outbox") == [
        (1, b"bytes of 1"),
        (2, b"bytes of 2"),
    ]


def test_an_envelope_that_cannot_be_made_leaves_nothing(ledger, booth):
    def fails(seq):
        raise RuntimeError("no key")

    with pytest.raises(RuntimeError, match="no key"):
        ledger.check_in(booth.write("a"), fails)
    assert (ledger.last_seq, ledger.tubes(), ledger.unfinished_labels()) == (0, (), ())
    assert ledger.check_in(booth.write("a"), booth.envelope) == 1


def test_same_person_gets_one_place_a_round(ledger, booth):
    ledger.check_in(booth.write("a"), booth.envelope)
    with pytest.raises(AlreadyCheckedIn) as refused:
        ledger.check_in(booth.write("a", place=2, code="other"), booth.envelope)
    earlier = EarlierCheckIn(booth.tube(1), 1, 2, "2026-11-22T08:00:00+08:00")
    assert refused.value.earlier == earlier
    assert ledger.previous_check_in("round-1", booth.digest("a")) == earlier
    assert ledger.previous_check_in("round-2", booth.digest("a")) is None
    assert ledger.last_seq == 1
    assert ledger.check_in(booth.write("a", serial=2, round_id="round-2"), booth.envelope) == 2


def test_a_code_serves_one_person_a_round(ledger, booth):
    write = booth.write("a")
    ledger.check_in(write, booth.envelope)
    assert ledger.code_used("round-1", write.code_digest)
    assert not ledger.code_used("round-2", write.code_digest)
    with pytest.raises(CodeUsed):
        ledger.check_in(booth.write("b", place=2, code="a"), booth.envelope)
    assert ledger.open_tubes()[0].places_used == 1


def test_people_without_a_code_do_not_share_one(ledger, booth):
    ledger.check_in(booth.write("a", code=None), booth.envelope)
    ledger.check_in(booth.write("b", place=2, code=None), booth.envelope)
    assert not ledger.code_used("round-1", b"")


@pytest.mark.parametrize(
    "change",
    [
        {"place": 3},
        {"place": 2, "lane": 1},
        {"place": 2, "size": 20},
        {"place": 2, "round_id": "round-2"},
        {"place": 2, "serial": 9},
    ],
    ids=" ".join,
)
def test_a_place_must_be_the_next_of_this_very_tube(ledger, booth, change):
    ledger.check_in(booth.write("a"), booth.envelope)
    with pytest.raises(PlaceTaken):
        ledger.check_in(booth.write("b", **change), booth.envelope)
    assert ledger.last_seq == 1


def test_a_full_tube_takes_nobody(ledger, booth):
    for place in range(1, 6):
        ledger.check_in(booth.write(place, place=place, size=5), booth.envelope)
    with pytest.raises(PlaceTaken, match="full"):
        ledger.check_in(booth.write("late", place=6, size=5), booth.envelope)
    assert [tube.state for tube in ledger.open_tubes()] == [TubeState.OPEN]
    ledger.close_tube(booth.tube(1), TubeState.FULL, booth.envelope)
    assert ledger.open_tubes() == ()
    with pytest.raises(LedgerRefused, match="not open"):
        ledger.close_tube(booth.tube(1), TubeState.CLOSED_SHORT, booth.envelope)
    assert ledger.last_seq == 6


def test_a_tube_cannot_be_full_with_room_in_it(ledger, booth):
    ledger.check_in(booth.write("a"), booth.envelope)
    with pytest.raises(LedgerRefused):
        ledger.close_tube(booth.tube(1), TubeState.FULL, booth.envelope)
    assert ledger.open_tubes()[0].state is TubeState.OPEN


def test_a_closed_tube_takes_nobody(ledger, booth):
    ledger.check_in(booth.write("a"), booth.envelope)
    ledger.close_tube(booth.tube(1), TubeState.CLOSED_SHORT, booth.envelope)
    with pytest.raises(PlaceTaken, match="not open"):
        ledger.check_in(booth.write("b", place=2), booth.envelope)
    with pytest.raises(PlaceTaken, match="given out before"):
        ledger.check_in(booth.write("b"), booth.envelope)


def test_serials_count_up_within_the_granted_range_and_end(booth):
    ledger = booth.open(first=7, last=8)
    assert ledger.next_serial() == 7
    assert ledger.next_serial() == 7  # looking does not use one up
    ledger.check_in(booth.write("a", serial=7), booth.envelope)
    assert ledger.next_serial() == 8
    ledger.check_in(booth.write("b", serial=8), booth.envelope)
    with pytest.raises(SerialsExhausted, match="from 7 to 8"):
        ledger.next_serial()


def test_lane_counts_are_of_the_round(ledger, booth):
    ledger.check_in(booth.write("a"), booth.envelope)
    ledger.check_in(booth.write("b", place=2), booth.envelope)
    ledger.check_in(booth.write("c", serial=2, lane=5), booth.envelope)
    ledger.check_in(booth.write("d", serial=3, round_id="round-2"), booth.envelope)
    assert ledger.lane_counts("round-1") == {2: 2, 5: 1}
    assert ledger.lane_counts("round-9") == {}


def test_epoch_is_drawn_once(booth):
    assert booth.open().epoch == "epoch-1"
    again = booth.open()
    again.append(booth.envelope)
    assert booth.open().last_seq == 1


@pytest.mark.parametrize(
    "change",
    [
        {"person_digest": b"110101199003071233"},
        {"code_digest": b"NCS1.abc"},
        {"opens_tube": True},
        {"label_job": "job-x"},
    ],
    ids=" ".join,
)
def test_a_write_that_makes_no_sense_cannot_be_made(booth, change):
    second = booth.write("a", place=2)
    fields = {name: getattr(second, name) for name in second.__slots__}
    with pytest.raises(ValueError, match=r"digest|first place|label job"):
        type(second)(**fields | change)


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE places SET place = 2", "never changed"),
        ("UPDATE tubes SET lane = 9", "never change"),
        ("DELETE FROM tubes", "never forgotten"),
        ("DELETE FROM places", "never taken back"),
        ("UPDATE tubes SET state = 'full'", "not full"),
        (
            "INSERT INTO tubes SELECT '00070332700010', round_id, pool_class, lane, size, state, 0"
            " FROM tubes",
            "tubes.serial",
        ),
        (
            "INSERT INTO tubes SELECT '123', round_id, pool_class, lane, size, state, 0 FROM tubes",
            "CHECK",
        ),
        ("UPDATE outbox SET envelope = x'00'", "never changes"),
        ("DELETE FROM outbox", "never deleted|newest record stays"),
        ("UPDATE outbox SET state = 'acked'", "CHECK"),
        ("INSERT INTO outbox (seq, envelope) VALUES (1, x'00')", "next sequence number"),
        ("INSERT INTO outbox (seq, envelope) VALUES (3, x'00')", "next sequence number"),
        ("UPDATE ledger SET epoch = 'other'", "drawn once"),
        ("INSERT INTO label_jobs (job, tube, copy) SELECT 'x', tube, 2 FROM tubes", "UNIQUE"),
    ],
)
def test_the_schema_itself_refuses(ledger, booth, look_inside, statement, rule):
    ledger.check_in(booth.write("a"), booth.envelope)
    with pytest.raises(sqlite3.Error, match=rule):
        look_inside(ledger, statement)


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ("1, 'round-1', 'v', 9, randomblob(32), x''", "next free one"),
        ("3, 'round-1', 'v', 9, randomblob(32), x''", "next free one"),
        ("2, 'round-2', 'v', 9, randomblob(32), x''", "FOREIGN KEY"),
        ("2, 'round-1', 'v', 9, (SELECT person_digest FROM places), x''", "person_digest"),
        ("2, 'round-1', 'v', 9, randomblob(32), (SELECT code_digest FROM places)", "code_digest"),
        ("2, 'round-1', 'v', 9, CAST('110101199003071233' AS BLOB), x''", "CHECK"),
    ],
)
def test_the_schema_itself_refuses_a_wrong_place(ledger, booth, look_inside, columns, rule):
    ledger.check_in(booth.write("a"), booth.envelope)
    with pytest.raises(sqlite3.IntegrityError, match=rule):
        look_inside(ledger, f"INSERT INTO places SELECT tube, {columns}, '' FROM tubes")
