"""Decision to durable record: `Ledger.check_in` against one bare single-row FULL insert.

Ours is a whole check-in of a sealed record of the usual size: record, place, counters, and every
tenth time a tube and its label job. Sealing is not in it (the budget is about the commit): the
bytes are ready.
"""

from __future__ import annotations

import hashlib
import itertools
import sqlite3
import tempfile
from pathlib import Path

from benchmarks.harness import Comparison, compare
from contracts.pool_class import PoolClass
from contracts.tube_number import TubeNumber
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.rows import CheckInWrite

ENVELOPE_BYTES = 1_100  # a sealed and signed check-in as JSON
QUOTA_BYTES = 64 * 1024 * 1024


def commit_beside_bare_insert(*, calls: int = 1_000) -> Comparison:
    """Single commits of both kinds, in turns, on the same disk."""
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as directory:
        return _compare(Path(directory), calls)


def _compare(directory: Path, calls: int) -> Comparison:
    ledger = Ledger.open(
        directory / "ledger.db",
        quota_bytes=QUOTA_BYTES,
        serial_first=0,
        serial_last=9999,
        make_epoch=lambda: "benchmark",
    )
    bare = sqlite3.connect(directory / "bare.db", isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = FULL")
    bare.execute("CREATE TABLE record (seq INTEGER PRIMARY KEY, envelope BLOB NOT NULL)")
    envelope = bytes(ENVELOPE_BYTES)
    warm_up = 10
    writes = map(_write, itertools.count())
    ready = iter([next(writes) for _ in range(calls + warm_up)])
    try:
        return compare(
            lambda: ledger.check_in(next(ready), lambda seq: envelope),
            lambda: bare.execute("INSERT INTO record (envelope) VALUES (?)", (envelope,)),
            calls=calls,
            warm_up=warm_up,
        )
    finally:
        bare.close()
        ledger.close()


def _write(person: int) -> CheckInWrite:
    """The decided check-in of the ``person``-th resident: ten to a tube."""
    serial, index = divmod(person, 10)
    digest = hashlib.blake2b(str(person).encode(), digest_size=32).digest()
    return CheckInWrite(
        visit=f"visit-{person}",
        round_id="benchmark",
        tube=TubeNumber("0007", "03", 1, serial).text,
        pool_class=PoolClass.TEN,
        lane=1,
        size=10,
        place=index + 1,
        opens_tube=index == 0,
        opened_at_s=0.0,
        person_digest=digest,
        code_digest=digest,
        label_job=f"job-{serial}" if index == 0 else None,
        checked_in_at="2026-11-22T08:00:00+08:00",
    )
