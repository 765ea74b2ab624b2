"""What every page has in the same place: strip and title above, the dock of keys below.

The dock holds the keys that never move: the page's own next step or the way back at the left,
language, text size and staff at the right. All of them lie in the lower part of the panel, within
everybody's reach.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.model import Language
from kiosk.ipc.messages import Action, Snapshot
from kiosk.screen.composer import PLAIN, PRIMARY, Composer, KeyLook
from kiosk.screen.shapes import Box, Colour, Weight
from kiosk.screen.strip import fault_pill, strip
from kiosk.screen.theme import INK, KEY_MM, SOFT_INK, WARM, WHITE

MARGIN = 6.0
TOP = 4.0
STRIP = 13.0
TITLE = 17.0
GAP = 4.0
KEY_GAP = 3.5
BOTTOM = 5.0
_STAFF_LOOK = KeyLook(WARM.wash, WARM.ink, WARM.line)


@dataclass(frozen=True, slots=True)
class Rooms:
    """Where a page may draw: ``title``, ``content``, and the dock left of the fixed keys."""

    title: Box
    content: Box
    dock_left: Box


def frame(
    c: Composer,
    snapshot: Snapshot,
    now_s: float,
    *,
    step: int = 0,
    named: bool = False,
    back: str = "",
    staff: bool = True,
) -> Rooms:
    """Draw strip and dock. ``step`` 1 to 3 shows the way through the visit, ``named`` the site's
    name; both give way to large text. ``back`` is the message id of the key at the left, if any."""
    whole, margin = c.grid.whole, c.px(MARGIN)
    dock_h = c.grid.key_px(KEY_MM)
    dock = Box(margin, whole.h - c.px(BOTTOM) - dock_h, whole.w - 2 * margin, dock_h)
    row = Box(margin, c.px(TOP), dock.w, c.px(TITLE))
    if (step or named) and not c.large:
        upper = row.top_part(c.px(STRIP))
        room = strip(c, upper, snapshot, now_s, step=step)
        if named:
            _name(c, room, snapshot)
        title = Box(row.x, upper.bottom + c.px(2), row.w, row.h)
    else:
        title = strip(c, row, snapshot, now_s, step=0)
    top = title.bottom + c.px(2)
    content = Box(margin, top, dock.w, dock.y - c.px(GAP) - top)
    return Rooms(title, content, _dock(c, dock, back, called=snapshot.help_called, staff=staff))


def heading(c: Composer, box: Box, text: str, ink: Colour = INK) -> None:
    """The one sentence of the page."""
    if c.band is not None:
        ink = WHITE
    c.text(box, text, c.sizes.title, colour=ink, on=c.head, weight=Weight.BOLD)


def hint_line(c: Composer, content: Box, text: str) -> Box:
    """A sentence below the heading; returns the content that is left."""
    size = c.sizes.body
    hint = content.top_part(c.set_height(text, content.w, size, max_lines=2) + c.px(1))
    ink = INK if c.band is None else WHITE
    c.text(hint, text, size, colour=ink, on=c.head, max_lines=2)
    return content.without_top(hint.h + c.px(4))


def done_key(c: Composer, room: Box) -> None:
    """The end of a visit, at the left of the dock."""
    box = room.left_part(min(room.w, c.px(62)))
    c.key(box, Action.DONE, c.say("button.done"), look=PRIMARY, icon="check")


def _name(c: Composer, room: Box, snapshot: Snapshot) -> None:
    width = min(room.w, c.width(snapshot.site_name, c.sizes.body) + 2)
    ink = SOFT_INK if c.band is None else WHITE
    c.text(room.left_part(width), snapshot.site_name, c.sizes.body, colour=ink, on=c.head)
    rest = room.without_left(width + c.px(4))
    if snapshot.faults and rest.w > c.px(30):
        fault_pill(c, rest, snapshot.faults[0])


def _dock(c: Composer, dock: Box, back: str, *, called: bool, staff: bool) -> Box:
    """The fixed keys, from the right; returns the room that is left of them."""
    other = Language.EN if c.language is Language.ZH else Language.ZH
    size = c.say("button.normal-text" if c.large else "button.large-text")
    right = dock.right
    for action, label, icon, look in (
        (Action.CALL_STAFF, c.say("button.call-staff"), "bell", _STAFF_LOOK),
        (Action.LARGE_TEXT, size, "", PLAIN),
        (Action.LANGUAGE, c.say(f"button.language-{other.value}"), "", PLAIN),
    ):
        width = _key_width(c, label, icon)
        box = Box(right - width, dock.y, width, dock.h)
        if action is not Action.CALL_STAFF:
            c.key(box, action, label, look=look, icon=icon)
        elif staff:
            shown = c.say("button.staff-called") if called else label
            c.key(box, action, shown, look=look, icon="check" if called else icon)
        right -= width + c.px(KEY_GAP)
    left = Box(dock.x, dock.y, right - dock.x, dock.h)
    if not back:
        return left
    label = c.say(back)
    width = min(left.w, max(_key_width(c, label, "back"), c.grid.key_px(KEY_MM * 2)))
    c.key(left.left_part(width), Action.BACK, label, icon="back")
    return left.without_left(width + c.px(KEY_GAP))


def _key_width(c: Composer, label: str, icon: str) -> int:
    width = c.width(label, c.sizes.button, Weight.BOLD) + c.px(8.5)
    if icon:
        width += c.px(c.sizes.button * 1.25 + 2.2)
    return max(width, c.grid.key_px(KEY_MM * 1.4))
