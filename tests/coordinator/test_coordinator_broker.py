"""The coordinator's end at the broker: what it says when the other end is not what it should be."""

from __future__ import annotations

import random
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from contracts.presence import HostPresence
from coordinator.broker import CONNACK_TIMEOUT_S, Broker, Message

NOW = "2022-11-22T08:41:07+08:00"
CONNACK_ACCEPTED = bytes.fromhex("2003000000")
PUBLISH_QOS_1 = bytes.fromhex("320800016100070061 62".replace(" ", ""))  # "a", id 7, "ab"


@contextmanager
def answering(answer: bytes) -> Iterator[tuple[Broker, list[bytes]]]:
    """A broker that takes the CONNECT, says ``answer`` and notes what comes afterwards."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def serve() -> None:
        client, _ = listener.accept()
        with client, suppress(ConnectionResetError):
            client.recv(4096)
            client.sendall(answer)
            while data := client.recv(4096):
                heard.append(data)

    thread = threading.Thread(target=serve)
    thread.start()
    broker = Broker(
        "127.0.0.1",
        listener.getsockname()[1],
        "coordinator-0007",
        HostPresence(online=True, database_id="store-1", since=NOW),
        random.Random(1),
    )
    try:
        yield broker, heard
    finally:
        broker.close()
        thread.join(5)
        listener.close()


def pump(broker: Broker, seconds: float = 0.05) -> list[Message]:
    arrived: list[Message] = []
    ends_s = time.monotonic() + seconds
    while (left_s := ends_s - time.monotonic()) > 0:
        arrived += broker.pump(1.0)
        if broker.fileno() < 0:
            break
        select.select([broker.fileno()], [], [], min(left_s, 0.01))
    return arrived


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (bytes.fromhex("2003008700"), "refuses the coordinator (Not authorized)"),
        (b"\x00" * 64, "does not speak MQTT 5"),
        (CONNACK_ACCEPTED + bytes.fromhex("3000"), "does not speak MQTT 5"),
        (CONNACK_ACCEPTED + bytes.fromhex("e0018e"), "Another coordinator of this site"),
        (CONNACK_ACCEPTED + bytes.fromhex("e0018b"), "is gone (Server shutting down)"),
    ],
)
def test_each_ending_has_its_sentence(answer: bytes, words: str) -> None:
    with answering(answer) as (broker, _):
        pump(broker)
        assert not broker.connected
        assert words in broker.trouble


def test_a_broker_that_never_answers() -> None:
    with answering(b"") as (broker, _):
        broker.pump(0.0)
        broker.pump(CONNACK_TIMEOUT_S + 0.1)
        assert "does not speak MQTT 5" in broker.trouble


def test_nobody_there_and_back_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    presence = HostPresence(online=True, database_id="store-1", since=NOW)
    with closing(Broker("127.0.0.1", port, "c", presence, random.Random(1))) as broker:
        broker.pump(0.0)
        assert f"no broker at 127.0.0.1:{port} (Connection refused)" in broker.trouble
        assert broker.fileno() == -1
        assert broker.pump(0.05) == []


def test_puback_is_ours_to_send() -> None:
    """Nothing is acknowledged by receiving it."""
    puback = bytes.fromhex("40020007")
    with answering(CONNACK_ACCEPTED + PUBLISH_QOS_1) as (broker, heard):
        (message,) = pump(broker)
        assert (message.topic, message.payload, message.mid, message.qos) == ("a", b"ab", 7, 1)
        assert puback not in b"".join(heard)
        broker.acknowledge([message])
        pump(broker)
        assert b"".join(heard).endswith(puback)
