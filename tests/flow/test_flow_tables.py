"""Every machine: each pair of state and event is listed or refused; diagrams are not stale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kiosk.flow import diagram
from kiosk.flow.table import EventRefused, Table

MACHINES = diagram.TABLES
PAIRS = [
    pytest.param(table, state, event, id=f"{table.name}-{state}-{event.__name__}")
    for table in MACHINES
    for state in table.states
    for event in table.events
]


class _Anything:
    """Data in a given state; an event that must be refused is refused before it is looked at."""

    def __init__(self, state: Any) -> None:
        self.state = state


@pytest.mark.parametrize(("table", "state", "event"), PAIRS)
def test_a_pair_is_listed_or_refused(table: Table[Any, Any], state: Any, event: type) -> None:
    if event in table.rules[state]:
        assert table.rules[state][event].to <= set(table.states)
        return
    with pytest.raises(EventRefused, match=event.__name__):
        table.step(_Anything(state), object.__new__(event), None)


@pytest.mark.parametrize("table", MACHINES, ids=lambda table: table.name)
def test_a_table_names_only_its_own_states_and_events(table: Table[Any, Any]) -> None:
    assert set(table.rules) == set(table.states)
    for rules in table.rules.values():
        assert set(rules) <= set(table.events)


@pytest.mark.parametrize("table", MACHINES, ids=lambda table: table.name)
def test_every_state_can_be_reached(table: Table[Any, Any]) -> None:
    first = next(iter(table.states))
    reached, fresh = {first}, [first]
    while fresh:
        for what in table.rules[fresh.pop()].values():
            fresh += what.to - reached
            reached |= what.to
    assert reached == set(table.states)


def test_the_page_of_diagrams_is_not_stale() -> None:
    kept = Path(__file__).parents[2] / "docs" / "flow.md"
    assert kept.read_text(encoding="utf-8") == diagram.page(), "run `make flow`"
