"""The core's socket: roles, refusals, clients that do not read, snapshots that were overtaken."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.model import Language
from kiosk.core import server as server_module
from kiosk.core.server import MessageServer
from kiosk.ipc.channel import MessageClient
from kiosk.ipc.lines import LineReader, encode_line
from kiosk.ipc.messages import (
    Action,
    AnyMessage,
    CameraGate,
    Hello,
    Intent,
    Page,
    Role,
    Snapshot,
)


def snapshot(number: int) -> Snapshot:
    return Snapshot(number=number, page=Page.ATTRACT, language=Language.ZH)


class Core:
    """A served socket and what came through it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.selector = selectors.DefaultSelector()
        self.server = MessageServer(path, self.selector)
        self.heard: list[tuple[str, Role, AnyMessage | None]] = []
        self.server.attend(self)

    def joined(self, role: Role) -> None:
        self.heard.append(("joined", role, None))

    def left(self, role: Role) -> None:
        self.heard.append(("left", role, None))

    def message(self, role: Role, message: AnyMessage) -> None:
        self.heard.append(("said", role, message))

    def serve(self) -> None:
        """Until nothing is left to do."""
        while ready := self.selector.select(0.02):
            for key, events in ready:
                if key.fileobj in self.selector.get_map():
                    key.data(events)

    def stranger(self, *lines: bytes) -> socket.socket:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.connect(str(self.path))
        sock.sendall(b"".join(lines))
        self.serve()
        return sock


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    made = Core(tmp_path / "core.sock")
    yield made
    made.server.close()
    made.selector.close()


def test_a_client_joins_speaks_and_leaves(core: Core) -> None:
    client = MessageClient(core.path, Role.SCREEN)
    intent = Intent(action=Action.START, snapshot=1)
    assert client.send(intent)
    core.serve()
    core.server.send(Role.SCREEN, snapshot(1))
    assert client.receive(1.0) == snapshot(1)
    client.close()
    core.serve()
    assert core.heard == [
        ("joined", Role.SCREEN, None),
        ("said", Role.SCREEN, intent),
        ("left", Role.SCREEN, None),
    ]


@pytest.mark.parametrize("role", [Role.CAMERA, Role.UPLINK, Role.BENCH])
def test_a_role_says_only_what_it_may(core: Core, role: Role) -> None:
    with core.stranger(
        encode_line(Hello(role=role)), encode_line(Intent(action=Action.START, snapshot=1))
    ):
        assert core.heard == [("joined", role, None)]
        assert core.server.refused == 1


def test_a_stranger_without_a_greeting_is_not_heard(core: Core) -> None:
    with core.stranger(encode_line(Intent(action=Action.START, snapshot=1))):
        assert core.heard == []
        assert core.server.refused == 1


def test_another_protocol_version_is_sent_away(core: Core) -> None:
    with core.stranger(encode_line(Hello(role=Role.SCREEN, version=99))) as sock:
        assert sock.recv(10) == b""
    assert core.heard == []


def test_noise_is_counted_and_the_next_line_is_heard(core: Core) -> None:
    with core.stranger(
        b"\x00\xff garbage\n", b"x" * 100_000 + b"\n", encode_line(Hello(role=Role.CAMERA))
    ):
        assert core.heard == [("joined", Role.CAMERA, None)]
        assert core.server.refused == 2


def test_the_newest_of_a_role_wins_and_benches_are_many(core: Core) -> None:
    hello = {role: encode_line(Hello(role=role)) for role in Role}
    with core.stranger(hello[Role.SCREEN]) as old, core.stranger(hello[Role.SCREEN]):
        assert old.recv(10) == b""
    with core.stranger(hello[Role.BENCH]) as one, core.stranger(hello[Role.BENCH]) as two:
        core.server.send(Role.BENCH, snapshot(7))
        for bench in (one, two):
            assert LineReader().feed(bench.recv(65_536)) == [snapshot(7)]


def test_who_does_not_read_gets_the_newest_snapshot_later(core: Core) -> None:
    with core.stranger(encode_line(Hello(role=Role.SCREEN))) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        last = 3000
        for number in range(1, last + 1):
            core.server.send(Role.SCREEN, snapshot(number))
        slow.settimeout(1.0)
        reader, seen = LineReader(), []
        while not seen or seen[-1].number != last:
            core.serve()
            seen += [one for one in reader.feed(slow.recv(65_536)) if isinstance(one, Snapshot)]
    numbers = [one.number for one in seen]
    assert numbers == sorted(numbers)
    assert len(numbers) < last, "overtaken snapshots are not sent"


def test_who_never_reads_is_dropped(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MAX_UNSENT_BYTES", 1000)
    with core.stranger(encode_line(Hello(role=Role.CAMERA))):
        for visit in range(20_000):
            core.server.send(Role.CAMERA, CameraGate(reading=True, visit=visit))
            if core.heard[-1][0] == "left":
                break
        assert core.heard[-1] == ("left", Role.CAMERA, None)


def test_the_socket_is_for_the_group_only(core: Core) -> None:
    assert core.path.stat().st_mode & 0o777 == 0o660


def test_a_client_finds_a_core_that_came_back(tmp_path: Path) -> None:
    path = tmp_path / "core.sock"
    client = MessageClient(path, Role.UPLINK)
    assert client.receive(0.0) is None
    for _ in range(2):
        core = Core(path)
        assert _served(core, client) == CameraGate(reading=True, visit=1)
        core.server.close()
        core.selector.close()
    assert client.connections == 2
    client.close()


def _served(core: Core, client: MessageClient) -> AnyMessage | None:
    """Serve until the client has joined again and heard one message."""
    while True:
        client.send(Hello(role=Role.UPLINK))
        core.serve()
        if ("joined", Role.UPLINK, None) in core.heard:
            core.server.send(Role.UPLINK, CameraGate(reading=True, visit=1))
            if (message := client.receive(0.05)) is not None:
                return message
