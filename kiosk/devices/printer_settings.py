"""The printer's settings in the words of its driver and of its wire. Pure reading, no decision."""

from __future__ import annotations

from config.devices import LabelEnding, PrinterSection
from config.devices import PrinterLanguage as LanguageSetting
from drivers.label_printer.positioning import Ending, LabelCommands, Paper, Positioning
from drivers.label_printer.printer import LabelPrinter, PrinterLanguage
from drivers.label_printer.template import DOTS_PER_MM
from firmware_bridge.handshake import Handshake
from firmware_bridge.printer_greeting import PrinterGreeting
from firmware_bridge.tspl_greeting import TsplGreeting


def label_printer(section: PrinterSection) -> LabelPrinter:
    """The printer in the driver's words. Raises ValueError for a language that is refused."""
    auto = section.ending is LabelEnding.AUTO
    return LabelPrinter(
        PrinterLanguage(section.language.value),
        section.head_dots,
        Positioning(
            Paper(section.paper.value),
            None if auto else Ending(section.ending.value),
            LabelCommands(section.positioning.value),
            section.gap_mm,
        ),
    )


def printer_greeting(section: PrinterSection) -> Handshake:
    """What is said first on a connection: it clears what the printer still holds of a job."""
    if section.language is not LanguageSetting.TSPL:
        return PrinterGreeting()
    width_mm, height_mm = (int(side) for side in section.label.value.split("x"))
    return TsplGreeting(width_mm * DOTS_PER_MM // 8 * height_mm * DOTS_PER_MM, section.baud)
