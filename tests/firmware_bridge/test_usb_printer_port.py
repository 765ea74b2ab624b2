"""USB printers through a fake pyusb back-end: found, claimed, spoken to, given back."""

from __future__ import annotations

import errno
import queue
import threading
import time

import pytest

from firmware_bridge.codecs.escpos_status import EscposStatusCodec
from firmware_bridge.errors import LinkError, PortAbsent, WriteTimedOut
from firmware_bridge.link import Link, LinkChanged, LinkEvent, LinkState
from firmware_bridge.usb_bulk import UsbBulkPort, open_usb
from firmware_bridge.usb_selector import UsbSelector

from .fake_usb import FakeBus, FakePrinter

BY_PORT = UsbSelector("04b8", "0e15", port="1-1.3")
BY_SERIAL = UsbSelector("04b8", "0e15", serial_number="X3A9")


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
