"""One finger, one tap: whatever mixture of finger and mouse events the panel's driver sends.

Pure. Panels deliver touches as finger events only, as mouse events only, or as both, in either
order. The first kind that reports a contact owns it; the other kind is its echo. A tap is a press
and a release; a second finger spoils the gesture until all are up; two taps closer than `PAUSE_S`
are one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

ECHO_S = 0.6  # how long the other kind of event may lag behind
PAUSE_S = 0.25
LOST_RELEASE_S = 10.0  # a contact whose release never came


class Source(StrEnum):
    FINGER = "finger"
    MOUSE = "mouse"


class Phase(StrEnum):
    DOWN = "down"
    MOVE = "move"
    UP = "up"


@dataclass(frozen=True, slots=True)
class RawTouch:
    """One event of the driver, in pixels. ``finger`` tells fingers apart; 0 for the mouse."""

    source: Source
    phase: Phase
    x: float
    y: float
    finger: int = 0


@dataclass(frozen=True, slots=True)
class Tap:
    """Pressed at one point, released at another: a key counts when both lie on it."""

    down_x: float
    down_y: float
    up_x: float
    up_y: float


@dataclass(frozen=True, slots=True)
class Contact:
    """The finger that is down now."""

    source: Source
    finger: int
    down_x: float
    down_y: float
    x: float
    y: float
    since_s: float
    spoiled: bool = False


class TouchNormaliser:
    """Feed every raw event in order; it answers with the taps."""

    def __init__(self) -> None:
        self.contact: Contact | None = None
        self._fingers: set[int] = set()
        self._owner: Source | None = None
        self._owner_until_s = float("-inf")
        self._last_tap_s = float("-inf")

    def feed(self, raw: RawTouch, now_s: float) -> Tap | None:
        """The tap that ``raw`` completes, if it does."""
        self._count_fingers(raw, now_s)
        if not self._owns(raw, now_s):
            return None
        contact = self.contact
        if raw.phase is Phase.DOWN:
            self._press(raw, now_s)
            return None
        if contact is None or contact.finger != raw.finger:
            return None
        if raw.phase is Phase.MOVE:
            self.contact = replace(contact, x=raw.x, y=raw.y)
            return None
        self.contact = None
        if contact.spoiled or now_s - self._last_tap_s < PAUSE_S:
            return None
        self._last_tap_s = now_s
        return Tap(contact.down_x, contact.down_y, raw.x, raw.y)

    def cancel(self) -> None:
        """The page changed under the finger: this contact means nothing any more."""
        if self.contact is not None:
            self.contact = replace(self.contact, spoiled=True)

    def _count_fingers(self, raw: RawTouch, now_s: float) -> None:
        stale = self.contact is not None and now_s - self.contact.since_s > LOST_RELEASE_S
        if stale:
            self.contact = None
            self._fingers.clear()
        if raw.source is not Source.FINGER:
            return
        if raw.phase is Phase.DOWN:
            self._fingers.add(raw.finger)
        elif raw.phase is Phase.UP:
            self._fingers.discard(raw.finger)
        if len(self._fingers) > 1:
            self.cancel()

    def _owns(self, raw: RawTouch, now_s: float) -> bool:
        busy = self.contact is not None or now_s < self._owner_until_s
        if busy and self._owner is not None and self._owner is not raw.source:
            return False
        self._owner = raw.source
        self._owner_until_s = now_s + ECHO_S
        return True

    def _press(self, raw: RawTouch, now_s: float) -> None:
        if self.contact is not None:
            self.cancel()
            return
        spoiled = len(self._fingers) > 1
        self.contact = Contact(raw.source, raw.finger, raw.x, raw.y, raw.x, raw.y, now_s, spoiled)
