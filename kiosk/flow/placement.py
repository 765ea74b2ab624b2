"""Which tube, which place: the choice as a pure function of the open tubes.

Never mixes classes in a tube; a tube keeps its lane; a full or over-aged tube takes nobody. The
ledger's constraints guard the same rules a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.pool_class import PoolClass


@dataclass(frozen=True, slots=True)
class OpenTube:
    """``age_s`` is the time since the tube was opened."""

    tube: str
    pool_class: PoolClass
    lane: int
    size: int
    places_used: int
    age_s: float


@dataclass(frozen=True, slots=True)
class InTube:
    """The next free place of a tube that is open already."""

    tube: OpenTube
    place: int


@dataclass(frozen=True, slots=True)
class InNewTube:
    """A tube must be opened on ``lane``; the person gets its first place."""

    lane: int
    size: int


def tube_size(pool_class: PoolClass, household_max: int) -> int:
    """How many places a tube of this class has."""
    return household_max if pool_class is PoolClass.HOUSEHOLD else int(pool_class.value)


def choose_place(
    pool_class: PoolClass,
    open_tubes: Iterable[OpenTube],
    *,
    unsampled_by_lane: Mapping[int, int],
    lanes: Sequence[int],
    household_max: int,
    max_age_s: float,
) -> InTube | InNewTube:
    """The oldest open tube of the class with room, else a new tube on the shortest lane.

    Ties go to the lane named first. A tube of size 1 or of a household is never shared here: a
    household tube is filled by its own family's visits only.
    """
    shared = pool_class not in (PoolClass.ONE, PoolClass.HOUSEHOLD)
    fitting = [
        tube
        for tube in open_tubes
        if shared
        and tube.pool_class is pool_class
        and tube.places_used < tube.size
        and tube.age_s < max_age_s
        and tube.lane in lanes
    ]
    if fitting:
        oldest = max(fitting, key=lambda tube: tube.age_s)
        return InTube(oldest, oldest.places_used + 1)
    lane = min(lanes, key=lambda one: unsampled_by_lane.get(one, 0))
    return InNewTube(lane, tube_size(pool_class, household_max))
