"""A way to move bytes to and from one device, chosen by URL.

Owns the `Transport` protocol and the reading of transport URLs. Must not interpret bytes and must
not retry: that is `firmware_bridge.link`.

    tty:/dev/kiosk/thermometer   a serial port          pty:PATH      a pseudo-terminal (twins)
    tcp:HOST:PORT                a network device       replay:FILE   a wire recording
    usb:04b8:0e15?port=1-1.3     a USB printer          file:PATH     what a printer would get
    evdev:/dev/input/by-id/...   a scanner that poses as a keyboard, when it is on the allow-list
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from firmware_bridge.errors import LinkError
from firmware_bridge.file_port import open_file
from firmware_bridge.keyboard_port import KeyboardIdentity, open_keyboard
from firmware_bridge.replay import ReplayTransport
from firmware_bridge.serial_port import open_serial
from firmware_bridge.tcp import open_tcp
from firmware_bridge.usb_bulk import open_usb
from firmware_bridge.usb_selector import UsbSelector


class Transport(Protocol):
    """One open connection. One thread reads and closes; any thread may write."""

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """What has arrived, at once; b"" when nothing did within ``timeout_s``.

        Raises `PortAbsent` when the far side is gone, `LinkError` for anything else.
        """

    def write(self, data: bytes, timeout_s: float) -> None:
        """All of ``data`` or an exception within ``timeout_s`` (to 50 ms): `WriteTimedOut`."""

    def set_baud(self, baud: int) -> None:
        """Change the speed of a serial line; without effect where there is no such thing."""

    def close(self) -> None:
        """Give the descriptor back. May be called twice; never raises."""


class Scheme(StrEnum):
    TTY = "tty"
    PTY = "pty"
    TCP = "tcp"
    REPLAY = "replay"
    USB = "usb"
    FILE = "file"
    EVDEV = "evdev"


@dataclass(frozen=True, slots=True)
class TransportUrl:
    """A transport URL taken apart. ``port`` is 0 unless the scheme is ``tcp``."""

    scheme: Scheme
    address: str
    port: int = 0

    @classmethod
    def parse(cls, url: str) -> TransportUrl:
        """Raises a permanent `LinkError` whose sentence can be shown to a technician."""
        scheme_text, colon, address = url.partition(":")
        if not colon or scheme_text not in tuple(Scheme):
            known = ", ".join(f"{scheme}:" for scheme in Scheme)
            raise _malformed(url, f"it must start with one of {known}")
        scheme = Scheme(scheme_text)
        if scheme is Scheme.TCP:
            host, _, port_text = address.rpartition(":")
            host = host.removeprefix("[").removesuffix("]")
            if not host or not port_text.isascii() or not port_text.isdigit():
                raise _malformed(url, "a network device is written tcp:HOST:PORT")
            if len(port_text) > 5 or not 1 <= int(port_text) <= 65_535:
                raise _malformed(url, "a TCP port lies between 1 and 65535")
            return cls(scheme, host, int(port_text))
        if scheme is Scheme.USB:
            try:
                UsbSelector.parse(address)
            except ValueError as error:
                raise _malformed(url, str(error)) from error
        if not address or "\0" in address:
            raise _malformed(url, f"a path must follow {scheme}:")
        return cls(scheme, address)

    @property
    def watched_path(self) -> Path | None:
        """The path whose appearing means that the device is back; None where there is none."""
        return None if self.scheme in (Scheme.TCP, Scheme.USB) else Path(self.address)

    @property
    def answers(self) -> bool:
        """False where nothing can ever be heard: silence means nothing there."""
        return self.scheme is not Scheme.FILE


def _malformed(url: str, why: str) -> LinkError:
    return LinkError(
        f"{url[:80]!r} is not a device address: {why}; for example tty:/dev/kiosk/thermometer",
        permanent=True,
    )


def open_transport(
    url: str, baud: int = 115_200, keyboards: Sequence[KeyboardIdentity] = ()
) -> Transport:
    """Open what ``url`` names, exclusively. Raises `LinkError`; `PortAbsent` if it is not there.

    ``keyboards`` are those that ``evdev:`` may open.
    """
    target = TransportUrl.parse(url)
    match target.scheme:
        case Scheme.TCP:
            return open_tcp(target.address, target.port)
        case Scheme.REPLAY:
            return ReplayTransport(Path(target.address))
        case Scheme.USB:
            return open_usb(UsbSelector.parse(target.address))
        case Scheme.FILE:
            return open_file(target.address)
        case Scheme.EVDEV:
            return open_keyboard(target.address, keyboards)
        case _:
            return open_serial(target.address, baud)
