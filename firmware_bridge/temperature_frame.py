"""What every thermometer codec makes of its bytes, whatever the wire.

Owns the two frames. Must not say what they mean: whether 36.62 is a forehead, and where in a
thermal picture a forehead is, are the drivers' questions.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

ARRAY_COLUMNS = 32
ARRAY_ROWS = 24


class MeasuringMode(StrEnum):
    """How a measurement came about."""

    CONTINUOUS = "continuous"
    POLLED = "polled"
    ARRAY = "array"
    """A region of a thermal picture: good for finding and screening, never for a verdict."""


class TemperatureFrame(Struct, frozen=True, gc=False):
    """One measurement, degrees Celsius, with the time of its last byte.

    ``ambient_c`` None: the instrument does not tell its own temperature, and no body temperature
    can be derived from what it tells.
    """

    object_c: float
    ambient_c: float | None
    at_s: float
    mode: MeasuringMode


class ThermalFrame(Struct, frozen=True, gc=False):
    """One picture: 24 rows of 32 pixels, row by row, in signed hundredths of a degree Celsius.

    A pixel may be dead (0) or stuck. Left and right are as the sensor sees them: mirrored.
    """

    pixels_c100: tuple[int, ...]
    ambient_c: float
    at_s: float
