"""Where frames come from: a V4L2 camera, a folder of pictures, or another process's memory.

Owns what it opened. Must not judge pictures: `frame_watch` does. No thread; a read waits at most as
long as it is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.camera.frame import Frame, FrameSource, SourceLost
from drivers.camera.v4l2 import V4l2Source
from firmware_bridge.frame_memory import FrameMemoryError, FrameReader

SCHEMES = ("v4l2", "directory", "memory")
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp"})
_POLL_S = 0.004


def check_source_url(url: str) -> tuple[str, str]:
    """Scheme and path of ``url``. Raises ValueError that names the allowed schemes."""
    scheme, colon, path = url.partition(":")
    if scheme not in SCHEMES or not colon or not path:
        allowed = ", ".join(f"{name}:PATH" for name in SCHEMES)
        raise ValueError(f"{url!r} is no camera source; write one of {allowed}")
    return scheme, path


def open_frame_source(url: str, width: int, height: int, fps: int) -> FrameSource:
    """Open ``v4l2:PATH``, ``directory:PATH`` or ``memory:PATH``.

    Size and rate are wishes that a V4L2 driver may ignore. Raises `SourceLost` when nothing is
    there (yet), ValueError for another kind of URL.
    """
    scheme, path = check_source_url(url)
    if scheme == "v4l2":
        return V4l2Source.open(path, width, height, fps)
    if scheme == "memory":
        return MemorySource(Path(path))
    return DirectorySource(Path(path), fps)


def read_picture(path: Path) -> NDArray[np.uint8] | None:
    """A picture file as BGR, or None when it is missing, cut off or no picture."""
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
        pixels = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except (OSError, cv2.error):
        return None
    return None if pixels is None else np.asarray(pixels, np.uint8)


class DirectorySource:
    """Shows the pictures of a folder in the order of their names, again and again."""

    def __init__(
        self,
        folder: Path,
        fps: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder = folder
        self._period_s = 1.0 / fps
        self._clock = clock
        self._sleep = sleep
        self._due_s = clock()
        self._turn = 0
        self._pictures()

    def _pictures(self) -> list[Path]:
        try:
            found = sorted(p for p in self._folder.iterdir() if p.suffix in PICTURE_SUFFIXES)
        except OSError as error:
            raise SourceLost(
                f"no folder of pictures at {self._folder}: {error.strerror}"
            ) from error
        if not found:
            raise SourceLost(f"the folder {self._folder} holds no picture (.png, .jpg, .bmp)")
        return found

    def read(self, timeout_s: float) -> Frame | None:
        """The next picture when it is due. One that cannot be read is passed over."""
        wait_s = self._due_s - self._clock()
        if wait_s > timeout_s:
            self._sleep(timeout_s)
            return None
        if wait_s > 0:
            self._sleep(wait_s)
        now_s = self._clock()
        self._due_s = max(self._due_s + self._period_s, now_s)
        pictures = self._pictures()
        path = pictures[self._turn % len(pictures)]
        self._turn += 1
        pixels = read_picture(path)
        return None if pixels is None else Frame(pixels, now_s)

    def close(self) -> None:
        """Nothing is held open."""


class MemorySource:
    """Frames that another process writes with a `FrameWriter`: a twin, or a grabber of its own."""

    def __init__(
        self,
        path: Path,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._path = path
        try:
            self._reader = FrameReader(path)
        except FrameMemoryError as error:
            raise SourceLost(str(error)) from error
        self._seen = 0

    def read(self, timeout_s: float) -> Frame | None:
        ends_s = self._clock() + timeout_s
        while True:
            frame = self._reader.newest(self._seen)
            if frame is not None:
                self._seen = frame.sequence
                return Frame(_three_channels(frame.pixels), self._believable(frame.captured_s))
            if self._reader.replaced():
                raise SourceLost(f"the frame memory {self._path} was replaced or removed")
            left_s = ends_s - self._clock()
            if left_s <= 0:
                return None
            self._sleep(min(_POLL_S, left_s))

    def _believable(self, captured_s: float) -> float:
        """Never a time that has not come yet: nothing would look stale again."""
        now_s = self._clock()
        return captured_s if captured_s <= now_s else now_s

    def close(self) -> None:
        self._reader.close()


def _three_channels(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    if pixels.shape[2] == 3:
        return pixels
    return np.repeat(pixels[:, :, :1], 3, axis=2)
