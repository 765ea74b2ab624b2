"""The supervisor: writers take turns, nothing stands inside a label, nobody is held for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from firmware_bridge.codecs.escpos_status import (
    EscposStatusCodec,
    ProcessIdDone,
    RealTimeStatus,
    StatusQuery,
)
from firmware_bridge.errors import LinkError, PortAbsent, WriteTimedOut
from firmware_bridge.handshake import greet
from firmware_bridge.link import Link, LinkState
from firmware_bridge.transport import open_transport
from tests.firmware_bridge.scripted_transport import (
    FOREHEAD,
    PlugIn,
    ScriptedTransport,
    running,
    thermometer,
)

pytestmark = pytest.mark.twins


def test_a_write_during_which_the_port_is_lost_is_an_error(event_log: Any) -> None:
    class LostWhileWriting(ScriptedTransport):
        def write(self, data: bytes, timeout_s: float) -> None:
            self.give(PortAbsent("went away"))
            event_log.wait_for_state(LinkState.ABSENT)

    transports = [ScriptedTransport(), LostWhileWriting()]
    with running(thermometer(transports.pop, event_log)) as link:
        event_log.wait_for_state(LinkState.READY)
        with pytest.raises(LinkError, match="was lost while it was written to"):
            link.write_bytes(b"label", 1.0)
        link.poke()
        event_log.wait_for_state(LinkState.READY, times=2)


def test_a_blocked_device_holds_no_writer_beyond_its_time_and_reading_goes_on(
    plug_in: PlugIn, event_log: Any
) -> None:
    far_side = plug_in()
    with running(thermometer(lambda: open_transport(f"pty:{far_side.name}"), event_log)) as link:
        event_log.wait_for_state(LinkState.READY)
        held = threading.Thread(target=_write_until_refused, args=(link,))
        held.start()
        assert far_side.hear(1)
        began_s = time.monotonic()
        with pytest.raises(WriteTimedOut, match="still being written to"):
            link.write_bytes(b"second writer", 0.02)
        assert time.monotonic() - began_s < 0.25
        far_side.say(FOREHEAD)
        event_log.wait_for(lambda log: bool(log.frames))
        held.join(5.0)
        assert not held.is_alive()


def _write_until_refused(link: Link) -> None:
    with pytest.raises(WriteTimedOut):
        link.write_bytes(bytes(1_000_000), 0.3)


def test_polls_are_asked_while_open_and_their_answers_become_frames(event_log: Any) -> None:
    transport = ScriptedTransport()
    link = Link(
        "printer",
        lambda: transport,
        EscposStatusCodec,
        event_log,
        silence_s=3.0,
        polls=(StatusQuery(),),
        poll_s=0.01,
    )
    with running(link):
        with transport.changed:
            assert transport.changed.wait_for(lambda: bool(transport.written), 5.0)
        transport.give(b"\x12\x12\x12\x12")
        event_log.wait_for(lambda log: len(log.frames) == 4)
        assert link.status.state is LinkState.READY
        transport.give(bytes.fromhex("37 22 30 30 30 31 00"))
        event_log.wait_for(lambda log: len(log.frames) == 5)
        with transport.changed:  # on a quiet wire, too, the pace is that of the polls
            assert transport.changed.wait_for(lambda: len(transport.written) >= 15, 1.0)
    assert transport.written[0] == bytes.fromhex("10 04 01 10 04 02 10 04 03 10 04 04")
    assert [type(frame) for frame in event_log.frames] == [RealTimeStatus] * 4 + [ProcessIdDone]


def test_a_poll_never_stands_inside_a_label(plug_in: PlugIn, event_log: Any) -> None:
    far_side = plug_in()
    link = Link(
        "printer",
        lambda: open_transport(f"pty:{far_side.name}"),
        EscposStatusCodec,
        event_log,
        polls=(StatusQuery(),),
        poll_s=0.01,
    )
    label = b"L" * 200_000
    with running(link):
        event_log.wait_for_state(LinkState.READY)
        writer = threading.Thread(target=link.write_bytes, args=(label, 5.0))
        writer.start()
        heard = b""
        while heard.count(b"L") < len(label):
            heard += far_side.hear(len(label) - heard.count(b"L"))
        writer.join(5.0)
    start = heard.index(b"L")
    assert heard[start : start + len(label)] == label


class HeldUp(ScriptedTransport):
    """Takes a label slowly: from ``label`` to ``end of label`` when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.done = threading.Event()

    def write(self, data: bytes, timeout_s: float) -> None:
        super().write(data, timeout_s)
        if data == b"label":
            self.done.wait(5.0)
            super().write(b"end of label", timeout_s)


@contextmanager
def writing_a_label(link: Link, transport: HeldUp) -> Iterator[None]:
    writer = threading.Thread(target=link.write_bytes, args=(b"label", 5.0))
    writer.start()
    with transport.changed:
        assert transport.changed.wait_for(lambda: b"label" in transport.written, 5.0)
    try:
        yield
    finally:
        transport.done.set()
        writer.join(5.0)
    label = transport.written.index(b"label")
    assert transport.written[label + 1] == b"end of label"


def test_nothing_is_asked_while_somebody_writes(event_log: Any) -> None:
    transport = HeldUp()
    link = Link(
        "printer",
        lambda: transport,
        EscposStatusCodec,
        event_log,
        polls=(StatusQuery(),),
        poll_s=0.0,
    )
    with running(link):
        event_log.wait_for_state(LinkState.READY)
        with writing_a_label(link, transport):
            # The link goes on reading, and its poll is due.
            for count in (1, 2):
                transport.give(b"\x10\x00\x00\x00")
                event_log.wait_for(lambda log, count=count: len(log.frames) == count)


def test_babble_while_somebody_writes_does_not_cut_the_label(event_log: Any) -> None:
    transport = HeldUp()
    clock = [0.0]

    def tick() -> float:
        clock[0] += 0.05
        return clock[0]

    link = Link(
        "printer",
        lambda: transport,
        EscposStatusCodec,
        event_log,
        handshake=greet(b"hello"),
        now=tick,
    )
    with running(link):
        event_log.wait_for_state(LinkState.READY)
        with writing_a_label(link, transport):
            began_s = clock[0]
            while clock[0] < began_s + 5.0:  # greetings are due several times
                transport.give(b"\xff" * 60)
                with transport.changed:
                    transport.changed.wait_for(lambda: not transport.incoming, 0.01)
            assert LinkState.BABBLING in event_log.states
        transport.give(b"\xff" * 60)
        greetings = transport.written.count(b"hello")
        with transport.changed:
            assert transport.changed.wait_for(
                lambda: transport.written.count(b"hello") > greetings, 5.0
            )
    assert link.status.generation == 1


def test_a_device_that_takes_no_greeting_is_not_hung_up_on(event_log: Any) -> None:
    class Deaf(ScriptedTransport):
        def write(self, data: bytes, timeout_s: float) -> None:
            super().write(data, timeout_s)
            if len(self.written) > 1:
                raise WriteTimedOut("it took nothing", written=0)

    transport = Deaf()
    clock = [0.0]

    def tick() -> float:
        clock[0] += 0.05
        return clock[0]

    link = Link(
        "printer",
        lambda: transport,
        EscposStatusCodec,
        event_log,
        handshake=greet(b"hello"),
        silence_s=1.0,
        now=tick,
    )
    with running(link):
        with transport.changed:
            assert transport.changed.wait_for(lambda: len(transport.written) >= 4, 5.0)
        assert link.status.generation == 0
        assert event_log.states == [LinkState.OPENING, LinkState.SILENT]
