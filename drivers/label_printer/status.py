"""What the printer told about itself, folded from its answers. What it did not tell is unknown.

Owns the folding and the choice of the one fault to show. Must not ask (the core does) and must not
guess: a silent printer is unknown, never "paper adequate".
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum

from firmware_bridge.codecs.escpos_frames import AutomaticStatus, FlowControl, RealTimeStatus
from firmware_bridge.codecs.tspl_status import TsplStatus

NO_FAULT = ""
_BLOCKING_IN_ORDER = (
    ("printer.paper-out", ("paper_end", "stopped_for_paper")),
    ("printer.cover-open", ("cover_open",)),
    ("printer.cutter", ("cutter_error",)),
    ("printer.paper-jam", ("paper_jam",)),
    ("printer.ribbon-out", ("ribbon_end",)),
    ("printer.unrecoverable", ("unrecoverable_error",)),
    ("printer.mechanical", ("mechanical_error",)),
    # What an ESC/POS printer recovers from by itself is heat, or the cover, which comes before.
    ("printer.too-hot", ("too_hot", "recoverable_error")),
    ("printer.error", ("error_present",)),
    ("printer.paused", ("on_pause",)),
)
"""Every bit that keeps a label from coming out, the one first that a person must act on first."""
_WHY_OFFLINE = (
    ("printer.feeding", ("button_pressed", "feeding_by_button")),
    ("printer.waiting", ("waiting_online",)),
    ("printer.offline", ("offline",)),
)
"""Only a printer that is offline is kept from printing by these."""
FAULTS = (
    *(fault for fault, _ in _BLOCKING_IN_ORDER + _WHY_OFFLINE),
    "printer.paper-near-end",
    "printer.unknown",
)
"""Every fault that a status can be; each has its operator texts."""


class Told(StrEnum):
    """An answer of the printer, or the lack of one."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """All fields are unknown in a new one: make a new one whenever the link was closed.

    ``paused`` is flow control: the printer's buffer is full. ``on_pause``: by its pause key.
    """

    offline: Told = Told.UNKNOWN
    cover_open: Told = Told.UNKNOWN
    feeding_by_button: Told = Told.UNKNOWN
    button_pressed: Told = Told.UNKNOWN
    waiting_online: Told = Told.UNKNOWN
    paper_end: Told = Told.UNKNOWN
    stopped_for_paper: Told = Told.UNKNOWN
    paper_near_end: Told = Told.UNKNOWN
    cutter_error: Told = Told.UNKNOWN
    mechanical_error: Told = Told.UNKNOWN
    unrecoverable_error: Told = Told.UNKNOWN
    recoverable_error: Told = Told.UNKNOWN
    error_present: Told = Told.UNKNOWN
    paused: Told = Told.UNKNOWN
    on_pause: Told = Told.UNKNOWN
    paper_jam: Told = Told.UNKNOWN
    ribbon_end: Told = Told.UNKNOWN
    too_hot: Told = Told.UNKNOWN

    @property
    def fault(self) -> str:
        """The fault id that a person must act on first, or "" when nothing is wrong.

        ``printer.unknown`` while it has not told whether it is online, closed and has paper.
        """
        standing = _BLOCKING_IN_ORDER + (_WHY_OFFLINE if self.offline is Told.YES else ())
        for fault, bits in standing:
            if any(getattr(self, bit) is Told.YES for bit in bits):
                return fault
        if Told.UNKNOWN in (self.offline, self.cover_open, self.paper_end):
            return "printer.unknown"
        return "printer.paper-near-end" if self.paper_near_end is Told.YES else NO_FAULT

    @property
    def blocked(self) -> bool:
        """The printer said that it cannot print now. An unknown printer may still print."""
        return self.fault not in (NO_FAULT, "printer.unknown", "printer.paper-near-end")

    def fold(self, frame: object) -> PrinterStatus:
        """This status after ``frame``; frames that tell nothing of the status change nothing."""
        if isinstance(frame, FlowControl):
            return replace(self, paused=_told(frame.paused))
        if not isinstance(frame, (AutomaticStatus, RealTimeStatus, TsplStatus)):
            return self
        news = {
            field.name: _told(answer)
            for field in fields(self)
            if (answer := getattr(frame, field.name, None)) is not None
        }
        if isinstance(frame, AutomaticStatus):
            news |= _implied_by_automatic(frame)
        if isinstance(frame, TsplStatus):
            news["offline"] = _told(bool(frame.raw & _TSPL_STOPPED))
        return replace(self, **news)


_TSPL_STOPPED = 0xDF  # every bit but "printing"


def _told(answer: bool) -> Told:
    return Told.YES if answer else Told.NO


def _implied_by_automatic(frame: AutomaticStatus) -> dict[str, Told]:
    """ASB has no words for these; it tells them by others, and an old answer must not stay."""
    error = frame.mechanical_error or frame.cutter_error
    error = error or frame.unrecoverable_error or frame.recoverable_error
    return {"stopped_for_paper": _told(frame.paper_end), "error_present": _told(error)}
