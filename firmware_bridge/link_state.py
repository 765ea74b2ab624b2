"""What a link reports, and how it judges the health of an open wire.

Owns the states, the events and the rules silent / babbling / ready. Pure: the time is an argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from firmware_bridge.codec import Noise


class LinkState(StrEnum):
    """Also the last part of the operator's message id, for example ``thermometer.silent``."""

    ABSENT = "absent"
    OPENING = "opening"
    READY = "ready"
    SILENT = "silent"
    BABBLING = "babbling"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """Where a link stands. ``generation`` grows whenever the port is closed; ``detail`` is a
    sentence for the technician, "" when all is well."""

    name: str
    state: LinkState
    generation: int
    since_s: float
    detail: str


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The link is in another state, or the same state has another reason."""

    status: LinkStatus


@dataclass(frozen=True, slots=True)
class FrameArrived:
    """``frame`` is whatever the link's codec makes; ``at_s`` is CLOCK_MONOTONIC."""

    name: str
    generation: int
    frame: object
    at_s: float


@dataclass(frozen=True, slots=True)
class NoiseArrived:
    """A sample of what was not a frame: at most five a second, at most 64 bytes each."""

    name: str
    generation: int
    noise: Noise
    at_s: float


LinkEvent = LinkChanged | FrameArrived | NoiseArrived


class WireHealth:
    """Judges an open wire by what arrives on it.

    READY needs a frame, unless ``silence_s`` is None (a device that speaks only when spoken to).
    SILENT: no frame for ``silence_s``. BABBLING: ``BABBLE_BYTES`` of noise with no frame among
    them; it ends with three frames in a row, or when the noise stops.
    """

    BABBLE_BYTES = 48
    BABBLE_WINDOW_S = 5.0
    QUIET_S = 2.0
    FRAMES_TO_TRUST = 3

    def __init__(self, silence_s: float | None, now_s: float) -> None:
        self._silence_s = silence_s
        self._state = LinkState.OPENING if silence_s is not None else LinkState.READY
        self._heard_s = now_s
        self._noise_began_s = now_s
        self._noise_s = now_s
        self._noise_bytes = 0
        self._good_frames = 0

    def frame(self, now_s: float) -> None:
        self._heard_s = now_s
        self._noise_bytes = 0
        self._good_frames += 1
        if self._state is not LinkState.BABBLING or self._good_frames >= self.FRAMES_TO_TRUST:
            self._state = LinkState.READY

    def noise(self, byte_count: int, now_s: float) -> None:
        if now_s - self._noise_began_s > self.BABBLE_WINDOW_S:
            self._noise_began_s, self._noise_bytes = now_s, 0
        self._noise_s = now_s
        self._noise_bytes += byte_count
        if self._noise_bytes >= self.BABBLE_BYTES:
            self._good_frames = 0
            self._state = LinkState.BABBLING

    def hear(self, item: object, now_s: float) -> bool:
        """Take note of a frame or noise; False for a frame that must not be believed.

        A protocol without checksums finds frames in any noise: amid babble none counts.
        """
        if isinstance(item, Noise):
            self.noise(len(item.data), now_s)
            return True
        self.frame(now_s)
        return self._state is not LinkState.BABBLING

    def state(self, now_s: float) -> LinkState:
        if self._state is LinkState.BABBLING:
            if now_s - self._noise_s < self.QUIET_S:
                return self._state
            self._state = LinkState.READY if self._silence_s is None else LinkState.SILENT
        if self._silence_s is not None and now_s - self._heard_s >= self._silence_s:
            self._state = LinkState.SILENT
        return self._state
