"""Is this you? The masked name; silence confirms, one key takes it back."""

from __future__ import annotations

from kiosk.ipc.messages import Action, Countdown, CountdownKind, Snapshot
from kiosk.screen.chrome import frame, heading
from kiosk.screen.composer import PRIMARY, Align, Composer
from kiosk.screen.pages.screening import temperature_status
from kiosk.screen.shapes import Box, Weight
from kiosk.screen.strip import countdown_ring
from kiosk.screen.theme import CALM, KEY_MM, SOFT_INK, WHITE


def confirm(c: Composer, snapshot: Snapshot, now_s: float) -> None:
    rooms = frame(c, snapshot, now_s, step=2, back="button.back")
    heading(c, rooms.title, c.say("page.confirm.title"))
    keys = rooms.content.bottom_part(c.grid.key_px(KEY_MM + 2))
    card = rooms.content.top_part(keys.y - rooms.content.y - c.px(4))
    c.card(card)
    inner = card.inset(c.px(6), c.px(3))
    countdown = snapshot.countdown
    if countdown is not None and countdown.kind is CountdownKind.AUTO_CONFIRM:
        clock = inner.right_part(c.px(68 if c.large else 48))
        _clock(c, clock, countdown, now_s)
        inner = inner.left_part(inner.w - clock.w - c.px(3))
    _who(c, inner, snapshot)
    _keys(c, keys)


def _clock(c: Composer, box: Box, countdown: Countdown, now_s: float) -> None:
    words_h = c.px(c.sizes.body * 1.35)
    side = min(box.h - words_h, c.px(34))
    block = box.middle(box.w, side + words_h)
    countdown_ring(c, block.top_part(side), countdown, now_s, tone=CALM, on=WHITE)
    text = c.say("page.confirm.auto")
    c.text(block.bottom_part(words_h), text, c.sizes.body, colour=SOFT_INK, align=Align.CENTRE)


def _who(c: Composer, box: Box, snapshot: Snapshot) -> None:
    words = box
    if not c.large:
        side = min(box.h, c.px(30))
        c.medal("person", box.left_part(side), CALM.wash, CALM.ink)
        words = box.without_left(side + c.px(5))
    line_h = c.px(c.sizes.body * 1.35)
    warm = not c.large and words.h >= c.px(34)
    name_h = min(c.px(26), words.h - line_h * (2 if warm else 1))
    words = words.middle(words.w, name_h + line_h * (2 if warm else 1))
    name, number = words.top_part(name_h), words.without_top(name_h).top_part(line_h)
    c.text(name, snapshot.masked_name, 20, weight=Weight.BOLD, max_lines=2, personal=True)
    c.text(number, snapshot.masked_number, c.sizes.body, colour=SOFT_INK, personal=True)
    if warm:
        line = words.bottom_part(line_h)
        status = temperature_status(c, snapshot.temperature)
        c.icon(status.icon, line.left_part(c.px(6.5)), status.tone.ink)
        c.text(line.without_left(c.px(9)), status.text, c.sizes.body, colour=status.tone.ink)


def _keys(c: Composer, row: Box) -> None:
    gap = c.px(4)
    left_w = round((row.w - gap) * 0.4)
    c.key(row.left_part(left_w), Action.NOT_ME, c.say("button.not-me"), icon="cross")
    c.key(
        row.without_left(left_w + gap),
        Action.CONFIRM,
        c.say("button.confirm"),
        look=PRIMARY,
        icon="check",
        size=c.sizes.heading,
    )
