"""A ledger in a temporary directory, and short ways to fill it. Only synthetic people."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from contracts.acknowledgement import Acknowledgement, Rejection
from contracts.pool_class import PoolClass
from contracts.tube_number import TubeNumber
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.rows import CheckInWrite

MB = 1024 * 1024
POOL_CLASSES = {1: PoolClass.ONE, 5: PoolClass.FIVE, 10: PoolClass.TEN, 20: PoolClass.TWENTY}


class Booth:
    """Opens ledgers on one path and remembers them, so that all are closed in the end.

    ``fsync`` False is for tests that commit hundreds of times and cut no power: a killed process
    loses nothing that the kernel has.
    """

    fsync = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.opened: list[Ledger] = []

    def open(self, *, quota_bytes: int = 8 * MB, first: int = 1, last: int = 9999) -> Ledger:
        ledger = Ledger.open(
            self.path,
            quota_bytes=quota_bytes,
            serial_first=first,
            serial_last=last,
            make_epoch=lambda: "epoch-1",
        )
        self.opened.append(ledger)
        if not self.fsync:
            ledger._database._connection.execute("PRAGMA synchronous = OFF")
        return ledger

    def files(self) -> bytes:
        """Every byte that the ledger keeps on the disk: file, log, shared index, ballast."""
        return b"".join(one.read_bytes() for one in sorted(self.path.parent.iterdir()))

    @staticmethod
    def tube(serial: int) -> str:
        return TubeNumber("0007", "03", 326, serial).text

    @staticmethod
    def digest(person: int | str) -> bytes:
        return hashlib.blake2b(str(person).encode(), key=b"test", digest_size=32).digest()

    def write(
        self,
        person: int | str,
        *,
        serial: int = 1,
        place: int = 1,
        round_id: str = "round-1",
        size: int = 10,
        lane: int = 2,
        code: int | str | None = "same as person",
        job: str | None = "",
    ) -> CheckInWrite:
        """``job`` empty means: of its own when the tube is opened."""
        opens = place == 1
        if job == "":
            job = f"job-{serial}-1" if opens else None
        if code == "same as person":
            code = person
        return CheckInWrite(
            visit=f"visit-{person}-{round_id}",
            round_id=round_id,
            tube=self.tube(serial),
            pool_class=POOL_CLASSES.get(size, PoolClass.HOUSEHOLD),
            lane=lane,
            size=size,
            place=place,
            opens_tube=opens,
            opened_at_s=100.0,
            person_digest=self.digest(person),
            code_digest=b"" if code is None else self.digest(f"code {code}"),
            label_job=job,
            checked_in_at="2026-11-22T08:00:00+08:00",
        )

    @staticmethod
    def envelope(seq: int) -> bytes:
        """Stands for a sealed record; the ledger never looks inside."""
        return f"sealed {seq} ".encode().ljust(600, b"*")

    @staticmethod
    def ack(
        high_water: int = 0,
        *selective: tuple[int, int],
        rejected: tuple[int, ...] = (),
        epoch: str = "epoch-1",
        store: str = "store-1",
    ) -> Acknowledgement:
        return Acknowledgement(
            kiosk="330106-0007-k03",
            epoch=epoch,
            high_water=high_water,
            selective=selective,
            rejected=tuple(Rejection(seq, "the signature is wrong") for seq in rejected),
            database_id=store,
            at="2026-11-22T08:00:00Z",
        )


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[Booth]:
    state_dir = tmp_path / "state"
    state_dir.mkdir()
    one = Booth(state_dir / "ledger.db")
    yield one
    for ledger in one.opened:
        ledger.close()


@pytest.fixture
def ledger(booth: Booth) -> Ledger:
    return booth.open()


@pytest.fixture
def look_inside() -> Callable[[Ledger, str], list[tuple[object, ...]]]:
    """Run a statement on the ledger's own connection, past every method."""

    def run(ledger: Ledger, statement: str) -> list[tuple[object, ...]]:
        return ledger._database._connection.execute(statement).fetchall()

    return run
