"""A USB bus with label printers on it, as pyusb's back-end interface sees one.

Owns no hardware: what a printer says, takes and refuses is told by the test, and what was done to
it can be read.
"""

from __future__ import annotations

import array
import errno
import time
from collections import deque
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import usb.core
from usb.backend import IBackend


def trouble(code: int) -> usb.core.USBError:
    if code == errno.ETIMEDOUT:
        return usb.core.USBTimeoutError("Operation timed out", -7, code)
    return usb.core.USBError("trouble", -1, code)


@dataclass
class FakePrinter:
    """One device on the bus. ``alternates`` are (class, addresses of bulk endpoints)."""

    ids: tuple[int, int] = (0x04B8, 0x0E15)
    port: tuple[int, ...] = (1, 3)
    serial: str = "X3A9"
    alternates: tuple[tuple[int, tuple[int, ...]], ...] = ((7, (0x82, 0x01)),)
    configured: int = 1
    usblp: bool = True
    deeds: list[str] = field(default_factory=list)
    says: deque[bytes | int] = field(default_factory=deque)
    taken: bytearray = field(default_factory=bytearray)
    takes: deque[int] = field(default_factory=deque)
    refuses: dict[str, int] = field(default_factory=dict)

    def do(self, deed: str) -> None:
        if (code := self.refuses.get(deed.split(maxsplit=1)[0])) is not None:
            raise trouble(code)
        self.deeds.append(deed)


class FakeBus(IBackend):
    """Satisfies pyusb's back-end interface for printers with one configuration."""

    def __init__(self, *printers: FakePrinter) -> None:
        self.printers = printers

    def enumerate_devices(self) -> Any:
        return iter(self.printers)

    def get_device_descriptor(self, dev: FakePrinter) -> Any:
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=dev.ids[0],
            idProduct=dev.ids[1],
            bcdDevice=0x100,
            iManufacturer=0,
            iProduct=0,
            iSerialNumber=3 if dev.serial else 0,
            bNumConfigurations=1,
            address=5,
            bus=1,
            port_number=dev.port[-1] if dev.port else None,
            port_numbers=dev.port or None,
            speed=3,
        )

    def get_configuration_descriptor(self, dev: FakePrinter, config: int) -> Any:
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=32,
            bNumInterfaces=1,
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0xC0,
            bMaxPower=1,
            extra_descriptors=[],
        )

    def get_interface_descriptor(self, dev: FakePrinter, intf: int, alt: int, config: int) -> Any:
        if intf or alt >= len(dev.alternates):
            raise IndexError
        kind, endpoints = dev.alternates[alt]
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=0,
            bAlternateSetting=alt,
            bNumEndpoints=len(endpoints),
            bInterfaceClass=kind,
            bInterfaceSubClass=1,
            bInterfaceProtocol=2,
            iInterface=0,
            extra_descriptors=[],
        )

    def get_endpoint_descriptor(
        self, dev: FakePrinter, ep: int, intf: int, alt: int, config: int
    ) -> Any:
        return SimpleNamespace(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=dev.alternates[alt][1][ep],
            bmAttributes=2,
            wMaxPacketSize=64,
            bInterval=0,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )

    def open_device(self, dev: FakePrinter) -> FakePrinter:
        dev.do("open")
        return dev

    def close_device(self, dev_handle: FakePrinter) -> None:
        dev_handle.do("close")

    def get_configuration(self, dev_handle: FakePrinter) -> int:
        return dev_handle.configured

    def set_configuration(self, dev_handle: FakePrinter, config_value: int) -> None:
        dev_handle.do("configure")
        dev_handle.configured = config_value

    def set_interface_altsetting(self, dev_handle: FakePrinter, intf: int, altsetting: int) -> None:
        dev_handle.do(f"alternate {altsetting}")

    def claim_interface(self, dev_handle: FakePrinter, intf: int) -> None:
        dev_handle.do("claim")

    def release_interface(self, dev_handle: FakePrinter, intf: int) -> None:
        dev_handle.do("release")

    def is_kernel_driver_active(self, dev_handle: FakePrinter, intf: int) -> bool:
        return dev_handle.usblp

    def detach_kernel_driver(self, dev_handle: FakePrinter, intf: int) -> None:
        dev_handle.do("detach")
        dev_handle.usblp = False

    def attach_kernel_driver(self, dev_handle: FakePrinter, intf: int) -> None:
        dev_handle.do("attach")
        dev_handle.usblp = True

    def ctrl_transfer(  # noqa: PLR0917  the texts of the device: languages, then the serial number
        self,
        dev_handle: FakePrinter,
        bmRequestType: int,  # noqa: N803  pyusb's name
        bRequest: int,  # noqa: N803
        wValue: int,  # noqa: N803
        wIndex: int,  # noqa: N803
        data: Any,
        timeout: int,
    ) -> int:
        text = b"\x09\x04" if wValue & 0xFF == 0 else dev_handle.serial.encode("utf-16-le")
        reply = bytes((2 + len(text), 3)) + text
        data[: len(reply)] = array.array("B", reply)
        return len(reply)

    def bulk_read(
        self, dev_handle: FakePrinter, ep: int, intf: int, buff: Any, timeout: int
    ) -> int:
        assert ep & 0x80 and timeout >= 1 and len(buff) % 64 == 0
        if not dev_handle.says:
            time.sleep(min(timeout, 20) / 1000)
        said = dev_handle.says.popleft() if dev_handle.says else errno.ETIMEDOUT
        if isinstance(said, int):
            raise trouble(said)
        buff[: len(said)] = array.array("B", said)
        return len(said)

    def bulk_write(
        self, dev_handle: FakePrinter, ep: int, intf: int, data: Any, timeout: int
    ) -> int:
        assert not ep & 0x80 and timeout >= 1
        room = dev_handle.takes.popleft() if dev_handle.takes else len(data)
        if room < 0:
            raise trouble(-room)
        if not room:
            time.sleep(timeout / 1000)
            raise trouble(errno.ETIMEDOUT)
        dev_handle.taken += bytes(data[:room])
        return min(room, len(data))
