"""A stable forehead temperature with its provenance, from the frames of an infrared thermometer.

Owns: is somebody there, near enough, and holding still; may the instrument be believed. Must not
turn surface into body temperature nor judge a fever: that needs this site's calibration and policy
(`kiosk.flow.temperature`). No port, no thread, no clock: ``now_s`` is CLOCK_MONOTONIC and given.

The limits are published ones (reference: devices, section 1.8): below 28 or above 45 degC is no
face, 28 to 34 is a face too far away or too cold and never "normal", the ambient is rated from 16
to 32 degC.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from drivers.thermal_array import warmest_forehead
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame, ThermalFrame

NO_FACE_BELOW_C = 28.0
TOO_FAR_BELOW_C = 34.0
NO_FACE_ABOVE_C = 45.0
RATED_AMBIENT_C = (16.0, 32.0)
PRESENCE_RISE_C = 1.0
"""A face is at least this much warmer than its surroundings; a warm wall in summer is not."""
FRAME_MAX_AGE_S = 1.0
"""A frame that waited longer may show the person before."""
GAP_MAX_S = 1.0
"""Samples farther apart than this do not belong to one reading."""
WARM_UP_S = 1.0
"""Modules send nonsense for about a second after power-up."""
FROZEN_AFTER_S = 3.0
FROZEN_COARSE_AFTER_S = 60.0
"""Instruments that tell tenths repeat themselves before anybody who stands still."""
FROZEN_SAMPLES = 8
FROZEN_FAULT_AFTER_S = 10.0
"""Before a person three seconds are enough to doubt a value; to call the instrument broken while
nobody is there takes longer, and tenths of a degree never prove it."""
HABITABLE_C = (-10.0, 50.0)
VISIBLE_C = (-20.0, 60.0)
"""Outside lies no room with people in it, and nothing in such a room: another unit, another scale
or a broken sensor."""
IMPLAUSIBLE_AFTER_S = 1.0


class Trouble(StrEnum):
    """Why the instrument cannot be believed at all; the last part of a fault's message id."""

    NONE = ""
    FROZEN = "frozen"
    IMPLAUSIBLE = "implausible"


class ForeheadState(StrEnum):
    """What the thermometer sees; the words are those of the visit."""

    NOBODY = "nobody"
    MEASURING = "measuring"
    TOO_FAR = "too-far"


_HOLD_S = {ForeheadState.NOBODY: 0.5, ForeheadState.TOO_FAR: 0.3, ForeheadState.MEASURING: 0.0}
"""How long a new state must last before it is told: arriving shows at once, swaying does not."""


class Quality(StrEnum):
    GOOD = "good"
    AMBIENT_OUT_OF_RANGE = "ambient-out-of-range"
    AMBIENT_UNKNOWN = "ambient-unknown"
    """The instrument does not tell it: no body temperature follows from the surface alone."""
    FROZEN = "frozen"
    """The instrument repeats one value to the last digit: no living thing does that."""
    SCREENING_ONLY = "screening-only"
    """A thermal picture finds people to measure; it is too coarse to judge one."""


@dataclass(frozen=True, slots=True)
class StableReading:
    """``samples`` neighbouring samples of a forehead that differ by ``spread_c`` at most.

    ``object_c`` and ``ambient_c`` are medians of the surface and of the instrument, degC, as
    measured; ``ambient_c`` is None when the instrument does not tell. ``at_s`` is when the last
    sample arrived.
    """

    object_c: float
    ambient_c: float | None
    mode: str
    samples: int
    spread_c: float
    at_s: float
    quality: Quality

    @property
    def trusted(self) -> bool:
        """Only then may a verdict be built on it."""
        return self.quality is Quality.GOOD


@dataclass(frozen=True, slots=True)
class ForeheadChanged:
    forehead: ForeheadState


class ThermometerDriver:
    """One reading for each approach: it arms itself when the person leaves, or by `rearm`."""

    def __init__(self, stable_samples: int = 4, stable_spread_c: float = 0.3) -> None:
        if stable_samples < 2 or stable_spread_c <= 0:
            raise ValueError(
                f"{stable_samples} samples within {stable_spread_c} degC make no stable reading: "
                "at least 2 samples and a spread above 0 are needed"
            )
        self._spread_c = stable_spread_c
        self._window: deque[TemperatureFrame] = deque(maxlen=stable_samples)
        self._armed = True
        self._forehead = ForeheadState.NOBODY
        self._other: ForeheadState | None = None
        self._other_since_s = 0.0
        self._believed_from_s = float("-inf")
        self._last_s = float("-inf")
        self._repeat = _Repeat()
        self._implausible_since_s: float | None = None

    @property
    def forehead(self) -> ForeheadState:
        return self._forehead

    @property
    def frozen(self) -> bool:
        """The instrument has repeated one value for `FROZEN_AFTER_S`, whoever stands there."""
        return self._repeat.frozen

    @property
    def trouble(self) -> Trouble:
        """Of the instrument, whoever stands there. It ends with the first believable change."""
        since_s = self._implausible_since_s
        if since_s is not None and self._last_s - since_s >= IMPLAUSIBLE_AFTER_S:
            return Trouble.IMPLAUSIBLE
        if self._repeat.lasts_s >= FROZEN_FAULT_AFTER_S and not self._repeat.coarse:
            return Trouble.FROZEN
        return Trouble.NONE

    def rearm(self) -> None:
        """Ask for a new reading of whoever stands there now; samples taken so far are dropped."""
        self._armed = True
        self._window.clear()

    def link_opened(self, now_s: float) -> list[ForeheadChanged]:
        """The instrument came (back): what was seen before is void, and it must warm up first."""
        self.rearm()
        self._believed_from_s = now_s + WARM_UP_S
        self._repeat = _Repeat()
        self._implausible_since_s = None
        self._other = None
        return self._show(ForeheadState.NOBODY)

    def feed(
        self, seen: TemperatureFrame | ThermalFrame, now_s: float
    ) -> list[StableReading | ForeheadChanged]:
        """What ``seen`` tells, in order. Old frames and frames of the warm-up tell nothing."""
        if now_s < self._believed_from_s or now_s - seen.at_s > FRAME_MAX_AGE_S:
            return []
        frame = warmest_forehead(seen) if isinstance(seen, ThermalFrame) else seen
        if frame is None:
            return []
        return self._sample(frame)

    def _sample(self, frame: TemperatureFrame) -> list[StableReading | ForeheadChanged]:
        self._repeat.feed(frame)
        if frame.at_s - self._last_s > GAP_MAX_S:
            self._window.clear()
        self._last_s = frame.at_s
        if _plausible(frame):
            self._implausible_since_s = None
        elif self._implausible_since_s is None:
            self._implausible_since_s = frame.at_s
        seen = _forehead(frame)
        events: list[StableReading | ForeheadChanged] = [*self._follow(seen, frame.at_s)]
        if seen is not ForeheadState.MEASURING:
            self._window.clear()
            return events
        self._window.append(frame)
        if (reading := self._stable()) is not None:
            events.append(reading)
        return events

    def _follow(self, seen: ForeheadState, at_s: float) -> list[ForeheadChanged]:
        if seen is self._forehead:
            self._other = None
            return []
        if seen is not self._other:
            self._other, self._other_since_s = seen, at_s
        if at_s - self._other_since_s < _HOLD_S[seen]:
            return []
        return self._show(seen)

    def _show(self, forehead: ForeheadState) -> list[ForeheadChanged]:
        self._other = None
        if forehead is self._forehead:
            return []
        self._forehead = forehead
        if forehead is ForeheadState.NOBODY:
            self.rearm()
        return [ForeheadChanged(forehead)]

    def _stable(self) -> StableReading | None:
        if not self._armed or len(self._window) < (self._window.maxlen or 0):
            return None
        objects = [frame.object_c for frame in self._window]
        spread_c = max(objects) - min(objects)
        if spread_c > self._spread_c:
            return None
        self._armed = False
        told = [frame.ambient_c for frame in self._window if frame.ambient_c is not None]
        ambient_c = median(told) if len(told) == len(self._window) else None
        last = self._window[-1]
        return StableReading(
            object_c=round(median(objects), 2),
            ambient_c=None if ambient_c is None else round(ambient_c, 2),
            mode=str(last.mode),
            samples=len(objects),
            spread_c=round(spread_c, 2),
            at_s=last.at_s,
            quality=self._quality(last.mode, ambient_c),
        )

    def _quality(self, mode: MeasuringMode, ambient_c: float | None) -> Quality:
        if self.frozen:
            return Quality.FROZEN
        if mode is MeasuringMode.ARRAY:
            return Quality.SCREENING_ONLY
        if ambient_c is None:
            return Quality.AMBIENT_UNKNOWN
        if not RATED_AMBIENT_C[0] <= ambient_c <= RATED_AMBIENT_C[1]:
            return Quality.AMBIENT_OUT_OF_RANGE
        return Quality.GOOD


def _plausible(frame: TemperatureFrame) -> bool:
    """Whether there can be such a room, and such a thing in it."""
    if frame.ambient_c is not None and not HABITABLE_C[0] <= frame.ambient_c <= HABITABLE_C[1]:
        return False
    return VISIBLE_C[0] <= frame.object_c <= VISIBLE_C[1]


def _forehead(frame: TemperatureFrame) -> ForeheadState:
    """One sample's view. Also right for a room warmer than a face: nobody can be told there."""
    if not NO_FACE_BELOW_C <= frame.object_c <= NO_FACE_ABOVE_C:
        return ForeheadState.NOBODY
    if frame.ambient_c is not None and not frame.object_c - frame.ambient_c >= PRESENCE_RISE_C:
        return ForeheadState.NOBODY
    if frame.object_c < TOO_FAR_BELOW_C:
        return ForeheadState.TOO_FAR
    return ForeheadState.MEASURING


class _Repeat:
    """Counts how long both temperatures have not changed in their last digit."""

    def __init__(self) -> None:
        self._value: tuple[float, float | None] | None = None
        self._since_s = 0.0
        self._last_s = 0.0
        self._samples = 0

    def feed(self, frame: TemperatureFrame) -> None:
        value = (frame.object_c, frame.ambient_c)
        if value != self._value:
            self._value, self._since_s, self._samples = value, frame.at_s, 0
        self._last_s = frame.at_s
        self._samples += 1

    @property
    def frozen(self) -> bool:
        limit_s = FROZEN_COARSE_AFTER_S if self.coarse else FROZEN_AFTER_S
        return self._samples >= FROZEN_SAMPLES and self.lasts_s >= limit_s

    @property
    def lasts_s(self) -> float:
        return self._last_s - self._since_s

    @property
    def coarse(self) -> bool:
        """Whether the values are whole tenths; of hundredths one pair in a hundred looks so."""
        return all(value is None or round(value, 1) == value for value in self._value or ())
