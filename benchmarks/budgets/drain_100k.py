"""The whole backlog of the design; takes a minute, most of it to seal the records."""

from __future__ import annotations

from benchmarks.budgets.drain import drain_rows
from benchmarks.table import Row


def rows() -> list[Row]:
    return drain_rows(100_000)
