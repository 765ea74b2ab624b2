"""The k of this site from pairs of a reference and a surface: fitted, and refused when it is bad.

Owns ``body = surface + k (surface - ambient)`` turned round, and the limits of a usable fit. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

LEAST_POINTS = 3
HIGHEST_K = 0.3
WORST_RMS_C = 0.2
WORST_POINT_C = 0.4
"""Clinical thermometers are exact to 0.2 degC; a fit that misses one by twice that explains nothing
(reference: devices, section 1.8)."""
REFERENCE_C = (35.0, 42.0)
"""What a living person's clinical thermometer says."""


class FitRefused(Exception):
    """No calibration follows from these points; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """One person: what the reference says and what the instrument saw, degC."""

    reference_c: float
    object_c: float
    ambient_c: float

    @property
    def difference_c(self) -> float:
        """How much warmer the surface is than the room."""
        return self.object_c - self.ambient_c

    @property
    def rise_c(self) -> float:
        """How much warmer the body is than its surface."""
        return self.reference_c - self.object_c


@dataclass(frozen=True, slots=True)
class CalibrationFit:
    """``residuals_c`` are reference minus fitted body, in the order of ``points``."""

    k: float
    points: tuple[CalibrationPoint, ...]
    residuals_c: tuple[float, ...]

    @property
    def rms_c(self) -> float:
        return sqrt(sum(left * left for left in self.residuals_c) / len(self.residuals_c))


def fit_k(points: Sequence[CalibrationPoint]) -> CalibrationFit:
    """Least squares through the origin. Raises `FitRefused`."""
    if len(points) < LEAST_POINTS:
        raise FitRefused(
            f"{len(points)} points are too few, {LEAST_POINTS} are needed; measure more people"
        )
    weight = sum(point.difference_c**2 for point in points)
    if min(point.difference_c for point in points) < 1.0:
        raise FitRefused(
            "a surface was not warmer than the room by 1 degC, so no heat flowed and nothing can"
            " be fitted; calibrate in a cooler room"
        )
    k = round(sum(point.difference_c * point.rise_c for point in points) / weight, 4)
    residuals_c = tuple(point.rise_c - k * point.difference_c for point in points)
    fit = CalibrationFit(k, tuple(points), residuals_c)
    if not 0.0 <= k <= HIGHEST_K:
        raise FitRefused(
            f"k would be {k:g}, and lies between 0 and {HIGHEST_K:g} for living skin; check the"
            " reference thermometer, the distance and the emissivity setting"
        )
    worst_c = max(abs(left) for left in residuals_c)
    if fit.rms_c > WORST_RMS_C or worst_c > WORST_POINT_C:
        raise FitRefused(
            f"the points scatter by {fit.rms_c:.2f} degC around the fit, the worst by"
            f" {worst_c:.2f}; {WORST_RMS_C:g} and {WORST_POINT_C:g} are allowed. Let people rest"
            " indoors for ten minutes, keep the distance, and measure again"
        )
    return fit
