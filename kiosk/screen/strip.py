"""The strip above a page: where one is in the visit, what time is left, what staff should know.

Owns countdowns too: how they look, and when they look different next.
"""

from __future__ import annotations

from math import ceil

from kiosk.ipc.messages import Countdown, CountdownKind, Snapshot
from kiosk.screen.composer import Composer
from kiosk.screen.shapes import Box, Colour, Panel, Weight
from kiosk.screen.theme import CALM, GOOD, INK, RULE, SOFT_INK, WARM, WHITE, Tone

_RING_STEPS_A_SECOND = 10
_RING_STEPS_MAX = 120
_PILL_SIDES = 10.0  # units of a pill that are not its icon and its words
_EARLY = 1e-6  # seconds: a picture asked for at the very moment it changes shows the change


def strip(c: Composer, box: Box, snapshot: Snapshot, now_s: float, *, step: int) -> Box:
    """Pills at the right, stations of the visit at the left when ``step`` is 1 to 3; returns the
    room that is left between them."""
    right = box.right
    countdown = snapshot.countdown
    if countdown is not None and countdown.kind is not CountdownKind.AUTO_CONFIRM:
        seconds = time_left_s(countdown, now_s)
        _changes_with_seconds(c, countdown, now_s)
        message = "page.seconds-clear" if countdown.kind is CountdownKind.RESULT else "page.seconds"
        text = c.say("page.seconds-short" if c.large else message, seconds=seconds)
        right = _pill(c, box, right, icon="clock", text=text) - c.px(3)
    if snapshot.training:
        text = c.say("page.training")
        right = _pill(c, box, right, icon="info", text=text, tone=WARM) - c.px(3)
    room = Box(box.x, box.y, right - box.x, box.h)
    if step:
        _stations(c, room, step)
    return room


def fault_pill(c: Composer, room: Box, fault: str) -> None:
    """The worst device fault, at the right of ``room``: one line for staff who walk past."""
    text = c.say_or(f"{fault}.what", c.say("page.fault")).rstrip("。.")
    if c.width(text, c.sizes.body) > room.w - c.px(_PILL_SIDES + c.sizes.body):
        text = c.say("page.fault")
    _pill(c, room, room.right, icon="warning", text=text, tone=WARM)


def time_left_s(countdown: Countdown, now_s: float) -> int:
    """Whole seconds still to go, as a clock would show them."""
    return max(0, ceil(countdown.ends_s - now_s - _EARLY))


def part_left(countdown: Countdown, now_s: float) -> float:
    """What is left of a countdown, 1 to 0, in visible steps."""
    steps = _ring_steps(countdown)
    if steps == 0:
        return 0.0
    left = (countdown.ends_s - now_s) / (countdown.ends_s - countdown.starts_s)
    return min(1.0, max(0.0, ceil(left * steps - _EARLY) / steps))


def countdown_ring(
    c: Composer, box: Box, countdown: Countdown, now_s: float, *, tone: Tone, on: Colour
) -> None:
    """A ring that empties, with the seconds in its middle."""
    part = part_left(countdown, now_s)
    c.ring(box, part, tone.deep, tone.line)
    side = min(box.w, box.h)
    middle = box.middle(round(side * 0.62), round(side * 0.62))
    seconds = str(time_left_s(countdown, now_s))
    c.figure(middle, seconds, side * 0.44 / c.grid.unit_px, colour=tone.ink, on=on)
    _changes_with_seconds(c, countdown, now_s)
    if part > 0:
        steps = _ring_steps(countdown)
        step_s = (countdown.ends_s - countdown.starts_s) / steps
        c.changes_at(countdown.ends_s - (round(part * steps) - 1) * step_s)


def _changes_with_seconds(c: Composer, countdown: Countdown, now_s: float) -> None:
    seconds = time_left_s(countdown, now_s)
    if seconds > 0:
        c.changes_at(countdown.ends_s - (seconds - 1))


def _ring_steps(countdown: Countdown) -> int:
    lasts_s = countdown.ends_s - countdown.starts_s
    if lasts_s <= 0:
        return 0
    return min(_RING_STEPS_MAX, max(1, round(lasts_s * _RING_STEPS_A_SECOND)))


def _pill(
    c: Composer, row: Box, right: int, *, icon: str, text: str, tone: Tone | None = None
) -> int:
    """A small label that ends at ``right``; returns where it begins."""
    size = c.sizes.body
    side, pad, gap = c.px(size), c.px(4), c.px(1.6)
    words_w = c.width(text, size) + 2
    width = min(right - row.x, pad + side + gap + words_w + pad)
    box = Box(right - width, row.y, width, row.h).middle(width, c.px(14.5 if c.large else 13))
    fill, ink, line = (WHITE, SOFT_INK, RULE) if tone is None else (tone.wash, tone.ink, tone.line)
    c.add(Panel(box, fill, radius_px=box.h // 2, edge=line, edge_px=max(1, c.px(0.3))))
    c.icon(icon, Box(box.x + pad, box.y, side, box.h), ink)
    words = Box(box.x + pad + side + gap, box.y, box.w - 2 * pad - side - gap, box.h)
    c.text(words, text, size, colour=ink, on=fill)
    return box.x


def _stations(c: Composer, room: Box, step: int) -> None:
    """Three numbered stations, named as far as there is room; the present one always is."""
    names = [c.say(f"page.step-{number}") for number in (1, 2, 3)]
    size = c.sizes.body
    side, dash, gap = min(room.h, c.px(10)), c.px(6), c.px(2)
    widths = [c.width(name, size, Weight.BOLD) + 2 for name in names]
    all_named = 3 * (side + gap) + sum(widths) + 2 * (dash + 2 * gap) <= room.w
    x = room.x
    for number, (name, width) in enumerate(zip(names, widths, strict=True), start=1):
        _station(c, Box(x, room.y, side, room.h), number, step)
        x += side
        if all_named or number == step:
            ink = GOOD.ink if number < step else CALM.ink if number == step else SOFT_INK
            label = Box(x + gap, room.y, width, room.h)
            c.text(label, name, size, colour=ink, on=c.background, weight=Weight.BOLD)
            x = label.right
        if number < 3:
            line = Box(x + gap, room.y + room.h // 2 - 1, dash, max(2, c.px(0.5)))
            c.add(Panel(line, GOOD.line if number < step else RULE, radius_px=1))
            x = line.right + gap


def _station(c: Composer, box: Box, number: int, step: int) -> None:
    circle = box.middle(box.w, box.w)
    if number < step:
        c.medal("check", circle, GOOD.deep, WHITE)
        return
    fill, ink = (CALM.deep, WHITE) if number == step else (RULE, INK)
    c.add(Panel(circle, fill, radius_px=circle.w // 2))
    c.figure(circle.inset(c.px(1.5)), str(number), 6.6, colour=ink, on=fill)
