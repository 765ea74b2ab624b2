"""A conversation with the configured printer, for a technician at the bench.

Owns one open port and the waiting for answers. The running kiosk must be stopped: a port has one
owner. Must not decide what an answer is worth.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from config.devices import PrinterLanguage, PrinterSection
from drivers.label_printer.identification import Identification
from drivers.label_printer.status import PrinterStatus
from firmware_bridge.codec import Codec, Noise
from firmware_bridge.codecs.escpos_frames import ProcessIdDone, StatusQuery
from firmware_bridge.codecs.escpos_status import EscposStatusCodec
from firmware_bridge.codecs.tspl_status import TsplQuery, TsplStatusCodec
from firmware_bridge.transport import Transport, TransportUrl, open_transport
from kiosk.devices.printer_settings import printer_greeting

ANSWER_S = 0.7
_READ_S = 0.05
_QUESTION_S = 0.5
_JOB_S = 10.0


class PrinterTalk:
    """``answers`` False: a printer that is a file. Every call may raise `LinkError`."""

    def __init__(self, section: PrinterSection, transport: Transport) -> None:
        self.answers = TransportUrl.parse(section.url).answers
        self._tspl = section.language is PrinterLanguage.TSPL
        self._transport = transport
        self._greeting = printer_greeting(section)
        self._codec: Codec[Any] = TsplStatusCodec() if self._tspl else EscposStatusCodec()

    def status(self, patience_s: float = ANSWER_S) -> PrinterStatus:
        """What it says of itself now; unknown in all that it does not say."""
        status = PrinterStatus()
        if self.answers:
            for frame in self._ask(TsplQuery() if self._tspl else StatusQuery(), patience_s):
                status = status.fold(frame)
        return status

    def identity(self, patience_s: float = ANSWER_S) -> str:
        """Who it says it is; "" from a printer that cannot be asked or does not answer."""
        questions = Identification()
        if self._tspl or not self.answers:
            return ""
        while (question := questions.next_question(time.monotonic())) is not None:
            for frame in self._ask(question, patience_s):
                questions.heard(frame)
        return questions.about

    def print(self, job: bytes, process_id: str | None, patience_s: float) -> bool | None:
        """Send a whole job, after what the printer still holds of another one was cleared.

        True: the printer proved it; False: it did not, in time; None: it cannot say.
        """
        if self.answers:
            self._greeting(self._transport)
        self._transport.write(job, _JOB_S)
        if process_id is None or self._tspl or not self.answers:
            return None
        return any(
            isinstance(frame, ProcessIdDone) and frame.process_id == process_id
            for frames in self._listen(patience_s)
            for frame in frames
        )

    def _ask(self, question: object, patience_s: float) -> list[object]:
        """The frames that came together first: a batch of answers is reported as a whole."""
        self._transport.write(self._codec.encode(question), _QUESTION_S)
        return next(self._listen(patience_s), [])

    def _listen(self, patience_s: float) -> Iterator[list[object]]:
        ends_s = time.monotonic() + patience_s
        while (now_s := time.monotonic()) < ends_s:
            heard = self._transport.read(4096, min(_READ_S, ends_s - now_s))
            found = self._codec.feed(heard, time.monotonic())
            if frames := [item for item in found if not isinstance(item, Noise)]:
                yield frames


@contextmanager
def talk_to(
    section: PrinterSection, open_port: Callable[[str, int], Transport] = open_transport
) -> Iterator[PrinterTalk]:
    """Opens the configured printer and gives it back. Raises `LinkError`."""
    transport = open_port(section.url, section.baud)
    try:
        yield PrinterTalk(section, transport)
    finally:
        transport.close()
