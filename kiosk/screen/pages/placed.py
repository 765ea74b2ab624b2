"""Where to go: lane, tube and place after a check-in, or those of the check-in before."""

from __future__ import annotations

from kiosk.ipc.messages import LabelState, Placement, Snapshot
from kiosk.screen.chrome import done_key, frame, heading, hint_line
from kiosk.screen.composer import Align, Composer
from kiosk.screen.shapes import Box, Panel, Weight
from kiosk.screen.theme import GOOD, INK, RULE, SOFT_INK, WARM, WHITE, Tone

_LABEL_TONES = {LabelState.UNKNOWN: WARM, LabelState.FAILED: WARM}
_LABEL_ICONS = {
    LabelState.NONE: "forward",
    LabelState.VERIFIED: "check",
    LabelState.UNKNOWN: "info",
    LabelState.FAILED: "warning",
}


def result(c: Composer, snapshot: Snapshot, now_s: float) -> None:
    c.background = GOOD.wash
    rooms = frame(c, snapshot, now_s)
    placement = snapshot.placement
    if placement is not None:
        heading(c, rooms.title, c.say("page.result.title", lane=placement.lane), GOOD.ink)
        advice = rooms.content.bottom_part(c.px(c.sizes.body * 2.75))
        _cards(c, rooms.content.top_part(advice.y - rooms.content.y - c.px(4)), placement)
        _advice(c, advice, snapshot, placement)
    done_key(c, rooms.dock_left)


def _cards(c: Composer, row: Box, placement: Placement) -> None:
    gap = c.px(5)
    lane = row.left_part(round(row.w * 0.38))
    tube, place = row.without_left(lane.w + gap).columns(2, gap)
    number_card(c, lane, c.say("page.result.lane"), str(placement.lane), tone=GOOD)
    foot = 0 if c.large or placement.size <= 1 else c.px(8)
    number_card(c, tube, c.say("page.result.tube"), placement.tube_short, foot=foot)
    name, number = c.say("page.result.place"), str(placement.place)
    if not placement.size:  # of an earlier check-in only the place is known
        number_card(c, place, name, number)
        return
    room = number_card(c, place, name, "", foot=foot)
    of = f"/{placement.size}"
    c.fraction(room, number, of, c.sizes.number * 0.8, colours=(INK, SOFT_INK), on=WHITE)
    if foot:
        _dots(c, place.inset(c.px(4)).bottom_part(foot), placement)


def number_card(
    c: Composer, box: Box, name: str, number: str, *, tone: Tone | None = None, foot: int = 0
) -> Box:
    """A card with one number to remember; the one that matters most has a ``tone``. ``foot``
    pixels at the bottom stay free. Returns the room of the number."""
    fill, ink = (WHITE, INK) if tone is None else (tone.deep, WHITE)
    c.card(box, fill)
    inner = box.inset(c.px(3.5), c.px(3))
    size = c.sizes.body if c.large else c.sizes.heading
    top = inner.top_part(c.px(size * 1.3))
    soft = SOFT_INK if tone is None else WHITE
    c.text(top, name, size, colour=soft, on=fill, weight=Weight.BOLD, align=Align.CENTRE)
    room = inner.without_top(top.h).inset(0, c.px(1.6))
    room = room.top_part(room.h - foot)
    if number:
        c.figure(room, number, c.sizes.number * (1.2 if tone else 1.0), colour=ink, on=fill)
    return room


def _dots(c: Composer, box: Box, placement: Placement) -> None:
    """The tube's places as dots, ours filled: up to ten in a row."""
    per_row = min(placement.size, 10)
    rows = -(-placement.size // per_row)
    side = min(box.w // (per_row * 3 // 2 + 1), box.h // (rows * 3 // 2 + 1), c.px(3.6))
    step = min(round(side * 1.5), box.w // per_row)
    left = box.x + (box.w - step * (per_row - 1) - side) // 2
    top = box.y + (box.h - round(side * 1.6) * (rows - 1) - side) // 2
    for number in range(placement.size):
        row, column = divmod(number, per_row)
        dot = Box(left + column * step, top + row * round(side * 1.6), side, side)
        taken = number < placement.place
        colour = GOOD.deep if number == placement.place - 1 else GOOD.line if taken else RULE
        c.add(Panel(dot, colour, radius_px=side // 2))


def _advice(c: Composer, box: Box, snapshot: Snapshot, placement: Placement) -> None:
    """What to do with the label: only what is known of it is said."""
    label = placement.label
    tone: Tone = _LABEL_TONES.get(label, GOOD)
    fill = WHITE if tone is GOOD else tone.wash
    c.card(box, fill, tone.line, shadow=False)
    inner = box.inset(c.px(4), c.px(1))
    side = min(inner.h - c.px(2), c.px(14))
    icon = _LABEL_ICONS.get(label, "label")
    c.medal(icon, inner.left_part(side), tone.deep, WHITE)
    words = inner.without_left(side + c.px(4))
    text = c.say(f"page.label.{label.value}", lane=placement.lane)
    text = c.say_or(snapshot.notice, text)
    size = c.sizes.body if c.large else c.sizes.heading
    c.text(words, text, size, colour=tone.ink, on=fill, weight=Weight.BOLD, max_lines=2)


def already(c: Composer, snapshot: Snapshot, now_s: float) -> None:
    rooms = frame(c, snapshot, now_s)
    at = snapshot.checked_in_at
    text = c.say("page.already.title-at", at=at) if at else c.say("page.already.title")
    heading(c, rooms.title, text)
    placement = snapshot.placement
    text = c.say("page.already.hint" if placement else "page.already.hint-no-place")
    row = hint_line(c, rooms.content, text)
    if placement is not None:
        _cards(c, row, placement)
    else:
        side = min(row.h, c.px(56))
        c.medal("calendar", row.middle(side, side), GOOD.deep, WHITE)
    done_key(c, rooms.dock_left)
