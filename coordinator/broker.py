"""The coordinator's end at the broker: MQTT 5 by paho, acknowledging by hand, driven from our loop.

Owns connection, subscriptions, presence and back-off. A record message is answered with PUBACK only
by `acknowledge`, which the caller calls after COMMIT; until then the broker keeps it and sends it
again. Must not know what the payloads mean. A fresh client a connection, no thread of paho's.
"""

from __future__ import annotations

import logging
import random
import socket
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from paho.mqtt import MQTTException
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from contracts import topics
from contracts.presence import HostPresence, encode_presence

KEEPALIVE_S = 15
CONNECT_TIMEOUT_S = 3.0
CONNACK_TIMEOUT_S = 5.0
SESSION_EXPIRY_S = 7 * 24 * 3600
RECEIVE_MAXIMUM = 100  # bundles the broker may send ahead of our acknowledgements
WILL_DELAY_S = 2
SHORTEST_DELAY_S, LONGEST_DELAY_S = 0.2, 10.0
STABLE_AFTER_S = 10.0  # a connection that lived this long starts the back-off anew

_TAKEN_OVER = 0x8E
_NOT_UNDERSTOOD = frozenset({0x81, 0x82, 0x84})  # malformed packet, protocol error, version
# What paho 2.1 raises on bytes that are not MQTT; 2.2 hangs up with a protocol error instead.
_NOT_MQTT = (MQTTException, struct.error, ValueError, IndexError, KeyError, TypeError)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """``mid`` and ``qos`` are for `Broker.acknowledge`; they die with the connection."""

    topic: str
    payload: bytes
    mid: int
    qos: int


class Broker:
    """`pump` often; it keeps a connection and returns messages. One thread only."""

    def __init__(
        self, host: str, port: int, client_id: str, presence: HostPresence, dice: random.Random
    ) -> None:
        self._host = host
        self._port = port
        self._client_id = client_id
        self._presence = presence
        self._dice = dice
        self._client: Client | None = None
        self._arrived: list[Message] = []
        self._trouble = ""
        self._told_trouble = ""
        self._delay_s = SHORTEST_DELAY_S
        self._next_try_s = float("-inf")
        self._since_s = 0.0
        self.connected = False

    def fileno(self) -> int:
        """For ``select``; -1 while there is no socket."""
        sock = self._client.socket() if self._client is not None else None
        return -1 if sock is None else sock.fileno()

    @property
    def _address(self) -> str:
        return f"{self._host}:{self._port}"

    @property
    def wants_write(self) -> bool:
        return self._client is not None and self._client.want_write()

    @property
    def trouble(self) -> str:
        """Why there is no connection, empty while there is one."""
        return "" if self.connected else self._told_trouble or "Connecting to the broker."

    def pump(self, now_s: float) -> list[Message]:
        """Connect when due, move bytes without blocking; returns what arrived."""
        if self._client is None:
            if now_s < self._next_try_s:
                return []
            self._connect(now_s)
        else:
            self._move_bytes(now_s)
        if self._trouble:
            self._give_up(now_s)
        arrived, self._arrived = self._arrived, []
        return arrived

    def acknowledge(self, messages: Iterable[Message]) -> None:
        """PUBACK: these are on our disk. Messages of an earlier connection come again anyway."""
        if self._client is not None:
            for message in messages:
                self._client.ack(message.mid, message.qos)

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """At QoS 1; dropped while there is no connection."""
        if self._client is not None and self.connected:
            self._client.publish(topic, payload, qos=1, retain=retain)

    def close(self) -> None:
        """Say that the coordinator goes, as far as the broker still listens; never waits."""
        self._publish_presence(online=False)
        self._drop()

    def _connect(self, now_s: float) -> None:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            manual_ack=True,
        )
        client.max_inflight_messages_set(0)
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        will = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
        will.WillDelayInterval = WILL_DELAY_S
        client.will_set(topics.HOST, self._said(False), qos=1, retain=True, properties=will)
        session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        session.SessionExpiryInterval = SESSION_EXPIRY_S
        session.ReceiveMaximum = RECEIVE_MAXIMUM
        self._client, self._since_s = client, now_s
        try:
            client.connect(
                self._host,
                self._port,
                keepalive=KEEPALIVE_S,
                clean_start=False,
                properties=session,
            )
            hurry(client)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else error
            self._trouble = (
                f"There is no broker at {self._address} ({why}). Check that it runs, and"
                " broker_host and broker_port."
            )

    def _move_bytes(self, now_s: float) -> None:
        assert self._client is not None
        if not self.connected and now_s - self._since_s > CONNACK_TIMEOUT_S:
            self._trouble = self._not_mqtt()
            return
        try:
            self._client.loop_read()
            hurry(self._client)  # the kernel forgets TCP_QUICKACK
            if self._client.want_write():
                self._client.loop_write()
            self._client.loop_misc()
        except _NOT_MQTT:
            self._trouble = self._not_mqtt()

    def _on_connect(
        self,
        client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._trouble = (
                f"The broker at {self._address} refuses the coordinator ({reason}). Check its"
                " access rules."
            )
            return
        filters = (topics.ALL_RECORDS, topics.ALL_STATES, topics.ALL_REPORTS)
        client.subscribe([(topic, 1) for topic in filters])
        self.connected = True
        self._told_trouble = ""
        log.info("Connected to the broker at %s.", self._address)
        self._publish_presence(online=True)

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if self._trouble:
            return
        if reason.value == _TAKEN_OVER:
            self._trouble = "Another coordinator of this site is connected. Stop one of the two."
        elif reason.value in _NOT_UNDERSTOOD:
            self._trouble = self._not_mqtt()
        else:
            self._trouble = f"The broker at {self._address} is gone ({reason})."

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""  # none of ours, but it must be acknowledged or it comes for ever
        self._arrived.append(Message(topic, bytes(message.payload), message.mid, message.qos))

    def _not_mqtt(self) -> str:
        return (
            f"What listens at {self._address} does not speak MQTT 5. Check broker_host and"
            " broker_port."
        )

    def _publish_presence(self, *, online: bool) -> None:
        self.publish(topics.HOST, self._said(online), retain=True)

    def _said(self, online: bool) -> bytes:
        return encode_presence(
            HostPresence(
                online=online,
                database_id=self._presence.database_id,
                since=self._presence.since,
            )
        )

    def _give_up(self, now_s: float) -> None:
        if self._trouble != self._told_trouble:
            log.warning("%s", self._trouble)
            self._told_trouble = self._trouble
        if self.connected and now_s - self._since_s >= STABLE_AFTER_S:
            self._delay_s = SHORTEST_DELAY_S
        self._drop()
        self._trouble = ""
        self._next_try_s = now_s + self._dice.uniform(0.5, 1.0) * self._delay_s
        self._delay_s = min(self._delay_s * 2, LONGEST_DELAY_S)

    def _drop(self) -> None:
        """What arrived and was not acknowledged comes again on the next connection."""
        client, self._client = self._client, None
        self.connected = False
        self._arrived.clear()
        if client is not None:
            client.on_connect = client.on_disconnect = client.on_message = None
            sock = client.socket()
            client.disconnect()
            if sock is not None:
                sock.close()


def hurry(client: Client) -> None:
    """No waiting for a fuller packet, ours or the broker's: an acknowledgement is a small message,
    and Nagle's algorithm against delayed TCP acknowledgements would hold it back for 40 ms.
    """
    sock = client.socket()
    if isinstance(sock, socket.socket):
        with suppress(OSError):  # a connection that just died says so on the next read
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
