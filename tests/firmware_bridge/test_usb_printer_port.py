"""USB printers through a fake pyusb back-end: found, claimed, spoken to, given back."""

from __future__ import annotations

import array
import errno
import queue
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import usb.core
from usb.backend import IBackend

from firmware_bridge.codecs.escpos_status import EscposStatusCodec
from firmware_bridge.errors import LinkError, PortAbsent, WriteTimedOut
from firmware_bridge.link import Link, LinkChanged, LinkEvent, LinkState
from firmware_bridge.usb_bulk import UsbBulkPort, open_usb
from firmware_bridge.usb_selector import UsbSelector

BY_PORT = UsbSelector("04b8", "0e15", port="1-1.3")
BY_SERIAL = UsbSelector("04b8", "0e15", serial_number="X3A9")


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


def opened(printer: FakePrinter, selector: UsbSelector = BY_PORT) -> UsbBulkPort:
    return open_usb(selector, FakeBus(printer))


def test_usblp_is_detached_and_given_back() -> None:
    printer = FakePrinter()
    port = opened(printer)
    assert printer.deeds == ["open", "detach", "claim"]  # no reset, no new configuration
    port.close()
    port.close()
    assert printer.deeds == ["open", "detach", "claim", "release", "attach", "close"]
    assert printer.usblp


def test_without_usblp_nothing_is_attached() -> None:
    printer = FakePrinter(usblp=False)
    opened(printer).close()
    assert printer.deeds == ["open", "claim", "release", "close"]


def test_a_device_without_configuration_gets_its_first_one() -> None:
    printer = FakePrinter(configured=0)
    opened(printer).close()
    assert "configure" in printer.deeds


def test_the_interface_that_can_answer_is_taken() -> None:
    printer = FakePrinter(alternates=((7, (0x01,)), (7, (0x01, 0x82))))
    port = opened(printer)
    assert "alternate 1" in printer.deeds
    printer.says.append(b"\x12")
    assert port.read(100, 0.05) == b"\x12"
    port.close()


def test_a_printer_that_cannot_answer_prints_and_is_silent() -> None:
    printer = FakePrinter(alternates=((7, (0x02,)),))
    port = opened(printer)
    port.write(b"label", 0.1)
    assert port.read(100, 0.01) == b""
    assert bytes(printer.taken) == b"label"
    port.close()


def test_identical_printers_are_told_apart_by_port_and_by_serial_number() -> None:
    left, right = FakePrinter(port=(1, 2), serial="A1"), FakePrinter()
    for selector in (BY_PORT, BY_SERIAL):
        port = open_usb(selector, FakeBus(left, right))
        port.write(b"x", 0.1)
        port.close()
    assert (bytes(left.taken), bytes(right.taken)) == (b"", b"xx")


@pytest.mark.parametrize(
    ("printer", "selector", "sentence"),
    [
        (FakePrinter(ids=(0x04B8, 1)), BY_PORT, r"no usb:04b8:0e15\?port=1-1\.3; check its cable"),
        (FakePrinter(port=(2,)), BY_PORT, r"with these ids there are usb:04b8:0e15\?port=1-2"),
        (FakePrinter(serial=""), BY_SERIAL, r"no usb:04b8:0e15\?serial=X3A9"),
        (FakePrinter(port=()), BY_PORT, r"no usb:04b8:0e15"),
        (FakePrinter(refuses={"claim": errno.ENODEV}), BY_PORT, "went away while it was opened"),
    ],
)
def test_a_printer_that_is_not_there(
    printer: FakePrinter, selector: UsbSelector, sentence: str
) -> None:
    with pytest.raises(PortAbsent, match=sentence):
        opened(printer, selector)


@pytest.mark.parametrize(
    ("printer", "sentence", "permanent"),
    [
        (FakePrinter(refuses={"open": errno.EACCES}), "udev rule must give group dialout", False),
        (FakePrinter(refuses={"claim": errno.EBUSY}), "in use by another program", False),
        (FakePrinter(refuses={"detach": errno.EINVAL}), "cannot be opened", False),
        (FakePrinter(alternates=((3, (0x81,)),)), "is not a printer", True),
    ],
)
def test_a_printer_that_refuses(printer: FakePrinter, sentence: str, permanent: bool) -> None:
    with pytest.raises(LinkError, match=sentence) as refused:
        opened(printer)
    assert refused.value.permanent is permanent
    assert not isinstance(refused.value, PortAbsent)


def test_a_claim_that_fails_gives_usblp_back() -> None:
    printer = FakePrinter(refuses={"claim": errno.EBUSY})
    with pytest.raises(LinkError):
        opened(printer)
    assert printer.usblp


def test_two_of_the_same_serial_number_are_a_permanent_fault() -> None:
    with pytest.raises(LinkError, match="2 devices are usb:04b8:0e15") as refused:
        open_usb(BY_SERIAL, FakeBus(FakePrinter(), FakePrinter(port=(4,))))
    assert refused.value.permanent


def test_answers_silence_and_empty_packets() -> None:
    printer = FakePrinter()
    port = opened(printer)
    printer.says.extend([b"", b"\x12\x16"])
    assert port.read(4096, 0.5) == b"\x12\x16"
    assert port.read(10, 0.02) == b""  # rounded up to one packet; silence is no error
    port.close()


@pytest.mark.parametrize("code", [errno.ENODEV, errno.EIO, errno.EPROTO])
def test_the_cable_comes_out(code: int) -> None:
    printer = FakePrinter()
    port = opened(printer)
    printer.says.append(code)
    with pytest.raises(PortAbsent, match="went away while in use"):
        port.read(100, 0.1)
    printer.takes.append(-code)
    with pytest.raises(PortAbsent, match="went away while in use"):
        port.write(b"x", 0.1)
    printer.refuses = dict.fromkeys(("release", "attach", "close"), errno.ENODEV)
    port.close()


def test_a_stalled_endpoint_is_a_fault_and_not_absence() -> None:
    printer = FakePrinter()
    port = opened(printer)
    printer.says.append(errno.EPIPE)
    with pytest.raises(LinkError, match="switch it off and on") as failed:
        port.read(100, 0.1)
    assert not isinstance(failed.value, PortAbsent)
    port.close()


def test_what_is_taken_in_parts_arrives_whole_and_in_order() -> None:
    printer = FakePrinter()
    port = opened(printer)
    label = bytes(range(256)) * 40
    printer.takes.extend([1, 100, 4096, 7])
    port.write(label, 1.0)
    assert bytes(printer.taken) == label
    port.close()


def test_a_printer_that_takes_nothing_blocks_no_longer_than_allowed() -> None:
    printer = FakePrinter()
    port = opened(printer)
    printer.takes.extend([64] + [0] * 1000)
    began_s = time.monotonic()
    with pytest.raises(WriteTimedOut, match="took only 64 of 5000 bytes") as slow:
        port.write(bytes(5000), 0.09)
    assert slow.value.written == 64
    assert time.monotonic() - began_s < 0.3
    port.close()


def test_closing_frees_a_blocked_writer() -> None:
    printer = FakePrinter()
    port = opened(printer)
    printer.takes.extend([0] * 10_000)
    failures: list[Exception] = []
    begun = threading.Event()

    def write() -> None:
        begun.set()
        try:
            port.write(b"x", 10.0)
        except LinkError as error:
            failures.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(1.0)
    port.close()
    writer.join(1.0)
    assert not writer.is_alive()
    assert "closed by the kiosk" in str(failures[0])
    assert printer.usblp
    with pytest.raises(LinkError, match="closed by the kiosk"):
        port.read(1, 0.0)


def test_a_selector_says_itself_and_its_udev_rule() -> None:
    assert UsbSelector.parse(str(BY_PORT).removeprefix("usb:")) == BY_PORT
    assert UsbSelector.parse(str(BY_SERIAL).removeprefix("usb:")) == BY_SERIAL
    assert BY_PORT.udev_rule() == (
        'SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}=="04b8", '
        'ATTR{idProduct}=="0e15", KERNEL=="1-1.3", GROUP="dialout", MODE="0660"'
    )
    assert 'ATTR{serial}=="X3A9"' in BY_SERIAL.udev_rule()


def test_a_link_over_usb_heals_after_the_cable_was_out() -> None:
    """Absent while it is gone, ready when it is back, and usblp has it in between."""
    printer = FakePrinter()
    bus = FakeBus(printer)
    events: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()

    def reached(state: LinkState) -> None:
        while True:
            event = events.get(timeout=5.0)
            if isinstance(event, LinkChanged) and event.status.state is state:
                return

    link = Link("printer", lambda: open_usb(BY_PORT, bus), EscposStatusCodec, events.put)
    link.start()
    try:
        reached(LinkState.READY)
        link.write_bytes(b"label", 1.0)
        bus.printers = ()
        printer.says.append(errno.ENODEV)
        reached(LinkState.ABSENT)
        assert printer.usblp
        bus.printers = (printer,)
        link.poke()
        reached(LinkState.READY)
        link.write_bytes(b" again", 1.0)
    finally:
        link.stop()
    assert bytes(printer.taken) == b"label again"
    assert printer.usblp
