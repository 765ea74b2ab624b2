"""The pygame window: opens it, puts painted boxes on the glass, reads its events.

Owns SDL. `pygame.init` is never called: it would open the sound card. The driver comes from the
settings; a driver that cannot open, or one that shows nothing and that only SDL chose, ends the
process with a sentence.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

import pygame

from config.model import ScreenSection
from kiosk.screen.shapes import Box
from kiosk.screen.touch import Phase, RawTouch, Source

DUMMY = "dummy"
_UNSEEN = (DUMMY, "offscreen", "evdev")
_LEFT_BUTTON = 1


class WindowFailed(Exception):
    """SDL could not open the screen; the text says what to change."""


class Window:
    """A window of the wished size, or the whole panel whatever its size is."""

    def __init__(self, settings: ScreenSection) -> None:
        chosen = settings.driver or os.environ.get("SDL_VIDEODRIVER", "")
        if chosen:
            os.environ["SDL_VIDEODRIVER"] = chosen
        try:
            pygame.display.init()
            flags = pygame.FULLSCREEN if settings.fullscreen else 0
            self._surface = pygame.display.set_mode((settings.width, settings.height), flags)
        except pygame.error as error:
            raise WindowFailed(
                f"the screen cannot be opened with SDL driver {chosen or 'default'!r} "
                f"({error}): set screen.driver to one that this machine has, or to 'dummy'"
            ) from error
        self.driver = pygame.display.get_driver()
        if not chosen and self.driver in _UNSEEN:
            pygame.display.quit()
            raise WindowFailed(
                f"no display was found and SDL fell back to {self.driver!r}, which shows nothing: "
                "start under a compositor, or name the driver in screen.driver"
            )
        pygame.display.set_caption("kiosk-screen")
        pygame.mouse.set_visible(not settings.fullscreen)

    @property
    def size(self) -> tuple[int, int]:
        return self._surface.get_size()

    def put(self, canvas: pygame.Surface, boxes: Iterable[Box]) -> None:
        """Copy these boxes of the canvas to the glass and show them."""
        rects = [pygame.Rect(box.x, box.y, box.w, box.h) for box in boxes]
        for rect in rects:
            self._surface.blit(canvas, rect, rect)
        pygame.display.update(rects)

    def events(self) -> tuple[list[RawTouch], bool, bool]:
        """Touches since the last call, whether the glass must be painted again, and whether the
        window was closed."""
        touches: list[RawTouch] = []
        exposed = closed = False
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                closed = True
            elif event.type in (pygame.VIDEOEXPOSE, pygame.WINDOWEXPOSED):
                exposed = True
            elif (touch := self._touch(event)) is not None:
                touches.append(touch)
        return touches, exposed, closed

    def _touch(self, event: pygame.event.Event) -> RawTouch | None:
        finger = _FINGER.get(event.type)
        if finger is not None:
            w, h = self.size
            return RawTouch(Source.FINGER, finger, event.x * w, event.y * h, event.finger_id)
        mouse = _MOUSE.get(event.type)
        if mouse is None or (mouse is not Phase.MOVE and event.button != _LEFT_BUTTON):
            return None
        return RawTouch(Source.MOUSE, mouse, *event.pos)

    def close(self) -> None:
        pygame.display.quit()


_FINGER = {
    pygame.FINGERDOWN: Phase.DOWN,
    pygame.FINGERMOTION: Phase.MOVE,
    pygame.FINGERUP: Phase.UP,
}
_MOUSE = {
    pygame.MOUSEBUTTONDOWN: Phase.DOWN,
    pygame.MOUSEMOTION: Phase.MOVE,
    pygame.MOUSEBUTTONUP: Phase.UP,
}
