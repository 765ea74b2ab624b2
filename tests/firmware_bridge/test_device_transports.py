"""Ports and addresses: what opens, what is refused with which sentence, what a lost port raises."""

from __future__ import annotations

import fcntl
import re
import socket
import termios
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.errors import LinkError, PortAbsent, WriteTimedOut
from firmware_bridge.transport import Scheme, TransportUrl, open_transport

TIOCGEXCL = 0x80045440  # linux/asm-generic/ioctls.h; the termios module does not name it
PlugIn = Callable[[], Any]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("tty:/dev/kiosk/printer", TransportUrl(Scheme.TTY, "/dev/kiosk/printer")),
        ("pty:run/a:b", TransportUrl(Scheme.PTY, "run/a:b")),
        ("tcp:192.168.8.9:9100", TransportUrl(Scheme.TCP, "192.168.8.9", 9100)),
        ("tcp:[::1]:9100", TransportUrl(Scheme.TCP, "::1", 9100)),
        ("replay:wire.jsonl", TransportUrl(Scheme.REPLAY, "wire.jsonl")),
        ("usb:04b8:0e15?port=1-1.3", TransportUrl(Scheme.USB, "04b8:0e15?port=1-1.3")),
        ("usb:0fe6:811e?serial=T-01", TransportUrl(Scheme.USB, "0fe6:811e?serial=T-01")),
        ("file:labels.bin", TransportUrl(Scheme.FILE, "labels.bin")),
    ],
)
def test_device_addresses(url: str, expected: TransportUrl) -> None:
    assert TransportUrl.parse(url) == expected


def test_only_paths_can_be_watched() -> None:
    assert TransportUrl.parse("tty:/dev/kiosk/x").watched_path == Path("/dev/kiosk/x")
    assert TransportUrl.parse("tcp:printer:9100").watched_path is None
    assert TransportUrl.parse("usb:04b8:0e15?port=1-1.3").watched_path is None


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "must start with one of tty:, pty:, tcp:, replay:, usb:, file:, evdev:"),
        ("/dev/ttyUSB0", "must start with"),
        ("ttyy:/dev/x", "must start with"),
        ("TTY:/dev/x", "must start with"),
        ("usb:04b8:0e15", "written usb:VVVV:PPPP"),
        ("usb:04B8:0E15?port=1-1", "written usb:VVVV:PPPP"),
        ("usb:04b8:0e15?port=../../x", "written usb:VVVV:PPPP"),
        ("usb:04b8:0e15?serial=", "written usb:VVVV:PPPP"),
        ("file:", "a path must follow file:"),
        ("tty:", "a path must follow tty:"),
        ("replay:", "a path must follow replay:"),
        ("pty:a\0b", "a path must follow pty:"),
        ("tcp:", "written tcp:HOST:PORT"),
        ("tcp:printer", "written tcp:HOST:PORT"),
        ("tcp::9100", "written tcp:HOST:PORT"),
        ("tcp:printer:", "written tcp:HOST:PORT"),
        ("tcp:printer:٩١٠٠", "written tcp:HOST:PORT"),
        ("tcp:printer:-1", "written tcp:HOST:PORT"),
        ("tcp:printer:0", "between 1 and 65535"),
        ("tcp:printer:65536", "between 1 and 65535"),
        ("tcp:printer:" + "9" * 5000, "between 1 and 65535"),
    ],
)
def test_a_malformed_address_is_a_permanent_sentence(url: str, why: str) -> None:
    with pytest.raises(LinkError, match=re.escape(why)) as caught:
        open_transport(url)
    assert caught.value.permanent
    assert "for example tty:/dev/kiosk/thermometer" in str(caught.value)


def test_a_port_that_does_not_exist_is_absent(tmp_path: Path) -> None:
    with pytest.raises(PortAbsent, match=r"there is no port .*check the cable") as caught:
        open_transport(f"tty:{tmp_path}/nowhere")
    assert not caught.value.permanent


def test_a_dangling_role_name_is_absent(tmp_path: Path) -> None:
    (tmp_path / "thermometer").symlink_to(tmp_path / "gone")
    with pytest.raises(PortAbsent):
        open_transport(f"tty:{tmp_path}/thermometer")


def test_a_file_is_not_a_serial_port(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LinkError, match="is not a serial port; correct the address") as caught:
        open_transport(f"tty:{tmp_path}/file")
    assert caught.value.permanent


def test_an_impossible_baud_rate_is_refused(plug_in: PlugIn) -> None:
    with pytest.raises(LinkError, match="baud"):
        open_transport(f"pty:{plug_in().name}", -5)


def test_nobody_at_a_network_address_is_absent() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]  # bound, but it does not listen
        with pytest.raises(PortAbsent, match="nobody answers at"):
            open_transport(f"tcp:127.0.0.1:{port}")


@pytest.mark.parametrize("host", ["a" * 70, "a..b"])
def test_a_host_that_cannot_be_one_is_a_sentence(host: str) -> None:
    with pytest.raises(LinkError, match="is not a host; correct the address"):
        open_transport(f"tcp:{host}:9100")


def test_an_open_port_is_locked_for_every_other_program_and_a_closed_one_is_not(
    plug_in: PlugIn,
) -> None:
    far_side = plug_in()

    def locked() -> bool:
        return fcntl.ioctl(far_side.slave, TIOCGEXCL, bytes(4)) != bytes(4)

    port = open_transport(f"pty:{far_side.name}")
    assert locked()
    port.close()
    assert not locked()


@pytest.mark.parametrize("path", ["x" * 300, ".", "a/" * 600 + "b"])
def test_a_senseless_path_is_a_sentence(tmp_path: Path, path: str) -> None:
    with pytest.raises(LinkError, match=r"check|correct"):
        open_transport(f"tty:{tmp_path}/{path}")


def test_bytes_cross_a_pty_both_ways_unchanged(plug_in: PlugIn) -> None:
    far_side = plug_in()
    port = open_transport(f"pty:{far_side.name}")
    everything = bytes(range(256))
    far_side.say(everything)
    assert port.read(4096, 1.0) == everything
    port.write(everything, 1.0)
    assert far_side.hear(256) == everything
    assert port.read(4096, 0.0) == b""
    port.close()
    port.close()


def test_the_second_opener_is_told_that_the_port_is_in_use(plug_in: PlugIn) -> None:
    far_side = plug_in()
    port = open_transport(f"pty:{far_side.name}")
    with pytest.raises(LinkError, match="in use by another program") as caught:
        open_transport(f"pty:{far_side.name}")
    assert not caught.value.permanent
    port.close()
    open_transport(f"pty:{far_side.name}").close()


def test_the_speed_of_a_line_is_really_changed(plug_in: PlugIn) -> None:
    far_side = plug_in()
    port = open_transport(f"pty:{far_side.name}", 115_200)
    assert termios.tcgetattr(far_side.slave)[4] == termios.B115200
    port.set_baud(9600)
    assert termios.tcgetattr(far_side.slave)[4] == termios.B9600
    with pytest.raises(LinkError, match="cannot be set to -1 baud"):
        port.set_baud(-1)
    port.close()


def test_what_arrived_before_opening_is_dropped(plug_in: PlugIn) -> None:
    far_side = plug_in()
    far_side.say(b"stale")
    port = open_transport(f"pty:{far_side.name}")
    far_side.say(b"fresh")
    assert port.read(4096, 1.0) == b"fresh"
    port.close()


def test_an_unplugged_device_is_absent_for_reader_and_writer(plug_in: PlugIn) -> None:
    far_side = plug_in()
    port = open_transport(f"pty:{far_side.name}")
    far_side.unplug()
    with pytest.raises(PortAbsent, match="went away while in use"):
        port.read(4096, 1.0)
    with pytest.raises(PortAbsent, match="went away while in use"):
        port.write(b"x", 1.0)
    with pytest.raises(PortAbsent, match="went away while in use"):
        port.set_baud(9600)
    port.close()


def test_a_blocked_device_holds_a_writer_no_longer_than_its_time(plug_in: PlugIn) -> None:
    far_side = plug_in()
    port = open_transport(f"pty:{far_side.name}")
    began_s = time.monotonic()
    with pytest.raises(WriteTimedOut, match="of 1000000 bytes in time") as caught:
        port.write(bytes(1_000_000), 0.08)
    assert time.monotonic() - began_s < 0.5
    assert 0 < caught.value.written < 1_000_000
    with pytest.raises(WriteTimedOut) as again:
        port.write(b"next", 0.01)
    assert again.value.written == 0
    port.close()


def test_closing_does_not_wait_for_a_blocked_writer(plug_in: PlugIn) -> None:
    far_side = plug_in()
    port = open_transport(f"pty:{far_side.name}")
    outcome: list[Exception] = []

    def write() -> None:
        try:
            port.write(bytes(1_000_000), 4.0)
        except LinkError as error:
            outcome.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    assert far_side.hear(1) == b"\0"  # the writer is in the middle of it
    began_s = time.monotonic()
    with pytest.raises(WriteTimedOut, match="took only 0 of 1 bytes"):
        port.write(b"x", 0.01)  # and nobody else comes between
    port.close()
    writer.join(5.0)
    assert time.monotonic() - began_s < 1.0
    assert "was closed by the kiosk" in str(outcome[0])


def test_a_closed_port_reads_and_writes_nothing(plug_in: PlugIn) -> None:
    port = open_transport(f"pty:{plug_in().name}")
    port.close()
    with pytest.raises(LinkError, match="was closed by the kiosk"):
        port.read(1, 0.0)
    with pytest.raises(LinkError, match="was closed by the kiosk"):
        port.write(b"x", 0.0)


def test_a_network_device_speaks_hears_and_hangs_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = open_transport(f"tcp:127.0.0.1:{server.getsockname()[1]}")
        device, _ = server.accept()
        with device:
            port.write(b"\x10\x04\x01", 1.0)
            assert device.recv(16) == b"\x10\x04\x01"
            device.sendall(b"\x12")
            assert port.read(4096, 1.0) == b"\x12"
            port.set_baud(9600)
        with pytest.raises(PortAbsent, match="went away while in use"):
            port.read(4096, 1.0)
        port.close()


def test_closing_gives_every_descriptor_back(plug_in: PlugIn) -> None:
    far_side = plug_in()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(20):
        open_transport(f"pty:{far_side.name}").close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
