"""A transport whose every step a test decides, and links on top of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from firmware_bridge.codecs.gy_mcu90615 import (
    Gy90615Codec,
)
from firmware_bridge.link import Link
from firmware_bridge.transport import Transport

FOREHEAD = bytes.fromhex("5A 5A 45 04 0E 4E 0A E1 44")
ZEROS = bytes.fromhex("5A 5A 45 04 00 00 00 00 FD")

PlugIn = Callable[[], Any]


class ScriptedTransport:
    """A transport whose every step a test decides; keeps count of what is open."""

    still_open = 0

    def __init__(self) -> None:
        type(self).still_open += 1
        self.incoming: list[bytes | Exception] = []
        self.written: list[bytes] = []
        self.bauds: list[int] = []
        self.changed = threading.Condition()
        self.closed = False

    def give(self, item: bytes | Exception) -> None:
        with self.changed:
            self.incoming.append(item)
            self.changed.notify_all()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        with self.changed:
            self.changed.wait_for(lambda: bool(self.incoming), timeout_s)
            if not self.incoming:
                return b""
            item = self.incoming.pop(0)
        if isinstance(item, Exception):
            raise item
        return item

    def write(self, data: bytes, timeout_s: float) -> None:
        with self.changed:
            self.written.append(data)
            self.changed.notify_all()

    def set_baud(self, baud: int) -> None:
        self.bauds.append(baud)

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            type(self).still_open -= 1


@contextmanager
def running(link: Link) -> Iterator[Link]:
    link.start()
    try:
        yield link
    finally:
        link.stop()
        assert ScriptedTransport.still_open == 0


def thermometer(open_it: Callable[[], Transport], event_log: Any, **settings: Any) -> Link:
    return Link("thermometer", open_it, Gy90615Codec, event_log, **settings)
