"""Residents who come by themselves until somebody takes over.

Owns one thread that plays one resident after the other. Switching off ends the visit at hand: the
resident walks away.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from hil.demo.facts import SeenVisit
from hil.demo.residents import Crowd, Kind
from hil.demo.robot import Robot


class Autopilot:
    """``make_robot`` gets the pause that the autopilot can cut short."""

    def __init__(
        self,
        make_robot: Callable[[Callable[[float], bool]], Robot],
        crowd: Crowd,
        on_visit: Callable[[SeenVisit], None],
    ) -> None:
        self._robot = make_robot(self._pause)
        self._crowd = crowd
        self._on_visit = on_visit
        self._changed = threading.Condition()
        self._on = False
        self._ending = False
        self._kind = Kind.ORDINARY
        self._thread = threading.Thread(target=self._run, name="autopilot", daemon=True)

    @property
    def on(self) -> bool:
        return self._on

    @property
    def kind(self) -> str:
        """Who stands there now."""
        return self._kind.value

    def start(self, *, on: bool) -> None:
        self._on = on
        self._thread.start()

    def switch(self, on: bool) -> None:
        with self._changed:
            self._on = on
            self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self._ending = True
            self._on = False
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while self._wait_until_on():
            resident = self._crowd.anybody()
            self._kind = resident.kind
            self._on_visit(self._robot.play(resident))

    def _wait_until_on(self) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._on or self._ending)
            return not self._ending

    def _pause(self, seconds: float) -> bool:
        """False when residents no longer come by themselves."""
        with self._changed:
            return not self._changed.wait_for(lambda: not self._on, seconds)
