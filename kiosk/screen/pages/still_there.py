"""Still there? Twenty seconds, two large keys."""

from __future__ import annotations

from msgspec.structs import replace

from kiosk.ipc.messages import Action, Snapshot
from kiosk.screen.chrome import frame, heading
from kiosk.screen.composer import PRIMARY, Composer
from kiosk.screen.shapes import Box, Weight
from kiosk.screen.strip import countdown_ring
from kiosk.screen.theme import CALM, KEY_MM, SOFT_INK


def still_there(c: Composer, snapshot: Snapshot, now_s: float) -> None:
    c.background = CALM.wash
    rooms = frame(c, replace(snapshot, countdown=None), now_s)
    keys = rooms.content.bottom_part(c.grid.key_px(KEY_MM + 2))
    upper = rooms.content
    if c.large:
        heading(c, rooms.title, c.say("page.still-there.title"))
    else:
        upper = Box(upper.x, rooms.title.y, upper.w, upper.bottom - rooms.title.y)
    upper = upper.top_part(keys.y - upper.y - c.px(5))
    if snapshot.countdown is not None:
        side = min(upper.h, c.px(60))
        ring = upper.left_part(side + c.px(4))
        countdown_ring(c, ring, snapshot.countdown, now_s, tone=CALM, on=c.background)
        upper = upper.without_left(ring.w + c.px(8))
    _words(c, upper)
    _keys(c, keys)


def _words(c: Composer, room: Box) -> None:
    text, size = c.say("page.still-there.text"), c.sizes.heading
    if c.large:
        c.text(room, text, size, colour=SOFT_INK, on=c.background, max_lines=4)
        return
    title = c.say("page.still-there.title")
    title_h = c.set_height(title, room.w, c.sizes.title, weight=Weight.BOLD, max_lines=2)
    text_h = c.set_height(text, room.w, size, max_lines=3)
    block = room.middle(room.w, title_h + c.px(4) + text_h)
    upper = block.top_part(title_h)
    c.text(upper, title, c.sizes.title, on=c.background, weight=Weight.BOLD, max_lines=2)
    c.text(block.bottom_part(text_h), text, size, colour=SOFT_INK, on=c.background, max_lines=3)


def _keys(c: Composer, row: Box) -> None:
    gap = c.px(4)
    left_w = round((row.w - gap) * 0.4)
    c.key(row.left_part(left_w), Action.BACK, c.say("button.leave"), icon="cross")
    c.key(
        row.without_left(left_w + gap),
        Action.MORE_TIME,
        c.say("button.more-time"),
        look=PRIMARY,
        icon="check",
        size=c.sizes.heading,
    )
