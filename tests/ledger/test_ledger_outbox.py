"""Only a verified acknowledgement lets a record go, and only after its grace."""

from __future__ import annotations

import sqlite3
import time

import pytest

from kiosk.ledger.errors import LedgerBroken
from kiosk.ledger.outbox_reader import OutboxReader


@pytest.fixture
def ten(ledger, booth):
    for _ in range(10):
        ledger.append(booth.envelope)
    return ledger


@pytest.fixture
def reader(ledger, booth):
    one = OutboxReader(booth.path)
    yield one
    one.close()


def left(ledger, look_inside):
    return [(seq, state) for seq, state in look_inside(ledger, "SELECT seq, state FROM outbox")]


def test_cumulative_and_selective_ranges_are_acknowledged(ten, booth, look_inside):
    assert ten.acknowledge(booth.ack(3, (5, 6), (9, 9)), 1000.0) == 6
    assert ten.outbox_waiting == 4
    acked = [seq for seq, state in left(ten, look_inside) if state == "acked"]
    assert acked == [1, 2, 3, 5, 6, 9]
    assert ten.acknowledge(booth.ack(3, (5, 6), (9, 9)), 1001.0) == 0


def test_purge_waits_for_the_grace_and_never_takes_what_waits(ten, booth, look_inside):
    ten.acknowledge(booth.ack(4), 1000.0)
    ten.acknowledge(booth.ack(5), 2000.0)
    assert ten.purge(1000.0) == 0
    assert ten.purge(1000.5) == 4
    assert [seq for seq, _ in left(ten, look_inside)] == [5, 6, 7, 8, 9, 10]
    assert ten.purge(1e12) == 1
    assert ten.purge(1e12) == 0
    assert ten.outbox_waiting == 5
    assert ten.append(booth.envelope) == 11  # numbers go on whatever was purged


def test_numbers_go_on_after_everything_was_purged_and_reopened(ten, booth):
    ten.acknowledge(booth.ack(10), 0.0)
    assert ten.purge(1.0) == 9  # the newest stays
    again = booth.open()
    assert (again.outbox_waiting, again.last_seq) == (0, 10)
    assert again.append(booth.envelope) == 11
    assert again.outbox_waiting == 1


def test_a_rejected_record_stays_whatever_is_said_later(ten, booth, look_inside):
    assert ten.acknowledge(booth.ack(10, rejected=(4,)), 0.0) == 9
    assert (ten.outbox_waiting, ten.outbox_rejected) == (0, 1)
    ten.acknowledge(booth.ack(10), 0.0)
    assert ten.purge(1e12) == 8
    assert left(ten, look_inside) == [(4, "rejected"), (10, "acked")]
    assert look_inside(ten, "SELECT why FROM outbox WHERE seq = 4") == [("the signature is wrong",)]


def test_an_acknowledgement_of_another_epoch_or_store_covers_nothing(ten, booth):
    assert ten.database_id is None
    assert ten.acknowledge(booth.ack(10, epoch="epoch-0"), 0.0) == 0
    assert ten.database_id is None
    assert ten.acknowledge(booth.ack(1), 0.0) == 1
    assert ten.database_id == "store-1"
    assert ten.acknowledge(booth.ack(10, store="store-2"), 0.0) == 0
    assert ten.outbox_waiting == 9


@pytest.mark.parametrize("ranges", [(11,), (0, (12, 12))], ids=["cumulative", "selective"])
def test_a_ledger_that_lost_records_knows_it_from_the_acknowledgement(ten, booth, ranges):
    with pytest.raises(LedgerBroken, match="older copy"):
        ten.acknowledge(booth.ack(*ranges), 0.0)
    assert ten.outbox_waiting == 10


def test_the_reader_sees_committed_records_in_order(ten, booth, reader):
    assert reader.epoch == "epoch-1"
    assert reader.newest_seq() == reader.waiting() == 10
    assert reader.pending(0, 2) == [(1, booth.envelope(1)), (2, booth.envelope(2))]
    ten.acknowledge(booth.ack(8), 0.0)
    assert [seq for seq, _ in reader.pending(0, 50)] == [9, 10]
    assert [seq for seq, _ in reader.pending(9, 50)] == [10]
    ten.purge(1.0)
    assert (reader.newest_seq(), reader.waiting()) == (10, 2)


def test_the_reader_does_not_see_what_is_not_committed(ten, booth, reader):
    def look(seq):
        assert reader.newest_seq() == 10
        return booth.envelope(seq)

    ten.append(look)
    assert reader.newest_seq() == 11


def test_the_reader_cannot_write(ten, reader):
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("UPDATE ledger SET database_id = 'x'")


def test_a_reader_in_the_middle_does_not_stop_the_purge(ten, booth, reader):
    reader._connection.execute("BEGIN")
    reader.pending(0, 5)
    ten.acknowledge(booth.ack(10), 0.0)
    began_s = time.monotonic()
    assert ten.purge(1.0) == 9
    assert time.monotonic() - began_s < 2.0  # it does not wait for the reader either
    assert len(reader.pending(0, 50)) == 10  # who still sees what was there when it began


def test_a_reader_without_a_ledger_says_so(tmp_path):
    with pytest.raises(LedgerBroken, match="the core runs"):
        OutboxReader(tmp_path / "ledger.db")
    (tmp_path / "empty.db").touch()
    with pytest.raises(LedgerBroken):
        OutboxReader(tmp_path / "empty.db")


def test_purged_bytes_are_gone_from_every_file(ledger, booth):
    ledger.append(lambda seq: b"find-me-" * 50)
    ledger.append(booth.envelope)
    assert b"find-me-" in booth.files()
    ledger.acknowledge(booth.ack(1), 0.0)
    ledger.purge(1.0)
    assert b"find-me-" not in booth.files()
