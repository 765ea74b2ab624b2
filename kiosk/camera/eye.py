"""The camera kept open: opens, reopens with back-off, and says how far it can be believed.

Owns the frame source and its state; must not read codes. No thread and no clock of its own: times
are CLOCK_MONOTONIC and given.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable

from drivers.camera.frame import Frame, FrameSource, SourceLost
from drivers.camera.frame_watch import FrameState, FrameWatch
from kiosk.ipc.messages import CameraState

RETRY_MIN_S, RETRY_MAX_S = 0.25, 2.0
REOPEN_AFTER_S = 6.0
"""A source that is open and gives nothing for so long is opened again."""
_RATE_FRAMES = 16
_STATES = {
    FrameState.OK: CameraState.READY,
    FrameState.STALE: CameraState.STALE,
    FrameState.FROZEN: CameraState.FROZEN,
    FrameState.DARK: CameraState.DARK,
}
log = logging.getLogger(__name__)


class Eye:
    """``open_source`` raises `SourceLost` while there is no camera; that is an ordinary state."""

    def __init__(self, open_source: Callable[[], FrameSource], stale_after_s: float = 2.0) -> None:
        self._open_source = open_source
        self._source: FrameSource | None = None
        self._stale_after_s = stale_after_s
        self._watch = FrameWatch(stale_after_s)
        self._newest_s: float | None = None
        self._opened_s = 0.0
        self._next_try_s = float("-inf")
        self._retry_s = RETRY_MIN_S
        self._absent = False
        self._arrivals_s: deque[float] = deque(maxlen=_RATE_FRAMES)

    def look(self, now_s: float, timeout_s: float) -> Frame | None:
        """The newest frame, or None: no camera now, or no new frame within ``timeout_s``."""
        if self._source is None and not self._open(now_s):
            return None
        assert self._source is not None
        try:
            frame = self._source.read(timeout_s)
        except SourceLost as error:
            self._lose(str(error), now_s)
            return None
        if frame is not None:
            self._newest_s = frame.captured_s
            self._retry_s = RETRY_MIN_S
            self._arrivals_s.append(frame.captured_s)
            self._watch.feed(frame.pixels[:, :, 1], frame.captured_s)  # green is nearly luma
        elif now_s - max(self._opened_s, self._newest_s or 0.0) > REOPEN_AFTER_S:
            self._lose("the camera is open but gives no frame; it is opened again", now_s)
        return frame

    @property
    def is_open(self) -> bool:
        return self._source is not None

    def retry_in_s(self, now_s: float) -> float:
        """How long there is nothing to do while the camera is away; 0 when it is there."""
        return 0.0 if self.is_open else max(0.0, self._next_try_s - now_s)

    def state(self, now_s: float) -> CameraState:
        if self._source is None:
            return CameraState.ABSENT if self._absent else CameraState.OPENING
        if self._newest_s is None and now_s - self._opened_s <= self._stale_after_s:
            return CameraState.OPENING
        return _STATES[self._watch.state(now_s)]

    def frames_per_s(self, now_s: float) -> float:
        """Over the last frames; 0.0 when none came lately."""
        if not self.is_open or len(self._arrivals_s) < 2:
            return 0.0
        if now_s - self._arrivals_s[-1] > self._stale_after_s:
            return 0.0
        lasted_s = self._arrivals_s[-1] - self._arrivals_s[0]
        return round((len(self._arrivals_s) - 1) / lasted_s, 1) if lasted_s > 0 else 0.0

    def close(self) -> None:
        if self._source is not None:
            self._source.close()
            self._source = None

    def _open(self, now_s: float) -> bool:
        if now_s < self._next_try_s:
            return False
        try:
            self._source = self._open_source()
        except SourceLost as error:
            self._lose(str(error), now_s)
            return False
        if self._absent:
            log.info("the camera is back")
        self._absent = False
        self._opened_s = now_s
        self._newest_s = None
        self._arrivals_s.clear()
        self._watch.forget()
        return True

    def _lose(self, reason: str, now_s: float) -> None:
        """Told once in the log, until the camera was back."""
        self.close()
        if not self._absent:
            log.warning("%s", reason)
        self._absent = True
        self._next_try_s = now_s + self._retry_s
        self._retry_s = min(2 * self._retry_s, RETRY_MAX_S)
