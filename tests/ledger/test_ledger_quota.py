"""The disk is bounded: intake closes at 95 %, finishing goes on, and the drain always works."""

from __future__ import annotations

import errno
import itertools

import pytest

from kiosk.ledger import quota
from kiosk.ledger.errors import LedgerFull
from kiosk.ledger.outbox_reader import OutboxReader
from kiosk.ledger.quota import BALLAST_BYTES, Ballast, Fullness, fullness_of

QUOTA_BYTES = 400 * 1024


@pytest.mark.parametrize(
    ("used", "fullness"),
    [
        (0, Fullness.ROOM),
        (699, Fullness.ROOM),
        (700, Fullness.WARN),
        (849, Fullness.WARN),
        (850, Fullness.ALERT),
        (949, Fullness.ALERT),
        (950, Fullness.CLOSED),
        (2000, Fullness.CLOSED),
    ],
)
def test_fullness_has_three_marks(used, fullness):
    assert fullness_of(used, 1000) is fullness


def big(seq: int) -> bytes:
    return bytes(8000)


@pytest.fixture
def full(booth):
    """A ledger that took people in until it closed; every mark was passed on the way."""
    ledger = booth.open(quota_bytes=QUOTA_BYTES)
    seen = [ledger.fullness()]
    with pytest.raises(LedgerFull, match="95 %"):
        for person in itertools.count():
            serial, index = divmod(person, 10)
            ledger.check_in(booth.write(person, serial=serial, place=index + 1), big)
            if ledger.fullness() is not seen[-1]:
                seen.append(ledger.fullness())
    assert seen == list(Fullness)
    return ledger


def test_a_closed_ledger_still_finishes_what_has_begun(full, booth):
    before = full.last_seq
    full.void_label("job-0-1", booth.envelope)
    full.hold_fever("F-1", 1.0, "boot", booth.envelope)
    assert full.last_seq == before + 2
    assert full.answers()


def test_a_refused_check_in_left_nothing(full, booth):
    people = sum(tube.places_used for tube in full.tubes())
    assert people == full.last_seq == full.outbox_waiting
    assert full.previous_check_in("round-1", booth.digest(people)) is None


def test_the_quota_is_a_hard_wall_and_the_drain_still_works(full, booth):
    with pytest.raises(LedgerFull, match="quota"):
        while True:
            full.append(big)
    assert full.answers()
    assert booth.path.stat().st_size <= QUOTA_BYTES
    newest = full.last_seq
    assert full.acknowledge(booth.ack(newest), 10.0) == newest
    assert full.purge(11.0) == newest - 1
    assert full.fullness() is Fullness.ROOM
    assert full.append(booth.envelope) == newest + 1


def test_records_in_a_full_ledger_can_still_be_read_for_the_drain(full, booth):
    reader = OutboxReader(booth.path)
    assert len(reader.pending(0, 1000)) == full.last_seq
    reader.close()


def test_the_ballast_is_held_and_dropped(tmp_path):
    ballast = Ballast(tmp_path / "ledger.db")
    assert ballast.load()
    assert ballast.load()
    held = tmp_path / "ledger.db.ballast"
    assert held.stat().st_blocks * 512 >= BALLAST_BYTES
    assert ballast.drop()
    assert not held.exists()
    assert not ballast.drop()


def test_a_disk_without_room_for_ballast_is_no_error(tmp_path, monkeypatch):
    def no_room(*_):
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(quota.os, "posix_fallocate", no_room)
    assert not Ballast(tmp_path / "ledger.db").load()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_others_filled_closes_intake(ledger, booth, monkeypatch):
    real = quota.os.statvfs(booth.path.parent)
    parts = list(real)
    parts[4] = quota.DISK_RESERVE_BYTES // real.f_frsize - 1  # f_bavail
    monkeypatch.setattr(quota.os, "statvfs", lambda _: quota.os.statvfs_result(parts))
    assert ledger.fullness() is Fullness.CLOSED
    with pytest.raises(LedgerFull, match="disk of the ledger is full"):
        ledger.check_in(booth.write("a"), booth.envelope)
    assert ledger.append(booth.envelope) == 1


def test_a_long_backlog_is_settled_in_batches(ledger, booth, monkeypatch):
    monkeypatch.setattr("kiosk.ledger.ledger.DRAIN_BATCH", 3)
    for _ in range(10):
        ledger.append(booth.envelope)
    assert ledger.acknowledge(booth.ack(6, (8, 8), (10, 10), rejected=(2,)), 1.0) == 7
    assert (ledger.outbox_waiting, ledger.outbox_rejected) == (2, 1)
    assert ledger.purge(2.0) == 6
    assert ledger.acknowledge(booth.ack(9, rejected=(2,)), 1.0) == 2
    assert ledger.outbox_waiting == 0


def test_a_purge_gives_the_core_its_thread_back(ledger, booth, monkeypatch):
    monkeypatch.setattr("kiosk.ledger.ledger.DRAIN_BATCH", 3)
    monkeypatch.setattr("kiosk.ledger.ledger.PURGE_AT_MOST", 5)
    for _ in range(10):
        ledger.append(booth.envelope)
    ledger.acknowledge(booth.ack(10), 1.0)
    assert [ledger.purge(2.0) for _ in range(3)] == [6, 3, 0]


def test_a_drain_on_a_full_disk_drops_the_ballast_and_goes_on(ledger, booth, monkeypatch):
    """The full disk is played: the first try fails as SQLite fails on ENOSPC."""
    ledger.append(booth.envelope)
    held = booth.path.with_name("ledger.db.ballast")
    assert held.exists()
    tries = []
    real = ledger._database.draining

    def draining():
        tries.append(held.exists())
        if len(tries) == 1:
            raise LedgerFull("played")
        return real()

    monkeypatch.setattr(ledger._database, "draining", draining)
    assert ledger.acknowledge(booth.ack(1), 1.0) == 1
    assert tries == [True, False]
