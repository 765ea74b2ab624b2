"""What the printer told about itself, folded from its answers. What it did not tell is unknown.

Owns the folding and the choice of the one fault to show. Must not ask (the core does) and must not
guess: a silent printer is unknown, never "paper adequate".
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum

from firmware_bridge.codecs.escpos_frames import AutomaticStatus, FlowControl, RealTimeStatus

NO_FAULT = ""
_BLOCKING = frozenset(
    {
        "printer.paper-out",
        "printer.cover-open",
        "printer.cutter",
        "printer.error",
        "printer.offline",
    }
)


class Told(StrEnum):
    """An answer of the printer, or the lack of one."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """All fields are unknown in a new one: make a new one whenever the link was closed.

    ``paused`` is flow control: the printer's buffer is full.
    """

    offline: Told = Told.UNKNOWN
    cover_open: Told = Told.UNKNOWN
    feeding_by_button: Told = Told.UNKNOWN
    paper_end: Told = Told.UNKNOWN
    stopped_for_paper: Told = Told.UNKNOWN
    paper_near_end: Told = Told.UNKNOWN
    cutter_error: Told = Told.UNKNOWN
    mechanical_error: Told = Told.UNKNOWN
    unrecoverable_error: Told = Told.UNKNOWN
    recoverable_error: Told = Told.UNKNOWN
    error_present: Told = Told.UNKNOWN
    paused: Told = Told.UNKNOWN

    @property
    def fault(self) -> str:
        """The fault id that a person must act on first, or "" when nothing is wrong.

        ``printer.unknown`` while it has not told whether it is online, closed and has paper.
        """
        yes = Told.YES
        if yes in (self.paper_end, self.stopped_for_paper):
            return "printer.paper-out"
        if self.cover_open is yes:
            return "printer.cover-open"
        if self.cutter_error is yes:
            return "printer.cutter"
        if yes in (
            self.mechanical_error,
            self.unrecoverable_error,
            self.recoverable_error,
            self.error_present,
        ):
            return "printer.error"
        if self.offline is yes:
            return "printer.offline"
        if Told.UNKNOWN in (self.offline, self.cover_open, self.paper_end):
            return "printer.unknown"
        return "printer.paper-near-end" if self.paper_near_end is yes else NO_FAULT

    @property
    def blocked(self) -> bool:
        """The printer said that it cannot print now. An unknown printer may still print."""
        return self.fault in _BLOCKING

    def fold(self, frame: object) -> PrinterStatus:
        """This status after ``frame``; frames that tell nothing of the status change nothing."""
        if isinstance(frame, FlowControl):
            return replace(self, paused=_told(frame.paused))
        if not isinstance(frame, (AutomaticStatus, RealTimeStatus)):
            return self
        news = {
            field.name: _told(answer)
            for field in fields(self)
            if (answer := getattr(frame, field.name, None)) is not None
        }
        if isinstance(frame, AutomaticStatus):
            news |= _implied_by_automatic(frame)
        return replace(self, **news)


def _told(answer: bool) -> Told:
    return Told.YES if answer else Told.NO


def _implied_by_automatic(frame: AutomaticStatus) -> dict[str, Told]:
    """ASB has no words for these two; it tells them by others, and an old answer must not stay."""
    error = frame.mechanical_error or frame.cutter_error
    error = error or frame.unrecoverable_error or frame.recoverable_error
    return {"stopped_for_paper": _told(frame.paper_end), "error_present": _told(error)}
