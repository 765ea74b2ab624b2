"""Twins that run: real terminals, real sockets, one thread each, gone without a trace."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hil.faults import FaultWord, NotExpressible
from hil.skins.wired import wired_skin
from hil.twins import PrinterTwin, ThermometerTwin

pytestmark = pytest.mark.twins

DEADLINE_S = 3.0
STATUS = b"\x10\x04\x01"
LABEL = b"\x1b@\x1dv0\x00\x01\x00\x08\x00" + b"\xf0" * 8 + b"\x1dV\x00\x1d(H\x06\x00\x30\x300001"


class Host:
    """What an application has: one open terminal or socket."""

    def __init__(self, url: str) -> None:
        scheme, _, where = url.partition(":")
        if scheme == "pty":
            self.fd = os.open(where, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(self.fd)
            self._socket: socket.socket | None = None
        else:
            host, port = where.rsplit(":", 1)
            self._socket = socket.create_connection((host, int(port)), DEADLINE_S)
            self.fd = self._socket.fileno()

    def write(self, data: bytes) -> None:
        os.write(self.fd, data)

    def read(self, count: int, deadline_s: float = DEADLINE_S) -> bytes:
        """Up to ``count`` bytes; what came when the line ended or the time was over."""
        heard, until = b"", time.monotonic() + deadline_s
        while len(heard) < count and (left := until - time.monotonic()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                try:
                    piece = os.read(self.fd, count - len(heard))
                except OSError:
                    break
                if not piece:
                    break
                heard += piece
        return heard

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
        else:
            os.close(self.fd)


@pytest.fixture(params=["pty", "tcp"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"pty:{tmp_path / 'device'}" if request.param == "pty" else "tcp:127.0.0.1:0"


@pytest.fixture
def printer(url: str) -> Iterator[PrinterTwin]:
    with PrinterTwin(url) as twin:
        yield twin


@pytest.fixture
def open_host() -> Iterator[Callable[[str], Host]]:
    hosts: list[Host] = []

    def open_one(url: str) -> Host:
        hosts.append(Host(url))
        return hosts[-1]

    yield open_one
    for host in hosts:
        host.close()


def test_a_printer_answers_and_prints(
    printer: PrinterTwin, open_host: Callable[[str], Host]
) -> None:
    told: list[int] = []
    printer.on_paper = lambda paper: told.append(paper.number)
    host = open_host(printer.url)
    host.write(STATUS + LABEL)
    assert host.read(8) == b"\x12\x37\x220001\x00"
    (paper,) = printer.wait_for_papers(1, DEADLINE_S)
    assert (paper.bitmap.sum(), told) == (32, [1])
    assert [record.direction for record in printer.wire][:2] == ["heard", "said"]
    assert b"".join(r.data for r in printer.wire if r.direction == "heard") == STATUS + LABEL


def test_a_silent_printer_hears_nothing_and_heals(
    printer: PrinterTwin, open_host: Callable[[str], Host]
) -> None:
    host = open_host(printer.url)
    host.write(STATUS)
    assert host.read(1) == b"\x12"
    printer.fault("silence")
    host.write(STATUS)
    assert host.read(1, 0.08) == b""
    printer.heal("silence")
    host.write(STATUS)
    assert host.read(1) == b"\x12"
    heard = b"".join(record.data for record in printer.wire if record.direction == "heard")
    assert heard == STATUS * 2


def test_a_dropped_link_ends_the_connection_and_refuses_until_healed(
    printer: PrinterTwin, open_host: Callable[[str], Host]
) -> None:
    host = open_host(printer.url)
    host.write(STATUS)
    host.read(1)
    printer.fault("drop_link")
    assert host.read(1) == b""
    with pytest.raises(OSError, match=r"No such file|refused"):
        Host(printer.url)
    assert printer.faults == {FaultWord.DROP_LINK}
    printer.heal()
    assert printer.faults == frozenset()
    again = open_host(printer.url)
    again.write(STATUS)
    assert again.read(1) == b"\x12"


def test_mechanical_faults_show_in_the_status_and_heal(
    printer: PrinterTwin, open_host: Callable[[str], Host]
) -> None:
    host = open_host(printer.url)
    host.write(b"\x1da\x0f")
    assert host.read(4) == bytes.fromhex("10000000")
    printer.fault("cover_open")
    assert host.read(4) == bytes.fromhex("38400000")
    printer.fault("paper_out")
    assert host.read(4) == bytes.fromhex("38400F00")
    printer.heal()
    assert host.read(8)[-4:] == bytes.fromhex("10000000")


def test_babble_never_ends_until_healed(
    printer: PrinterTwin, open_host: Callable[[str], Host]
) -> None:
    host = open_host(printer.url)
    host.write(STATUS)
    host.read(1)
    printer.fault("babble")
    assert len(host.read(120)) == 120


def test_a_replugged_module_has_another_node_behind_the_same_link(
    tmp_path: Path, open_host: Callable[[str], Host]
) -> None:
    link = tmp_path / "thermometer"
    with ThermometerTwin(f"pty:{link}", seed=1, baud=38400) as twin:
        host = open_host(twin.url)
        assert host.read(9)[:4] == bytes.fromhex("5A5A4504")
        before = link.readlink()
        twin.fault("replug_other_name")
        assert link.readlink() != before
        assert twin.faults == frozenset()
        while host.read(64, 0.05):  # what was on its way; then the line hangs up
            pass
        again = open_host(twin.url)
        assert again.read(9)[:4] == bytes.fromhex("5A5A4504")
    assert not link.is_symlink()


def test_two_speeds_make_nonsense(tmp_path: Path, open_host: Callable[[str], Host]) -> None:
    with ThermometerTwin(f"pty:{tmp_path / 'th'}", seed=1, baud=9600) as twin:
        host = open_host(twin.url)  # a fresh terminal stands at 38400
        heard = host.read(18)
        assert len(heard) == 18
        assert bytes.fromhex("5A5A4504") not in heard


def test_somebody_before_the_lens(tmp_path: Path) -> None:
    with ThermometerTwin("tcp:127.0.0.1:0", seed=1) as twin:
        assert twin.object_temperature() == pytest.approx(24.0)
        twin.present(37.0)
        twin.set_ambient(20.0)
        twin.leave()
        assert 19.0 < twin.object_temperature() < 36.0
        with pytest.raises(NotExpressible, match="paper_out"):
            twin.fault("paper_out")


def test_a_listener_that_fails_is_heard_of_by_nobody_else(tmp_path: Path) -> None:
    with PrinterTwin("tcp:127.0.0.1:0") as twin, pytest.raises(ZeroDivisionError):
        twin._line.ask(lambda _: 1 / 0)


def test_twenty_lives_leave_no_thread_and_no_descriptor(url: str) -> None:
    def counted() -> tuple[int, int]:
        return threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))

    before = counted()
    for _ in range(20):
        twin = ThermometerTwin(url)
        twin.start()
        twin.fault("drop_link")
        twin.heal()
        twin.stop()
        twin.stop()
    assert counted() == before


def test_only_terminals_and_ports_can_be_served() -> None:
    for wrong in ("usb:1", "pty:", "tcp:host", "tcp:host:x"):
        with pytest.raises(ValueError, match="no twin can serve"):
            wired_skin(wrong)
