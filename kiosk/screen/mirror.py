"""Shows the screen to a bench and takes its taps, through a folder in memory.

Owns three files of ``screen.mirror_dir``:

- ``screen.frames``: the picture, a `FrameWriter` of RGB at the screen's size;
- ``screen.json``: what is on it, replaced atomically after the frame is out: ``snapshot`` ``page``
  ``visit`` ``width`` ``height`` ``frame`` (sequence number in ``screen.frames``) and ``targets``, a
  list of ``{"action","x","y","w","h"}`` in pixels. Page ``one-moment`` (snapshot 0) means that the
  core is away;
- ``screen.taps``: a Unix datagram socket; ``{"x","y"}`` is a tap, dropped when it carries a
  ``snapshot`` that is not on the screen any more.

A kiosk at a site has no mirror: the setting is empty there.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from firmware_bridge.frame_memory import FrameWriter
from kiosk.screen.shapes import DisplayList

FRAMES, STATE, TAPS = "screen.frames", "screen.json", "screen.taps"
_MAX_TAP_BYTES = 512
_MAX_TAPS_AT_ONCE = 64


class MirrorTap(msgspec.Struct, frozen=True):
    """A tap of the bench, in pixels of the screen."""

    x: float
    y: float
    snapshot: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the picture belongs to. ``snapshot`` 0: to none."""

    snapshot: int
    visit: int


class Mirror:
    """Writes what the painter drew; reads taps without waiting."""

    def __init__(self, folder: Path, width: int, height: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._writer = FrameWriter(folder / FRAMES, width, height, 3)
        self._rgb = np.empty((height, width, 3), np.uint8)
        self._taps = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        (folder / TAPS).unlink(missing_ok=True)
        self._taps.bind(str(folder / TAPS))
        self._taps.setblocking(False)

    def fileno(self) -> int:
        """Readable when a tap waits."""
        return self._taps.fileno()

    def publish(
        self, canvas: NDArray[np.uint8], picture: DisplayList, shown: Shown, now_s: float
    ) -> None:
        """``canvas`` is (height, width, 4) B G R X."""
        cv2.cvtColor(canvas, cv2.COLOR_BGRA2RGB, dst=self._rgb)
        frame = self._writer.write(self._rgb, now_s)
        state = {
            "snapshot": shown.snapshot,
            "page": picture.page,
            "visit": shown.visit,
            "width": picture.width,
            "height": picture.height,
            "frame": frame,
            "targets": [
                {
                    "action": target.action.value,
                    "x": target.box.x,
                    "y": target.box.y,
                    "w": target.box.w,
                    "h": target.box.h,
                }
                for target in picture.targets
            ],
        }
        fresh = self._folder / (STATE + ".new")
        fresh.write_bytes(msgspec.json.encode(state))
        fresh.replace(self._folder / STATE)

    def taps(self) -> list[MirrorTap]:
        """Every tap that waits; what is no tap is dropped."""
        found: list[MirrorTap] = []
        for _ in range(_MAX_TAPS_AT_ONCE):
            try:
                data = self._taps.recv(_MAX_TAP_BYTES)
            except OSError:
                break
            try:
                found.append(msgspec.json.decode(data, type=MirrorTap))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                continue
        return found

    def wipe(self) -> None:
        """Overwrite what the frames file still holds of the visit before."""
        self._rgb.fill(0)
        self._writer.wipe()

    def close(self) -> None:
        self._taps.close()
        self._writer.close()
        for name in (TAPS, STATE):
            (self._folder / name).unlink(missing_ok=True)
