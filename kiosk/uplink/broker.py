"""One connection to the broker after another, for ever: MQTT 5 by paho, driven from our own loop.

Owns the paho client, the back-off and the sentences about a broker that is away or refuses us. Must
not know records. paho is a dumb pipe here: no thread of its own (an exception in a callback would
end that thread silently), a fresh client a connection (what was in flight is driven again from the
outbox, never from paho's memory), callbacks that only append.
"""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from paho.mqtt import MQTTException
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from config.model import UplinkSection

KEEPALIVE_S = 15
CONNECT_TIMEOUT_S = 3.0
CONNACK_TIMEOUT_S = 5.0
STABLE_AFTER_S = 30.0  # a connection that lived this long starts the back-off anew
SESSION_EXPIRY_S = 24 * 3600
WILL_DELAY_S = 5  # a short loss of the network is not a lost kiosk
UNLIMITED_BYTES = 256 * 1024 * 1024
RECEIVE_MAXIMUM = 65_535

# What paho 2.1 raises on bytes that are not MQTT (2.2 hangs up with a protocol error instead);
# everything else is our own mistake and must surface.
_NOT_MQTT = (MQTTException, struct.error, ValueError, IndexError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker accepted us. ``max_packet_bytes`` and ``receive_maximum`` are its limits."""

    max_packet_bytes: int
    receive_maximum: int


@dataclass(frozen=True, slots=True)
class Lost:
    """No connection, or no longer. ``refused``: the broker is there and does not want us."""

    why: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Arrived:
    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """PUBACK for ``mid``. Proves that the broker's memory has it, nothing more."""

    mid: int
    reason_code: int
    reason: str


BrokerEvent = Connected | Lost | Arrived | Answered


@dataclass(frozen=True, slots=True)
class LastWord:
    """The retained message that the broker publishes when we vanish."""

    topic: str
    payload: bytes


class Broker:
    """Call `pump` often; it connects, reads, writes and returns what happened. One thread only."""

    def __init__(
        self,
        settings: UplinkSection,
        client_id: str,
        topics: tuple[str, ...],
        last_word: Callable[[], LastWord],
        dice: random.Random,
    ) -> None:
        self._settings = settings
        self._client_id = client_id
        self._topics = topics
        self._last_word = last_word
        self._dice = dice
        self._client: Client | None = None
        self._events: list[BrokerEvent] = []
        self._delay_s = settings.reconnect_min_s
        self._next_try_s = float("-inf")
        self._since_s = 0.0
        self.connected = False

    @property
    def address(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    def fileno(self) -> int:
        """For ``select``; -1 while there is no socket."""
        sock = self._client.socket() if self._client is not None else None
        return -1 if sock is None else sock.fileno()

    @property
    def wants_write(self) -> bool:
        return self._client is not None and self._client.want_write()

    def next_try_s(self) -> float | None:
        """When the next attempt is due, None while a connection stands or is being made."""
        return None if self._client is not None else self._next_try_s

    def pump(self, now_s: float) -> list[BrokerEvent]:
        """Connect when due, move bytes both ways without blocking, tell what happened."""
        if self._client is None:
            if now_s >= self._next_try_s:
                self._connect(now_s)
        else:
            self._move_bytes(now_s)
        events, self._events = self._events, []
        for event in events:
            if isinstance(event, Connected):
                self.connected = True
            elif isinstance(event, Lost):
                self._forget(now_s)
        return events

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> int | None:
        """The message id, or None when there is no connection to put it on."""
        if self._client is None or not self.connected:
            return None
        sent = self._client.publish(topic, payload, qos=qos, retain=retain)
        return sent.mid if sent.rc == MQTTErrorCode.MQTT_ERR_SUCCESS else None

    def drop(self, why: str, now_s: float) -> Lost:
        """Give this connection up, for a reason that only the caller sees."""
        self._forget(now_s)
        return Lost(why, refused=True)

    def close(self) -> None:
        """Say good-bye if possible; never waits."""
        client, self._client = self._client, None
        self.connected = False
        if client is not None:
            _silence(client)
            sock = client.socket()
            client.disconnect()
            if sock is not None:
                sock.close()

    # ── connecting ──

    def _connect(self, now_s: float) -> None:
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
        )
        client.max_inflight_messages_set(0)  # the window is ours (reference: edge, P16)
        client.connect_timeout = CONNECT_TIMEOUT_S
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        last_word = self._last_word()
        will = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
        will.WillDelayInterval = WILL_DELAY_S
        client.will_set(last_word.topic, last_word.payload, qos=1, retain=True, properties=will)
        session = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        session.SessionExpiryInterval = SESSION_EXPIRY_S
        self._client, self._since_s = client, now_s
        try:
            client.connect(
                self._settings.host,
                self._settings.port,
                keepalive=KEEPALIVE_S,
                clean_start=False,
                properties=session,
            )
            hurry(client)
        except (OSError, ValueError) as error:  # ValueError: a host name that cannot be one
            why = error.strerror if isinstance(error, OSError) and error.strerror else error
            self._lost(
                f"There is no broker at {self.address} ({why}). Check that it"
                " runs, the cable, and host and port in [uplink].",
                refused=False,
            )

    def _on_connect(
        self,
        client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._lost(
                f"The broker at {self.address} refuses this kiosk ({reason}). Check that the kiosk"
                " is enrolled there and not revoked.",
                refused=True,
            )
            return
        options = SubscribeOptions(qos=1, noLocal=True)
        client.subscribe([(topic, options) for topic in self._topics])
        self._events.append(
            Connected(
                getattr(properties, "MaximumPacketSize", UNLIMITED_BYTES),
                getattr(properties, "ReceiveMaximum", RECEIVE_MAXIMUM),
            )
        )

    # ── a connection that stands ──

    def _move_bytes(self, now_s: float) -> None:
        assert self._client is not None
        client = self._client
        if not self.connected and now_s - self._since_s > CONNACK_TIMEOUT_S:
            self._lost(
                f"What listens at {self.address} does not answer as an MQTT 5 broker. Check host"
                " and port in [uplink].",
                refused=False,
            )
            return
        try:
            client.loop_read()
            hurry(client)  # the kernel forgets TCP_QUICKACK
            if client.want_write():
                client.loop_write()
            client.loop_misc()
        except _NOT_MQTT:
            self._lost(self._not_mqtt(), refused=False)

    def _on_disconnect(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.value in _NOT_UNDERSTOOD:
            self._lost(self._not_mqtt(), refused=False)
            return
        refused = reason.value in _REFUSALS
        self._lost(
            f"The broker at {self.address} {'sent this kiosk away' if refused else 'is gone'}"
            f" ({reason}).",
            refused=refused,
        )

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return  # no topic of ours
        self._events.append(Arrived(topic, bytes(message.payload)))

    def _on_publish(
        self,
        _client: Client,
        _userdata: object,
        mid: int,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._events.append(Answered(mid, reason.value, str(reason)))

    def _not_mqtt(self) -> str:
        return (
            f"What listens at {self.address} does not speak MQTT 5."
            " Check host and port in [uplink]."
        )

    def _lost(self, why: str, *, refused: bool) -> None:
        """The first reason is the true one; what paho says while it cleans up is not."""
        if not any(isinstance(event, Lost) for event in self._events):
            self._events.append(Lost(why, refused))

    def _forget(self, now_s: float) -> None:
        if self.connected and now_s - self._since_s >= STABLE_AFTER_S:
            self._delay_s = self._settings.reconnect_min_s
        self.close()
        self._next_try_s = now_s + self._dice.uniform(0.5, 1.0) * self._delay_s
        self._delay_s = min(self._delay_s * 2, self._settings.reconnect_max_s)


# MQTT 5 reason codes that waiting alone does not heal: not authorized, administrative action,
# session taken over, packet too large, quota exceeded.
_REFUSALS = frozenset({0x87, 0x98, 0x8E, 0x95, 0x97})
_NOT_UNDERSTOOD = frozenset({0x81, 0x82, 0x84})  # malformed packet, protocol error, version


def _silence(client: Client) -> None:
    client.on_connect = client.on_disconnect = client.on_message = client.on_publish = None


def hurry(client: Client) -> None:
    """No waiting for a fuller packet, ours or the broker's: an acknowledgement is a small message,
    and Nagle's algorithm against delayed TCP acknowledgements would hold it back for 40 ms.
    """
    sock = client.socket()
    if isinstance(sock, socket.socket):
        with suppress(OSError):  # a connection that just died says so on the next read
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
