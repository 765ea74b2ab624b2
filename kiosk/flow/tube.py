"""The Tube machine at the kiosk: open until full, too old, its lane is gone or staff close it.

Packing and hand-over belong to the site, not to the kiosk. A closed tube never opens again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from contracts.record import TubeCloseReason
from kiosk.flow.effects import CloseTube
from kiosk.flow.table import Step, Table, rule


class TubeState(StrEnum):
    OPEN = "open"
    FULL = "full"
    CLOSED_SHORT = "closed-short"


@dataclass(frozen=True, slots=True)
class Tube:
    """``lane`` and ``size`` never change during a tube's life."""

    tube: str
    lane: int
    size: int
    places_used: int
    state: TubeState = TubeState.OPEN


@dataclass(frozen=True, slots=True)
class TubeMoment:
    """What a tube is judged by: its age and the lanes that are staffed."""

    age_s: float
    max_age_s: float
    lanes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlaceTaken:
    """One more person was committed to this tube."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A regular look at age and lane."""


@dataclass(frozen=True, slots=True)
class ClosedByStaff:
    pass


@dataclass(frozen=True, slots=True)
class ShiftEnded:
    pass


T = Step[Tube]


def _close(tube: Tube, reason: TubeCloseReason) -> T:
    return replace(tube, state=TubeState.CLOSED_SHORT), (CloseTube(tube.tube, reason.value),)


def _take_place(tube: Tube, event: object, moment: TubeMoment) -> T:
    used = tube.places_used + 1
    if used < tube.size:
        return replace(tube, places_used=used), ()
    full = replace(tube, places_used=used, state=TubeState.FULL)
    return full, (CloseTube(tube.tube, TubeCloseReason.FULL.value),)


def _review(tube: Tube, event: object, moment: TubeMoment) -> T:
    if tube.places_used >= tube.size:  # the core stopped between the last place and the close
        full = replace(tube, state=TubeState.FULL)
        return full, (CloseTube(tube.tube, TubeCloseReason.FULL.value),)
    if tube.lane not in moment.lanes:
        return _close(tube, TubeCloseReason.LANE_CHANGE)
    if moment.age_s >= moment.max_age_s:
        return _close(tube, TubeCloseReason.TOO_OLD)
    return tube, ()


def _staff(tube: Tube, event: object, moment: TubeMoment) -> T:
    return _close(tube, TubeCloseReason.STAFF)


def _shift_end(tube: Tube, event: object, moment: TubeMoment) -> T:
    return _close(tube, TubeCloseReason.SHIFT_END)


def _stay(tube: Tube, event: object, moment: TubeMoment) -> T:
    return tube, ()


TUBE: Table[Tube, TubeMoment] = Table(
    "Tube",
    TubeState,
    (PlaceTaken, Reviewed, ClosedByStaff, ShiftEnded),
    {
        TubeState.OPEN: {
            PlaceTaken: rule(_take_place, TubeState.OPEN, TubeState.FULL),
            Reviewed: rule(_review, TubeState.OPEN, TubeState.FULL, TubeState.CLOSED_SHORT),
            ClosedByStaff: rule(_staff, TubeState.CLOSED_SHORT),
            ShiftEnded: rule(_shift_end, TubeState.CLOSED_SHORT),
        },
        TubeState.FULL: {Reviewed: rule(_stay, TubeState.FULL)},
        TubeState.CLOSED_SHORT: {Reviewed: rule(_stay, TubeState.CLOSED_SHORT)},
    },
)
