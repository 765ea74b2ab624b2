"""The thermometer driver: one stable, honest reading for each approach."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.thermometer import (
    FRAME_MAX_AGE_S,
    FROZEN_AFTER_S,
    FROZEN_COARSE_AFTER_S,
    FROZEN_FAULT_AFTER_S,
    WARM_UP_S,
    ForeheadChanged,
    ForeheadState,
    Quality,
    StableReading,
    ThermometerDriver,
    Trouble,
)
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame
from kiosk.flow.temperature import SurfaceReading
from kiosk.flow.visit_state import Forehead

PERIOD_S = 0.1
ROOM_C = 24.0


def frame(object_c: float, at_s: float, ambient_c: float | None = ROOM_C) -> TemperatureFrame:
    return TemperatureFrame(object_c, ambient_c, at_s, MeasuringMode.CONTINUOUS)


class Wire:
    """Feeds samples at 10 Hz and remembers what the driver said."""

    def __init__(self, driver: ThermometerDriver) -> None:
        self.driver = driver
        self.now_s = 100.0
        self.said: list[StableReading | ForeheadChanged] = []

    def feed(self, objects: Iterable[float], ambient_c: float | None = ROOM_C) -> None:
        for object_c in objects:
            self.said += self.driver.feed(frame(object_c, self.now_s, ambient_c), self.now_s)
            self.now_s += PERIOD_S

    @property
    def readings(self) -> list[StableReading]:
        return [said for said in self.said if isinstance(said, StableReading)]

    @property
    def foreheads(self) -> list[ForeheadState]:
        return [said.forehead for said in self.said if isinstance(said, ForeheadChanged)]


@pytest.fixture
def wire() -> Wire:
    return Wire(ThermometerDriver())


def test_four_near_samples_make_one_reading_with_its_provenance(wire: Wire) -> None:
    wire.feed([24.1, 24.0])
    wire.feed([35.10, 35.22, 35.14, 35.18])

    assert wire.foreheads == [ForeheadState.MEASURING]
    assert wire.readings == [
        StableReading(
            object_c=35.16,
            ambient_c=24.0,
            mode="continuous",
            samples=4,
            spread_c=0.12,
            at_s=pytest.approx(100.5),
            quality=Quality.GOOD,
        )
    ]
    assert wire.readings[0].trusted


def test_a_rising_temperature_is_not_stable_until_it_stays(wire: Wire) -> None:
    wire.feed([34.1, 34.3, 34.6, 34.9, 35.2])
    assert wire.readings == []
    wire.feed([35.3, 35.4, 35.4])
    assert [reading.object_c for reading in wire.readings] == [35.35]


def test_one_reading_for_one_approach_and_another_after_leaving(wire: Wire) -> None:
    wire.feed([35.0, 35.1] * 10)
    assert len(wire.readings) == 1
    wire.feed([24.0] * 10)
    wire.feed([35.3, 35.4] * 5)
    assert len(wire.readings) == 2


def test_rearm_asks_for_a_new_reading_and_drops_old_samples(wire: Wire) -> None:
    wire.feed([35.0, 35.1] * 3)
    wire.driver.rearm()
    wire.feed([36.8, 36.9, 36.8])
    assert len(wire.readings) == 1
    wire.feed([36.9])
    assert [reading.object_c for reading in wire.readings] == [35.05, 36.85]


@pytest.mark.parametrize(
    ("object_c", "ambient_c", "forehead"),
    [
        (24.0, 24.0, ForeheadState.NOBODY),
        (27.99, 20.0, ForeheadState.NOBODY),
        (28.0, 20.0, ForeheadState.TOO_FAR),
        (33.99, 24.0, ForeheadState.TOO_FAR),
        (34.0, 24.0, ForeheadState.MEASURING),
        (45.0, 24.0, ForeheadState.MEASURING),
        (45.01, 24.0, ForeheadState.NOBODY),
        (34.5, 34.0, ForeheadState.NOBODY),  # a warm wall
        (35.0, 34.0, ForeheadState.MEASURING),
        (-5.25, 21.1, ForeheadState.NOBODY),
        (float("nan"), 24.0, ForeheadState.NOBODY),
        (36.0, float("nan"), ForeheadState.NOBODY),
    ],
)
def test_what_is_seen_follows_the_published_limits(
    wire: Wire, object_c: float, ambient_c: float, forehead: ForeheadState
) -> None:
    wire.feed([object_c] * 8, ambient_c)
    assert wire.driver.forehead is forehead


def test_too_far_never_gives_a_reading(wire: Wire) -> None:
    wire.feed([31.0, 31.1] * 20)
    assert wire.foreheads == [ForeheadState.TOO_FAR]
    assert wire.readings == []


def test_approaching_through_the_cold_zone_does_not_flicker(wire: Wire) -> None:
    wire.feed([24.0, 29.0, 32.5, 35.0, 35.1, 35.0, 35.1])
    assert wire.foreheads == [ForeheadState.MEASURING]


def test_swaying_for_a_moment_is_not_leaving(wire: Wire) -> None:
    wire.feed([35.0, 35.1, 35.0, 24.0, 24.0, 35.1, 35.0, 35.1, 35.0])
    assert wire.foreheads == [ForeheadState.MEASURING]
    assert len(wire.readings) == 1


def test_a_gap_in_the_stream_starts_the_window_again(wire: Wire) -> None:
    wire.feed([35.0, 35.1, 35.0])
    wire.now_s += 5.0
    wire.feed([35.1, 35.0, 35.1])
    assert wire.readings == []
    wire.feed([35.0])
    assert len(wire.readings) == 1


def test_a_frame_that_waited_in_a_queue_tells_nothing(wire: Wire) -> None:
    for place in range(10):
        at_s = wire.now_s - FRAME_MAX_AGE_S - 0.01
        wire.said += wire.driver.feed(frame(35.0 + place / 100, at_s), wire.now_s)
        wire.now_s += PERIOD_S
    assert wire.said == []


@pytest.mark.parametrize("ambient_c", [15.99, 32.01])
def test_outside_the_rated_ambient_a_reading_is_not_trusted(wire: Wire, ambient_c: float) -> None:
    wire.feed([36.0, 36.1, 36.0, 36.1], ambient_c)
    assert [reading.quality for reading in wire.readings] == [Quality.AMBIENT_OUT_OF_RANGE]
    assert not wire.readings[0].trusted


def test_a_frozen_sensor_is_noticed_and_its_readings_are_not_trusted(wire: Wire) -> None:
    wire.feed([36.62] * int(FROZEN_AFTER_S / PERIOD_S))
    assert not wire.driver.frozen
    assert wire.readings[0].trusted  # three equal samples are still possible
    wire.feed([36.62] * 2)
    assert wire.driver.frozen
    wire.driver.rearm()
    wire.feed([36.62] * 4)
    assert wire.readings[1].quality is Quality.FROZEN
    wire.feed([36.64])
    assert not wire.driver.frozen


def test_a_slow_polled_instrument_is_not_frozen_after_three_samples() -> None:
    driver = ThermometerDriver()
    for second in range(5):
        driver.feed(frame(36.0, 10.0 + second), 10.0 + second)
    assert not driver.frozen


def test_after_a_replug_the_first_second_tells_nothing(wire: Wire) -> None:
    wire.feed([35.0, 35.1] * 2)
    wire.said += wire.driver.link_opened(wire.now_s)
    assert wire.foreheads[-1] is ForeheadState.NOBODY
    before = len(wire.said)
    wire.feed([35.0, 35.1] * int(WARM_UP_S / PERIOD_S / 2))
    assert len(wire.said) == before
    wire.feed([35.0, 35.1] * 3)
    assert len(wire.readings) == 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.02, 0.1, 0.4, 1.5]),
            st.one_of(st.floats(33.5, 36.5), st.floats(-330, 330), st.just(float("nan"))),
            st.floats(10, 40),
        ),
        max_size=80,
    )
)
def test_whatever_comes_a_reading_is_of_a_forehead_and_comes_once(
    samples: list[tuple[float, float, float]],
) -> None:
    driver = ThermometerDriver()
    now_s, given_since_nobody = 10.0, 0
    for step_s, object_c, ambient_c in samples:
        now_s += step_s
        for said in driver.feed(frame(object_c, now_s, ambient_c), now_s):
            if isinstance(said, ForeheadChanged):
                given_since_nobody *= said.forehead is not ForeheadState.NOBODY
                continue
            given_since_nobody += 1
            assert 34.0 <= said.object_c <= 45.0
            assert said.object_c - said.ambient_c >= 0.5
            assert said.spread_c <= 0.3
            assert said.trusted is (16 <= said.ambient_c <= 32)
        assert given_since_nobody <= 1


@pytest.mark.parametrize(("samples", "spread_c"), [(1, 0.3), (4, 0.0), (4, -1.0)])
def test_senseless_settings_are_refused(samples: int, spread_c: float) -> None:
    with pytest.raises(ValueError, match="stable reading"):
        ThermometerDriver(samples, spread_c)


def test_the_words_are_those_of_the_visit() -> None:
    assert {state.value for state in ForeheadState} == {state.value for state in Forehead}
    reading = StableReading(35.0, 24.0, "continuous", 4, 0.1, 1.0, Quality.GOOD)
    for name in SurfaceReading.__slots__:
        assert hasattr(reading, name)


def test_without_its_ambient_an_instrument_measures_and_is_not_believed(wire: Wire) -> None:
    wire.feed([24.1, 24.0], ambient_c=None)
    wire.feed([35.10, 35.22, 35.14, 35.18], ambient_c=None)
    assert wire.foreheads == [ForeheadState.MEASURING]
    (reading,) = wire.readings
    assert (reading.ambient_c, reading.quality) == (None, Quality.AMBIENT_UNKNOWN)
    assert not reading.trusted


def test_an_ambient_told_now_and_then_is_unknown(wire: Wire) -> None:
    wire.feed([35.1, 35.2, 35.1])
    wire.feed([35.2], ambient_c=None)
    assert wire.readings[0].quality is Quality.AMBIENT_UNKNOWN


def test_an_instrument_that_tells_tenths_is_not_frozen_before_a_still_person(wire: Wire) -> None:
    wire.feed([35.2] * 3 + [34.6] * 4)
    wire.feed([35.2] * round(FROZEN_COARSE_AFTER_S / PERIOD_S - 5))
    assert not wire.driver.frozen
    wire.feed([35.2] * 10)
    assert wire.driver.frozen


def test_an_instrument_that_tells_hundredths_is(wire: Wire) -> None:
    wire.feed([35.21] * round(FROZEN_AFTER_S / PERIOD_S + 2))
    assert wire.driver.frozen


@pytest.mark.parametrize(
    ("object_c", "ambient_c"), [(95.4, 75.2), (36.5, 75.2), (-30.0, 24.0), (36.5, -40.0)]
)
def test_a_world_that_cannot_be_is_a_trouble_of_the_instrument(
    wire: Wire, object_c: float, ambient_c: float
) -> None:
    wire.feed([object_c, object_c + 0.01] * 4, ambient_c)
    assert wire.driver.trouble is Trouble.NONE
    wire.feed([object_c, object_c + 0.01] * 3, ambient_c)
    assert wire.driver.trouble is Trouble.IMPLAUSIBLE
    wire.feed([24.03])
    assert wire.driver.trouble is Trouble.NONE


def test_an_object_that_cannot_be_needs_no_ambient(wire: Wire) -> None:
    wire.feed([95.4] * 12, None)
    assert wire.driver.trouble is Trouble.IMPLAUSIBLE


def test_a_value_that_never_changes_is_a_trouble_even_when_nobody_is_there(wire: Wire) -> None:
    wire.feed([24.03] * round(FROZEN_FAULT_AFTER_S / PERIOD_S - 3))
    assert wire.driver.trouble is Trouble.NONE
    wire.feed([24.03] * 8)
    assert wire.driver.trouble is Trouble.FROZEN
    wire.feed([24.05])
    assert wire.driver.trouble is Trouble.NONE


def test_a_quiet_room_in_tenths_proves_nothing(wire: Wire) -> None:
    wire.feed([24.1] * 900)
    assert wire.driver.trouble is Trouble.NONE


def test_a_reopened_link_has_no_trouble_yet(wire: Wire) -> None:
    wire.feed([95.4] * 12)
    wire.driver.link_opened(wire.now_s)
    assert wire.driver.trouble is Trouble.NONE
