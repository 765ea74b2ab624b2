"""The uplink at work: core, broker and drain, in turns.

Owns the order of one turn, the kiosk's presence and reports, and how it stands with its site. One
thread, nothing waits but the caller's ``select``. A record counts as delivered by a verified
acknowledgement alone; what the broker answers moves the status and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from contracts import topics
from contracts.presence import (
    HostPresence,
    KioskPresence,
    PresenceRefused,
    decode_host_presence,
    encode_presence,
)
from kiosk.ipc.messages import (
    AcknowledgementReceived,
    AnyMessage,
    KioskFacts,
    OutboxGrew,
    UplinkStatus,
)
from kiosk.uplink.broker import Answered, Arrived, Broker, BrokerEvent, Connected, Lost
from kiosk.uplink.drain import Drain
from kiosk.uplink.standing import Facts, at_enrolled_store, standing

TELL_EVERY_S = 2.0  # the core, even when nothing changed: it may have restarted
LONGEST_TURN_S = 0.25
BUNDLE_ROOM_BYTES = 1024  # signature, kiosk, epoch and MQTT's own bytes around the records
LARGEST_RECORD_BYTES = 9 * 1024

_FAILURE = 0x80

log = logging.getLogger(__name__)


class Core(Protocol):
    """What `kiosk.ipc.channel.MessageClient` offers."""

    connections: int

    def receive(self, timeout_s: float) -> AnyMessage | None: ...
    def send(self, message: AnyMessage) -> bool: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What an uplink is put together from. ``wall_time`` gives RFC 3339 for people to read."""

    kiosk: str
    core: Core
    broker: Broker
    drain: Drain
    wall_time: Callable[[], str]


class Uplink:
    """Call `turn` again and again; `wait_s` says how long nothing is due."""

    def __init__(self, parts: Parts, window_bundles: int) -> None:
        self._parts = parts
        self._window_bundles = window_bundles
        self._core_connections = 0
        self._host: HostPresence | None = None
        self._lost: Lost | None = None
        self._refusal = ""
        self._report = ""
        self._newest_acknowledgement = ""
        self._told: UplinkStatus | None = None
        self._tell_s = float("-inf")
        self.status = UplinkStatus(standing(self._facts()).state)

    def turn(self, now_s: float) -> None:
        """Hear the core, hear the broker, send what is due, tell how we stand."""
        self._hear_core(now_s)
        for event in self._parts.broker.pump(now_s):
            self._handle(event, now_s)
        if self._may_send():
            self._parts.drain.deliver(now_s, self._publish_bundle)
        self._tell(now_s)

    def wait_s(self, now_s: float) -> float:
        """How long the caller may wait for either socket."""
        next_try_s = self._parts.broker.next_try_s()
        next_due_s = self._parts.drain.next_due_s() if self._may_send() else None
        due = [at_s for at_s in (next_try_s, next_due_s) if at_s is not None]
        return max(0.0, min([now_s + LONGEST_TURN_S, *due]) - now_s)

    def close(self) -> None:
        """Say that we go, as far as the broker still listens."""
        self._say_presence(online=False)
        self._parts.broker.close()
        self._parts.drain.close()

    def presence(self, online: bool) -> bytes:
        """Our retained word, also the will."""
        return encode_presence(
            KioskPresence(
                kiosk=self._parts.kiosk,
                online=online,
                epoch=self._parts.drain.epoch or "none",
                since=self._parts.wall_time(),
            )
        )

    # ── core ──

    def _hear_core(self, now_s: float) -> None:
        while (message := self._parts.core.receive(0.0)) is not None:
            if isinstance(message, OutboxGrew):
                self._parts.drain.grew()
            elif isinstance(message, KioskFacts):
                self._report = message.report
                self._publish_report()
        if self._core_connections != self._parts.core.connections:
            self._core_connections = self._parts.core.connections
            self._core_came_back()
        if self._parts.drain.look_for_outbox(now_s):
            self._say_presence(online=True)

    def _core_came_back(self) -> None:
        """It may have a new ledger, and has missed what we forwarded meanwhile."""
        self._parts.drain.reopen()
        self._told = None
        if self._newest_acknowledgement:
            self._parts.core.send(AcknowledgementReceived(signed=self._newest_acknowledgement))

    # ── broker ──

    def _handle(self, event: BrokerEvent, now_s: float) -> None:
        match event:
            case Connected(max_packet_bytes, receive_maximum):
                self._begin(max_packet_bytes, receive_maximum, now_s)
            case Lost():
                if self._lost is None or self._lost.why != event.why:
                    log.warning("%s", event.why)
                self._lost = event
                self._host = None
            case Arrived(topic, payload):
                self._arrived(topic, payload)
            case Answered():
                self._answered(event)

    def _begin(self, max_packet_bytes: int, receive_maximum: int, now_s: float) -> None:
        if max_packet_bytes < LARGEST_RECORD_BYTES + BUNDLE_ROOM_BYTES:
            self._lost = self._parts.broker.drop(
                f"The broker takes at most {max_packet_bytes} bytes a message, a record may need"
                f" {LARGEST_RECORD_BYTES}. Raise its max_packet_size.",
                now_s,
            )
            log.warning("%s", self._lost.why)
            return
        if self._lost is not None:
            log.info("The broker at %s is there.", self._parts.broker.address)
        self._lost = None
        self._refusal = ""
        self._parts.drain.window.limit(
            window_bundles=min(self._window_bundles, receive_maximum),
            bundle_bytes=min(256 * 1024, max_packet_bytes - BUNDLE_ROOM_BYTES),
        )
        self._parts.drain.restart()
        self._say_presence(online=True)
        self._publish_report()

    def _arrived(self, topic: str, payload: bytes) -> None:
        if topic == topics.HOST:
            self._host_said(payload)
        elif topic == topics.acknowledgement(self._parts.kiosk):
            self._acknowledged(payload)

    def _host_said(self, payload: bytes) -> None:
        before = self._host
        try:
            self._host = decode_host_presence(payload) if payload else None
        except PresenceRefused as error:
            log.warning("What the coordinator says of itself is ignored: %s", error)
            return
        if self._host is not None and self._host.online and (before is None or not before.online):
            self._parts.drain.restart()

    def _acknowledged(self, payload: bytes) -> None:
        text = self._parts.drain.acknowledged(payload)
        if text is not None:
            self._newest_acknowledgement = text
            self._refusal = ""
            self._parts.core.send(AcknowledgementReceived(signed=text))

    def _answered(self, answer: Answered) -> None:
        if answer.reason_code < _FAILURE:
            return
        refusal = (
            f"The broker refuses what this kiosk sends ({answer.reason}). Check the kiosk's"
            " rights at the broker."
        )
        if refusal != self._refusal:
            log.warning("%s", refusal)
        self._refusal = refusal

    def _say_presence(self, *, online: bool) -> None:
        self._parts.broker.publish(
            topics.state(self._parts.kiosk), self.presence(online), qos=1, retain=True
        )

    def _publish_report(self) -> None:
        if self._report:
            topic = topics.report(self._parts.kiosk)
            self._parts.broker.publish(topic, self._report.encode("utf-8"), qos=0)

    def _publish_bundle(self, payload: bytes) -> bool:
        topic = topics.record(self._parts.kiosk)
        return self._parts.broker.publish(topic, payload, qos=1) is not None

    def _may_send(self) -> bool:
        return (
            self._parts.broker.connected
            and self._host is not None
            and self._host.online
            and at_enrolled_store(self._host.database_id, self._parts.drain.enrolled_store)
        )

    # ── status ──

    def _tell(self, now_s: float) -> None:
        self.status = standing(self._facts())
        if self.status != self._told or now_s >= self._tell_s:
            if self._told is None or self.status.state is not self._told.state:
                log.info("%s %s", self.status.state, self.status.detail)
            self._parts.core.send(self.status)
            self._told = self.status
            self._tell_s = now_s + TELL_EVERY_S

    def _facts(self) -> Facts:
        lost = self._lost
        window = self._parts.drain.window
        return Facts(
            connected=self._parts.broker.connected,
            refused=lost is not None and lost.refused,
            trouble=lost.why if lost is not None else "Connecting to the broker.",
            refusal=self._refusal,
            host_online=None if self._host is None else self._host.online,
            host_store="" if self._host is None else self._host.database_id,
            enrolled_store=self._parts.drain.enrolled_store,
            unanswered=window.unanswered,
            set_aside=window.set_aside,
            waiting=window.in_flight,
        )
