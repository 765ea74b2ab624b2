"""One row a budget: what it says, what was measured, whether it holds. Printed, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from rich.console import Console
from rich.table import Table


class Verdict(StrEnum):
    """UNKNOWN: it could not be measured here, and that is not fine."""

    WITHIN = "within"
    OVER = "over"
    UNKNOWN = "unknown"


class Bound(StrEnum):
    AT_MOST = "≤"
    AT_LEAST = "≥"


@dataclass(frozen=True, slots=True)
class Row:
    """``value`` is None when it could not be measured; then ``note`` says why.

    ``unit`` is written behind the number: ``×`` (a ratio to the bare thing), ``ms``, ``MB/s``.
    ``details`` are further figures of the same run, names with their units.
    """

    what: str
    bound: Bound
    limit: float
    unit: str
    value: float | None
    note: str = ""
    details: dict[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        if self.value is None:
            return Verdict.UNKNOWN
        within = (
            self.value <= self.limit if self.bound is Bound.AT_MOST else self.value >= self.limit
        )
        return Verdict.WITHIN if within else Verdict.OVER


_COLOURS = {Verdict.WITHIN: "green", Verdict.OVER: "red", Verdict.UNKNOWN: "yellow"}


def print_rows(rows: Sequence[Row], console: Console) -> None:
    """The table of ``make bench``."""
    table = Table(title="Budgets of DESIGN.md section 9, measured on this machine")
    for title, right in (("what", False), ("budget", True), ("measured", True), ("verdict", False)):
        table.add_column(title, justify="right" if right else "left")
    table.add_column("also", style="dim")
    for row in rows:
        table.add_row(
            row.what,
            f"{row.bound} {number(row.limit)} {row.unit}",
            "not measured" if row.value is None else number(row.value),
            f"[{_COLOURS[row.verdict]}]{row.verdict}[/]",
            row.note or ", ".join(f"{name} {number(value)}" for name, value in row.details.items()),
        )
    console.print(table)


def write_rows(rows: Sequence[Row], file: Path) -> None:
    """The same rows for programs, with every figure in full."""
    table = [asdict(row) | {"verdict": row.verdict} for row in rows]
    file.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def markdown(rows: Sequence[Row], heading: str) -> str:
    """The table as `docs/performance.md` shows it, under one line that says where and when."""
    lines = [heading, "", "| what | budget | measured | verdict | also |", "|---|---|---|---|---|"]
    for row in rows:
        also = row.note or ", ".join(f"{key} {number(one)}" for key, one in row.details.items())
        measured = "not measured" if row.value is None else f"**{number(row.value)}**"
        budget = f"{row.bound} {number(row.limit)} {row.unit}"
        lines.append(f"| {row.what} | {budget} | {measured} | {row.verdict} | {also} |")
    return "\n".join(lines) + "\n"


def number(value: float) -> str:
    """Three significant digits, thousands in full: ``0.97``, ``14.5``, ``14464``."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"
