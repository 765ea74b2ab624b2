"""Nobody is here yet: three pictures tell the whole way, no touch needed."""

from __future__ import annotations

from kiosk.ipc.messages import Action, Snapshot
from kiosk.screen.chrome import frame, heading, hint_line
from kiosk.screen.composer import PRIMARY, Align, Composer
from kiosk.screen.shapes import Box, Weight
from kiosk.screen.theme import CALM, WHITE

_STATIONS = (
    ("phone-code", "page.attract.code"),
    ("forehead", "page.attract.forehead"),
    ("tube", "page.attract.lane"),
)


def attract(c: Composer, snapshot: Snapshot, now_s: float) -> None:
    c.fill_band(round(c.grid.height * 0.56), CALM.deep)
    rooms = frame(c, snapshot, now_s, named=True)
    heading(c, rooms.title, c.say("page.attract.title"))
    cards = rooms.content
    if not c.large:
        cards = hint_line(c, cards, c.say("page.attract.hint"))
    columns = cards.columns(3, c.px(5))
    for number, (box, (icon, message)) in enumerate(zip(columns, _STATIONS, strict=True), start=1):
        _station(c, box, number, icon=icon, text=c.say(message))
    c.key(
        rooms.dock_left.left_part(min(rooms.dock_left.w, c.px(76))),
        Action.START,
        c.say("button.start-short" if c.large else "button.start"),
        look=PRIMARY,
        icon="forward",
        size=c.sizes.heading,
    )


def _station(c: Composer, card: Box, number: int, *, icon: str, text: str) -> None:
    c.card(card)
    inner = card.inset(c.px(3.5))
    size = c.sizes.body if c.large else c.sizes.heading
    lines = 2 if c.large else 1
    words = inner.bottom_part(c.px(size * (1.4 if lines == 1 else 2.6)))
    art = inner.top_part(words.y - inner.y - c.px(2))
    side = min(art.w, art.h)
    c.medal(icon, art.middle(side, side), CALM.wash, CALM.ink)
    badge = inner.top_part(c.px(11)).left_part(c.px(11))
    c.pill(badge, CALM.deep)
    c.figure(badge.inset(c.px(2)), str(number), 7, colour=WHITE, on=CALM.deep)
    c.text(words, text, size, weight=Weight.BOLD, align=Align.CENTRE, max_lines=lines)
