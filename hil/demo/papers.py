"""Reads labels as a laboratory does: from the dots alone, with a bar code library."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from hil.demo.facts import Paper
from hil.models.paper import Paper as PaperPiece

NOTE_TIMEOUT_S = 5.0
_QUIET_DOTS = 24
_ENLARGE = 2


class PaperClerk:
    """Notes each paper the moment it comes out. ``newest_seq`` asks the ledger file itself."""

    def __init__(self, newest_seq: Callable[[], int]) -> None:
        self._newest_seq = newest_seq
        self._changed = threading.Condition()
        self._noted: list[tuple[PaperPiece, int]] = []

    def note(self, paper: PaperPiece) -> None:
        """Called from the printer's thread."""
        committed = self._newest_seq()
        with self._changed:
            self._noted.append((paper, committed))
            self._changed.notify_all()

    def papers(self, count: int) -> tuple[Paper, ...]:
        """Every paper, decoded now. Waits until ``count`` are noted, at most `NOTE_TIMEOUT_S`."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._noted) >= count, NOTE_TIMEOUT_S)
            noted = list(self._noted)
        return tuple(
            Paper(paper.number, decode_label(paper.bitmap), committed) for paper, committed in noted
        )


def decode_label(dots: NDArray[np.bool_]) -> tuple[str, ...]:
    """The texts of all bar codes on a label; ``dots`` True is black."""
    grey = np.where(dots, np.uint8(0), np.uint8(255))
    framed = np.pad(grey, _QUIET_DOTS, constant_values=255)
    large = np.kron(framed, np.ones((_ENLARGE, _ENLARGE), np.uint8))
    return tuple(code.text for code in zxingcpp.read_barcodes(large) if code.valid)
