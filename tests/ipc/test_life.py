"""Life signs: fed only while every organ beats, and only as often as asked."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ipc.life import Life


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Stands for systemd: the far end of NOTIFY_SOCKET."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(path))
        sock.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        monkeypatch.setenv("WATCHDOG_USEC", "9000000")
        yield sock


def heard(manager: socket.socket) -> list[bytes]:
    found = []
    while True:
        try:
            found.append(manager.recv(1000))
        except BlockingIOError:
            return found


def test_ready_once_and_status_on_change(manager: socket.socket) -> None:
    life = Life({"loop": 1.0}, 0.0)
    for status in ("one", "one", "two"):
        life.ready(status)
    life.stopping()
    assert heard(manager) == [b"READY=1", b"STATUS=one", b"STATUS=two", b"STOPPING=1"]


def test_the_watchdog_is_fed_three_times_a_period(manager: socket.socket) -> None:
    life = Life({"loop": 10.0}, 0.0)
    assert [life.feed(at_s) for at_s in (0.0, 1.0, 2.9, 3.0, 4.0, 6.0)] == [
        True, False, False, True, False, True,
    ]  # fmt: skip
    life.stopping()
    assert heard(manager) == [b"WATCHDOG=1"] * 3 + [b"STOPPING=1"]


def test_one_silent_organ_starves_the_watchdog(manager: socket.socket) -> None:
    life = Life({"loop": 3.0, "ledger": 3.0}, 0.0)
    life.beat("loop", 10.0)
    assert life.silent_organs(10.0) == ("ledger",)
    assert not life.feed(10.0)
    life.beat("ledger", 10.0)
    assert life.feed(10.0)
    life.stopping()


def test_without_a_service_manager_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    life = Life({"loop": 3.0}, 0.0)
    life.ready("fine")
    assert not life.feed(1.0)
