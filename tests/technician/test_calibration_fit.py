"""Fitting k: what is fitted, what is refused, and how it looks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kiosk.technician.calibration_fit import CalibrationPoint, FitRefused, fit_k
from kiosk.technician.calibration_plot import draw_png, draw_text


def point(core_c: float, ambient_c: float, k: float, error_c: float = 0.0) -> CalibrationPoint:
    surface_c = (core_c + k * ambient_c) / (1 + k)
    return CalibrationPoint(core_c + error_c, surface_c, ambient_c)


PEOPLE = ((36.3, 22.0), (36.8, 24.0), (37.4, 20.0), (36.6, 26.0))


@settings(max_examples=30, deadline=None)
@given(st.floats(0.02, 0.28))
def test_the_k_behind_the_points_is_found(k: float) -> None:
    fit = fit_k([point(core_c, ambient_c, k) for core_c, ambient_c in PEOPLE])
    assert fit.k == pytest.approx(k, abs=1e-4)
    assert fit.rms_c < 0.01


def test_a_little_scatter_is_told() -> None:
    errors = (0.1, -0.1, 0.1, -0.1)
    people = [point(*who, 0.13, error) for who, error in zip(PEOPLE, errors, strict=True)]
    fit = fit_k(people)
    assert fit.k == pytest.approx(0.13, abs=0.01)
    assert fit.rms_c == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize(
    ("points", "why"),
    [
        ([point(36.6, 24.0, 0.13)] * 2, "2 points are too few"),
        ([point(36.6, 36.0, 0.13)] * 3, "cooler room"),
        ([point(36.6, 24.0, 0.45)] * 3, "k would be 0.45"),
        ([point(36.6, 24.0, 0.13, -3.0)] * 3, "k would be -"),
        ([point(36.6, 24.0, 0.13)] * 5 + [point(36.6, 24.0, 0.13, 0.6)], "the worst by"),
        ([point(36.6, 24.0, 0.13, e) for e in (0.35, -0.35, 0.35, -0.35)], "scatter by"),
    ],
)
def test_what_cannot_be_a_calibration_is_refused(points: list[CalibrationPoint], why: str) -> None:
    with pytest.raises(FitRefused, match=why):
        fit_k(points)


def test_a_site_that_wants_the_published_quadratic_is_refused() -> None:
    """Its "body" temperatures, offered as references, fit no k (reference: devices, 1.8)."""
    people = [
        CalibrationPoint(0.1944810311 * x * x - 12.80081016 * x + 247.1541305, x, 24.0)
        for x in (31.0, 33.0, 34.5, 36.0)
    ]
    with pytest.raises(FitRefused):
        fit_k(people)


def test_the_plot_shows_points_and_line(tmp_path: Path) -> None:
    fit = fit_k([point(core_c, ambient_c, 0.13) for core_c, ambient_c in PEOPLE])
    draw_png(fit, "330106-0007-k03", tmp_path / "fit.png")
    with Image.open(tmp_path / "fit.png") as image:
        colours = {colour for _, colour in image.getcolors(1 << 20) or []}
        assert image.size == (720, 480)
    assert {(0x1C, 0x6D, 0xD0), (0xC2, 0x41, 0x0C)} <= colours  # the line, the points
    text = draw_text(fit)
    assert text.count("o") - text.splitlines()[0].count("o") == 4
    assert max(len(line) for line in text.splitlines()) <= 80
