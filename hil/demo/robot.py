"""Plays one resident at the kiosk: brings a forehead and a code, reads the screen, touches it.

Owns what a resident does next. Sees only what a person sees (pages, and what they say) and acts
only through the twins and the glass. Must not look into the kiosk's files.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from hil.demo.facts import Outcome, SeenPlace, SeenVisit
from hil.demo.listener import CoreListener
from hil.demo.mirror import Mirror
from hil.demo.residents import Resident
from hil.demo.stage import Stage
from kiosk.ipc.messages import Action, LabelState, Page, Placement, Snapshot

MAX_WAITS = 4  # a visit with restarts lasts this many times the patience for one answer
ENDS = frozenset({Page.RESULT, Page.FEVER, Page.ALREADY, Page.STAFF})
_LABEL_KNOWN = frozenset(
    {LabelState.PRINTED, LabelState.UNKNOWN, LabelState.FAILED, LabelState.VERIFIED}
)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long people take and how long they wait for an answer. All in seconds."""

    walking_s: float  # from one leaving to the next arriving
    reading_s: float  # between seeing a page and touching it
    showing_s: float  # between forehead and code
    result_s: float  # how long somebody looks at the result
    scanning_s: float = 0.6  # a label held up on a page that says nothing of labels
    again_s: float = 3.2  # until the kiosk takes the same phone for shown anew
    patience_s: float = 12.0
    label_patience_s: float = 6.0


HURRIED = Pace(walking_s=0.3, reading_s=0.0, showing_s=0.05, result_s=0.0)
NATURAL = Pace(
    walking_s=1.5,
    reading_s=1.2,
    showing_s=1.0,
    result_s=4.0,
    patience_s=30.0,
    label_patience_s=12.0,
)


class Gone(Exception):
    """The resident waited longer than anybody would. The text says for what."""


class Robot:
    """``pause`` sleeps; it returns False when the demo ends, and the visit is then given up."""

    def __init__(
        self,
        *,
        stage: Stage,
        listener: CoreListener,
        mirror: Mirror,
        code_text: Callable[[Resident], str],
        pace: Pace,
        pause: Callable[[float], bool],
    ) -> None:
        self._stage = stage
        self._listener = listener
        self._mirror = mirror
        self._code_text = code_text
        self._pace = pace
        self._pause = pause

    def play(self, resident: Resident) -> SeenVisit:
        """The whole visit. Never raises for what the kiosk does: no answer is `Outcome.LOST`."""
        try:
            self._come_forward()
            self._arrive(resident)
            seen = self._go_through(resident)
        except Gone as gone:
            seen = _seen(resident, Outcome.LOST, detail=str(gone))
        self._stage.leave()
        return seen

    # ── coming and showing ───────────────────────────────────────────────────────────────────

    def _come_forward(self) -> None:
        """Wait until the place before the kiosk is free; the one before may have to leave."""
        self._wait(self._pace.walking_s)
        ends_s = time.monotonic() + self._pace.patience_s
        while time.monotonic() < ends_s:
            free = self._listener.wait_for(lambda snap: snap.page is Page.ATTRACT, 0.25)
            if free is not None:
                return
            self._touch_any(Action.DONE, Action.BACK)
        raise Gone("the kiosk never became free")

    def _arrive(self, resident: Resident) -> None:
        text = self._code_text(resident)
        if resident.habit.english:
            self._touch_any(Action.START)
            self._listener.wait_for(lambda snap: snap.page is Page.SCREENING, 1.0)
            self._touch_any(Action.LANGUAGE)
        if resident.habit.forehead_first:
            self._stage.show_forehead(resident.body_c, resident.distance_cm)
            self._wait(self._pace.showing_s)
            self._stage.hold_code(text)
        else:
            self._stage.hold_code(text)
            self._wait(self._pace.showing_s)
            self._stage.show_forehead(resident.body_c, resident.distance_cm)

    # ── from page to page ────────────────────────────────────────────────────────────────────

    def _go_through(self, resident: Resident) -> SeenVisit:
        """Follow the pages to an end. A core that restarts begins the visit anew: show it again."""
        hesitates = resident.habit.hesitates
        number, begun, restarts = -1, False, 0
        ends_s = time.monotonic() + self._pace.patience_s * MAX_WAITS
        while time.monotonic() < ends_s:
            snap = self._see_newer(number)
            number = snap.number
            if snap.page is Page.ATTRACT and begun:
                restarts += 1
                self._stage.leave()
                self._come_forward()
                self._arrive(resident)
            elif snap.page is Page.SCREENING and snap.notice.startswith("notice.code-"):
                return replace(self._give_up(resident, snap), restarts=restarts)
            elif snap.page is Page.CONFIRM:
                number = self._confirm(resident, snap, hesitates)
                hesitates = False
            elif snap.page is Page.STILL_THERE:
                self._touch_any(Action.MORE_TIME)
            elif snap.page in ENDS and not _ticket_to_come(snap):
                return replace(self._end(resident, snap, restarts), restarts=restarts)
            begun = snap.page is not Page.ATTRACT
        raise Gone("the visit never came to an end")

    def _confirm(self, resident: Resident, snap: Snapshot, hesitates: bool) -> int:
        self._stage.put_code_away()
        self._wait(self._pace.reading_s)
        if hesitates:
            self._touch(Action.NOT_ME, lambda now: now.page is not Page.CONFIRM)
            back = self._see(lambda now: now.page is not Page.CONFIRM)
            self._wait(self._pace.again_s)
            self._stage.hold_code(self._code_text(resident))
            return back.number
        if resident.habit.confirms:
            self._touch(Action.CONFIRM, lambda now: now.page is not Page.CONFIRM)
        return snap.number

    def _give_up(self, resident: Resident, snap: Snapshot) -> SeenVisit:
        self._stage.put_code_away()
        self._wait(self._pace.reading_s)
        self._stage.leave()
        self._touch(Action.BACK, lambda now: now.page is Page.ATTRACT)
        return _seen(resident, Outcome.REFUSED, detail=snap.notice)

    def _end(self, resident: Resident, snap: Snapshot, restarts: int) -> SeenVisit:
        self._stage.put_code_away()
        if snap.page is Page.FEVER:
            seen = _seen(resident, Outcome.FEVER, ticket=snap.ticket)
        elif snap.page is Page.ALREADY:
            place = _place(snap.placement) if snap.placement else None
            seen = _seen(resident, Outcome.ALREADY, place=place)
            if restarts:
                self._hold_up_what_was_printed()
        elif snap.page is Page.STAFF:
            seen = _seen(resident, Outcome.STAFF, detail=snap.reason)
        else:
            seen = self._take_place(resident, snap)
        self._wait(self._pace.result_s)
        self._stage.leave()
        self._touch(Action.DONE, lambda now: now.page is Page.ATTRACT)
        return seen

    def _take_place(self, resident: Resident, snap: Snapshot) -> SeenVisit:
        placed = snap.placement
        if placed is None:
            raise Gone("a result page without a place")
        if placed.first_of_tube:
            placed = self._scan_label(placed)
        return _seen(resident, Outcome.CHECKED_IN, place=_place(placed))

    def _scan_label(self, placed: Placement) -> Placement:
        """Take the label out of the printer and hold it to the camera."""
        known = self._see_label(placed, lambda label: label in _LABEL_KNOWN)
        paper = self._stage.newest_paper()
        if known is None or paper is None:
            return known or placed
        self._wait(self._pace.reading_s)
        self._stage.hold_label(paper)
        verified = self._see_label(known, lambda label: label is LabelState.VERIFIED)
        self._stage.put_code_away()
        return verified or known

    def _hold_up_what_was_printed(self) -> None:
        """Committed, and then the core ended: a label may lie there that nobody has scanned."""
        paper = self._stage.newest_paper()
        if paper is not None:
            self._stage.hold_label(paper)
            self._wait(self._pace.scanning_s)
            self._stage.put_code_away()

    def _see_label(
        self, placed: Placement, wanted: Callable[[LabelState], bool]
    ) -> Placement | None:
        snap = self._listener.wait_for(
            lambda now: (
                now.page is not Page.RESULT
                or (now.placement is not None and wanted(now.placement.label))
            ),
            self._pace.label_patience_s,
        )
        return snap.placement if snap is not None and snap.page is Page.RESULT else None

    # ── eyes and finger ──────────────────────────────────────────────────────────────────────

    def _see(self, wanted: Callable[[Snapshot], bool]) -> Snapshot:
        snap = self._listener.wait_for(wanted, self._pace.patience_s)
        if snap is None:
            now = self._listener.snapshot
            raise Gone(f"no answer on page {now.page}" if now else "the kiosk said nothing")
        return snap

    def _see_newer(self, number: int) -> Snapshot:
        return self._see(lambda snap: snap.number > number)

    def _touch(self, action: Action, done: Callable[[Snapshot], bool]) -> None:
        """Touch until the screen answers; people do, too."""
        ends_s = time.monotonic() + self._pace.patience_s
        while time.monotonic() < ends_s:
            self._mirror.tap_action(action)
            if self._listener.wait_for(done, 0.15) is not None:
                return
        raise Gone(f"touching {action} did nothing")

    def _touch_any(self, *actions: Action) -> None:
        for action in actions:
            if self._mirror.tap_action(action):
                return

    def _wait(self, seconds: float) -> None:
        if seconds > 0 and not self._pause(seconds):
            raise Gone("the demo ended")


def _ticket_to_come(snap: Snapshot) -> bool:
    """The fever page shows its ticket once the record is committed."""
    return snap.page is Page.FEVER and not snap.ticket


def _seen(
    resident: Resident,
    outcome: Outcome,
    *,
    place: SeenPlace | None = None,
    ticket: str = "",
    detail: str = "",
) -> SeenVisit:
    return SeenVisit(
        resident=resident.number,
        kind=resident.kind,
        person=resident.person,
        outcome=outcome,
        body_c=resident.body_c,
        place=place,
        ticket=ticket,
        detail=detail,
    )


def _place(placed: Placement) -> SeenPlace:
    return SeenPlace(
        lane=placed.lane,
        tube=placed.tube_number,
        place=placed.place,
        size=placed.size,
        first_of_tube=placed.first_of_tube,
        label=placed.label,
    )
