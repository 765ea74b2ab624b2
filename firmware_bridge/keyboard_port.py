"""Scanners that pose as keyboards: opened by name, only when allowed, and for the kiosk alone.

Owns the allow-list and the grab (EVIOCGRAB): what an allowed scanner types reaches no terminal and
no window, and what any other keyboard types reaches nobody here. Reads raw input events; says
nothing to a keyboard. The list names vendor, product and the USB port, because anybody can carry a
keyboard of the same make to another socket.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_bridge.codecs.keyboard_wedge import EV_LED, EVENT, LED_CAPS
from firmware_bridge.descriptor import DescriptorIo
from firmware_bridge.errors import LinkError, PortAbsent

_WRITTEN = re.compile(r"([0-9a-f]{4}):([0-9a-f]{4})@([0-9]+-[0-9]+(?:\.[0-9]+)*)")
_PORT = re.compile(r"[0-9]+-[0-9]+(?:\.[0-9]+)*")
_ABSENT = (errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EIO)
_SYS_CHAR = Path("/sys/dev/char")


@dataclass(frozen=True, slots=True)
class KeyboardIdentity:
    """Ids are four lower-case hex digits; ``usb_port`` as the kernel writes it, such as 1-1.3."""

    vendor_id: str
    product_id: str
    usb_port: str

    @classmethod
    def parse(cls, text: str) -> KeyboardIdentity:
        """From ``05f9:2204@1-1.3``. Raises a permanent `LinkError`."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise LinkError(
                f"{text[:40]!r} names no keyboard: write vendor:product@port, as 05f9:2204@1-1.3",
                permanent=True,
            )
        return cls(*found.groups())

    def __str__(self) -> str:
        return f"{self.vendor_id}:{self.product_id}@{self.usb_port or 'no USB port'}"


class KeyboardPort:
    """A grabbed keyboard. See `Transport`. Its first event says whether CapsLock is lit."""

    def __init__(self, device: Any) -> None:
        self._device = device
        name = str(device.path)
        self._io = DescriptorIo(device.fd, name, self._release)
        lit = int(LED_CAPS in device.leds())
        self._first = EVENT.pack(0, 0, EV_LED, LED_CAPS, lit)
        self.close = self._io.close

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        first, self._first = self._first, b""
        return first or self._io.read(max_bytes, timeout_s)

    def write(self, data: bytes, timeout_s: float) -> None:
        if data:
            raise LinkError(f"{self._device.path} is a keyboard; nothing can be said to it")

    def set_baud(self, baud: int) -> None:
        """A keyboard has no baud rate."""

    def _release(self) -> None:
        self._device.close()  # closing gives the grab back


def open_keyboard(
    path: str,
    allowed: Sequence[KeyboardIdentity],
    *,
    open_device: Callable[[str], Any] | None = None,
    port_of: Callable[[int], str] | None = None,
) -> KeyboardPort:
    """Open and grab the keyboard at ``path``. Raises `PortAbsent` or `LinkError`."""
    if not allowed:
        raise LinkError(
            f"no keyboard is allowed, so {path} types nothing; name it in scanner.keyboards",
            permanent=True,
        )
    device = _open(path, open_device or _input_device)
    try:
        found = KeyboardIdentity(
            f"{device.info.vendor:04x}",
            f"{device.info.product:04x}",
            (port_of or _port_of)(device.fd),
        )
        if found not in allowed:
            raise LinkError(
                f"{path} is now the keyboard {found}, which is not in scanner.keyboards:"
                " it types nothing; plug the scanner into its own port"
            )
        device.grab()
        return KeyboardPort(device)
    except OSError as error:
        device.close()
        raise _refusal(path, error) from error
    except LinkError:
        device.close()
        raise


def usb_port(device: Path) -> str:
    """The USB port of a device by its folder in /sys, where the kernel keeps it; "" for none."""
    ports = [part for part in device.resolve().parts if _PORT.fullmatch(part)]
    return ports[-1] if ports else ""


def _port_of(descriptor: int) -> str:
    """Of what is open, whatever its path leads to by now."""
    number = os.fstat(descriptor).st_rdev
    return usb_port(_SYS_CHAR / f"{os.major(number)}:{os.minor(number)}" / "device")


def _open(path: str, open_device: Callable[[str], Any]) -> Any:
    try:
        return open_device(path)
    except OSError as error:
        raise _refusal(path, error) from error


def _refusal(path: str, error: OSError) -> LinkError:
    if error.errno in _ABSENT:
        return PortAbsent(f"there is no keyboard {path}; check its cable and the udev rule")
    if error.errno == errno.EBUSY:
        return LinkError(f"{path} is grabbed by another program; stop that program")
    if error.errno in (errno.EACCES, errno.EPERM):
        return LinkError(
            f"the kiosk may not open {path}; its udev rule must give it to group kiosk"
        )
    if error.errno == errno.ENOTTY:
        return LinkError(f"{path} is no keyboard; correct the address", permanent=True)
    return LinkError(f"{path} cannot be opened ({error.strerror}); check the device")


def _input_device(path: str) -> Any:
    import evdev  # noqa: PLC0415 - a binary module that only kiosks with such a scanner need

    return evdev.InputDevice(path)
