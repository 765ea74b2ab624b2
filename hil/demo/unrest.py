"""Kills processes while residents check in: the design says that nobody loses a visit by it.

Owns one thread. Kills as a power cut does, with SIGKILL, at moments drawn from a seed.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator

VICTIMS = (
    "kiosk-core",
    "kiosk-screen",
    "kiosk-camera",
    "kiosk-uplink",
    "site-coordinator",
    "site-monitor",
    "mosquitto",
)
PAUSE_S = (3.0, 8.0)


class Unrest:
    """``kill`` ends one process by its name and is False when it was not running."""

    def __init__(self, kill: Callable[[str], bool], seed: int, say: Callable[[str], None]) -> None:
        self._kill = kill
        self._random = random.Random(seed)
        self._say = say
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="unrest", daemon=True)
        self.killed: list[str] = []

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """No process is killed after this."""
        self._stop.set()
        self._thread.join()

    def _victims(self) -> Iterator[str]:
        """All of them in an order of chance, then all of them in another."""
        while True:
            yield from self._random.sample(VICTIMS, len(VICTIMS))

    def _run(self) -> None:
        for victim in self._victims():
            if self._stop.wait(self._random.uniform(*PAUSE_S)):
                return
            if self._kill(victim):
                self.killed.append(victim)
                self._say(f"killed {victim}")
