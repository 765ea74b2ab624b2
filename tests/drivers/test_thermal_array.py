"""The forehead in a thermal picture: found, mended, never judged."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.thermal_array import MOST_DEAD, mended, warmest_forehead
from drivers.thermometer import ForeheadState, Quality, StableReading, ThermometerDriver
from firmware_bridge.temperature_frame import (
    ARRAY_COLUMNS,
    ARRAY_ROWS,
    MeasuringMode,
    TemperatureFrame,
    ThermalFrame,
)

ROOM_C = 24.0
Place = tuple[int, int]


def picture(
    radius: float = 0.0,
    skin_c: float = 35.0,
    *,
    room_c: float = ROOM_C,
    centre: tuple[float, float] = (12.0, 16.0),
    spoilt: Iterable[tuple[Place, float]] = (),
    at_s: float = 1.0,
    seed: int = 1,
) -> ThermalFrame:
    """A round face of ``radius`` pixels whose forehead is 0.6 degrees warmer than its chin."""
    chance = random.Random(seed)
    changed = dict(spoilt)
    pixels = []
    for row in range(ARRAY_ROWS):
        for column in range(ARRAY_COLUMNS):
            away = ((row - centre[0]) ** 2 + (column - centre[1]) ** 2) ** 0.5
            chin_c = skin_c - (0.6 if row > centre[0] else 0.0)
            value = chin_c if away <= radius else room_c
            value += chance.gauss(0.0, 0.05)
            pixels.append(round(changed.get((row, column), value) * 100))
    return ThermalFrame(tuple(pixels), room_c, at_s)


def seen_c(frame: ThermalFrame) -> float:
    sample = warmest_forehead(frame)
    assert sample is not None
    return sample.object_c


def test_a_forehead_is_found_wherever_the_face_is() -> None:
    for centre in ((8.0, 8.0), (12.0, 16.0), (16.0, 26.0)):
        assert seen_c(picture(6, 35.2, centre=centre)) == pytest.approx(35.2, abs=0.15)


def test_a_face_that_fills_the_picture_is_a_face() -> None:
    assert seen_c(picture(60, 35.2)) == pytest.approx(35.2, abs=0.15)


def test_nobody_there_is_the_room() -> None:
    sample = warmest_forehead(picture())
    assert sample is not None
    assert sample.object_c == pytest.approx(ROOM_C, abs=0.1)
    assert (sample.ambient_c, sample.mode) == (ROOM_C, MeasuringMode.ARRAY)


def test_a_cup_of_tea_is_not_a_face() -> None:
    tea = [((row, column), 60.0) for row in (4, 5) for column in (28, 29)]
    assert seen_c(picture(spoilt=tea)) == pytest.approx(ROOM_C, abs=0.1)
    assert seen_c(picture(6, 35.2, spoilt=tea)) == pytest.approx(35.2, abs=0.15)


def test_a_face_far_away_reads_too_cold_and_never_normal() -> None:
    assert 26.0 < seen_c(picture(1.7, 35.2)) < 34.0


def test_dead_and_stuck_pixels_are_mended_by_their_neighbours() -> None:
    spoilt = [((9, 16), 0.0), ((10, 14), 300.0), ((8, 17), -40.0), ((0, 0), 0.0), ((23, 31), 99.0)]
    clean = picture(6, 35.2)
    broken = picture(6, 35.2, spoilt=spoilt)
    assert seen_c(broken) == pytest.approx(seen_c(clean), abs=0.1)
    rows = mended(broken)
    assert rows is not None
    assert rows[10][14] == pytest.approx(35.2, abs=0.3)
    assert rows[23][31] == pytest.approx(ROOM_C, abs=0.3)


def test_a_picture_with_too_many_dead_pixels_tells_nothing() -> None:
    places = [(row, column) for row in range(0, 24, 2) for column in range(0, 32, 2)]
    some = [(place, 0.0) for place in places[:MOST_DEAD]]
    more = [(place, 0.0) for place in places[: MOST_DEAD + 1]]
    assert warmest_forehead(picture(6, spoilt=some)) is not None
    assert warmest_forehead(picture(6, spoilt=more)) is None


def test_a_hole_in_the_picture_tells_nothing() -> None:
    hole = [((row, column), 0.0) for row in (10, 11, 12) for column in (15, 16, 17)]
    assert warmest_forehead(picture(6, spoilt=hole)) is None


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-32768, 32767), min_size=768, max_size=768), st.floats(-40, 85))
def test_any_picture_is_a_sample_or_nothing(pixels: list[int], ambient_c: float) -> None:
    sample = warmest_forehead(ThermalFrame(tuple(pixels), ambient_c, 1.0))
    assert sample is None or isinstance(sample, TemperatureFrame)


def test_a_stable_forehead_of_a_picture_is_for_screening_only() -> None:
    driver = ThermometerDriver()
    readings = [
        event
        for step in range(8)
        for event in driver.feed(picture(7, 38.4, at_s=1 + step / 4, seed=step), 1 + step / 4)
        if isinstance(event, StableReading)
    ]
    assert driver.forehead is ForeheadState.MEASURING
    assert [reading.quality for reading in readings] == [Quality.SCREENING_ONLY]
    assert not readings[0].trusted and readings[0].mode == "array"


def test_unreadable_pictures_change_nothing() -> None:
    driver = ThermometerDriver()
    dead = ThermalFrame((0,) * 768, ROOM_C, 1.0)
    assert driver.feed(dead, 1.0) == []
