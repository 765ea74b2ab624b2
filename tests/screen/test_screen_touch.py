"""What panels send, and the one tap that must come out of it."""

from __future__ import annotations

from typing import TypeAlias

import pytest

from kiosk.screen.touch import (
    LOST_RELEASE_S,
    PAUSE_S,
    Phase,
    RawTouch,
    Source,
    Tap,
    TouchNormaliser,
)

F, M = Source.FINGER, Source.MOUSE
DOWN, MOVE, UP = Phase.DOWN, Phase.MOVE, Phase.UP

Event: TypeAlias = tuple[float, Source, Phase, float, float, int]


def down(at_s: float, source: Source, x: float = 100, y: float = 50, finger: int = 0) -> Event:
    return at_s, source, DOWN, x, y, finger


def up(at_s: float, source: Source, x: float = 100, y: float = 50, finger: int = 0) -> Event:
    return at_s, source, UP, x, y, finger


def move(at_s: float, source: Source, x: float, y: float, finger: int = 0) -> Event:
    return at_s, source, MOVE, x, y, finger


def taps(*events: Event) -> list[Tap]:
    touch = TouchNormaliser()
    found = []
    for at_s, source, phase, x, y, finger in events:
        tap = touch.feed(RawTouch(source, phase, x, y, finger), at_s)
        if tap is not None:
            found.append(tap)
    return found


ONE = [Tap(100, 50, 100, 50)]

TABLE: dict[str, tuple[list[Event], list[Tap]]] = {
    "a finger only": ([down(0, F), up(0.1, F)], ONE),
    "a mouse only": ([down(0, M), up(0.1, M)], ONE),
    "finger first, then its mouse echo": (
        [down(0, F), down(0.001, M), up(0.1, F), up(0.101, M)],
        ONE,
    ),
    "mouse echo first, then the finger": (
        [down(0, M), down(0.001, F), up(0.1, M), up(0.101, F)],
        ONE,
    ),
    "the echo comes only after the release": (
        [down(0, F), up(0.1, F), down(0.102, M), up(0.103, M)],
        ONE,
    ),
    "the echo comes late": (
        [down(0, F), up(0.1, F), down(0.5, M), up(0.55, M)],
        ONE,
    ),
    "an echo with motion": (
        [move(0, M, 100, 50), down(0.001, F), down(0.002, M), up(0.1, F), up(0.1, M)],
        ONE,
    ),
    "two people's taps, seconds apart, both with echoes": (
        [
            down(0, F),
            down(0, M),
            up(0.1, F),
            up(0.1, M),
            down(3, F),
            down(3, M),
            up(3.1, F),
            up(3.1, M),
        ],
        ONE * 2,
    ),
    "a panel that changes its mind": (
        [down(0, F), up(0.1, F), down(5, M), up(5.1, M)],
        ONE * 2,
    ),
    "a bouncing contact": (
        [down(0, F), up(0.05, F), down(0.08, F), up(0.12, F)],
        ONE,
    ),
    "a second tap after the pause": (
        [down(0, F), up(0.1, F), down(0.3, F), up(0.11 + PAUSE_S, F)],
        ONE * 2,
    ),
    "a press that slides away is told as it is": (
        [down(0, F), move(0.1, F, 300, 50), up(0.2, F, 300, 50)],
        [Tap(100, 50, 300, 50)],
    ),
    "two fingers": (
        [
            down(0, F, finger=1),
            down(0.05, F, 400, 80, finger=2),
            up(0.1, F, finger=1),
            up(0.12, F, 400, 80, finger=2),
        ],
        [],
    ),
    "two fingers, the first one stays": (
        [
            down(0, F, finger=1),
            down(0.05, F, 400, 80, finger=2),
            up(0.1, F, 400, 80, finger=2),
            up(0.3, F, finger=1),
        ],
        [],
    ),
    "two fingers whose echo is one mouse": (
        [
            down(0, M),
            down(0, F, finger=1),
            down(0.05, F, 400, 80, finger=2),
            up(0.1, M),
            up(0.1, F, finger=1),
            up(0.12, F, 400, 80, finger=2),
        ],
        [],
    ),
    "one finger after two were lifted": (
        [
            down(0, F, finger=1),
            down(0.05, F, finger=2),
            up(0.1, F, finger=1),
            up(0.1, F, finger=2),
            down(1, F, finger=3),
            up(1.1, F, finger=3),
        ],
        ONE,
    ),
    "a release without a press": ([up(0, F)], []),
    "a release that never came": (
        [
            down(0, F, finger=1),
            down(LOST_RELEASE_S + 1, F, finger=2),
            up(LOST_RELEASE_S + 1.1, F, finger=2),
        ],
        ONE,
    ),
    "a press without a release": ([down(0, F)], []),
}


@pytest.mark.parametrize(("events", "expected"), TABLE.values(), ids=TABLE.keys())
def test_touches(events: list[Event], expected: list[Tap]) -> None:
    assert taps(*events) == expected


def test_a_cancelled_contact_means_nothing() -> None:
    touch = TouchNormaliser()
    touch.feed(RawTouch(F, DOWN, 10, 10, 1), 0.0)
    touch.cancel()
    assert touch.contact is not None and touch.contact.spoiled
    assert touch.feed(RawTouch(F, UP, 10, 10, 1), 0.1) is None
    touch.feed(RawTouch(F, DOWN, 10, 10, 2), 1.0)
    assert touch.feed(RawTouch(F, UP, 10, 10, 2), 1.1) == Tap(10, 10, 10, 10)
