"""A camera in shared memory: frames go where a capture process would read them.

Owns the frame memory at one path (``memory:PATH``), which should lie on tmpfs.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.frame_memory import FrameWriter


class MemorySkin:
    """Unplugged when made. ``width`` and ``height`` in pixels; frames are BGR."""

    def __init__(self, path: Path, width: int, height: int) -> None:
        self.path = path
        self._size = (width, height)
        self._writer: FrameWriter | None = None

    @property
    def url(self) -> str:
        return f"memory:{self.path}"

    def plug(self) -> None:
        if self._writer is None:
            self._writer = FrameWriter(self.path, *self._size)

    def unplug(self) -> None:
        """The last picture is wiped and the file is gone."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def replug_under_other_name(self) -> None:
        """Out and in again; the path leads to a new file."""
        self.unplug()
        self.plug()

    def send(self, frame: NDArray[np.uint8], captured_s: float) -> None:
        """Publish one frame of shape (height, width, 3); without effect while unplugged."""
        if self._writer is not None:
            self._writer.write(frame, captured_s)

    def close(self) -> None:
        self.unplug()
