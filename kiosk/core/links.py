"""The core's two device links, as the settings want them, and the watch that wakes them.

Owns the printer's wiring (codec, handshake, questions); the thermometer's, which the technician's
tools need, too, is `kiosk.thermometers`. Must not know what an answer means.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from config.model import KioskConfig, PrinterSection
from drivers.label_printer.escpos_label import process_id_request
from firmware_bridge.codecs.escpos_frames import StatusQuery
from firmware_bridge.codecs.escpos_status import EscposStatusCodec
from firmware_bridge.errors import LinkError
from firmware_bridge.hotplug import HotplugWatch
from firmware_bridge.link import Link, LinkEvent
from firmware_bridge.printer_greeting import PrinterGreeting
from firmware_bridge.transport import open_transport
from kiosk.core.device_desk import PRINTER
from kiosk.device_address import backoff_last_s, watched_path
from kiosk.thermometers import thermometer_link

__all__ = ["DeviceLinks", "printer_link", "thermometer_link"]

PRINTER_POLL_S = 0.5
PRINTER_SILENCE_S = 1.7  # three questions without an answer, in time to show it within 2 s
PROBE_TIMEOUT_S = 0.5


def printer_link(section: PrinterSection, on_event: Callable[[LinkEvent], None]) -> Link:
    """Asks for the status twice a second and is told every change in between."""
    return Link(
        PRINTER,
        partial(open_transport, section.url, section.baud),
        EscposStatusCodec,
        on_event,
        handshake=PrinterGreeting(),
        silence_s=PRINTER_SILENCE_S,
        polls=(StatusQuery(),),
        poll_s=PRINTER_POLL_S,
        backoff_last_s=backoff_last_s(section.url),
    )


class DeviceLinks:
    """Starts and stops both links. A malformed address is a fault of its link alone."""

    def __init__(self, config: KioskConfig, on_event: Callable[[LinkEvent], None]) -> None:
        self.thermometer = thermometer_link(config.thermometer, on_event)
        self.printer = printer_link(config.printer, on_event)
        urls = (config.thermometer.url, config.printer.url)
        paths = [path for url in urls if (path := watched_path(url))]
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

    def _poke(self) -> None:
        self.thermometer.poke()
        self.printer.poke()
