"""One turn of the ingest: COMMIT first, then PUBACK, then the kiosk is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from contracts import topics
from coordinator.broker import Message
from coordinator.database import StoreError, open_existing
from coordinator.ingest import OPEN_EVERY_S, QUIET_AFTER_S, Clocks, Ingest
from coordinator.kiosk_words import KioskWords
from coordinator.opening import Opening

NOW = "2022-11-22T08:41:07+08:00"
NOW_S = 1_669_077_667.0


@dataclass
class FakeBroker:
    """A readable descriptor as long as something is left to read."""

    stored: Callable[[], int]
    arriving: list[Message] = field(default_factory=list)
    log: list[tuple[str, Any]] = field(default_factory=list)
    trouble: str = ""
    wants_write: bool = False

    def __post_init__(self) -> None:
        self._read, self._write = os.pipe()

    def fileno(self) -> int:
        return self._read

    def arrive(self, *messages: Message) -> None:
        self.arriving += messages
        os.write(self._write, b"x" * len(messages))

    def pump(self, now_s: float) -> list[Message]:
        if not self.arriving:
            return []
        os.read(self._read, 1)
        return [self.arriving.pop(0)]

    def acknowledge(self, messages: list[Message]) -> None:
        if messages:
            self.log.append(("puback", ([message.mid for message in messages], self.stored())))

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        self.log.append(("publish", (topic, retain, self.stored())))

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)


class Bench:
    def __init__(self, site: Any, store: Any) -> None:
        self.now_s = 100.0
        self._reader = open_existing(site.store)
        self.broker = FakeBroker(self.stored)
        self.ingest = Ingest(
            connection=store,
            broker=self.broker,  # type: ignore[arg-type]
            intake=site.intake(store),
            words=KioskWords(store, lambda kiosk: True),
            opening=Opening(store, site.keys, site.kiosks.verify_key_of),
            clocks=Clocks(wall=lambda: NOW, unix_s=lambda: NOW_S, monotonic_s=lambda: self.now_s),
        )

    def stored(self) -> int:
        """As another connection sees it: committed."""
        return int(self._reader.execute("SELECT count(*) FROM records").fetchone()[0])

    def opened(self) -> int:
        return int(self._reader.execute("SELECT opened_to FROM site").fetchone()[0])

    def close(self) -> None:
        self.broker.close()
        self._reader.close()


@pytest.fixture
def bench(site: Any, store: Any) -> Iterator[Bench]:
    bench = Bench(site, store)
    yield bench
    bench.close()


def bundle(kiosk: Any, mid: int, *seqs: int) -> Message:
    return Message(topics.record(kiosk.kiosk), kiosk.bundle_of(*seqs), mid, 1)


def test_puback_and_acknowledgement_come_after_the_commit(bench: Bench, kiosk: Any) -> None:
    bench.broker.arrive(bundle(kiosk, 11, 1, 2), bundle(kiosk, 12, 3))
    bench.ingest.turn()
    assert bench.broker.log == [
        ("publish", (topics.acknowledgement(kiosk.kiosk), True, 3)),
        ("puback", ([11, 12], 3)),
    ]


def test_a_commit_that_fails_acknowledges_nothing(bench: Bench, kiosk: Any, store: Any) -> None:
    store.execute(
        "CREATE TRIGGER disk BEFORE UPDATE ON streams BEGIN SELECT raise(FAIL, 'full'); END"
    )
    bench.broker.arrive(bundle(kiosk, 11, 1))
    with pytest.raises(StoreError, match="took nothing"):
        bench.ingest.turn()
    assert bench.broker.log == []
    assert bench.stored() == 0


def test_what_is_not_for_us_is_taken_off_the_broker(bench: Bench, kiosk: Any) -> None:
    """Otherwise the broker would stop at its receive maximum, for good."""
    bench.broker.arrive(
        Message("", b"", 1, 1),
        Message("ncs/1/other/rec", b"x", 2, 1),
        Message(topics.record(kiosk.kiosk), b"no bundle", 3, 1),
        bundle(kiosk, 4, 1),
    )
    bench.ingest.turn()
    assert bench.broker.log[-1] == ("puback", ([1, 2, 3, 4], 1))


def test_opening_waits_for_a_pause_but_not_for_ever(bench: Bench, kiosk: Any) -> None:
    bench.ingest.turn()  # nothing was ever opened: looks once at the start
    seq = 0
    while bench.now_s < 100.0 + OPEN_EVERY_S - 0.02:
        bench.now_s += 0.02
        seq += 1
        bench.broker.arrive(bundle(kiosk, seq, seq))
        bench.ingest.turn()
    assert (bench.stored(), bench.opened()) == (seq, 0), "records came without a pause"
    bench.now_s = 100.0 + OPEN_EVERY_S
    bench.broker.arrive(bundle(kiosk, 99, seq + 1))
    bench.ingest.turn()
    assert bench.opened() == seq + 1
    bench.broker.arrive(bundle(kiosk, 100, seq + 2))
    bench.ingest.turn()
    assert bench.opened() == seq + 1
    bench.now_s += QUIET_AFTER_S
    bench.ingest.turn()
    assert bench.opened() == seq + 2
