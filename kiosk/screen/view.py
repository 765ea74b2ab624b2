"""From a snapshot to a picture: the pure view.

Owns which page is drawn by which function. Same snapshot, layout, time and pressed key: same
display list. Reads no clock, opens no file, keeps nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from config.model import Language
from kiosk.ipc.messages import Action, Page, Snapshot
from kiosk.screen.composer import Composer, Layout
from kiosk.screen.pages.attract import attract
from kiosk.screen.pages.confirm import confirm
from kiosk.screen.pages.fever import fever
from kiosk.screen.pages.message import (
    closed,
    help_page,
    one_moment,
    out_of_order,
    paused,
    saving,
    staff,
)
from kiosk.screen.pages.placed import already, result
from kiosk.screen.pages.screening import screening
from kiosk.screen.pages.still_there import still_there
from kiosk.screen.shapes import DisplayList

ONE_MOMENT = "one-moment"

PageFunction: TypeAlias = Callable[[Composer, Snapshot, float], None]

PAGES: Mapping[Page, PageFunction] = {
    Page.ATTRACT: attract,
    Page.SCREENING: screening,
    Page.CONFIRM: confirm,
    Page.SAVING: saving,
    Page.RESULT: result,
    Page.FEVER: fever,
    Page.ALREADY: already,
    Page.STAFF: staff,
    Page.HELP: help_page,
    Page.STILL_THERE: still_there,
    Page.PAUSED: paused,
    Page.CLOSED: closed,
    Page.OUT_OF_ORDER: out_of_order,
}


def draw(
    snapshot: Snapshot, layout: Layout, now_s: float, pressed: Action | None = None
) -> DisplayList:
    """What the screen shows of ``snapshot`` at ``now_s`` (CLOCK_MONOTONIC)."""
    composer = Composer(layout, snapshot.language, snapshot.large_text, pressed)
    PAGES[snapshot.page](composer, snapshot, now_s)
    return composer.picture(snapshot.page.value)


def draw_one_moment(layout: Layout, language: Language) -> DisplayList:
    """What the screen shows while the core is away: nothing to touch."""
    composer = Composer(layout, language, large_text=False)
    one_moment(composer)
    return composer.picture(ONE_MOMENT)
