"""Code and temperature on one screen: the live picture, and what is known of each."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.ipc.messages import CodeState, Snapshot, Temperature, TemperatureState
from kiosk.screen.chrome import frame, heading
from kiosk.screen.composer import Align, Composer
from kiosk.screen.shapes import Box, Brackets, Colour, PreviewSlot, Weight
from kiosk.screen.theme import ALERT, CALM, GOOD, INK, NIGHT, RULE, SOFT_INK, WARM, WHITE, Tone


@dataclass(frozen=True, slots=True)
class _Status:
    """How one of the two cards looks: done, under way, or in the way."""

    icon: str
    tone: Tone
    text: str
    filled: bool = False


def screening(c: Composer, snapshot: Snapshot, now_s: float) -> None:
    rooms = frame(c, snapshot, now_s, step=1, back="button.back")
    guidance, ink = _guidance(c, snapshot)
    heading(c, rooms.title, guidance, ink)
    body = rooms.content
    picture = body.left_part(min(round(body.h * 16 / 9), body.w // 2))
    _picture(c, picture, snapshot)
    upper, lower = body.without_left(picture.w + c.px(5)).rows(2, c.px(4))
    _card(c, upper, c.say("page.screening.code"), _code_status(c, snapshot.code))
    measured = temperature_status(c, snapshot.temperature)
    _card(c, lower, c.say("page.screening.temperature"), measured)


def _guidance(c: Composer, snapshot: Snapshot) -> tuple[str, Colour]:
    """One sentence: what went wrong, else what is still missing."""
    if snapshot.notice:
        return c.say_or(snapshot.notice, c.say("notice.other")), WARM.ink
    code, temperature = snapshot.code, snapshot.temperature.state
    if TemperatureState.UNAVAILABLE is temperature or CodeState.UNAVAILABLE is code:
        return c.say("page.screening.device"), WARM.ink
    if temperature is TemperatureState.TOO_FAR:
        return c.say("page.screening.closer"), INK
    measured = temperature in (TemperatureState.NORMAL, TemperatureState.UNKNOWN)
    if code is CodeState.READ:
        return c.say("page.screening.only-temperature"), INK
    return c.say("page.screening.only-code" if measured else "page.screening.both"), INK


def _picture(c: Composer, box: Box, snapshot: Snapshot) -> None:
    radius = c.px(4)
    if snapshot.code is CodeState.UNAVAILABLE:
        c.card(box, WARM.wash, WARM.line, shadow=False)
        art = box.inset(c.px(5))
        words = art.bottom_part(c.px(c.sizes.body * (4.2 if c.large else 2.8)))
        top = art.top_part(words.y - art.y - c.px(2))
        c.medal("camera-off", top, WHITE, WARM.ink)
        text = c.say("page.screening.camera-out")
        c.text(
            words,
            text,
            c.sizes.body,
            colour=WARM.ink,
            on=WARM.wash,
            align=Align.CENTRE,
            max_lines=3,
        )
        return
    c.add(PreviewSlot(box, radius, c.background, NIGHT))
    side = round(box.h * 0.66)
    marks = box.middle(side, side)
    found = snapshot.code is CodeState.READ
    colour = (120, 224, 168) if found else WHITE
    c.add(Brackets(marks, c.px(9), max(4, c.px(1.2)), colour))
    if found:
        c.medal("check", marks.middle(c.px(24), c.px(24)), GOOD.deep, WHITE)


def _code_status(c: Composer, code: CodeState) -> _Status:
    text = c.say(f"page.code.{code.value}")
    if code is CodeState.READ:
        return _Status("check", GOOD, text, filled=True)
    if code is CodeState.REFUSED:
        return _Status("cross", WARM, text)
    if code is CodeState.UNAVAILABLE:
        return _Status("camera-off", WARM, text)
    return _Status("phone-code", CALM, text)


def temperature_status(c: Composer, temperature: Temperature) -> _Status:
    """Unknown and unavailable look different from normal in word, icon and colour."""
    state = temperature.state
    value = "" if temperature.body_c is None else f"{temperature.body_c:.1f}"
    text = c.say(f"page.temperature.{state.value}", value=value)
    if state is TemperatureState.NORMAL:
        return _Status("check", GOOD, text, filled=True)
    if state is TemperatureState.FEVER:
        return _Status("thermometer", ALERT, text)
    if state in (TemperatureState.UNAVAILABLE, TemperatureState.UNKNOWN):
        return _Status("warning", WARM, text)
    measuring = state is TemperatureState.MEASURING
    return _Status("thermometer" if measuring else "forehead", CALM, text)


def _card(c: Composer, box: Box, name: str, status: _Status) -> None:
    tone = status.tone
    washed = status.filled or tone is WARM
    fill = tone.wash if washed else WHITE
    c.card(box, fill, tone.line if washed else RULE, shadow=False)
    inner = box.inset(c.px(4), c.px(2.5))
    side = min(c.px(18), inner.h)
    medal = inner.left_part(side).middle(side, side)
    if status.filled:
        c.medal(status.icon, medal, tone.deep, WHITE)
    else:
        c.medal(status.icon, medal, WHITE if washed else tone.wash, tone.ink)
    words = inner.without_left(side + c.px(4))
    ink = tone.ink if washed else INK
    if c.large:
        c.text(
            words, status.text, c.sizes.body, colour=ink, on=fill, weight=Weight.BOLD, max_lines=2
        )
        return
    name_h, text_h = c.px(c.sizes.body * 1.3), c.px(c.sizes.heading * 1.3)
    words = words.middle(words.w, name_h + text_h)
    c.text(words.top_part(name_h), name, c.sizes.body, colour=SOFT_INK, on=fill)
    room = words.bottom_part(text_h)
    c.text(room, status.text, c.sizes.heading, colour=ink, on=fill, weight=Weight.BOLD)
