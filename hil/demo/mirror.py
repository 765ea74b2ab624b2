"""The kiosk screen from outside: its newest picture, what can be touched on it, a finger.

Owns the reading side of the mirror folder (`kiosk.screen` writes it). Must not know what a page
means: it taps where the screen says that an action lies.
"""

from __future__ import annotations

import socket
from pathlib import Path

import msgspec
from msgspec import Struct

from firmware_bridge.frame_memory import FrameMemoryError, FrameReader, MemoryFrame
from kiosk.ipc.messages import Action


class Target(Struct, frozen=True):
    """A touch target in pixels of the picture."""

    action: str
    x: float
    y: float
    w: float
    h: float

    @property
    def middle(self) -> tuple[float, float]:
        return (self.x + self.w / 2, self.y + self.h / 2)


class MirrorPage(Struct, frozen=True):
    """What is on the glass now. ``snapshot`` is the number of the snapshot that was drawn."""

    snapshot: int
    page: str
    visit: int
    width: int
    height: int
    targets: tuple[Target, ...]

    def target(self, action: Action) -> Target | None:
        return next((target for target in self.targets if target.action == action), None)


_decoder = msgspec.json.Decoder(MirrorPage)


class Mirror:
    """A screen that is away reads as None. `frame` serves one thread at a time, the rest any."""

    def __init__(self, folder: Path) -> None:
        self._page_path = folder / "screen.json"
        self._frames_path = folder / "screen.frames"
        self._taps_path = folder / "screen.taps"
        self._reader: FrameReader | None = None

    def page(self) -> MirrorPage | None:
        """The page that is on the glass, or None while there is none."""
        try:
            return _decoder.decode(self._page_path.read_bytes())
        except (OSError, msgspec.DecodeError):
            return None

    def frame(self, after: int = 0) -> MemoryFrame | None:
        """The newest picture, RGB; None when it is no newer than sequence ``after``."""
        if self._reader is not None and self._reader.replaced():
            self.close()
        if self._reader is None:
            try:
                self._reader = FrameReader(self._frames_path)
            except FrameMemoryError:
                return None
            after = 0  # a screen that restarted counts anew
        return self._reader.newest(after)

    def tap(self, x: float, y: float, snapshot: int | None = None) -> bool:
        """Touch one point, in pixels. False when no screen listens.

        With ``snapshot`` the touch counts only while that snapshot is on the glass.
        """
        touch = {"x": x, "y": y} | ({} if snapshot is None else {"snapshot": snapshot})
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            try:
                sock.sendto(msgspec.json.encode(touch), str(self._taps_path))
            except OSError:
                return False
        return True

    def tap_action(self, action: Action) -> bool:
        """Touch where ``action`` lies. False when the page does not offer it now."""
        page = self.page()
        target = page.target(action) if page else None
        if page is None or target is None:
            return False
        return self.tap(*target.middle, snapshot=page.snapshot)

    def close(self) -> None:
        """Release the picture; the next `frame` opens it again."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
