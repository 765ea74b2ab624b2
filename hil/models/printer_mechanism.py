"""The moving parts of a label printer: roll, head, knife, cover.

Owns the paper and the time that printing takes. One thing moves at a time; what it is told it does
not answer: answers are the printer's. 203 dpi, 150 mm a second. What is wider than the head is not
printed at all, as real heads do (reference: devices, section 4.2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hil.models.paper import DOTS_PER_MM, Paper, Separation, Strip
from hil.models.printer_status import PrinterState

ROLL_MM = 30_000.0
_NEAR_END_ROWS = 1_500 * DOTS_PER_MM
_ROWS_PER_S = 1_200
_CUT_S = 0.08
_TEAR_OFF_S = 0.5
"""A label that nobody cuts is torn off by hand once the printer has rested so long."""


_SLOWER = 12
"""How many times longer everything takes with a slow mechanism."""


@dataclass(frozen=True, slots=True)
class LabelStock:
    """Die-cut labels on a liner; without one the paper is endless."""

    label_mm: float
    gap_mm: float

    @property
    def label_rows(self) -> int:
        return round(self.label_mm * DOTS_PER_MM)

    @property
    def pitch_rows(self) -> int:
        return round((self.label_mm + self.gap_mm) * DOTS_PER_MM)


class Mechanism:
    """Told to begin one thing, it is `busy` until `move` has come to the end of it.

    ``slow`` and ``stuck`` are faults: all takes long, or nothing moves and nothing tells so.
    """

    def __init__(self, width_dots: int, roll_mm: float, stock: LabelStock | None = None) -> None:
        self.slow = False
        self.stuck = False
        self._stock = stock
        self._on_label_rows = 0  # how far the head stands behind the top of a label
        self._rows_left = round(roll_mm * DOTS_PER_MM)
        self._cover_open = False
        self._cutter_jammed = False
        self._strip = Strip(width_dots)
        self._motion: tuple[Callable[[], None], float] | None = None
        self._clock_s = 0.0  # until when everything begun is done
        self._rests = True
        self._unprinted: tuple[NDArray[np.bool_], int] | None = None  # the roll was too short
        self._raw = bytearray()
        self._mishaps: list[str] = []
        self._papers: list[Paper] = []
        self._paper_count = 0

    @property
    def state(self) -> PrinterState:
        """What the sensors say."""
        return PrinterState(
            cover_open=self._cover_open,
            paper_end=self._rows_left <= 0,
            near_end=self._rows_left <= _NEAR_END_ROWS,
            cutter_jammed=self._cutter_jammed,
        )

    @property
    def busy(self) -> bool:
        return self.stuck or self._motion is not None or self._unprinted is not None

    @property
    def wide(self) -> int:
        """Dots of the head."""
        return self._strip.width

    # What people do.

    def set_cover(self, *, opened: bool) -> None:
        """An open cover stops the paper; closing it lets the motion end."""
        self._cover_open = opened

    def use_up_paper(self) -> None:
        self._rows_left = 0

    def load_paper(self, roll_mm: float) -> None:
        """A fresh roll; what hung from the old one is torn off."""
        if not self._strip.blank:
            self._separate(Separation.TORN)
        self._on_label_rows = 0
        self._rows_left = round(roll_mm * DOTS_PER_MM)

    def set_cutter(self, *, jammed: bool) -> None:
        self._cutter_jammed = jammed

    # What commands begin.

    def note(self, raw: bytes) -> None:
        """Bytes that belong to the piece of paper being made."""
        self._raw += raw

    def mishap(self, sentence: str) -> None:
        """Something that a careful host would have avoided."""
        self._mishaps.append(sentence)

    def print_rows(self, rows: NDArray[np.bool_], left: int) -> None:
        """Print as far as the roll goes; the rest follows on the next roll. Too wide: nothing."""
        if left + rows.shape[1] > self.wide:
            self.mishap(f"printed nothing of {left + rows.shape[1]} dots: the head has {self.wide}")
            return
        self._begin(len(rows[: self._rows_left]) / _ROWS_PER_S, partial(self._print, rows, left))

    def _print(self, rows: NDArray[np.bool_], left: int) -> None:
        now, later = rows[: self._rows_left], rows[self._rows_left :]
        self._strip.print_rows(now, left)
        self._go_on(len(now), inked=np.asarray(now.any(axis=1)))
        self._unprinted = (later, left) if len(later) else None

    def print_line(self, text: str, rows: int) -> None:
        """A line in the printer's own font (not drawn), then ``rows`` of feed."""
        self._begin(rows / _ROWS_PER_S, partial(self._line, text, rows))

    def _line(self, text: str, rows: int) -> None:
        self._strip.print_line(text, rows)
        self._go_on(rows, inked=np.full(rows, bool(text)))

    def _go_on(self, rows: int, *, inked: NDArray[np.bool_]) -> None:
        """The paper moved by ``rows``; ``inked`` says on which of them something was printed."""
        self._rows_left = max(0, self._rows_left - rows)
        if self._stock is None:
            return
        places = (self._on_label_rows + np.arange(rows)) % self._stock.pitch_rows
        if inked[places >= self._stock.label_rows].any():
            self.mishap("printed over the gap between two labels")
        self._on_label_rows = (self._on_label_rows + rows) % self._stock.pitch_rows

    @property
    def rows_to_next_label(self) -> int:
        """How far the sensor would feed now; 0 at the top of a label and on endless paper."""
        return 0 if self._stock is None else -self._on_label_rows % self._stock.pitch_rows

    def separate(self, how: Separation, feed_rows: int = 0) -> None:
        """Feed, then cut or peel."""

        def feed_and_cut() -> None:
            self._line("", feed_rows)
            self._separate(how)

        self._begin(_CUT_S + feed_rows / _ROWS_PER_S, feed_and_cut)

    def _begin(self, duration_s: float, end: Callable[[], None]) -> None:
        self._motion = (end, self._clock_s + duration_s * (_SLOWER if self.slow else 1))

    def drop(self) -> None:
        """Stop what moves; what is on the strip stays on it."""
        self._motion = self._unprinted = None

    # Time.

    def wake(self, now_s: float) -> None:
        """The next motion begins now after a rest, and otherwise at the end of the one before."""
        if self._rests:
            self._clock_s = max(self._clock_s, now_s)
        self._rests = False

    def rest(self) -> None:
        """There is nothing to begin."""
        self._rests = True

    def move(self, now_s: float) -> bool:
        """Go on up to ``now_s``. True when a motion ended or went on with the next roll."""
        if self._cover_open or self.stuck:
            return False
        if self._motion is not None:
            end, done_s = self._motion
            if now_s < done_s:
                return False
            self._motion, self._clock_s = None, done_s
            end()
            return True
        if self._unprinted is not None and self._rows_left > 0:
            self._clock_s = now_s
            rows, left = self._unprinted
            self._unprinted = None
            self.print_rows(rows, left)
            return True
        return False

    def tear_off(self, now_s: float) -> None:
        """Somebody takes a label that was not cut, when it has hung long enough."""
        if self._hangs and now_s >= self._clock_s + _TEAR_OFF_S:
            self._separate(Separation.TORN)

    @property
    def _hangs(self) -> bool:
        return not self.busy and not self._strip.blank

    def next_due_s(self) -> float | None:
        """When `move` or `tear_off` has something to do."""
        if self._cover_open or self.stuck:
            return None
        if self._motion is not None:
            return self._motion[1]
        if self._unprinted is not None:
            return self._clock_s if self._rows_left > 0 else None
        return self._clock_s + _TEAR_OFF_S if self._hangs else None

    def take_papers(self) -> list[Paper]:
        """Pieces that came out since the last call."""
        papers, self._papers = self._papers, []
        return papers

    def _separate(self, how: Separation) -> None:
        bitmap, text = self._strip.take()
        if not len(bitmap):
            return
        self._paper_count += 1
        raw, mishaps = bytes(self._raw), tuple(self._mishaps)
        paper = Paper(self._paper_count, bitmap, text, raw, how, self._clock_s, mishaps)
        self._papers.append(paper)
        self._raw.clear()
        self._mishaps.clear()
