"""``python -m benchmarks``: measure and print the table. Exit status 1 when a budget is not kept.

``--only GROUP`` measures part of it, ``--json FILE`` also writes every figure.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from rich.console import Console

from benchmarks.table import Bound, Row, Verdict, print_rows, write_rows

GROUPS = ("commit", "wire", "eyes", "drain", "site")
LONG_GROUPS = ("drain_100k",)  # only when asked for


def main(argv: Sequence[str] | None = None) -> int:
    """0: every budget is kept. 1: one is over, or could not be measured. 2: usage."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=(*GROUPS, *LONG_GROUPS), metavar="GROUP")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args(argv)
    rows: list[Row] = []
    for name in arguments.only or GROUPS:
        sys.stderr.write(f"measuring {name} …\n")
        rows += _measure(name)
    print_rows(rows, Console(width=None if sys.stdout.isatty() else 160))
    if arguments.json is not None:
        write_rows(rows, arguments.json)
    return 0 if all(row.verdict is Verdict.WITHIN for row in rows) else 1


def _measure(group: str) -> list[Row]:
    try:
        rows: list[Row] = import_module(f"benchmarks.budgets.{group}").rows()
    except Exception as error:  # noqa: BLE001 - one group that fails must not hide the others
        why = f"could not be measured: {type(error).__name__}: {error}"
        return [Row(group, Bound.AT_MOST, 0.0, "", None, why)]
    return rows


if __name__ == "__main__":
    raise SystemExit(main())
