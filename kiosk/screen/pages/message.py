"""Pages of one picture and a few words: staff, help, saving, paused, closed, out of order."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from kiosk.ipc.messages import Snapshot
from kiosk.screen.chrome import Rooms, done_key, frame, heading
from kiosk.screen.composer import Composer
from kiosk.screen.shapes import Box, Colour, Weight
from kiosk.screen.theme import CALM, INK, SOFT_INK, WARM, WHITE, Tone

_WAIT_HERE = ("reason.code-red", "reason.code-yellow")
"""Reasons for which staff come to the resident instead of the other way round."""


def staff(c: Composer, snapshot: Snapshot, now_s: float) -> None:
    c.background = WARM.wash
    rooms = frame(c, snapshot, now_s)
    reason = c.say_or(snapshot.reason, c.say("reason.other"))
    wait_here = snapshot.reason in _WAIT_HERE
    title = c.say("page.staff.title-wait" if wait_here else "page.staff.title")
    _message(c, rooms, _Words("people", WARM, title, reason))
    done_key(c, rooms.dock_left)


def help_page(c: Composer, snapshot: Snapshot, now_s: float) -> None:
    c.background = CALM.wash
    quiet = replace(snapshot, countdown=None)  # what comes after it is not the end of the visit
    rooms = frame(c, quiet, now_s, back="button.continue", staff=False)
    _message(c, rooms, _Words("bell", CALM, c.say("page.help.title"), c.say("page.help.text")))


def saving(c: Composer, snapshot: Snapshot, now_s: float) -> None:
    rooms = frame(c, snapshot, now_s, step=2, staff=False)
    _message(c, rooms, _Words("save", CALM, c.say("page.saving.title"), c.say("page.saving.text")))


def paused(c: Composer, snapshot: Snapshot, now_s: float) -> None:
    rooms = frame(c, snapshot, now_s)
    _message(c, rooms, _Words("pause", CALM, c.say("page.paused.title"), c.say("page.paused.text")))


def closed(c: Composer, snapshot: Snapshot, now_s: float) -> None:
    rooms = frame(c, snapshot, now_s)
    _message(c, rooms, _Words("moon", CALM, c.say("page.closed.title"), c.say("page.closed.text")))


def out_of_order(c: Composer, snapshot: Snapshot, now_s: float) -> None:
    c.background = WARM.wash
    rooms = frame(c, snapshot, now_s)
    reason = c.say_or(snapshot.reason, c.say("page.out-of-order.text"))
    _message(c, rooms, _Words("wrench", WARM, c.say("page.out-of-order.title"), reason))


def one_moment(c: Composer) -> None:
    """The core is away: no keys, no promise of time."""
    box = c.grid.whole.inset(c.px(10), c.px(20))
    title, text = c.say("page.one-moment.title"), c.say("page.one-moment.text")
    _beside_picture(c, box, _Words("clock", CALM, title, text))


@dataclass(frozen=True, slots=True)
class _Words:
    """What such a page says, and the picture beside it."""

    icon: str
    tone: Tone
    title: str
    text: str

    @property
    def ink(self) -> Colour:
        return INK if self.tone is CALM else self.tone.ink


def _message(c: Composer, rooms: Rooms, words: _Words) -> None:
    if not c.large:
        whole = Box(rooms.content.x, rooms.title.y, rooms.content.w, 0)
        top = whole.y + rooms.title.h // 2
        _beside_picture(c, Box(whole.x, top, whole.w, rooms.content.bottom - top), words)
        return
    heading(c, rooms.title, words.title, words.ink)
    side = min(rooms.content.h, c.px(44))
    picture = rooms.content.left_part(side).middle(side, side)
    c.medal(words.icon, picture, words.tone.deep, WHITE)
    room = rooms.content.without_left(side + c.px(8))
    c.text(room, words.text, c.sizes.heading, colour=SOFT_INK, on=c.background, max_lines=5)


def _beside_picture(c: Composer, box: Box, words: _Words) -> None:
    side = min(c.px(58), box.h - c.px(4))
    picture = box.left_part(side + c.px(6))
    c.medal(words.icon, picture.middle(side, side), words.tone.deep, WHITE)
    room = box.without_left(picture.w + c.px(7))
    size, on = c.sizes.title, c.background
    title_h = c.set_height(words.title, room.w, size, weight=Weight.BOLD, max_lines=2)
    text_h = c.set_height(words.text, room.w, c.sizes.heading, max_lines=4)
    gap = c.px(4)
    block = room.middle(room.w, min(room.h, title_h + gap + text_h))
    upper, lower = block.top_part(title_h), block.without_top(title_h + gap)
    c.text(upper, words.title, size, colour=words.ink, on=on, weight=Weight.BOLD, max_lines=2)
    c.text(lower, words.text, c.sizes.heading, colour=SOFT_INK, on=on, max_lines=4)
