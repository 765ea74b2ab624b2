"""The far side of a wire, and a place where events can be waited for."""

from __future__ import annotations

import os
import pty
import select
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware_bridge.link import FrameArrived, LinkChanged, LinkEvent, LinkState


class FarSide:
    """A device at the other end of a pseudo-terminal that is reached by a stable name."""

    def __init__(self, name: Path) -> None:
        self.name = name
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        fresh = name.with_name(name.name + ".new")
        fresh.symlink_to(os.ttyname(self.slave))
        fresh.replace(name)

    def say(self, data: bytes) -> None:
        os.write(self.master, data)

    def hear(self, count: int, timeout_s: float = 2.0) -> bytes:
        """``count`` bytes, or fewer when the time is over."""
        heard = b""
        give_up_s = time.monotonic() + timeout_s
        while len(heard) < count and (left_s := give_up_s - time.monotonic()) > 0:
            if select.select([self.master], [], [], left_s)[0]:
                heard += os.read(self.master, count - len(heard))
        return heard

    def unplug(self) -> None:
        """Everything goes: the name, the device, what was on its way."""
        self.name.unlink(missing_ok=True)
        for descriptor in (self.slave, self.master):
            if descriptor >= 0:
                os.close(descriptor)
        self.slave = self.master = -1


@pytest.fixture
def plug_in(tmp_path: Path) -> Iterator[Callable[[], FarSide]]:
    """Makes devices at the one name ``tmp_path/device``; unplugs what a test left plugged in."""
    made: list[FarSide] = []

    def make() -> FarSide:
        made.append(FarSide(tmp_path / "device"))
        return made[-1]

    yield make
    for far_side in made:
        far_side.unplug()


class EventLog:
    """Collects link events from the link's thread; tests wait for what they expect."""

    def __init__(self) -> None:
        self.events: list[LinkEvent] = []
        self.threads: set[str] = set()
        self._arrived = threading.Condition()

    def __call__(self, event: LinkEvent) -> None:
        with self._arrived:
            self.events.append(event)
            self.threads.add(threading.current_thread().name)
            self._arrived.notify_all()

    @property
    def states(self) -> list[LinkState]:
        return [e.status.state for e in list(self.events) if isinstance(e, LinkChanged)]

    @property
    def frames(self) -> list[object]:
        return [e.frame for e in list(self.events) if isinstance(e, FrameArrived)]

    def wait_for(self, holds: Callable[[EventLog], bool], timeout_s: float = 5.0) -> None:
        with self._arrived:
            if not self._arrived.wait_for(lambda: holds(self), timeout_s):
                raise AssertionError(f"did not happen in {timeout_s} s; events: {self.events[-8:]}")

    def wait_for_state(self, state: LinkState, times: int = 1) -> None:
        self.wait_for(lambda log: log.states.count(state) >= times)


@pytest.fixture
def event_log() -> EventLog:
    return EventLog()
