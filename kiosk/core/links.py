"""The core's device links, as the settings want them, and the watch that wakes them.

Owns the printer's wiring (codec, handshake, questions); the thermometer's, which the technician's
tools need, too, is `kiosk.devices.thermometers`. Must not know what an answer means.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from config.devices import (
    IdCardReaderSection,
    PrinterLanguage,
    PrinterSection,
    ScannerKind,
    ScannerMode,
    ScannerSection,
)
from config.model import KioskConfig
from drivers.label_printer.escpos_label import process_id_request
from firmware_bridge.codecs.escpos_frames import (
    ClearBuffers,
    InfoQuery,
    RecoverAndDrop,
    StatusQuery,
)
from firmware_bridge.codecs.escpos_status import EscposStatusCodec
from firmware_bridge.codecs.ga450_dialogue import Ask, CardDialogue
from firmware_bridge.codecs.gm65 import READ_BACK, Gm65Codec, ScanMode, Trigger
from firmware_bridge.codecs.keyboard_wedge import KeyboardWedgeCodec
from firmware_bridge.codecs.newland import NewlandCodec, NewlandSetting
from firmware_bridge.codecs.tspl_status import TsplQuery, TsplStatusCodec
from firmware_bridge.errors import LinkError
from firmware_bridge.gm65_setup import Gm65Setup
from firmware_bridge.hotplug import HotplugWatch
from firmware_bridge.keyboard_port import KeyboardIdentity
from firmware_bridge.link import Link, LinkEvent
from firmware_bridge.newland_setup import NewlandSetup
from firmware_bridge.printer_greeting import CLEARED_WITHIN_S
from firmware_bridge.transport import Transport, TransportUrl, open_transport
from kiosk.core.device_desk import ID_CARD_READER, PRINTER, SCANNER
from kiosk.devices.address import backoff_last_s, watched_path
from kiosk.devices.printer_settings import printer_greeting
from kiosk.devices.thermometers import thermometer_link

__all__ = ["DeviceLinks", "printer_link", "thermometer_link"]

PRINTER_POLL_S = 0.5
PRINTER_SILENCE_S = 1.7  # three questions without an answer, in time to show it within 2 s
PROBE_TIMEOUT_S = 0.5
SCANNER_POLL_S = 0.5
SCANNER_SILENCE_S = 1.7  # three questions, as for the printer
CARD_POLL_S = 0.15
CARD_SILENCE_S = 1.8  # a read may say nothing for more than a second

_SCAN_MODES = {
    ScannerMode.CONTINUOUS: ScanMode.CONTINUOUS,
    ScannerMode.SENSE: ScanMode.SENSE,
    ScannerMode.COMMAND: ScanMode.COMMAND,
}


def printer_link(section: PrinterSection, on_event: Callable[[LinkEvent], None]) -> Link:
    """Asks for the status twice a second; an ESC/POS printer tells every change in between, too.

    A printer that is a file is never asked: it gets labels and nothing else.
    """
    open_port = partial(open_transport, section.url, section.baud)
    longest_pause_s = backoff_last_s(section.url)
    tspl = section.language is PrinterLanguage.TSPL
    if not _answers(section.url):
        return Link(PRINTER, open_port, EscposStatusCodec, on_event, backoff_last_s=longest_pause_s)
    return Link(
        PRINTER,
        open_port,
        TsplStatusCodec if tspl else EscposStatusCodec,
        on_event,
        handshake=printer_greeting(section),
        silence_s=PRINTER_SILENCE_S,
        polls=(TsplQuery() if tspl else StatusQuery(),),
        poll_s=PRINTER_POLL_S,
        backoff_last_s=longest_pause_s,
    )


def scanner_link(section: ScannerSection, on_event: Callable[[LinkEvent], None]) -> Link:
    """A GM65 is set up, then asked twice a second; the others speak only when they scan."""
    longest = section.code_max_bytes
    longest_pause_s = backoff_last_s(section.url)
    open_port = partial(_open_scanner, section)
    match section.kind:
        case ScannerKind.GM65:
            mode = _SCAN_MODES[section.mode]
            return Link(
                SCANNER,
                open_port,
                partial(Gm65Codec, longest, mode),
                on_event,
                handshake=Gm65Setup(mode),
                silence_s=SCANNER_SILENCE_S,
                polls=(Trigger(),) if mode is ScanMode.COMMAND else (READ_BACK,),
                poll_s=SCANNER_POLL_S,
                backoff_last_s=longest_pause_s,
            )
        case ScannerKind.NEWLAND:
            return Link(
                SCANNER,
                open_port,
                partial(NewlandCodec, longest),
                on_event,
                handshake=NewlandSetup([NewlandSetting(text) for text in section.settings]),
                backoff_last_s=longest_pause_s,
            )
        case ScannerKind.KEYBOARD:
            return Link(
                SCANNER,
                open_port,
                partial(KeyboardWedgeCodec, longest),
                on_event,
                backoff_last_s=longest_pause_s,
            )


def _open_scanner(section: ScannerSection) -> Transport:
    keyboards = [KeyboardIdentity.parse(text) for text in section.keyboards]
    return open_transport(section.url, section.baud, keyboards)


def id_card_reader_link(
    section: IdCardReaderSection, on_event: Callable[[LinkEvent], None]
) -> Link:
    """Asks whether a card is there, and goes on to its text when one is."""
    return Link(
        ID_CARD_READER,
        partial(open_transport, section.url, section.baud),
        CardDialogue,
        on_event,
        silence_s=CARD_SILENCE_S,
        polls=(Ask.WHAT_IS_DUE,),
        poll_s=CARD_POLL_S,
        backoff_last_s=backoff_last_s(section.url),
    )


class DeviceLinks:
    """Starts and stops all links. A malformed address is a fault of its link alone."""

    def __init__(self, config: KioskConfig, on_event: Callable[[LinkEvent], None]) -> None:
        self.thermometer = thermometer_link(config.thermometer, on_event)
        self.printer = printer_link(config.printer, on_event)
        escpos = config.printer.language is PrinterLanguage.ESCPOS
        self._clears = escpos and _answers(config.printer.url)
        self._links = [self.thermometer, self.printer]
        urls = [config.thermometer.url, config.printer.url]
        if config.scanner is not None:
            self._links.append(scanner_link(config.scanner, on_event))
            urls.append(config.scanner.url)
        if config.id_card_reader is not None:
            self._links.append(id_card_reader_link(config.id_card_reader, on_event))
            urls.append(config.id_card_reader.url)
        paths = [path for url in urls if (path := watched_path(url))]
        self._hotplug = HotplugWatch(self._poke, paths)

    def start(self) -> None:
        for link in self._links:
            link.start()
        self._hotplug.start()

    def stop(self) -> None:
        self._hotplug.stop()
        for link in self._links:
            link.stop()

    def probe_printer(self, process_id: str) -> None:
        """Ask the printer to answer this process id; silence afterwards is an answer, too."""
        try:
            self.printer.write_bytes(process_id_request(process_id), PROBE_TIMEOUT_S)
        except LinkError:
            return  # it went away again: the next READY asks again

    def ask_printer(self, question: InfoQuery) -> None:
        """Ask the printer something about itself; silence is no answer and no harm."""
        self.printer.send(question)

    def clear_printer(self) -> None:
        """The printer drops what it holds; for the printer's thread, as it takes a moment.

        A TSPL printer and a file have no such word: there the void label comes out, marked by
        nothing but its record.
        """
        if not self._clears:
            return
        self.printer.send(RecoverAndDrop())  # out of a recoverable error, such as a jammed cutter
        if self.printer.send(ClearBuffers()):
            time.sleep(CLEARED_WITHIN_S)  # nothing may be sent until it has answered

    def _poke(self) -> None:
        for link in self._links:
            link.poke()


def _answers(url: str) -> bool:
    try:
        return TransportUrl.parse(url).answers
    except LinkError:
        return True  # the link itself says what is wrong with it
