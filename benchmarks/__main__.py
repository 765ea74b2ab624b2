"""``python -m benchmarks``: measure and print the table. Exit status 1 when a budget is not kept.

``--only GROUP`` measures part of it, ``--json FILE`` also writes every figure, ``--document FILE``
puts the table below the marker line of a Markdown file.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from rich.console import Console

from benchmarks.table import Bound, Row, Verdict, markdown, print_rows, write_rows

GROUPS = ("commit", "wire", "eyes", "drain", "site")
MARKER = "<!-- measured: everything below is written by python -m benchmarks --document -->"
LONG_GROUPS = ("drain_100k",)  # only when asked for


def main(argv: Sequence[str] | None = None) -> int:
    """0: every budget is kept. 1: one is over, or could not be measured. 2: usage."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=(*GROUPS, *LONG_GROUPS), metavar="GROUP")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--document", type=Path, metavar="FILE")
    arguments = parser.parse_args(argv)
    rows: list[Row] = []
    for name in arguments.only or GROUPS:
        sys.stderr.write(f"measuring {name} …\n")
        rows += _measure(name)
    print_rows(rows, Console(width=None if sys.stdout.isatty() else 160))
    if arguments.json is not None:
        write_rows(rows, arguments.json)
    if arguments.document is not None:
        _document(rows, arguments.document)
    return 0 if all(row.verdict is Verdict.WITHIN for row in rows) else 1


def _measure(group: str) -> list[Row]:
    try:
        rows: list[Row] = import_module(f"benchmarks.budgets.{group}").rows()
    except Exception as error:  # noqa: BLE001 - one group that fails must not hide the others
        why = f"could not be measured: {type(error).__name__}: {error}"
        return [Row(group, Bound.AT_MOST, 0.0, "", None, why)]
    return rows


def _document(rows: Sequence[Row], file: Path) -> None:
    """Replace everything below `MARKER`; raises ValueError when there is none."""
    head, marker, _ = file.read_text(encoding="utf-8").partition(MARKER)
    if not marker:
        raise ValueError(f"{file.name} has no line {MARKER}, the place of the table")
    load = os.getloadavg()[0]
    heading = (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}, Linux"
        f" {platform.release()}, Python {platform.python_version()}; load average afterwards"
        f" {load:.1f}."
    )
    file.write_text(f"{head}{marker}\n\n{markdown(rows, heading)}", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
