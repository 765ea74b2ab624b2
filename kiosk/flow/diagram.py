"""Draws the machines of the flow as Mermaid diagrams, from the tables themselves.

``python -m kiosk.flow.diagram`` prints the page that is kept as ``docs/flow.md``; a test fails when
the two differ.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import Any

from kiosk.flow.fever_hold import FEVER_HOLD
from kiosk.flow.intake import INTAKE
from kiosk.flow.label_job import LABEL_JOB
from kiosk.flow.table import Table
from kiosk.flow.tube import TUBE
from kiosk.flow.visit import VISIT

TABLES: tuple[Table[Any, Any], ...] = (VISIT, FEVER_HOLD, TUBE, LABEL_JOB, INTAKE)

_HEAD = """# The machines of the flow

Generated from the tables in `kiosk/flow` by `python -m kiosk.flow.diagram`; do not edit. An arrow
is an event that may lead there. Events that leave a state as it is are not drawn; an event that a
state does not list is refused.
"""


def mermaid(table: Table[Any, Any]) -> str:
    """One state diagram. Arrows of the same pair of states share a line of events."""
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for state, rules in table.rules.items():
        for event, what in rules.items():
            for target in sorted(what.to):
                if target != state:
                    arrows[_id(state), _id(target)].append(event.__name__)
    first = next(iter(table.states))
    lines = ["stateDiagram-v2", f"    [*] --> {_id(first)}"]
    lines += [
        f"    {source} --> {target}: {', '.join(events)}"
        for (source, target), events in arrows.items()
    ]
    return "\n".join(lines)


def _id(state: str) -> str:
    return str(state).replace("-", "_")


def page() -> str:
    """The whole Markdown page."""
    parts = [_HEAD]
    for table in TABLES:
        parts.append(f"## {table.name}\n\n```mermaid\n{mermaid(table)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(page())
