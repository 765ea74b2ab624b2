"""Which keyboards are opened, how, and what a strange one can do: nothing."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from firmware_bridge.codecs.keyboard_wedge import KeyboardWedgeCodec
from firmware_bridge.codecs.scan_assembly import ScannedCode
from firmware_bridge.errors import LinkError, PortAbsent
from firmware_bridge.keyboard_port import KeyboardIdentity, open_keyboard, usb_port
from firmware_bridge.link import FrameArrived, Link, LinkEvent, LinkState
from firmware_bridge.transport import open_transport

PATH = "/dev/input/by-id/usb-Scanner-event-kbd"
SCANNER = KeyboardIdentity("05f9", "2204", "1-1.3")


class FakeKeyboard:
    """What python-evdev's InputDevice offers, over a pipe."""

    def __init__(
        self, vendor: int = 0x05F9, product: int = 0x2204, *, caps: bool = False, grab: int = 0
    ) -> None:
        self.path = PATH
        self.info = SimpleNamespace(vendor=vendor, product=product)
        self.fd, self.far = os.pipe()
        os.set_blocking(self.fd, False)
        self.grabbed = self.closed = False
        self._caps = caps
        self._grab_error = grab

    def leds(self) -> list[int]:
        return [0, 1] if self._caps else [0]

    def grab(self) -> None:
        if self._grab_error:
            raise OSError(self._grab_error, os.strerror(self._grab_error))
        self.grabbed = True

    def close(self) -> None:
        if not self.closed:
            os.close(self.fd)
        self.closed = True

    def unplug(self) -> None:
        """From now on reading finds the end of the file."""
        if self.far >= 0:
            os.close(self.far)
        self.far = -1

    def types(self, *keys: int) -> None:
        for key in keys:
            for value in (1, 0):
                os.write(self.far, struct.pack("<qqHHi", 0, 0, 1, key, value))


@pytest.fixture
def keyboard() -> Iterator[Callable[..., FakeKeyboard]]:
    made: list[FakeKeyboard] = []

    def make(*args: int, **options: Any) -> FakeKeyboard:
        made.append(FakeKeyboard(*args, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()
        one.unplug()


def opened(device: FakeKeyboard, port: str = "1-1.3", allowed: tuple[Any, ...] = (SCANNER,)) -> Any:
    return open_keyboard(PATH, allowed, open_device=lambda _: device, port_of=lambda _: port)


def test_the_allowed_scanner_is_grabbed_and_its_events_arrive(
    keyboard: Callable[..., FakeKeyboard],
) -> None:
    device = keyboard(caps=True)
    port = opened(device)
    assert device.grabbed
    codec = KeyboardWedgeCodec()
    device.types(30, 48, 46, 32, 28)
    assert codec.feed(port.read(4096, 0.0), 1.0) == []  # the light of CapsLock
    assert codec.feed(port.read(4096, 1.0), 1.0) == [ScannedCode(b"ABCD", False, 1.0)]
    assert port.read(4096, 0.0) == b""
    port.close()
    port.close()
    assert device.closed


@pytest.mark.parametrize(
    ("vendor", "product", "port"),
    [(0x046D, 0x2204, "1-1.3"), (0x05F9, 0xC31C, "1-1.3"), (0x05F9, 0x2204, "1-1.4")],
)
def test_a_strange_keyboard_types_nothing(
    keyboard: Callable[..., FakeKeyboard], vendor: int, product: int, port: str
) -> None:
    device = keyboard(vendor, product)
    with pytest.raises(LinkError, match=r"not in scanner\.keyboards: it types nothing") as caught:
        opened(device, port)
    assert not caught.value.permanent  # the scanner may come back
    assert device.closed and not device.grabbed


def test_without_an_allow_list_no_keyboard_is_even_opened() -> None:
    with pytest.raises(LinkError, match="no keyboard is allowed") as caught:
        open_keyboard(PATH, (), open_device=lambda _: pytest.fail("opened"))
    assert caught.value.permanent
    with pytest.raises(LinkError, match="no keyboard is allowed"):
        open_transport(f"evdev:{PATH}")


def test_a_grab_that_is_taken_already_is_a_sentence(keyboard: Callable[..., FakeKeyboard]) -> None:
    device = keyboard(grab=errno.EBUSY)
    with pytest.raises(LinkError, match="grabbed by another program"):
        opened(device)
    assert device.closed


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (errno.ENOENT, PortAbsent, "there is no keyboard"),
        (errno.ENODEV, PortAbsent, "there is no keyboard"),
        (errno.EACCES, LinkError, "group kiosk"),
        (errno.ENOTTY, LinkError, "is no keyboard"),
        (errno.EIO, PortAbsent, "check its cable"),
        (errno.ENOMEM, LinkError, "cannot be opened"),
    ],
)
def test_what_the_system_refuses_is_a_sentence(code: int, kind: type, words: str) -> None:
    def refuse(path: str) -> Any:
        raise OSError(code, os.strerror(code))

    with pytest.raises(kind, match=words):
        open_keyboard(PATH, [SCANNER], open_device=refuse)


def test_a_path_that_is_not_there_is_absent(tmp_path: Path) -> None:
    with pytest.raises(PortAbsent, match="there is no keyboard"):
        open_transport(f"evdev:{tmp_path / 'event-kbd'}", keyboards=[SCANNER])


def test_nothing_can_be_said_to_a_keyboard(keyboard: Callable[..., FakeKeyboard]) -> None:
    port = opened(keyboard())
    port.write(b"", 0.1)
    port.set_baud(9600)
    with pytest.raises(LinkError, match="is a keyboard"):
        port.write(b"\x01", 0.1)
    port.close()


@pytest.mark.parametrize("text", ["05f9:2204@1-1.3", "0c2e:0b6a@2-1", "05f9:2204@1-1.3.4.1"])
def test_identities_are_written_as_the_kernel_writes_them(text: str) -> None:
    assert str(KeyboardIdentity.parse(text)) == text


@pytest.mark.parametrize("text", ["", "05F9:2204@1-1", "05f9:2204", "05f9:2204@", "5f9:2204@1-1"])
def test_an_identity_that_is_none(text: str) -> None:
    with pytest.raises(LinkError, match="vendor:product@port"):
        KeyboardIdentity.parse(text)


@pytest.mark.parametrize(
    ("place", "port"),
    [
        ("pci0000:00/usb1/1-1/1-1.3/1-1.3:1.0/0003:05F9:2204.0001/input/input7", "1-1.3"),
        ("pci0000:00/usb1/1-1/1-1:1.0/0003:05F9:2204.0001/input/input7", "1-1"),
        ("platform/gpio-keys/input/input7", ""),
    ],
)
def test_the_usb_port_is_where_the_kernel_keeps_the_device(
    tmp_path: Path, place: str, port: str
) -> None:
    device = tmp_path / "devices" / place
    (device / "event5").mkdir(parents=True)
    (device / "event5" / "device").symlink_to("..")
    sys_input = tmp_path / "class"
    sys_input.mkdir()
    (sys_input / "event5").symlink_to(device / "event5")
    assert usb_port(sys_input / "event5" / "device") == port


def test_what_is_open_counts_and_not_its_path(keyboard: Callable[..., FakeKeyboard]) -> None:
    """A pipe has no USB port: without a stand-in for the kernel it is nobody on the list."""
    device = keyboard()
    with pytest.raises(LinkError, match="05f9:2204@no USB port, which is not in"):
        open_keyboard(PATH, [SCANNER], open_device=lambda _: device)
    assert device.closed


def test_a_link_over_a_keyboard_is_ready_and_notices_that_it_went(
    keyboard: Callable[..., FakeKeyboard], event_log: Any
) -> None:
    device = keyboard()
    devices = [device]

    def open_port() -> Any:
        if not devices:
            raise PortAbsent("there is no keyboard")
        return opened(devices.pop())

    received: Callable[[LinkEvent], None] = event_log
    link = Link("scanner", open_port, KeyboardWedgeCodec, received)
    link.start()
    event_log.wait_for_state(LinkState.READY)
    device.types(30, 48, 46, 32)  # without Enter: the pause ends it
    event_log.wait_for(lambda log: len(log.frames) == 1)
    device.unplug()
    event_log.wait_for_state(LinkState.ABSENT)
    link.stop()
    (arrived,) = [event for event in event_log.events if isinstance(event, FrameArrived)]
    assert arrived.frame.data == b"abcd"
