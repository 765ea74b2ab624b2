"""State tables: the one form in which every machine of the flow is written.

A table maps (state, event kind) to a `Rule`: the function that does it and the states it may lead
to. Everything that is not listed is refused with `EventRefused` and changes nothing. Diagrams are
drawn from the same tables, so they cannot disagree with the code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from kiosk.flow.effects import Effect


class Machine(Protocol):
    """Data of a machine: frozen, with the state it is in."""

    @property
    def state(self) -> StrEnum: ...


D = TypeVar("D", bound=Machine)
M = TypeVar("M")

Step = tuple[D, tuple[Effect, ...]]


@dataclass(frozen=True, slots=True)
class Rule(Generic[D, M]):
    """``handle(data, event, moment)`` gives new data and effects; ``to``: where it may lead."""

    handle: Callable[[D, Any, M], Step[D]]
    to: frozenset[StrEnum]


class EventRefused(Exception):
    """An event that this state does not know: a programmer error or a message out of place."""

    def __init__(self, machine: str, state: StrEnum, event: type) -> None:
        super().__init__(f"{machine}: {event.__name__} has no meaning in state {state.value}")
        self.state = state
        self.event = event


@dataclass(frozen=True, slots=True)
class Table(Generic[D, M]):
    """A named machine. ``events`` lists all event kinds, so that tests can walk every pair."""

    name: str
    states: type[StrEnum]
    events: tuple[type, ...]
    rules: Mapping[Any, Mapping[type, Rule[D, M]]]

    def step(self, data: D, event: object, moment: M) -> Step[D]:
        """Apply one event. Raises `EventRefused`; leading elsewhere than listed is a bug."""
        rule = self.rules[data.state].get(type(event))
        if rule is None:
            raise EventRefused(self.name, data.state, type(event))
        after, effects = rule.handle(data, event, moment)
        if after.state not in rule.to:
            path = f"{data.state} to unlisted {after.state}"
            raise AssertionError(f"{self.name}: {type(event).__name__} led from {path}")
        return after, effects


def rule(handle: Callable[[D, Any, M], Step[D]], *to: StrEnum) -> Rule[D, M]:
    """Short form for tables."""
    return Rule(handle, frozenset(to))
