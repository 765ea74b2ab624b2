"""The hands at the bench: whom to send, how warm, what to hold up.

Owns what the knobs say and the crowd that manual residents come from. One visit at a time is
steered by hand; whatever residents do by themselves ends first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from hil.bench.people import BY_NAME, FEVER_C, WELL_C, Choice
from hil.demo.residents import Crowd, Kind, Resident
from hil.demo.stage import Stage


@dataclass(frozen=True, slots=True)
class Knobs:
    """Temperatures in degC. ``choice`` is the name of a `hil.bench.people.Choice`."""

    choice: str = "ordinary"
    core_c: float = WELL_C
    distance_cm: float = 3.5
    ambient_c: float = 24.0


_TURN: dict[str, Callable[[Knobs, float], Knobs]] = {
    "core_c": lambda knobs, value: replace(knobs, core_c=value),
    "distance_cm": lambda knobs, value: replace(knobs, distance_cm=value),
    "ambient_c": lambda knobs, value: replace(knobs, ambient_c=value),
}
LIMITS = {"core_c": (30.0, 43.0), "distance_cm": (0.5, 100.0), "ambient_c": (-20.0, 60.0)}


class KnobRefused(ValueError):
    """The hands cannot do this. The sentence says what there is instead."""


class Hands:
    """Called from the page's threads."""

    def __init__(self, stage: Stage, crowd: Crowd, code_text: Callable[[Resident], str]) -> None:
        self._stage = stage
        self._crowd = crowd
        self._code_text = code_text
        self._lock = threading.Lock()
        self._knobs = Knobs()
        self._resident: Resident | None = None

    @property
    def knobs(self) -> Knobs:
        """What the page shows: while somebody stands there, it is what is really shown."""
        with self._lock:
            return self._knobs

    def choose(self, name: str) -> None:
        """Pick who comes next. Raises `KnobRefused`."""
        if name not in BY_NAME:
            raise KnobRefused(f"Nobody is called {name!r}; there are {', '.join(BY_NAME)}.")
        with self._lock:
            self._resident = None
            core_c = FEVER_C if BY_NAME[name].kind is Kind.FEVER else WELL_C
            self._knobs = replace(self._knobs, choice=name, core_c=core_c)

    def turn(self, knob: str, value: float) -> None:
        """Turn a knob; who stands there changes at once. Raises `KnobRefused`."""
        if knob not in LIMITS:
            raise KnobRefused(f"There is no knob {knob!r}; there are {', '.join(LIMITS)}.")
        low, high = LIMITS[knob]
        if not low <= value <= high:
            raise KnobRefused(f"{knob} must lie between {low} and {high}.")
        with self._lock:
            knobs = self._knobs = _TURN[knob](self._knobs, value)
        if knob == "ambient_c":
            self._stage.set_room(value)
        elif self._stage.shown.forehead:
            self._stage.show_forehead(knobs.core_c, knobs.distance_cm)

    def forward(self) -> None:
        """Somebody steps forward with forehead and phone, or shows the phone again."""
        with self._lock:
            knobs = self._knobs
            if self._resident is None:
                self._resident = self._make(BY_NAME[knobs.choice])
            resident = self._resident
        self._stage.show_forehead(knobs.core_c, knobs.distance_cm)
        text = self._code_text(resident) if resident else BY_NAME[knobs.choice].text
        if text is None:
            self._stage.put_code_away()
        else:
            self._stage.hold_code(text)

    def scan(self) -> None:
        """Hold the newest label up to the camera. Raises `KnobRefused` when there is none."""
        paper = self._stage.newest_paper()
        if paper is None:
            raise KnobRefused("No label has come out yet: send somebody first.")
        self._stage.hold_label(paper)

    def away(self) -> None:
        """Walk away; the next one is somebody else."""
        with self._lock:
            self._resident = None
        self._stage.leave()

    def _make(self, choice: Choice) -> Resident | None:
        return self._crowd.arrive(choice.kind) if choice.kind else None
