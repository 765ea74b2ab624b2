"""From surface to verdict: monotone, calibrated, and never by the published quadratic."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.flow.temperature import SurfaceReading, TemperaturePolicy, TemperatureVerdict, judge


def policy(k: float | None = 0.13) -> TemperaturePolicy:
    return TemperaturePolicy(
        fever_c=37.3,
        plausible_low_c=34.0,
        plausible_high_c=42.9,
        calibration_k=k,
        calibration_version="" if k is None else "test",
    )


def reading(object_c: float, ambient_c: float | None, *, trusted: bool = True) -> SurfaceReading:
    return SurfaceReading(object_c, ambient_c, "continuous", 4, 0.1, trusted)


def published_quadratic(surface_c: float) -> float:
    """Surface to "body" as a published program has it (reference: devices, 1.8)."""
    return 0.1944810311 * surface_c**2 - 12.80081016 * surface_c + 247.1541305


def test_the_published_quadratic_turns_a_cold_forehead_into_a_fever() -> None:
    assert published_quadratic(31.0) == pytest.approx(37.23, abs=0.01)
    assert published_quadratic(33.0) == pytest.approx(36.52, abs=0.01)
    assert published_quadratic(36.0) == pytest.approx(38.37, abs=0.01)
    assert published_quadratic(30.0) > 37.3 > published_quadratic(33.0)


@settings(max_examples=60, deadline=None)
@given(
    k=st.floats(0.0, 0.3),
    ambient_c=st.floats(16.0, 32.0),
    colder_c=st.floats(28.0, 42.0),
    warmer_by_c=st.floats(0.0, 10.0),
)
def test_a_colder_forehead_never_reads_warmer(
    k: float, ambient_c: float, colder_c: float, warmer_by_c: float
) -> None:
    colder = judge(reading(colder_c, ambient_c), policy(k)).taken.body_c
    warmer = judge(reading(colder_c + warmer_by_c, ambient_c), policy(k)).taken.body_c
    assert colder is not None and warmer is not None
    assert colder <= warmer


@settings(max_examples=40, deadline=None)
@given(k=st.floats(0.0, 0.236), ambient_c=st.floats(16.0, 32.0), cold_c=st.floats(28.0, 33.0))
def test_a_cold_forehead_is_never_a_fever(k: float, ambient_c: float, cold_c: float) -> None:
    """Where the quadratic sees one; for every ``k`` that was ever published."""
    verdict = judge(reading(cold_c, ambient_c), policy(k)).verdict
    assert verdict is not TemperatureVerdict.FEVER


@pytest.mark.parametrize("surface_c", [30.0, 36.6, 39.5])
def test_without_an_ambient_there_is_no_verdict(surface_c: float) -> None:
    judged = judge(reading(surface_c, None), policy())
    assert (judged.verdict, judged.reason) == (
        TemperatureVerdict.UNKNOWN,
        "reason.reading-doubtful",
    )
    assert (judged.taken.body_c, judged.taken.ambient_c) == (None, None)


def test_a_thermal_picture_alone_is_no_verdict() -> None:
    judged = judge(reading(39.0, 24.0, trusted=False), policy())
    assert judged.verdict is TemperatureVerdict.UNKNOWN


def test_without_a_calibration_there_is_no_verdict_and_no_body() -> None:
    judged = judge(reading(36.6, None), policy(None))
    assert (judged.verdict, judged.reason) == (TemperatureVerdict.UNKNOWN, "reason.not-calibrated")
    assert judged.taken.body_c is None
