"""The uplink's turns with everything around it faked and the time an argument."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from contracts import topics
from contracts.acknowledgement import Acknowledgement, Rejection, sign_acknowledgement
from contracts.bundle import decode_bundle
from contracts.envelope import Clock, ClockSync, Envelope, encode_envelope, record_header
from contracts.presence import HostPresence, decode_kiosk_presence, encode_presence
from contracts.signing import SigningKey
from kiosk.ipc.messages import (
    AcknowledgementReceived,
    AnyMessage,
    KioskFacts,
    OutboxGrew,
    UplinkState,
    UplinkStatus,
)
from kiosk.ledger.errors import LedgerBroken
from kiosk.uplink.broker import Answered, Arrived, BrokerEvent, Connected, Lost
from kiosk.uplink.delivery import Parts, Uplink
from kiosk.uplink.drain import Drain
from kiosk.uplink.keys import UplinkKeys
from kiosk.uplink.window import Row, Window

KIOSK = "330106-0007-k03"
AT = "2022-11-22T08:41:07+08:00"
SIGNING, COORDINATOR = SigningKey.generate(), SigningKey.generate()


def envelope(seq: int, sealed_bytes: int = 60) -> bytes:
    """Right in form; the uplink neither opens nor verifies records."""
    clock = Clock(wall=AT, boottime_ms=seq, boot_id="boot", sync=ClockSync.NTP)
    header = record_header(
        kiosk=KIOSK, epoch="epoch-1", seq=seq, record_id=f"r-{seq}", key_id="0" * 16, clock=clock
    )
    return encode_envelope(Envelope(header, b"s" * sealed_bytes, b"g" * 64))


@dataclass
class FakeOutbox:
    rows: list[Row]
    epoch: str = "epoch-1"
    store: str | None = None
    broken: bool = False
    closed: bool = False

    def pending(self, after_seq: int, limit: int) -> list[Row]:
        if self.broken:
            raise LedgerBroken("the ledger is broken")
        return [row for row in self.rows if row[0] > after_seq][:limit]

    def database_id(self) -> str | None:
        return self.store

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeCore:
    connections: int = 1
    said: list[AnyMessage] = field(default_factory=list)
    heard: list[AnyMessage] = field(default_factory=list)

    def receive(self, timeout_s: float) -> AnyMessage | None:
        return self.heard.pop(0) if self.heard else None

    def send(self, message: AnyMessage) -> bool:
        self.said.append(message)
        return True

    def acknowledgements(self) -> list[str]:
        return [said.signed for said in self.said if isinstance(said, AcknowledgementReceived)]

    def statuses(self) -> list[UplinkStatus]:
        return [said for said in self.said if isinstance(said, UplinkStatus)]


@dataclass
class FakeBroker:
    connected: bool = False
    address: str = "127.0.0.1:1883"
    events: list[BrokerEvent] = field(default_factory=list)
    published: list[tuple[str, bytes, bool]] = field(default_factory=list)
    takes: bool = True

    def pump(self, now_s: float) -> list[BrokerEvent]:
        events, self.events = self.events, []
        for event in events:
            if isinstance(event, Connected | Lost):
                self.connected = isinstance(event, Connected)
        return events

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> int | None:
        if not (self.connected and self.takes):
            return None
        self.published.append((topic, payload, retain))
        return len(self.published)

    def drop(self, why: str, now_s: float) -> Lost:
        self.connected = False
        return Lost(why, refused=True)

    def next_try_s(self) -> float | None:
        return None

    def close(self) -> None:
        self.connected = False


class Bench:
    """An uplink on the table; `turn` at any time."""

    def __init__(self, rows: list[Row] | None = None, store: str | None = None) -> None:
        self.outbox = FakeOutbox(rows or [], store=store)
        self.outbox_there = True
        self.core, self.broker = FakeCore(), FakeBroker()
        window = Window(
            bundle_records=3,
            window_bundles=2,
            bundle_bytes=100_000,
            acknowledgement_timeout_s=4.0,
        )
        parts = Parts(
            kiosk=KIOSK,
            core=self.core,
            broker=self.broker,  # type: ignore[arg-type]
            drain=Drain(
                KIOSK,
                UplinkKeys(SIGNING, COORDINATOR.verify_key),
                window,
                lambda: self.outbox if self.outbox_there else None,
            ),
            wall_time=lambda: AT,
        )
        self.uplink = Uplink(parts, window_bundles=2)

    def turn(self, now_s: float, *events: BrokerEvent) -> UplinkStatus:
        self.broker.events += events
        self.uplink.turn(now_s)
        return self.uplink.status

    def bundles(self) -> list[tuple[int, ...]]:
        """The sequence numbers of every record message so far."""
        return [
            tuple(
                record.head.seq
                for record in decode_bundle(payload, lambda _: SIGNING.verify_key).records
            )
            for topic, payload, _ in self.broker.published
            if topic == topics.record(KIOSK)
        ]


def host(online: bool = True, store: str = "store-1") -> Arrived:
    presence = HostPresence(online=online, database_id=store, since=AT)
    return Arrived(topics.HOST, encode_presence(presence))


def signed(
    high_water: int,
    *,
    key: SigningKey = COORDINATOR,
    store: str = "store-1",
    rejected: tuple[Rejection, ...] = (),
) -> str:
    return sign_acknowledgement(
        Acknowledgement(
            kiosk=KIOSK,
            epoch="epoch-1",
            high_water=high_water,
            rejected=rejected,
            database_id=store,
            at=AT,
        ),
        key,
    )


def acknowledged(text: str) -> Arrived:
    return Arrived(topics.acknowledgement(KIOSK), text.encode())


CONNECTED = Connected(max_packet_bytes=1 << 20, receive_maximum=100)


def rows(*seqs: int) -> list[Row]:
    return [(seq, envelope(seq)) for seq in seqs]


def test_nothing_is_sent_before_the_coordinator_is_there() -> None:
    bench = Bench(rows(1, 2))
    assert bench.turn(0.0).state is UplinkState.OFFLINE
    assert bench.turn(0.1, CONNECTED).state is UplinkState.NO_COORDINATOR
    assert bench.turn(0.2, host(online=False)).state is UplinkState.NO_COORDINATOR
    assert bench.bundles() == []
    assert bench.turn(0.3, host()).state is UplinkState.ONLINE
    assert bench.bundles() == [(1, 2)]


def test_a_window_of_bundles_moves_on_by_acknowledgements_alone() -> None:
    bench = Bench(rows(*range(1, 10)))
    bench.turn(0.0, CONNECTED, host())
    assert bench.bundles() == [(1, 2, 3), (4, 5, 6)]
    bench.turn(0.1, Answered(1, 0x00, "Success"), Answered(2, 0x00, "Success"))
    assert len(bench.bundles()) == 2, "PUBACK proves nothing"
    bench.turn(0.2, acknowledged(signed(3)))
    bench.turn(0.3)
    assert bench.bundles()[2:] == [(7, 8, 9)]
    assert bench.core.acknowledgements() == [signed(3)]


def test_what_nobody_answered_is_sent_again() -> None:
    bench = Bench(rows(1, 2))
    bench.turn(0.0, CONNECTED, host())
    bench.turn(3.9)
    assert bench.bundles() == [(1, 2)]
    bench.turn(4.0)
    assert bench.bundles() == [(1, 2), (1, 2)]


def test_a_new_connection_reads_the_outbox_anew() -> None:
    bench = Bench(rows(1, 2))
    bench.turn(0.0, CONNECTED, host())
    status = bench.turn(1.0, Lost("The broker is gone.", refused=False))
    assert (status.state, status.detail) == (UplinkState.OFFLINE, "The broker is gone.")
    assert bench.turn(2.0, CONNECTED).state is UplinkState.NO_COORDINATOR
    bench.turn(2.1, host())
    assert bench.bundles() == [(1, 2), (1, 2)]


def test_a_message_the_client_does_not_take_is_not_on_its_way() -> None:
    bench = Bench(rows(1))
    bench.broker.takes = False
    bench.turn(0.0, CONNECTED, host())
    bench.broker.takes = True
    bench.turn(0.1)
    assert bench.bundles() == [(1,)]


@pytest.mark.parametrize(
    "text",
    [
        signed(2, key=SigningKey.generate()),
        signed(2, store="store-2"),
        signed(2)[:-3] + 'x"}',
        "",
        "nonsense",
    ],
)
def test_what_does_not_verify_settles_nothing(text: str) -> None:
    bench = Bench(rows(1, 2), store="store-1")
    bench.turn(0.0, CONNECTED, host(), acknowledged(text))
    bench.turn(4.0)
    assert bench.core.acknowledgements() == []
    assert bench.bundles() == [(1, 2), (1, 2)]


def test_the_first_store_is_kept_and_another_gets_nothing() -> None:
    bench = Bench(rows(1))
    bench.turn(0.0, CONNECTED, host(), acknowledged(signed(1)))
    bench.outbox.rows = rows(2)
    status = bench.turn(5.0, host(store="store-2"))
    assert status.state is UplinkState.REFUSED
    assert "another store (store-2)" in status.detail
    assert bench.bundles() == [(1,)]


def test_the_ledger_knows_the_store_from_before() -> None:
    bench = Bench(rows(1), store="store-1")
    assert bench.turn(0.0, CONNECTED, host(store="store-2")).state is UplinkState.REFUSED
    assert bench.bundles() == []


def test_rejected_records_leave_the_window_and_are_told_to_the_core() -> None:
    bench = Bench(rows(1, 2))
    bench.turn(0.0, CONNECTED, host())
    text = signed(2, rejected=(Rejection(1, "its id is that of another record"),))
    bench.turn(0.1, acknowledged(text))
    bench.turn(60.0)
    assert bench.bundles() == [(1, 2)]
    assert bench.core.acknowledgements() == [text]


def test_a_core_that_restarted_hears_the_newest_acknowledgement_again() -> None:
    bench = Bench(rows(1))
    bench.turn(0.0, CONNECTED, host(), acknowledged(signed(1)))
    bench.core.connections = 2
    first, bench.outbox = bench.outbox, FakeOutbox(rows(2))
    bench.turn(1.0)
    assert first.closed
    assert bench.core.acknowledgements() == [signed(1), signed(1)]
    assert bench.core.statuses()[-1].state is UplinkState.ONLINE
    assert bench.bundles()[-1] == (2,)


def test_a_core_without_a_ledger_yet() -> None:
    bench = Bench(rows(1))
    bench.outbox_there = False
    bench.turn(0.0, CONNECTED, host())
    assert bench.bundles() == []
    bench.outbox_there = True
    bench.turn(1.1)
    assert bench.bundles() == [(1,)]


def test_an_outbox_that_breaks_is_opened_again() -> None:
    bench = Bench(rows(1))
    bench.outbox.broken = True
    bench.turn(0.0, CONNECTED, host())
    bench.outbox.broken = False
    bench.turn(1.1)
    assert bench.bundles() == [(1,)]


def test_a_damaged_record_does_not_hold_up_the_others() -> None:
    bench = Bench([*rows(1, 2), (3, b"what the disk made of it"), *rows(4)])
    for turn in range(6):
        bench.turn(turn * 0.1, CONNECTED if turn == 0 else host())
    assert sorted(seq for bundle in bench.bundles() for seq in bundle) == [1, 2, 4]
    status = bench.turn(1.0, acknowledged(signed(2)))
    assert status.state is UplinkState.ONLINE
    assert "all but record 3" in status.detail


def test_a_broker_whose_messages_are_too_small() -> None:
    bench = Bench(rows(1))
    status = bench.turn(0.0, Connected(max_packet_bytes=4096, receive_maximum=10))
    assert status.state is UplinkState.REFUSED
    assert "at most 4096 bytes a message" in status.detail
    assert bench.broker.published == []


def test_large_records_go_on_without_a_pause() -> None:
    """Fewer fit than were read: the rest is read again at once, not a second later."""
    bench = Bench([(seq, envelope(seq, 4000)) for seq in range(1, 5)])
    bench.turn(0.0, Connected(max_packet_bytes=10_500, receive_maximum=10), host())
    assert bench.bundles() == [(1,), (2,)]
    bench.turn(0.1, acknowledged(signed(2)))
    assert bench.bundles() == [(1,), (2,), (3,), (4,)]


def test_a_broker_that_does_not_let_us_publish() -> None:
    bench = Bench(rows(1))
    bench.turn(0.0, CONNECTED, host())
    status = bench.turn(0.1, Answered(1, 0x87, "Not authorized"))
    assert status.state is UplinkState.REFUSED
    assert "(Not authorized)" in status.detail
    assert bench.turn(0.2, acknowledged(signed(1))).state is UplinkState.ONLINE


def test_the_broker_may_allow_a_smaller_window() -> None:
    bench = Bench(rows(*range(1, 10)))
    bench.turn(0.0, Connected(1 << 20, receive_maximum=1), host())
    assert bench.bundles() == [(1, 2, 3)]


def test_presence_is_retained_and_reports_are_forwarded_unread() -> None:
    bench = Bench()
    bench.core.heard.append(KioskFacts(report='{"any": "thing"}'))
    bench.turn(0.0, CONNECTED)
    bench.core.heard.append(KioskFacts(report='{"any": "other"}'))
    bench.turn(0.1)
    presences = [
        decode_kiosk_presence(payload)
        for topic, payload, retained in bench.broker.published
        if topic == topics.state(KIOSK) and retained
    ]
    assert presences[-1].online and presences[-1].epoch == "epoch-1"
    reports = [sent for sent in bench.broker.published if sent[0] == topics.report(KIOSK)]
    assert [payload for _, payload, _ in reports] == [b'{"any": "thing"}', b'{"any": "other"}']
    assert not any(retained for *_, retained in reports)
    bench.uplink.close()
    topic, payload, retained = bench.broker.published[-1]
    assert (topic, retained) == (topics.state(KIOSK), True)
    assert not decode_kiosk_presence(payload).online


def test_the_status_is_told_on_change_and_every_two_seconds() -> None:
    bench = Bench()
    for tenth in range(41):
        bench.turn(tenth / 10)
    assert [status.state for status in bench.core.statuses()] == [UplinkState.OFFLINE] * 3


def test_waits_until_something_is_due() -> None:
    bench = Bench(rows(1))
    bench.turn(0.0, CONNECTED, host())
    assert bench.uplink.wait_s(0.0) == 0.25
    assert bench.uplink.wait_s(3.9) == pytest.approx(0.1)
    bench.core.heard.append(OutboxGrew(seq=2))
    bench.outbox.rows = rows(1, 2)
    bench.turn(1.0)
    assert bench.bundles() == [(1,), (2,)]
