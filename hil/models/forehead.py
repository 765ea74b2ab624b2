"""A forehead before a lens: the physics that every thermometer's model shares.

Owns surface, distance, approach and noise. Must not know a protocol.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

HEAT_BALANCE_K = 0.13
"""Skin gives heat to the room: core = surface + k (surface - ambient), US 6,056,435."""

_APPROACH_S = 0.3
_OBJECT_NOISE_C = 0.03
_AMBIENT_NOISE_C = 0.02


@dataclass(frozen=True, slots=True)
class Forehead:
    """A forehead before the sensor: body core in degC, distance from the lens in cm."""

    core_c: float
    distance_cm: float


def surface_temperature(core_c: float, ambient_c: float) -> float:
    """Skin temperature in degC of a forehead in a room of ``ambient_c``."""
    return (core_c + HEAT_BALANCE_K * ambient_c) / (1 + HEAT_BALANCE_K)


class ForeheadScene:
    """A room, maybe somebody in it, and an eye that looks there.

    ``working_distance_cm`` is the farthest at which a face still fills the field of view.
    """

    def __init__(
        self, *, seed: int, ambient_c: float = 24.0, working_distance_cm: float = 10.0
    ) -> None:
        self.ambient_c = ambient_c
        self._working_distance_cm = working_distance_cm
        self._noise = random.Random(seed)
        self._target: Forehead | None = None
        self._from_c = ambient_c
        self._moved_at_s = float("-inf")
        self._last: tuple[float, float] | None = None
        self.stale = False
        """The sensor hangs at its last value."""
        self.fahrenheit = False
        """It is set to the other unit."""

    def present(self, forehead: Forehead, now_s: float) -> None:
        """Somebody steps before the sensor; the reading follows within 0.3 s."""
        self._move_to(forehead, now_s)

    def leave(self, now_s: float) -> None:
        """Nobody stands there any more; the sensor sees the room again within 0.3 s."""
        self._move_to(None, now_s)

    def set_ambient(self, ambient_c: float, now_s: float) -> None:
        """The room has another temperature, and with it the skin; the reading follows."""
        self._from_c = self.object_temperature(now_s)
        self._moved_at_s = now_s
        self.ambient_c = ambient_c

    def _move_to(self, target: Forehead | None, now_s: float) -> None:
        self._from_c = self.object_temperature(now_s)
        self._target = target
        self._moved_at_s = now_s

    def object_temperature(self, now_s: float) -> float:
        """What the sensor would read without noise, degC."""
        elapsed = min(1.0, max(0.0, (now_s - self._moved_at_s) / _APPROACH_S))
        share = elapsed * elapsed * (3 - 2 * elapsed)
        return self._from_c + share * (self._settled_temperature() - self._from_c)

    def _settled_temperature(self) -> float:
        if self._target is None:
            return self.ambient_c
        surface_c = surface_temperature(self._target.core_c, self.ambient_c)
        reach = self._working_distance_cm / max(self._target.distance_cm, 0.1)
        filled = min(1.0, reach * reach)  # share of the field of view that the face fills
        return filled * surface_c + (1 - filled) * self.ambient_c

    def measured(self, now_s: float) -> tuple[float, float]:
        """Object and ambient as the sensor reads them now, with its noise and its faults."""
        if self._last is None or not self.stale:
            self._last = self._measure(now_s)
        object_c, ambient_c = self._last
        if self.fahrenheit:
            return object_c * 9 / 5 + 32, ambient_c * 9 / 5 + 32
        return object_c, ambient_c

    def _measure(self, now_s: float) -> tuple[float, float]:
        object_c = self.object_temperature(now_s) + self._noise.gauss(0.0, _OBJECT_NOISE_C)
        ambient_c = self.ambient_c + self._noise.gauss(0.0, _AMBIENT_NOISE_C)
        return object_c, ambient_c


class OutputPace:
    """When an instrument that talks by itself speaks next. None: it is quiet."""

    def __init__(self, interval_s: float) -> None:
        self.interval_s = interval_s
        self.next_due_s: float | None = None

    def due(self, now_s: float) -> bool:
        """True when it speaks now. A pause of the caller loses words; it never makes a burst."""
        due_s = self.next_due_s
        if due_s is None or now_s < due_s:
            return False
        on_time = now_s - due_s < self.interval_s
        self.next_due_s = (due_s if on_time else now_s) + self.interval_s
        return True
