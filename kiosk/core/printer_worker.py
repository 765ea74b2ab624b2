"""The one thread that talks to the label printer: renders, makes the bytes, writes them.

Owns its thread and the order it is working on. Must not decide when a label may be printed (the
label desk does, after the commit) and must not touch the ledger. A printer that stops taking bytes
blocks this thread for `WRITE_TIMEOUT_S` and nothing else.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from drivers.label_printer.content import LabelContent
from drivers.label_printer.escpos_label import prepare
from drivers.label_printer.font import FontMissing
from drivers.label_printer.pen import GlyphMissing
from drivers.label_printer.printer import LabelPrinter
from drivers.label_printer.realtime import NotDefusable
from drivers.label_printer.render import render_label
from drivers.label_printer.template import LabelDoesNotFit
from firmware_bridge.errors import LinkError

WRITE_TIMEOUT_S = 5.0
_UNDRAWABLE = (LabelDoesNotFit, GlyphMissing, FontMissing, NotDefusable)


@dataclass(frozen=True, slots=True)
class LabelOrder:
    """One copy to print. ``process_id`` is None when the printer cannot confirm."""

    job: str
    content: LabelContent
    process_id: str | None


@dataclass(frozen=True, slots=True)
class LabelWritten:
    """All bytes were taken; the first one left at ``first_byte_s`` (CLOCK_MONOTONIC)."""

    job: str
    first_byte_s: float
    written_s: float
    render_s: float


@dataclass(frozen=True, slots=True)
class LabelNotWritten:
    """Some or none of the bytes left: nobody can say what is on the paper. Also for a label that
    could not be drawn."""

    job: str
    why: str


@dataclass(frozen=True, slots=True)
class _Task:
    order: LabelOrder
    send: bool


@dataclass(frozen=True, slots=True)
class _Forget:
    """Make the printer drop what it holds."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """``data`` is the whole job for the printer."""

    order: LabelOrder
    data: bytes
    render_s: float


class PrinterWorker:
    """``write`` sends bytes to the printer within a time-out or raises `LinkError`; ``report`` is
    called from the worker's thread."""

    def __init__(
        self,
        template: str,
        write: Callable[[bytes, float], None],
        report: Callable[[LabelWritten | LabelNotWritten], None],
        clock: Callable[[], float] = time.monotonic,
        *,
        printer: LabelPrinter | None = None,
        clear: Callable[[], None] = lambda: None,
    ) -> None:
        """``clear`` makes the printer drop what it holds, and returns when it may be written to."""
        self._template = template
        self._printer = printer or LabelPrinter()
        self._clear = clear
        self._write = write
        self._report = report
        self._clock = clock
        self._tasks: queue.SimpleQueue[_Task | _Forget | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="label printer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the order under way, then end."""
        self._tasks.put(None)
        self._thread.join(WRITE_TIMEOUT_S + 1.0)

    def prepare(self, order: LabelOrder) -> None:
        """This order may follow: draw it now and keep it. Nothing leaves, nothing is reported."""
        self._tasks.put(_Task(order, send=False))

    def print(self, order: LabelOrder) -> None:
        """Takes over the order at once; exactly one report answers it."""
        self._tasks.put(_Task(order, send=True))

    def forget(self) -> None:
        """Before the next order is written, the printer drops what it holds of earlier ones."""
        self._tasks.put(_Forget())

    def _run(self) -> None:
        prepare()
        drawn: _Drawn | None = None
        while (task := self._tasks.get()) is not None:
            if isinstance(task, _Forget):
                self._clear()
                continue
            try:
                if drawn is None or drawn.order != task.order:
                    drawn = self._draw(task.order)
            except _UNDRAWABLE as refused:
                if task.send:
                    self._report(LabelNotWritten(task.order.job, str(refused)))
                continue
            if task.send:
                self._report(self._send(drawn))

    def _draw(self, order: LabelOrder) -> _Drawn:
        begun_s = self._clock()
        bitmap = render_label(order.content, self._template)
        data = self._printer.job(bitmap, order.process_id)
        return _Drawn(order, data, self._clock() - begun_s)

    def _send(self, drawn: _Drawn) -> LabelWritten | LabelNotWritten:
        first_byte_s = self._clock()
        try:
            self._write(drawn.data, WRITE_TIMEOUT_S)
        except LinkError as error:
            return LabelNotWritten(drawn.order.job, str(error))
        return LabelWritten(drawn.order.job, first_byte_s, self._clock(), drawn.render_s)
