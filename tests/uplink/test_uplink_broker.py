"""Whatever listens at the broker's address: a sentence, a back-off, and never an exception."""

from __future__ import annotations

import random
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from config.model import UplinkSection
from kiosk.uplink.broker import CONNACK_TIMEOUT_S, Broker, Connected, LastWord, Lost

CONNACK_ACCEPTED = bytes.fromhex("2003000000")  # MQTT 5, 3.2: success, no properties
CONNACK_NOT_AUTHORIZED = bytes.fromhex("2003008700")  # reason code 0x87
CONNACK_SMALL_PACKETS = bytes.fromhex("2008000005 2700000400 ".replace(" ", ""))  # 0x27: 1024


def broker_at(port: int) -> Broker:
    return Broker(
        UplinkSection(port=port, reconnect_min_s=0.1, reconnect_max_s=0.4),
        client_id="330106-0007-k03",
        topics=("ncs/1/host",),
        last_word=lambda: LastWord("ncs/1/330106-0007-k03/state", b"{}"),
        dice=random.Random(1),
    )


@contextmanager
def server(answer: bytes | None) -> Iterator[int]:
    """Accepts, reads the CONNECT, sends ``answer`` and keeps the line open; None closes at once."""
    listener = socket.create_server(("127.0.0.1", 0))
    clients: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            clients.append(client)
            if answer is None:
                client.close()
                continue
            client.recv(4096)
            client.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(2)
        for client in clients:
            client.close()


def pump_until(broker: Broker, kind: type, clock: Callable[[], float] = time.monotonic) -> object:
    ends_s = time.monotonic() + 5.0
    while time.monotonic() < ends_s:
        for event in broker.pump(clock()):
            if isinstance(event, kind):
                return event
        if broker.fileno() >= 0:
            select.select([broker.fileno()], [], [], 0.02)
    raise AssertionError(f"no {kind.__name__}")


@pytest.fixture
def closing() -> Iterator[Callable[[Broker], Broker]]:
    opened: list[Broker] = []

    def keep(broker: Broker) -> Broker:
        opened.append(broker)
        return broker

    yield keep
    for broker in opened:
        broker.close()


Closing = Callable[[Broker], Broker]


def test_accepted_with_the_limits_of_the_broker(closing: Closing) -> None:
    with server(CONNACK_SMALL_PACKETS) as port:
        broker = closing(broker_at(port))
        assert pump_until(broker, Connected) == Connected(1024, 65_535)
        assert broker.connected


def test_the_session_survives_and_the_will_is_kept_by_the_broker(closing: Closing) -> None:
    """MQTT 5, section 3.1: flags and properties of the CONNECT as they stand on the wire."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        broker = closing(broker_at(listener.getsockname()[1]))
        broker.pump(0.0)
        peer, _ = listener.accept()
        with peer:
            connect = peer.recv(4096)
    start = connect.index(b"\x00\x04MQTT\x05") + 7
    flags = connect[start]
    assert flags & 0x02 == 0, "a clean start would throw away commands that wait for us"
    assert flags & 0x3C == 0x2C, "will: at QoS 1, retained"
    assert b"\x11" + (24 * 3600).to_bytes(4, "big") in connect, "session expiry, one day"
    assert b"ncs/1/330106-0007-k03/state" in connect


def test_nobody_listens(closing: Closing) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    lost = pump_until(closing(broker_at(port)), Lost)
    assert isinstance(lost, Lost)
    assert not lost.refused
    assert f"no broker at 127.0.0.1:{port} (Connection refused)" in lost.why


def test_a_host_name_that_cannot_be_one(closing: Closing) -> None:
    settings = UplinkSection(host="no such host.invalid")
    broker = closing(
        Broker(settings, "k", (), lambda: LastWord("ncs/1/x/state", b""), random.Random(1))
    )
    lost = pump_until(broker, Lost)
    assert isinstance(lost, Lost) and "There is no broker at no such host" in lost.why


def test_not_authorised(closing: Closing) -> None:
    with server(CONNACK_NOT_AUTHORIZED) as port:
        lost = pump_until(closing(broker_at(port)), Lost)
    assert isinstance(lost, Lost)
    assert lost.refused
    assert "refuses this kiosk (Not authorized)" in lost.why


def test_a_server_that_hangs_up(closing: Closing) -> None:
    with server(None) as port:
        lost = pump_until(closing(broker_at(port)), Lost)
    assert isinstance(lost, Lost) and not lost.refused


def test_a_server_that_says_nothing(closing: Closing) -> None:
    with server(b"") as port:
        broker = closing(broker_at(port))
        assert broker.pump(0.0) == []
        assert broker.pump(CONNACK_TIMEOUT_S - 0.1) == []
        (lost,) = broker.pump(CONNACK_TIMEOUT_S + 0.1)
    assert isinstance(lost, Lost) and "does not answer as an MQTT 5 broker" in lost.why


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00" * 64,
        b"\xff" * 64,
        bytes.fromhex("20ffffffffff"),  # a length of more than four bytes
        bytes.fromhex("200100"),  # CONNACK that is too short
        bytes.fromhex("2003000007"),  # properties that are not there
        bytes.fromhex("200400000199"),  # an unknown property
        CONNACK_ACCEPTED + bytes.fromhex("300500ff61620a"),  # PUBLISH whose topic is cut
        CONNACK_ACCEPTED + bytes.fromhex("f00100"),  # AUTH nobody asked for
    ],
)
def test_bytes_that_are_not_mqtt(garbage: bytes, closing: Closing) -> None:
    """No exception, whatever comes, and a sentence that sends people to the right setting."""
    with server(garbage) as port:
        lost = pump_until(closing(broker_at(port)), Lost)
    assert isinstance(lost, Lost) and not lost.refused
    assert "does not speak MQTT 5. Check host and port" in lost.why


@pytest.mark.parametrize("harmless", ["40020000", "9004000900", "d000"])
def test_answers_to_nothing_we_asked_change_nothing(harmless: str, closing: Closing) -> None:
    with server(CONNACK_ACCEPTED + bytes.fromhex(harmless)) as port:
        broker = closing(broker_at(port))
        pump_until(broker, Connected)
        for _ in range(4):
            select.select([broker.fileno()], [], [], 0.005)
            assert not any(isinstance(event, Lost) for event in broker.pump(time.monotonic()))


def test_a_web_server_at_the_brokers_port(closing: Closing) -> None:
    """Its answer looks like the beginning of a longer packet; the silence after it tells."""
    with server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        broker = closing(broker_at(port))
        broker.pump(0.0)
        select.select([broker.fileno()], [], [], 1.0)
        assert broker.pump(1.0) == []
        (lost,) = broker.pump(CONNACK_TIMEOUT_S + 0.1)
    assert isinstance(lost, Lost) and "does not answer as an MQTT 5 broker" in lost.why


def test_a_client_library_that_raises_is_survived(
    closing: Closing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """paho 2.1 lets the error of a malformed packet out of its loop."""

    def raises(_client: object) -> None:
        raise struct.error("unpack requires a buffer of 2 bytes")

    monkeypatch.setattr("kiosk.uplink.broker.Client.loop_read", raises)
    with server(CONNACK_ACCEPTED) as port:
        lost = pump_until(closing(broker_at(port)), Lost)
    assert isinstance(lost, Lost) and "does not speak MQTT 5" in lost.why


def test_random_bytes_never_raise(closing: Closing) -> None:
    dice = random.Random(7)
    for _ in range(6):
        with server(CONNACK_ACCEPTED + dice.randbytes(200)) as port:
            broker = closing(broker_at(port))
            for turn in range(12):
                broker.pump(turn * 0.2)
                if broker.fileno() >= 0:
                    select.select([broker.fileno()], [], [], 0.003)
            broker.close()


def test_back_off_grows_with_jitter_to_its_bound(closing: Closing) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    broker = closing(broker_at(port))
    now_s, waits = 0.0, []
    for _ in range(6):
        broker.pump(now_s)
        next_s = broker.next_try_s()
        assert next_s is not None
        assert broker.pump(next_s - 0.001) == []
        waits.append(next_s - now_s)
        now_s = next_s
    assert all(
        0.5 * bound <= wait <= bound
        for wait, bound in zip(waits, (0.1, 0.2, 0.4, 0.4, 0.4, 0.4), strict=True)
    )
    assert len(set(waits)) == len(waits)


def test_nothing_is_published_without_a_connection(closing: Closing) -> None:
    assert closing(broker_at(1)).publish("ncs/1/host", b"", qos=1) is None
