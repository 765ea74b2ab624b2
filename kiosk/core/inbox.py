"""How other threads reach the core's one thread: a queue and a way to wake it.

Owns the queue and its event descriptor. Any thread may put; only the loop takes.
"""

from __future__ import annotations

import os
import queue
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


class Inbox(Generic[T]):
    """``fileno`` becomes readable when something is waiting."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[T] = queue.SimpleQueue()
        self._event = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    def fileno(self) -> int:
        return self._event

    def put(self, item: T) -> None:
        """From any thread; never waits."""
        self._waiting.put(item)
        os.eventfd_write(self._event, 1)

    def take(self) -> list[T]:
        """What is there now, in order; what arrives meanwhile waits for the next turn."""
        with suppress(BlockingIOError):
            os.eventfd_read(self._event)
        return [self._waiting.get_nowait() for _ in range(self._waiting.qsize())]

    def close(self) -> None:
        os.close(self._event)
