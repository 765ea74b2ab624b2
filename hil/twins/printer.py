"""A label printer on a pseudo terminal or a TCP port. Bytes go in, pieces of paper come out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Set
from typing import Literal

from hil.faults import FaultWord, InstrumentKind, fault_word
from hil.models.paper import Paper
from hil.models.printer import PrinterModel
from hil.models.printer_mechanism import ROLL_MM
from hil.models.tspl_printer import TsplPrinterModel
from hil.skins.wired import wired_skin
from hil.twins.line import Instrument, TwinLine
from hil.twins.line_faults import LineFaults
from hil.twins.wired import WiredTwin

_MECHANICAL = frozenset(
    {
        FaultWord.PAPER_OUT,
        FaultWord.COVER_OPEN,
        FaultWord.CUT_JAM,
        FaultWord.SLOW,
        FaultWord.STUCK_BUSY,
        FaultWord.HALF_LABEL,
    }
)
PaperListener = Callable[[Paper], None]


class PrinterTwin(WiredTwin):
    """``url`` is what the kiosk is configured with. Every method may be called from any thread.

    ``on_paper`` may be set at any time and is called from the twin's thread with each piece.
    ``process_ids`` False is a printer that cannot say when a label is out; ``language`` is
    ``escpos`` or ``tspl``.
    """

    def __init__(
        self,
        url: str,
        *,
        seed: int = 0,
        process_ids: bool = True,
        language: Literal["escpos", "tspl"] = "escpos",
        on_paper: PaperListener | None = None,
    ) -> None:
        self.on_paper = on_paper
        self._model: PrinterModel | TsplPrinterModel = (
            TsplPrinterModel() if language == "tspl" else PrinterModel(process_ids=process_ids)
        )
        self._mechanical: set[FaultWord] = set()
        self._papers: list[Paper] = []
        self._paper_came = threading.Condition()
        instrument = Instrument(
            receive=lambda data, _: self._model.receive(data),
            advance=self._advance,
            next_due_s=self._model.next_due_s,
            plugged=lambda _: None,  # it has its own power: its receive buffer outlives the cable
            wants_data=lambda: self._model.wants_data,
        )
        super().__init__(TwinLine("printer", instrument, wired_skin(url), LineFaults(seed)))

    def _own_faults(self) -> Set[FaultWord]:
        return self._mechanical

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Every piece that came out so far, oldest first."""
        with self._paper_came:
            return tuple(self._papers)

    def wait_for_papers(self, count: int, timeout_s: float) -> tuple[Paper, ...]:
        """Waits until ``count`` pieces came out in all, or the time is over; returns all pieces."""
        with self._paper_came:
            self._paper_came.wait_for(lambda: len(self._papers) >= count, timeout_s)
            return tuple(self._papers)

    def load_paper(self, length_mm: float) -> None:
        """A roll of this length; a short one gives near-end and then paper-out by itself."""
        self._line.ask(lambda _: self._model.mechanism.load_paper(length_mm))

    def fault(self, word: str) -> None:
        """Begin a fault of the vocabulary; raises `hil.faults.NotExpressible`."""
        known = fault_word(word, InstrumentKind.PRINTER, self._line.skin_kind)
        if known in _MECHANICAL:
            self._turn_into(known, broken=True)
            self._mechanical.add(known)
        else:
            self._line.fault(known)

    def heal(self, word: str | None = None) -> None:
        """End one fault, or all that hold: load a fresh roll, close the cover, mend the line."""
        for held in self.faults if word is None else {FaultWord(word)}:
            if held in _MECHANICAL:
                self._turn_into(held, broken=False)
            else:
                self._line.heal(held)
            self._mechanical.discard(held)

    def _turn_into(self, word: FaultWord, *, broken: bool) -> None:
        self._line.ask(lambda _: self._break(word, broken=broken))

    def _break(self, word: FaultWord, *, broken: bool) -> None:
        """In the twin's thread."""
        mechanism = self._model.mechanism
        match word:
            case FaultWord.PAPER_OUT if broken:
                mechanism.use_up_paper()
            case FaultWord.PAPER_OUT:
                mechanism.load_paper(ROLL_MM)
            case FaultWord.COVER_OPEN:
                mechanism.set_cover(opened=broken)
            case FaultWord.CUT_JAM:
                mechanism.set_cutter(jammed=broken)
            case FaultWord.SLOW:
                mechanism.slow = broken
            case FaultWord.STUCK_BUSY:
                mechanism.stuck = broken
            case FaultWord.HALF_LABEL:
                self._model.half_labels = broken

    def _advance(self, now_s: float) -> bytes:
        said = self._model.advance(now_s)
        fresh = self._model.mechanism.take_papers()
        if fresh:
            with self._paper_came:
                self._papers += fresh
                self._paper_came.notify_all()
            for paper in fresh:
                if self.on_paper is not None:
                    self.on_paper(paper)
        return said
