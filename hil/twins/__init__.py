"""Instruments that run: a model, a skin and one thread that owns both.

A twin answers within milliseconds from the far side of a real transport, can be told from any
thread what happens to it (`present`, `fault`, `heal`), and stops cleanly. It must not import our
codecs or drivers.
"""

from hil.twins.camera import CameraTwin
from hil.twins.id_card_reader import IdCardReaderTwin
from hil.twins.line import WireBytes
from hil.twins.printer import PrinterTwin
from hil.twins.scanner import ScannerTwin
from hil.twins.thermometer import ThermometerTwin

__all__ = [
    "CameraTwin",
    "IdCardReaderTwin",
    "PrinterTwin",
    "ScannerTwin",
    "ThermometerTwin",
    "WireBytes",
]
