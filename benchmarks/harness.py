"""How things are timed: interleaved rounds, percentiles, ours against bare.

Owns no budget and no subject. Rounds of ours and of bare alternate, so that a busy neighbour or a
warming cache hits both; the ratio is of medians.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


def percentile(values: Sequence[float], fraction: float) -> float:
    """Nearest rank: the smallest value that at least ``fraction`` of all do not exceed."""
    if not values:
        raise ValueError("there is no percentile of nothing")
    ordered = sorted(values)
    rank = max(1, -(-int(fraction * 1_000_000) * len(ordered) // 1_000_000))
    return ordered[min(rank, len(ordered)) - 1]


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall seconds of single calls."""

    samples_s: tuple[float, ...]

    @property
    def p50_s(self) -> float:
        return percentile(self.samples_s, 0.50)

    @property
    def p95_s(self) -> float:
        return percentile(self.samples_s, 0.95)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours and the bare thing, timed in turns in one run."""

    ours: Timing
    bare: Timing

    @property
    def ratio(self) -> float:
        """Median of ours by median of bare: 1.0 is as fast as bare, 2.0 takes twice as long."""
        return self.ours.p50_s / self.bare.p50_s


def time_calls(action: Callable[[], object], *, calls: int, warm_up: int = 3) -> Timing:
    """Time ``calls`` single calls after a few that do not count."""
    for _ in range(warm_up):
        action()
    return Timing(tuple(_timed(action) for _ in range(calls)))


def compare(
    ours: Callable[[], object], bare: Callable[[], object], *, calls: int, warm_up: int = 3
) -> Comparison:
    """Call both in turns, ``calls`` times each; who goes first changes from turn to turn."""
    for _ in range(warm_up):
        ours()
        bare()
    mine: list[float] = []
    theirs: list[float] = []
    for turn in range(calls):
        if turn % 2:
            mine.append(_timed(ours))
            theirs.append(_timed(bare))
        else:
            theirs.append(_timed(bare))
            mine.append(_timed(ours))
    return Comparison(Timing(tuple(mine)), Timing(tuple(theirs)))


def median_of(rounds: Sequence[float]) -> float:
    """The median of a few whole-run figures."""
    return median(rounds)


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
