"""A cable that is back is noticed at once, with udev and without."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from firmware_bridge import hotplug
from firmware_bridge.codecs.gy_mcu90615 import Gy90615Codec
from firmware_bridge.hotplug import HotplugWatch
from firmware_bridge.link import Link, LinkState
from firmware_bridge.transport import open_transport

pytestmark = pytest.mark.twins


class Pokes:
    def __init__(self) -> None:
        self.count = 0
        self.changed = threading.Condition()

    def __call__(self) -> None:
        with self.changed:
            self.count += 1
            self.changed.notify_all()

    def wait_for(self, count: int) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.count >= count, 5.0)


def test_a_path_that_appears_pokes_and_one_that_stays_or_goes_does_not(tmp_path: Path) -> None:
    pokes, looked = Pokes(), Pokes()
    watch = HotplugWatch(pokes, [tmp_path / "device"], interval_s=0.01, use_udev=False)
    watch._wait_for_udev = lambda: looked() or _nap(watch)  # type: ignore[method-assign,func-returns-value]
    watch.start()
    assert looked.wait_for(2)
    assert pokes.count == 0
    (tmp_path / "device").write_text("")
    assert pokes.wait_for(1)
    assert looked.wait_for(looked.count + 3)
    (tmp_path / "device").unlink()
    assert looked.wait_for(looked.count + 3)
    assert pokes.count == 1
    watch.stop()


def _nap(watch: HotplugWatch) -> bool:
    watch._stopping.wait(0.002)
    return False


def test_another_terminal_behind_the_same_name_pokes(
    plug_in: Callable[[], Any], tmp_path: Path
) -> None:
    pokes = Pokes()
    plug_in()
    watch = HotplugWatch(pokes, [tmp_path / "device"], interval_s=0.005, use_udev=False)
    watch.start()
    assert pokes.wait_for(1)  # it was there before the first look: nobody may have seen it yet
    plug_in()
    assert pokes.wait_for(2)
    watch.stop()


@pytest.mark.parametrize(
    ("action", "pokes_expected"), [("add", 1), ("bind", 1), ("change", 1), ("remove", 0)]
)
def test_udev_events_that_add_something_poke(
    monkeypatch: pytest.MonkeyPatch, action: str, pokes_expected: int
) -> None:
    heard = [SimpleNamespace(action=action)]
    asked_again = threading.Event()

    class Monitor:
        def poll(self, timeout: float) -> Any:
            if heard:
                return heard.pop()
            asked_again.set()
            return threading.Event().wait(0.002) or None

    monkeypatch.setattr(hotplug, "_udev_monitor", Monitor)
    pokes = Pokes()
    watch = HotplugWatch(pokes, [])
    assert watch.has_udev
    watch.start()
    assert asked_again.wait(5.0)
    watch.stop()
    assert pokes.count == pokes_expected


def test_a_system_without_udev_still_watches_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyudev", None)  # import pyudev fails
    assert not HotplugWatch(lambda: None, []).has_udev


def test_a_replugged_device_is_ready_again_within_three_seconds(
    plug_in: Callable[[], Any], event_log: Any, tmp_path: Path
) -> None:
    frame = bytes.fromhex("5A 5A 45 04 0E 4E 0A E1 44")
    link = Link(
        "thermometer",
        lambda: open_transport(f"pty:{tmp_path / 'device'}"),
        Gy90615Codec,
        event_log,
        silence_s=1.0,
        jitter=lambda: 1e6,  # without the watch the next attempt would be hours away
        backoff_last_s=1e6,
    )
    watch = HotplugWatch(link.poke, [tmp_path / "device"])
    link.start()
    watch.start()
    event_log.wait_for_state(LinkState.ABSENT)
    opened = len(event_log.events)
    far_side = plug_in()
    began_s = time.monotonic()
    event_log.wait_for(lambda log: LinkState.OPENING in log.states[opened:])
    far_side.say(frame)
    event_log.wait_for_state(LinkState.READY)
    assert time.monotonic() - began_s < 3.0
    watch.stop()
    link.stop()
