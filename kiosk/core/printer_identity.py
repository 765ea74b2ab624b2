"""Asks the printer who it is, once a connection, when nothing of a label can be in the way.

Owns the questions of one connection and where the answers go: the device report and the memory of
the kiosk. Must not know what is done with them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.label_printer.identification import Identification
from firmware_bridge.codecs.escpos_frames import InfoQuery
from kiosk.core.device_desk import PRINTER, DeviceDesk


def _to_nobody(*_: object) -> None:
    """For a core without this way out."""


@dataclass(frozen=True, slots=True)
class IdentityWays:
    """``ask`` sends one question; ``remember`` takes the role and what the device says it is."""

    ask: Callable[[InfoQuery], None] = _to_nobody
    remember: Callable[[str, str], None] = _to_nobody


class PrinterIdentity:
    """On the core's thread. ``speaks`` False: this printer's language has no such questions."""

    def __init__(self, devices: DeviceDesk, ways: IdentityWays, *, speaks: bool) -> None:
        self._devices = devices
        self._ways = ways
        self._speaks = speaks
        self._generation = -1
        self._questions = Identification()
        self._told = ""

    def connected(self, generation: int) -> None:
        """The link is of this generation now; another one may lead to another printer."""
        if generation != self._generation:
            self._generation = generation
            self._questions = Identification()
            self._told = ""
            self._devices.identified(PRINTER, "")

    def heard(self, frame: object) -> None:
        self._questions.heard(frame)

    def pursue(self, now_s: float) -> None:
        """Ask what is due; pass on what is known when the last answer is in."""
        if not self._speaks:
            return
        question = self._questions.next_question(now_s)
        if question is not None:
            self._ways.ask(question)
        about = self._questions.about
        if self._questions.done and about != self._told:
            self._told = about
            self._devices.identified(PRINTER, about)
            self._ways.remember(PRINTER, about)
