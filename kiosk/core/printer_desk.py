"""The label printer as the core sees it: its link, whether it confirms, who it is, the next label.

Owns the probe for process ids and its patience. What becomes of a label is the label desk's matter;
what the printer's answers mean is the device desk's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from config.devices import PrinterLanguage, PrinterSection, ProcessIdSupport
from firmware_bridge.codecs.escpos_frames import ProcessIdDone
from firmware_bridge.link import LinkState, LinkStatus
from kiosk.core.device_desk import PRINTER, DeviceDesk
from kiosk.core.label_desk import LabelDesk
from kiosk.core.printer_identity import IdentityWays, PrinterIdentity
from kiosk.core.printer_worker import LabelNotWritten, LabelWritten

log = logging.getLogger(__name__)

PROBE_ID = "~~~~"  # a process id that no label has: does this printer answer at all?
PROBE_PATIENCE_S = 1.5


class PrinterDesk:
    """On the core's thread; times are CLOCK_MONOTONIC. ``probe`` asks the printer to answer a
    process id."""

    def __init__(
        self,
        section: PrinterSection,
        devices: DeviceDesk,
        labels: LabelDesk,
        *,
        probe: Callable[[str], None],
        identity: IdentityWays,
    ) -> None:
        self._support = section.confirmation
        self._devices = devices
        self._labels = labels
        self._probe = probe
        self._identity = PrinterIdentity(
            devices, identity, speaks=section.language is PrinterLanguage.ESCPOS
        )
        self._probing_until_s = 0.0
        labels.confirms = self._support is ProcessIdSupport.YES

    def link_changed(self, status: LinkStatus, now_s: float) -> None:
        """It came or went: what it said before, it said to another connection."""
        self._identity.connected(status.generation)
        if status.state is not LinkState.READY:
            self._labels.printer_lost()
            return
        if self._support is ProcessIdSupport.PROBE:
            self._labels.confirms = False
            self._probing_until_s = now_s + PROBE_PATIENCE_S
            self._probe(PROBE_ID)

    def said(self, frame: object) -> None:
        self._devices.printer_said(frame)
        if isinstance(frame, ProcessIdDone):
            if frame.process_id == PROBE_ID:
                self._labels.confirms = True
                self._probing_until_s = 0.0
            else:
                self._labels.finished(frame.process_id)
        self._identity.heard(frame)

    def reported(self, report: LabelWritten | LabelNotWritten) -> None:
        """The worker is done with its order, one way or the other."""
        if isinstance(report, LabelWritten):
            self._labels.written(report)
        else:
            log.warning("a label was not written: %s", report.why)
            self._labels.not_written(report)

    def print_next(self, now_s: float) -> None:
        """The next label, unless it is not yet known whether this printer confirms."""
        if now_s >= self._probing_until_s:
            self._labels.pump(self._devices.printer_block(now_s))

    def ask_who_it_is(self, now_s: float) -> None:
        """While nothing is being written."""
        ready = self._devices.works(PRINTER, now_s) and now_s >= self._probing_until_s
        if ready and not self._labels.busy:
            self._identity.pursue(now_s)
