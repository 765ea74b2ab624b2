"""A fever: calm words, the rest area and the ticket. Nothing here says "result"."""

from __future__ import annotations

from kiosk.ipc.messages import Snapshot
from kiosk.screen.chrome import done_key, frame, heading, hint_line
from kiosk.screen.composer import Composer
from kiosk.screen.pages.placed import number_card
from kiosk.screen.theme import ALERT


def fever(c: Composer, snapshot: Snapshot, now_s: float) -> None:
    c.background = ALERT.wash
    rooms = frame(c, snapshot, now_s)
    area = snapshot.area
    text = c.say("page.fever.title", area=area) if area else c.say("page.fever.title-no-area")
    heading(c, rooms.title, text, ALERT.ink)
    row = hint_line(c, rooms.content, c.say("page.fever.hint"))
    ticket = row
    if area:
        left, ticket = row.columns(2, c.px(5))
        number_card(c, left, c.say("page.fever.area"), area, tone=ALERT)
    number_card(c, ticket, c.say("page.fever.ticket"), snapshot.ticket or "…")
    done_key(c, rooms.dock_left)
