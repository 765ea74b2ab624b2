"""USB printers: bulk OUT for what they print, bulk IN for what they answer, by pyusb.

Owns opening one printer interface and giving it back. The kernel's usblp is detached while we talk
and attached again when we close, so that another program finds the printer as before. Never resets
a device and never reconfigures one that is configured: a printer drops its buffer then. Every
transfer has a time limit: pyusb's own default of 0 is for ever.
"""

from __future__ import annotations

import errno
import threading
import time
from contextlib import suppress
from typing import Any

from firmware_bridge.errors import LinkError, PortAbsent, WriteTimedOut
from firmware_bridge.usb_selector import UsbSelector

_PRINTER_CLASS = 7
_BULK = 2
_SLICE_S = 0.05
"""How soon a blocked writer notices that the port is being closed."""
_SLICE_BYTES = 4096
_EMPTY_ANSWER_S = 0.02
"""Some printers answer a read at once with nothing."""
_GONE = (errno.ENODEV, errno.EIO, errno.ENXIO, errno.ENOENT, errno.EPROTO, errno.ESHUTDOWN)


class UsbBulkPort:
    """An open printer interface. See `Transport`. ``incoming`` None: it cannot answer."""

    def __init__(
        self, device: Any, interface: int, outgoing: Any, incoming: Any | None, *, detached: bool
    ) -> None:
        self._device = device
        self._interface = interface
        self._outgoing = outgoing
        self._incoming = incoming
        self._detached = detached
        self._name = _name_of(device)
        self._closing = threading.Event()
        self._released = False
        self._writing = threading.Lock()

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """See `Transport.read`. ``max_bytes`` is rounded down to whole packets."""
        give_up_s = time.monotonic() + timeout_s
        while True:
            self._refuse_if_closed()
            left_s = max(0.0, give_up_s - time.monotonic())
            if data := self._read_some(max_bytes, left_s):
                return data
            if time.monotonic() >= give_up_s:
                return b""
            self._closing.wait(min(_EMPTY_ANSWER_S, left_s))

    def _read_some(self, max_bytes: int, timeout_s: float) -> bytes:
        if self._incoming is None:
            self._closing.wait(timeout_s)
            return b""
        packet = self._incoming.wMaxPacketSize
        try:
            data = self._incoming.read(max(packet, max_bytes // packet * packet), _ms(timeout_s))
        except _usb_error() as error:
            if _timed_out(error):
                return b""
            raise self._failure(error) from error
        return bytes(data)

    def write(self, data: bytes, timeout_s: float) -> None:
        """See `Transport.write`. Writers take turns; waiting for one's turn counts as waiting."""
        give_up_s = time.monotonic() + timeout_s
        if not self._writing.acquire(timeout=max(0.0, timeout_s)):
            raise self._too_slow(0, len(data))
        try:
            written = 0
            while written < len(data):
                self._refuse_if_closed()
                left_s = give_up_s - time.monotonic()
                written += self._write_some(data[written : written + _SLICE_BYTES], left_s)
                if written < len(data) and time.monotonic() >= give_up_s:
                    raise self._too_slow(written, len(data))
        finally:
            self._writing.release()

    def _write_some(self, data: bytes, left_s: float) -> int:
        try:
            return int(self._outgoing.write(data, _ms(min(left_s, _SLICE_S))))
        except _usb_error() as error:
            if _timed_out(error):
                return 0
            raise self._failure(error) from error

    def set_baud(self, baud: int) -> None:
        """USB has no baud rate."""

    def close(self) -> None:
        """See `Transport.close`. Waits for a writer, which notices within 50 ms."""
        self._closing.set()
        with self._writing:
            if not self._released:
                self._released = True
                give_back(self._device, self._interface, detached=self._detached)

    def _refuse_if_closed(self) -> None:
        if self._closing.is_set():
            raise LinkError(f"{self._name} was closed by the kiosk; wait until it is open again")

    def _failure(self, error: OSError) -> LinkError:
        if error.errno in _GONE:
            return PortAbsent(f"{self._name} went away while in use; check its cable and its power")
        return LinkError(f"{self._name} failed ({error}); switch it off and on")

    def _too_slow(self, written: int, wanted: int) -> WriteTimedOut:
        return WriteTimedOut(
            f"{self._name} took only {written} of {wanted} bytes in time; "
            "it may be off, out of paper or busy",
            written=written,
        )


def open_usb(selector: UsbSelector, backend: Any | None = None) -> UsbBulkPort:
    """Open the one device that ``selector`` means. Raises `PortAbsent` or `LinkError`.

    ``backend`` is pyusb's; None is libusb 1.0.
    """
    device = _find(selector, backend)
    try:
        return _claim(device)
    except _usb_error() as error:
        raise _refusal(selector, error) from error


def _find(selector: UsbSelector, backend: Any | None) -> Any:
    import usb.core  # noqa: PLC0415  loads libusb, which a kiosk without USB printers lacks

    ids = {"idVendor": int(selector.vendor_id, 16), "idProduct": int(selector.product_id, 16)}
    try:
        with_these_ids = list(usb.core.find(find_all=True, backend=backend, **ids))
    except usb.core.NoBackendError as error:
        raise LinkError(
            "USB printers need libusb; install it with `apt-get install libusb-1.0-0`",
            permanent=True,
        ) from error
    found = [device for device in with_these_ids if _is_meant(selector, device)]
    if not found:
        others = ", ".join(sorted(_name_of(device) for device in with_these_ids))
        where = f"; with these ids there are {others}" if others else ""
        raise PortAbsent(f"there is no {selector}{where}; check its cable, its power and its port")
    if len(found) > 1:
        raise LinkError(f"{len(found)} devices are {selector}; name the port", permanent=True)
    return found[0]


def _is_meant(selector: UsbSelector, device: Any) -> bool:
    if selector.port:
        return selector.port == _port_of(device)
    try:
        return bool(device.serial_number == selector.serial_number)
    except (OSError, ValueError):  # it may not be opened, or it has no texts at all
        return False


def _claim(device: Any) -> UsbBulkPort:
    import usb.util  # noqa: PLC0415

    interface, outgoing, incoming = _printer_interface(device)
    number = interface.bInterfaceNumber
    detached = _detach(device, number)
    try:
        usb.util.claim_interface(device, number)
        if interface.bAlternateSetting:
            interface.set_altsetting()
    except _usb_error():
        give_back(device, number, detached=detached)
        raise
    return UsbBulkPort(device, number, outgoing, incoming, detached=detached)


def _printer_interface(device: Any) -> tuple[Any, Any, Any | None]:
    """Interface, OUT and IN: one that can answer before one that cannot."""
    try:
        configuration = device.get_active_configuration()
    except _usb_error() as error:
        if error.errno in (errno.EACCES, errno.ENODEV, errno.EBUSY):
            raise
        device.set_configuration()
        configuration = device.get_active_configuration()
    found = []
    for interface in configuration:
        outgoing = _endpoint(interface, incoming=False)
        if interface.bInterfaceClass == _PRINTER_CLASS and outgoing is not None:
            found.append((interface, outgoing, _endpoint(interface, incoming=True)))
    if not found:
        raise LinkError(
            f"{_name_of(device)} is not a printer (no interface of class 7); correct the address",
            permanent=True,
        )
    return min(found, key=lambda each: each[2] is None)


def _endpoint(interface: Any, *, incoming: bool) -> Any | None:
    for endpoint in interface:
        is_bulk = endpoint.bmAttributes & 3 == _BULK
        if is_bulk and bool(endpoint.bEndpointAddress & 0x80) is incoming:
            return endpoint
    return None


def _detach(device: Any, interface: int) -> bool:
    """True when a kernel driver was detached and must be given its device back."""
    try:
        if not device.is_kernel_driver_active(interface):
            return False
    except NotImplementedError:
        return False
    device.detach_kernel_driver(interface)
    return True


def give_back(device: Any, interface: int, *, detached: bool) -> None:
    """Leave the device as it was found. A device that is gone needs nothing."""
    import usb.util  # noqa: PLC0415

    with suppress(OSError):
        usb.util.release_interface(device, interface)
    if detached:
        with suppress(OSError, NotImplementedError):
            device.attach_kernel_driver(interface)
    with suppress(OSError):
        usb.util.dispose_resources(device)


def _refusal(selector: UsbSelector, error: OSError) -> LinkError:
    if error.errno in _GONE:
        return PortAbsent(f"{selector} went away while it was opened; check its cable")
    if error.errno == errno.EACCES:
        return LinkError(
            f"the kiosk may not open {selector}; its udev rule must give group dialout"
        )
    if error.errno == errno.EBUSY:
        return LinkError(f"{selector} is in use by another program; stop that program")
    return LinkError(f"{selector} cannot be opened ({error}); check the device")


def _usb_error() -> type[OSError]:
    import usb.core  # noqa: PLC0415

    kind: type[OSError] = usb.core.USBError
    return kind


def _timed_out(error: OSError) -> bool:
    return error.errno in (errno.ETIMEDOUT, errno.EAGAIN)


def _ms(timeout_s: float) -> int:
    """At least one: nought would be for ever."""
    return max(1, round(timeout_s * 1000))


def _port_of(device: Any) -> str:
    """As udev names it, such as 1-1.3; "" for a root hub."""
    numbers = ".".join(str(number) for number in device.port_numbers or ())
    return f"{device.bus}-{numbers}" if numbers else ""


def _name_of(device: Any) -> str:
    return f"usb:{device.idVendor:04x}:{device.idProduct:04x}?port={_port_of(device)}"
