"""``kiosk-screen``: shows the core's last snapshot, sends touches back as intents.

Owns the loop that joins socket, window, camera preview and mirror; one thread. It sleeps until
something can have changed: a message, a tap, a second of a countdown, a camera picture. Holds no
state of a visit: everything on the glass comes from one snapshot, and is wiped when another person
stands there or the core stays away.
"""

from __future__ import annotations

import logging
import select
import sys
import threading
import time
from pathlib import Path

from config.model import KioskConfig, Language
from config.translations import Catalogue
from kiosk.ipc.channel import RETRY_S, MessageClient, socket_path
from kiosk.ipc.life import Life
from kiosk.ipc.messages import Action, Intent, Role, ScreenDrew, Snapshot
from kiosk.ipc.startup import read_arguments, stop_requested
from kiosk.screen.camera_preview import PREVIEW_FILE, CameraPreview
from kiosk.screen.composer import Layout
from kiosk.screen.mirror import Mirror, MirrorTap, Shown
from kiosk.screen.painter import Painter
from kiosk.screen.shapes import DisplayList, Text
from kiosk.screen.surface import surface_pixels
from kiosk.screen.theme import KEY_FLOOR_MM, KEY_MM, Grid
from kiosk.screen.touch import Tap, TouchNormaliser
from kiosk.screen.typeface import Typeface, TypefaceMissing
from kiosk.screen.view import draw, draw_one_moment
from kiosk.screen.warm_up import WarmUp
from kiosk.screen.window import DUMMY, Window, WindowFailed

log = logging.getLogger(__name__)

AWAY_S = 2.0  # a core that restarts faster than this is not worth a page
INPUT_POLL_S = 0.02
QUIET_POLL_S = 0.25
SETTLE_S = 0.3  # a finger that lands this soon after a page change was aimed at the page before


class Screen:
    """The screen of one kiosk. `turn` does one round of the loop."""

    def __init__(self, config: KioskConfig, now_s: float) -> None:
        self._window = Window(config.screen)
        width, height = self._window.size
        typeface = Typeface()
        catalogues = {language: Catalogue.load(language) for language in Language}
        self._grid = Grid(width, height, config.screen.panel_width_mm)
        self._layout = Layout(self._grid, typeface, catalogues)
        self._painter = Painter(width, height, typeface)
        runtime_dir = Path(config.paths.runtime_dir)
        self._client = MessageClient(socket_path(config.paths.runtime_dir), Role.SCREEN)
        self._preview = CameraPreview(runtime_dir / PREVIEW_FILE)
        folder = config.screen.mirror_dir
        self._mirror = Mirror(Path(folder), width, height) if folder else None
        self._warm_up = WarmUp(self._painter, self._layout, config.policy.default_language)
        self._warming = False
        self._touch = TouchNormaliser()
        self._language = config.policy.default_language
        self._snapshot: Snapshot | None = None
        self._from_connection = 0
        self._last_core_s = now_s - AWAY_S
        self._drawn: Snapshot | None = None
        self._on_glass = 0
        self._pressed: Action | None = None
        self._pressed_drawn: Action | None = None
        self._page_since_s = float("-inf")
        self.closed = False
        if warning := check_panel(self._grid):
            log.warning(warning)

    # ── one round ────────────────────────────────────────────────────────────────────────────

    def turn(self, now_s: float) -> None:
        """Take what came in, show what changed."""
        self._take_messages(now_s)
        self._take_touches(now_s)
        if self._mirror is not None:
            for tap in self._mirror.taps():
                self._take_mirror_tap(tap)
        self._show(now_s)
        nobody = self._snapshot is not None and self._snapshot.visit == 0
        self._warming = nobody and self._warm_up.step()

    def wait(self, now_s: float) -> None:
        """Sleep until something can have changed."""
        shown = self._painter.shown
        until_s = now_s + (QUIET_POLL_S if self._window.driver == DUMMY else INPUT_POLL_S)
        if self._warming:
            until_s = min(until_s, now_s + INPUT_POLL_S)
        if not self._client.connected:
            until_s = min(until_s, now_s + RETRY_S / 2)
        if shown is not None and shown.preview is not None:
            until_s = min(until_s, self._preview.due_s())
        if shown is not None and shown.changes_at_s is not None:
            until_s = min(until_s, shown.changes_at_s)
        readable = [end.fileno() for end in (self._client, self._mirror) if end is not None]
        readable = [number for number in readable if number >= 0]
        select.select(readable, [], [], max(0.0, until_s - now_s))

    def close(self) -> None:
        """Wipe and let go of everything."""
        self._painter.wipe()
        self._client.close()
        self._preview.close()
        if self._mirror is not None:
            self._mirror.close()
        self._window.close()

    def kept_personal(self) -> tuple[Text, ...]:
        """Lines about a person that are still drawn in memory."""
        return self._painter.kept_personal()

    # ── the core ─────────────────────────────────────────────────────────────────────────────

    def _take_messages(self, now_s: float) -> None:
        while (message := self._client.receive(0.0)) is not None:
            if isinstance(message, Snapshot):
                self._take_snapshot(message, now_s)
        if self._client.connected and self._from_connection == self._client.connections:
            self._last_core_s = now_s
        elif self._snapshot is not None and now_s - self._last_core_s > AWAY_S:
            log.warning("the core is away: showing the waiting page")
            self._snapshot = None
            self._wipe(now_s)

    def _take_snapshot(self, snapshot: Snapshot, now_s: float) -> None:
        before = self._snapshot
        if before is None or before.visit != snapshot.visit:
            self._wipe(now_s)
        if before is None or before.page is not snapshot.page:
            self._touch.cancel()
            self._page_since_s = now_s
        self._snapshot = snapshot
        self._language = snapshot.language
        self._from_connection = self._client.connections

    def _wipe(self, now_s: float) -> None:
        self._painter.wipe()
        self._preview.forget(now_s)
        if self._mirror is not None:
            self._mirror.wipe()

    # ── the finger ───────────────────────────────────────────────────────────────────────────

    def _take_touches(self, now_s: float) -> None:
        touches, exposed, closed = self._window.events()
        self.closed = self.closed or closed
        if exposed:
            self._window.put(self._painter.canvas, [self._grid.whole])
        for raw in touches:
            tap = self._touch.feed(raw, now_s)
            if tap is not None:
                self._take_tap(tap)
        self._pressed = self._pressed_key(now_s)

    def _pressed_key(self, now_s: float) -> Action | None:
        contact, shown = self._touch.contact, self._painter.shown
        if contact is None or contact.spoiled or shown is None:
            return None
        if contact.since_s - self._page_since_s < SETTLE_S:
            self._touch.cancel()
            return None
        target = shown.target_at(contact.down_x, contact.down_y)
        return target.action if target and target.reach.contains(contact.x, contact.y) else None

    def _take_tap(self, tap: Tap) -> None:
        shown = self._painter.shown
        target = shown.target_at(tap.down_x, tap.down_y) if shown else None
        if target is not None and target.reach.contains(tap.up_x, tap.up_y):
            self._send(target.action)

    def _take_mirror_tap(self, tap: MirrorTap) -> None:
        if tap.snapshot is None or tap.snapshot == self._on_glass:
            self._take_tap(Tap(tap.x, tap.y, tap.x, tap.y))

    def _send(self, action: Action) -> None:
        if self._snapshot is not None:
            self._client.send(Intent(action=action, snapshot=self._on_glass))

    # ── the glass ────────────────────────────────────────────────────────────────────────────

    def _show(self, now_s: float) -> None:
        boxes = self._painter.show(self._picture(now_s)) if self._outdated(now_s) else ()
        shown = self._painter.shown
        if shown is not None and shown.preview is not None:
            pixels = self._preview.newest(now_s)
            if pixels is not None:
                boxes += self._painter.show_frame(pixels)
        if boxes:
            self._window.put(self._painter.canvas, boxes)
        number = self._snapshot.number if self._snapshot is not None else 0
        if boxes or number != self._on_glass:
            self._report(number)

    def _outdated(self, now_s: float) -> bool:
        shown = self._painter.shown
        if shown is None or self._drawn is not self._snapshot:
            return True
        if self._pressed is not self._pressed_drawn:
            return True
        return shown.changes_at_s is not None and now_s >= shown.changes_at_s

    def _picture(self, now_s: float) -> DisplayList:
        self._drawn, self._pressed_drawn = self._snapshot, self._pressed
        if self._snapshot is None:
            return draw_one_moment(self._layout, self._language)
        return draw(self._snapshot, self._layout, now_s, self._pressed)

    def _report(self, number: int) -> None:
        """Tell the bench, then the core, what is on the glass now."""
        at_s = time.monotonic()
        if self._mirror is not None and self._painter.shown is not None:
            visit = self._snapshot.visit if self._snapshot is not None else 0
            pixels = surface_pixels(self._painter.canvas)
            self._mirror.publish(pixels, self._painter.shown, Shown(number, visit), at_s)
        if number != self._on_glass:
            self._on_glass = number
            if number:
                self._client.send(ScreenDrew(snapshot=number, at_s=at_s))


def check_panel(grid: Grid) -> str:
    """A sentence when the keys come out smaller than fingers need, else empty."""
    floor_px = KEY_FLOOR_MM * grid.px_per_mm
    key_px = grid.key_px(KEY_MM)
    if key_px >= KEY_MM * grid.px_per_mm - 1:
        return ""
    size = key_px / grid.px_per_mm
    worse = " and may not be used" if key_px < floor_px else ""
    return (
        f"keys come out {size:.1f} mm high on this panel{worse}: fingers need {KEY_MM:.0f} mm, "
        "use a panel of 10.1 inches or more, or correct screen.panel_width_mm"
    )


def main() -> None:
    """The process: runs until SIGTERM, SIGINT or a closed window."""
    config = read_arguments("kiosk-screen")
    stop = stop_requested()
    try:
        screen = Screen(config, time.monotonic())
    except (WindowFailed, TypefaceMissing) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from error
    try:
        run(screen, stop)
    finally:
        screen.close()


def run(screen: Screen, stop: threading.Event) -> None:
    """Turn the loop and feed the watchdog by its progress."""
    life = Life({"loop": 5.0}, time.monotonic())
    while not (stop.is_set() or screen.closed):
        now_s = time.monotonic()
        screen.turn(now_s)
        life.beat("loop", now_s)
        life.ready("showing")
        life.feed(now_s)
        screen.wait(time.monotonic())
    life.stopping()


if __name__ == "__main__":
    main()
