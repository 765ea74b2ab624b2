"""What a runner needs of a device under test, and the one lock in it.

Owns the waiting: a rig notes what it sees, and whoever waits is woken. Must not know any device.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from hil.scenario import Expect, When


class Rig(Protocol):
    """A twin, our link and driver against it, and what they told so far."""

    seen: Sightings

    def start(self) -> None: ...
    def stop(self) -> None: ...

    def do(self, when: When) -> None:
        """Make it happen."""

    def observed(self) -> dict[str, object]:
        """What is seen now, by the names of `Expect`. Called under the lock of ``seen``."""


class Sightings:
    """The lock around what a rig notes."""

    def __init__(self) -> None:
        self._changed = threading.Condition()

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note something; whoever waits looks again."""
        with self._changed:
            yield
            self._changed.notify_all()

    def wait_until(self, true: Callable[[], bool], timeout_s: float) -> bool:
        """True as soon as ``true`` holds, False when it does not within ``timeout_s``."""
        with self._changed:
            return self._changed.wait_for(true, timeout_s)

    def stays(self, true: Callable[[], bool], duration_s: float) -> bool:
        """True when ``true`` holds now and at every note for ``duration_s``."""
        return not self.wait_until(lambda: not true(), duration_s)


def differences(expect: Expect, observed: dict[str, object]) -> list[str]:
    """What is not as expected, as short sentences; empty when all is."""
    found = []
    for name in expect.__struct_fields__:
        wanted = getattr(expect, name)
        if wanted is not None and not _fulfils(name, wanted, observed.get(name)):
            found.append(f"{name} is {observed.get(name)!r}, expected {wanted!r}")
    return found


def _fulfils(name: str, wanted: object, seen: object) -> bool:
    match name, wanted, seen:
        case "body_c", float(expected), float(measured):
            return abs(measured - expected) <= 0.2
        case "generation_above", int(bound), int(generation):
            return generation > bound
    return wanted == seen
