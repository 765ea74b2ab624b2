"""The uplink at work: outbox to broker, acknowledgements to the core, presence and reports.

Owns the order of one turn. One thread, nothing waits but the caller's ``select``. Sees sealed
records only, reads the outbox and never writes it. A record counts as delivered by a verified
acknowledgement alone; what the broker answers moves the status and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from contracts import topics
from contracts.acknowledgement import AcknowledgementRefused, verify_acknowledgement
from contracts.bundle import BundleRefused, encode_bundle
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
from kiosk.ledger.errors import LedgerBroken
from kiosk.uplink.broker import Answered, Arrived, Broker, BrokerEvent, Connected, Lost
from kiosk.uplink.key_files import UplinkKeys
from kiosk.uplink.standing import Facts, at_enrolled_store, standing
from kiosk.uplink.window import Flight, Row, Window

LOOK_EVERY_S = 1.0  # at the outbox, in case nobody said that it grew
TELL_EVERY_S = 2.0  # the core, even when nothing changed: it may have restarted
LONGEST_TURN_S = 0.25
BUNDLE_ROOM_BYTES = 1024  # signature, kiosk, epoch and MQTT's own bytes around the records
LARGEST_RECORD_BYTES = 9 * 1024

_NO_SUBSCRIBER = 0x10
_FAILURE = 0x80

log = logging.getLogger(__name__)


class Outbox(Protocol):
    """What `kiosk.ledger.outbox_reader.OutboxReader` offers."""

    @property
    def epoch(self) -> str: ...
    def pending(self, after_seq: int, limit: int) -> list[Row]: ...
    def database_id(self) -> str | None: ...
    def close(self) -> None: ...


class Core(Protocol):
    """What `kiosk.ipc.channel.MessageClient` offers."""

    connections: int

    def receive(self, timeout_s: float) -> AnyMessage | None: ...
    def send(self, message: AnyMessage) -> bool: ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What an uplink is put together from. ``wall_time`` gives RFC 3339 for people to read."""

    kiosk: str
    keys: UplinkKeys
    core: Core
    broker: Broker
    window: Window
    open_outbox: Callable[[], Outbox | None]
    wall_time: Callable[[], str]


class Uplink:
    """Call `turn` again and again; `wait_s` says how long nothing is due."""

    def __init__(self, parts: Parts, window_bundles: int) -> None:
        self._parts = parts
        self._window_bundles = window_bundles
        self._outbox: Outbox | None = None
        self._enrolled_store: str | None = None  # the ledger keeps it for good
        self._core_connections = 0
        self._host: HostPresence | None = None
        self._lost: Lost | None = None
        self._refusal = ""
        self._report = ""
        self._newest_acknowledgement = ""
        self._grew = True
        self._look_s = float("-inf")
        self._told: UplinkStatus | None = None
        self._tell_s = float("-inf")
        self.status = UplinkStatus(standing(self._facts()).state)

    def turn(self, now_s: float) -> None:
        """Hear the core, hear the broker, send what is due, tell how we stand."""
        self._hear_core(now_s)
        for event in self._parts.broker.pump(now_s):
            self._handle(event, now_s)
        if self._may_send():
            self._read_outbox(now_s)
            self._send_due(now_s)
        self._tell(now_s)

    def wait_s(self, now_s: float) -> float:
        """How long the caller may wait for either socket."""
        due = [now_s + LONGEST_TURN_S]
        due += [at for at in (self._parts.broker.next_try_s(),) if at is not None]
        if self._may_send():
            due += [at for at in (self._parts.window.next_due_s(),) if at is not None]
            if self._grew and self._outbox is not None and self._parts.window.wanted():
                due.append(now_s)
        return max(0.0, min(due) - now_s)

    def close(self) -> None:
        """Say that we go, as far as the broker still listens."""
        self._say_presence(online=False)
        self._parts.broker.close()
        self._close_outbox()

    def presence(self, online: bool) -> bytes:
        """Our retained word, also the will."""
        epoch = self._outbox.epoch if self._outbox is not None else "none"
        return encode_presence(
            KioskPresence(
                kiosk=self._parts.kiosk,
                online=online,
                epoch=epoch,
                since=self._parts.wall_time(),
            )
        )

    # ── core ──

    def _hear_core(self, now_s: float) -> None:
        while (message := self._parts.core.receive(0.0)) is not None:
            if isinstance(message, OutboxGrew):
                self._grew = True
            elif isinstance(message, KioskFacts):
                self._report = message.report
                self._publish_report()
        if self._core_connections != self._parts.core.connections:
            self._core_connections = self._parts.core.connections
            self._core_came_back()
        if self._outbox is None and now_s >= self._look_s:
            self._look_s = now_s + LOOK_EVERY_S
            self._open_outbox()

    def _core_came_back(self) -> None:
        """It may have a new ledger, and has missed what we forwarded meanwhile."""
        self._close_outbox()
        self._parts.window.restart()
        self._grew = True
        self._told = None
        self._look_s = float("-inf")
        if self._newest_acknowledgement:
            self._parts.core.send(AcknowledgementReceived(signed=self._newest_acknowledgement))

    def _open_outbox(self) -> None:
        self._outbox = self._parts.open_outbox()
        if self._outbox is not None:
            self._enrolled_store = self._outbox.database_id()
            self._say_presence(online=True)

    def _close_outbox(self) -> None:
        if self._outbox is not None:
            self._outbox.close()
            self._outbox = None

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
                self._arrived(topic, payload, now_s)
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
        self._parts.window.limit(
            window_bundles=min(self._window_bundles, receive_maximum),
            bundle_bytes=min(256 * 1024, max_packet_bytes - BUNDLE_ROOM_BYTES),
        )
        self._parts.window.restart()
        self._grew = True
        self._say_presence(online=True)
        self._publish_report()

    def _arrived(self, topic: str, payload: bytes, now_s: float) -> None:
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
            self._parts.window.restart()
            self._grew = True

    def _acknowledged(self, payload: bytes) -> None:
        if not payload or self._outbox is None:
            return
        try:
            text = payload.decode("utf-8")
            acknowledgement = verify_acknowledgement(
                text,
                self._parts.keys.acknowledgement,
                kiosk=self._parts.kiosk,
                epoch=self._outbox.epoch,
                database_id=self._enrolled_store,
            )
        except (AcknowledgementRefused, UnicodeDecodeError) as error:
            log.warning("An acknowledgement counts for nothing: %s", error)
            return
        self._enrolled_store = acknowledgement.database_id
        rejected = frozenset(rejection.seq for rejection in acknowledgement.rejected)
        self._parts.window.acknowledged(lambda seq: acknowledgement.covers(seq) or seq in rejected)
        self._newest_acknowledgement = text
        self._refusal = ""
        self._parts.core.send(AcknowledgementReceived(signed=text))

    def _answered(self, answer: Answered) -> None:
        if answer.reason_code >= _FAILURE:
            refusal = (
                f"The broker refuses what this kiosk sends ({answer.reason}). Check the kiosk's"
                " rights at the broker."
            )
            if refusal != self._refusal:
                log.warning("%s", refusal)
            self._refusal = refusal
        elif answer.reason_code == _NO_SUBSCRIBER:
            log.debug("nobody listens at the broker")

    def _say_presence(self, *, online: bool) -> None:
        self._parts.broker.publish(
            topics.state(self._parts.kiosk), self.presence(online), qos=1, retain=True
        )

    def _publish_report(self) -> None:
        if self._report:
            topic = topics.report(self._parts.kiosk)
            self._parts.broker.publish(topic, self._report.encode("utf-8"), qos=0)

    # ── records ──

    def _may_send(self) -> bool:
        return (
            self._outbox is not None
            and self._parts.broker.connected
            and self._host is not None
            and self._host.online
            and at_enrolled_store(self._host.database_id, self._enrolled_store)
        )

    def _read_outbox(self, now_s: float) -> None:
        wanted = self._parts.window.wanted()
        if self._outbox is None or not wanted or not (self._grew or now_s >= self._look_s):
            return
        try:
            rows = self._outbox.pending(self._parts.window.read_after, wanted)
        except LedgerBroken as error:
            log.warning("%s", error)
            self._close_outbox()
            return
        self._look_s = now_s + LOOK_EVERY_S
        self._parts.window.fill(rows, now_s)
        cut_by_bytes = bool(rows) and rows[-1][0] > self._parts.window.read_after
        self._grew = len(rows) == wanted or cut_by_bytes

    def _send_due(self, now_s: float) -> None:
        for flight in self._parts.window.due(now_s):
            if not self._send(flight, now_s):
                return

    def _send(self, flight: Flight, now_s: float) -> bool:
        assert self._outbox is not None
        try:
            payload = encode_bundle(
                [raw for _, raw in flight.records],
                kiosk=self._parts.kiosk,
                epoch=self._outbox.epoch,
                signing_key=self._parts.keys.signing,
            )
        except BundleRefused as error:
            log.error("Records %d to %d: %s", flight.seqs[0], flight.seqs[-1], error)
            self._parts.window.refused(flight.number, now_s)
            return True
        if self._parts.broker.publish(topics.record(self._parts.kiosk), payload, qos=1) is None:
            return False
        self._parts.window.sent(flight.number, now_s)
        return True

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
        window = self._parts.window
        return Facts(
            connected=self._parts.broker.connected,
            refused=lost is not None and lost.refused,
            trouble=lost.why if lost is not None else "Connecting to the broker.",
            refusal=self._refusal,
            host_online=None if self._host is None else self._host.online,
            host_store="" if self._host is None else self._host.database_id,
            enrolled_store=self._enrolled_store,
            unanswered=window.unanswered,
            set_aside=window.set_aside,
            waiting=window.in_flight,
        )
