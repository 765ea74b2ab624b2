"""Decision to durable record."""

from __future__ import annotations

from benchmarks.commit import commit_beside_bare_insert
from benchmarks.table import Bound, Row


def rows() -> list[Row]:
    found = commit_beside_bare_insert()
    return [
        Row(
            "decision → durable record",
            Bound.AT_MOST,
            1.15,
            "× bare one-row FULL insert",
            found.ratio,
            details={
                "ours p50 ms": found.ours.p50_s * 1e3,
                "ours p95 ms": found.ours.p95_s * 1e3,
                "bare p50 ms": found.bare.p50_s * 1e3,
                "difference ms": (found.ours.p50_s - found.bare.p50_s) * 1e3,
            },
        )
    ]
