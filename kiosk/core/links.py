"""The core's two device links, as the settings want them, and the watch that wakes them.

Owns their wiring: codec, handshake, questions. Must not know what an answer means.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from config.model import (
    KioskConfig,
    PrinterLanguage,
    PrinterSection,
    ThermometerMode,
    ThermometerSection,
)
from drivers.label_printer.escpos_label import process_id_request
from firmware_bridge.autobaud import AutoBaud
from firmware_bridge.codecs.escpos_frames import (
    ClearBuffers,
    InfoQuery,
    RecoverAndDrop,
    StatusQuery,
)
from firmware_bridge.codecs.escpos_status import EscposStatusCodec
from firmware_bridge.codecs.gy_mcu90615 import Gy90615Codec, ThermometerCommand
from firmware_bridge.codecs.tspl_status import TsplQuery, TsplStatusCodec
from firmware_bridge.errors import LinkError
from firmware_bridge.hotplug import HotplugWatch
from firmware_bridge.link import BACKOFF_LAST_S, Link, LinkEvent
from firmware_bridge.printer_greeting import CLEARED_WITHIN_S
from firmware_bridge.transport import TransportUrl, open_transport
from kiosk.core.device_desk import PRINTER, THERMOMETER
from kiosk.devices.printer_settings import printer_greeting

THERMOMETER_SILENCE_S = 1.0
THERMOMETER_POLL_S = 0.1
PRINTER_POLL_S = 0.5
PRINTER_SILENCE_S = 1.7  # three questions without an answer, in time to show it within 2 s
PROBE_TIMEOUT_S = 0.5
NETWORK_BACKOFF_LAST_S = 2.0


def thermometer_link(section: ThermometerSection, on_event: Callable[[LinkEvent], None]) -> Link:
    """Finds the speed by itself; in polled mode it asks ten times a second."""
    polled = section.mode is ThermometerMode.POLLED
    question = ThermometerCommand.QUERY if polled else ThermometerCommand.CONTINUOUS
    return Link(
        THERMOMETER,
        partial(open_transport, section.url, section.bauds[0]),
        Gy90615Codec,
        on_event,
        handshake=AutoBaud(section.bauds, Gy90615Codec().encode(question), Gy90615Codec),
        silence_s=THERMOMETER_SILENCE_S,
        polls=(ThermometerCommand.QUERY,) if polled else (),
        poll_s=THERMOMETER_POLL_S,
        backoff_last_s=_backoff_last_s(section.url),
    )


def printer_link(section: PrinterSection, on_event: Callable[[LinkEvent], None]) -> Link:
    """Asks for the status twice a second; an ESC/POS printer tells every change in between, too.

    A printer that is a file is never asked: it gets labels and nothing else.
    """
    open_port = partial(open_transport, section.url, section.baud)
    backoff_last_s = _backoff_last_s(section.url)
    tspl = section.language is PrinterLanguage.TSPL
    if not _answers(section.url):
        return Link(PRINTER, open_port, EscposStatusCodec, on_event, backoff_last_s=backoff_last_s)
    return Link(
        PRINTER,
        open_port,
        TsplStatusCodec if tspl else EscposStatusCodec,
        on_event,
        handshake=printer_greeting(section),
        silence_s=PRINTER_SILENCE_S,
        polls=(TsplQuery() if tspl else StatusQuery(),),
        poll_s=PRINTER_POLL_S,
        backoff_last_s=backoff_last_s,
    )


class DeviceLinks:
    """Starts and stops both links. A malformed address is a fault of its link alone."""

    def __init__(self, config: KioskConfig, on_event: Callable[[LinkEvent], None]) -> None:
        self.thermometer = thermometer_link(config.thermometer, on_event)
        self.printer = printer_link(config.printer, on_event)
        escpos = config.printer.language is PrinterLanguage.ESCPOS
        self._clears = escpos and _answers(config.printer.url)
        urls = (config.thermometer.url, config.printer.url)
        paths = [path for url in urls if (path := _watched(url))]
        self._hotplug = HotplugWatch(self._poke, paths)

    def start(self) -> None:
        self.thermometer.start()
        self.printer.start()
        self._hotplug.start()

    def stop(self) -> None:
        self._hotplug.stop()
        self.thermometer.stop()
        self.printer.stop()

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
        self.thermometer.poke()
        self.printer.poke()


def _backoff_last_s(url: str) -> float:
    """Nothing tells when a network device is plugged in: it is asked for often enough to heal."""
    return BACKOFF_LAST_S if _watched(url) else NETWORK_BACKOFF_LAST_S


def _answers(url: str) -> bool:
    try:
        return TransportUrl.parse(url).answers
    except LinkError:
        return True  # the link itself says what is wrong with it


def _watched(url: str) -> Path | None:
    try:
        return TransportUrl.parse(url).watched_path
    except LinkError:
        return None  # the link itself says what is wrong with it
