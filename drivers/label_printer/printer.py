"""The label printer as the settings describe it: language, head, paper. Makes whole jobs.

Owns the choice of language and the refusal of a label that is wider than the head: a real head
prints nothing then, without a word. Must not send anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from drivers.label_printer.bitmap import Bitmap
from drivers.label_printer.escpos_label import HEAD_DOTS, escpos_label
from drivers.label_printer.positioning import Positioning
from drivers.label_printer.template import LabelDoesNotFit
from drivers.label_printer.tspl_label import tspl_label


class PrinterLanguage(StrEnum):
    ESCPOS = "escpos"
    TSPL = "tspl"


@dataclass(frozen=True, slots=True)
class LabelPrinter:
    """``head_dots`` is the width of the print head."""

    language: PrinterLanguage = PrinterLanguage.ESCPOS
    head_dots: int = HEAD_DOTS
    positioning: Positioning = field(default_factory=Positioning)

    def job(self, bitmap: Bitmap, process_id: str | None = None) -> bytes:
        """All bytes of one label. ``process_id`` is asked for by ESC/POS only.

        Raises `LabelDoesNotFit`, `NotDefusable` and `BadProcessId`.
        """
        if bitmap.width > self.head_dots:
            raise LabelDoesNotFit(
                f"the label is {bitmap.width} dots wide and the head {self.head_dots}: the printer"
                " would print nothing; choose a narrower label, or correct printer.head_dots"
            )
        if self.language is PrinterLanguage.TSPL:
            return tspl_label(bitmap, self.positioning)
        return escpos_label(bitmap, process_id, cut=True, ending=self.positioning.escpos)
