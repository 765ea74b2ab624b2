"""Is this a fever? Judging a stable reading by site policy.

Surface becomes body only through a calibration made at this site; without one, or with an ambient
the instrument is not rated for, the verdict is *unknown*, never normal (reference: devices, 1.8).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contracts.record import TemperatureSource, TemperatureTaken


class TemperatureVerdict(StrEnum):
    NORMAL = "normal"
    FEVER = "fever"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TemperaturePolicy:
    """``calibration_k`` None: no body temperature is derived. Temperatures of the body, degC."""

    fever_c: float
    plausible_low_c: float
    plausible_high_c: float
    calibration_k: float | None
    calibration_version: str


@dataclass(frozen=True, slots=True)
class SurfaceReading:
    """A stable reading of the instrument. ``trusted`` is False when the instrument's own driver
    doubts it (ambient out of range, frozen sensor, a thermal picture). ``ambient_c`` None: the
    instrument does not tell it."""

    object_c: float
    ambient_c: float | None
    mode: str
    samples: int
    spread_c: float
    trusted: bool


@dataclass(frozen=True, slots=True)
class JudgedTemperature:
    """``reason`` is a message id when the verdict is unknown."""

    verdict: TemperatureVerdict
    taken: TemperatureTaken
    reason: str = ""


def judge(reading: SurfaceReading, policy: TemperaturePolicy) -> JudgedTemperature:
    """The verdict on one reading. Outside the plausible range of a living body: unknown."""
    body_c = None
    if policy.calibration_k is not None and reading.ambient_c is not None:
        rise_c = policy.calibration_k * (reading.object_c - reading.ambient_c)
        body_c = round(reading.object_c + rise_c, 2)
    taken = TemperatureTaken(
        source=TemperatureSource.INSTRUMENT,
        object_c=reading.object_c,
        ambient_c=reading.ambient_c,
        body_c=body_c,
        calibration=policy.calibration_version,
        mode=reading.mode,
        samples=reading.samples,
        spread_c=reading.spread_c,
    )
    if policy.calibration_k is None:
        return JudgedTemperature(TemperatureVerdict.UNKNOWN, taken, "reason.not-calibrated")
    if body_c is None or not reading.trusted:
        return JudgedTemperature(TemperatureVerdict.UNKNOWN, taken, "reason.reading-doubtful")
    if not policy.plausible_low_c <= body_c <= policy.plausible_high_c:
        return JudgedTemperature(TemperatureVerdict.UNKNOWN, taken, "reason.reading-implausible")
    fever = body_c >= policy.fever_c
    return JudgedTemperature(
        TemperatureVerdict.FEVER if fever else TemperatureVerdict.NORMAL, taken
    )
