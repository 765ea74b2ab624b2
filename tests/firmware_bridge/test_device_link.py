"""The supervisor: how a device comes, stays, goes and comes back; threads and time limits."""

from __future__ import annotations

import logging
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.autobaud import AutoBaud
from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.escpos_status import (
    EscposStatusCodec,
)
from firmware_bridge.codecs.gy_mcu90615 import Gy90615Codec, ThermometerCommand
from firmware_bridge.errors import LinkError, PortAbsent
from firmware_bridge.handshake import greet
from firmware_bridge.link import FrameArrived, Link, LinkChanged, LinkState, NoiseArrived
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame
from firmware_bridge.transport import Transport, open_transport
from tests.firmware_bridge.scripted_transport import (
    FOREHEAD,
    ZEROS,
    PlugIn,
    ScriptedTransport,
    running,
    thermometer,
)

pytestmark = pytest.mark.twins


def test_a_frame_becomes_an_event_and_the_link_ready_before_it(
    plug_in: PlugIn, event_log: Any
) -> None:
    far_side = plug_in()
    link = thermometer(
        lambda: open_transport(f"pty:{far_side.name}"),
        event_log,
        silence_s=5.0,
        handshake=greet(b"\xa5\x45\xea"),
    )
    with running(link):
        assert far_side.hear(3) == b"\xa5\x45\xea"
        far_side.say(FOREHEAD)
        event_log.wait_for(lambda log: bool(log.frames))
    opening, ready, arrived = event_log.events[:3]
    assert isinstance(opening, LinkChanged)
    assert isinstance(ready, LinkChanged)
    assert ready.status.state is LinkState.READY
    assert isinstance(arrived, FrameArrived)
    assert isinstance(arrived.frame, TemperatureFrame)
    assert (arrived.frame.object_c, arrived.generation) == (36.62, 0)
    assert arrived.frame.at_s == arrived.at_s
    assert event_log.threads == {"link-thermometer"}
    assert link.status.state is LinkState.ABSENT


def test_a_port_that_does_not_exist_leaves_the_link_absent_with_its_sentence(
    tmp_path: Path, event_log: Any
) -> None:
    with running(thermometer(lambda: open_transport(f"tty:{tmp_path}/nowhere"), event_log)) as link:
        event_log.wait_for_state(LinkState.ABSENT)
        assert "there is no port" in link.status.detail
        assert not link.send(ThermometerCommand.QUERY)
        with pytest.raises(LinkError, match="is absent, nothing was sent"):
            link.write_bytes(b"x", 1.0)


def test_a_malformed_address_is_a_fault_and_is_not_tried_again(event_log: Any) -> None:
    attempts: list[float] = []

    def open_it() -> Transport:
        attempts.append(time.monotonic())
        return open_transport("tcp:printer")

    with running(thermometer(open_it, event_log, jitter=lambda: -1.0)) as link:
        event_log.wait_for_state(LinkState.FAULT)
        assert "tcp:HOST:PORT" in link.status.detail
    assert len(attempts) == 1


def test_waits_grow_to_the_limit_with_jitter_and_a_poke_starts_anew(event_log: Any) -> None:
    waits: list[float | None] = []
    link = thermometer(ScriptedTransport, event_log, jitter=lambda: 1.0)
    lost = PortAbsent("gone")

    class Wake:
        poked = False

        def wait(self, timeout: float | None) -> bool:
            waits.append(timeout)
            return self.poked

        def clear(self) -> None:
            self.poked = False

    link._wake = Wake()  # type: ignore[assignment]
    for _ in range(8):
        link._lost(LinkState.ABSENT, str(lost), for_ever=False)
    assert waits == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    link._wake.poked = True  # type: ignore[attr-defined]
    link._lost(LinkState.ABSENT, str(lost), for_ever=False)
    link._jitter = lambda: 0.0
    link._lost(LinkState.ABSENT, str(lost), for_ever=False)
    link._lost(LinkState.FAULT, str(lost), for_ever=True)
    assert waits[-2:] == [0.1, None]
    assert event_log.states == [LinkState.ABSENT, LinkState.FAULT]


def test_silence_is_told_and_the_handshake_is_repeated_until_it_speaks(event_log: Any) -> None:
    transport = ScriptedTransport()
    clock = [0.0]

    def tick() -> float:
        clock[0] += 0.05
        return clock[0]

    link = thermometer(
        lambda: transport,
        event_log,
        silence_s=1.0,
        handshake=greet(b"\xa5\x45\xea"),
        now=tick,
    )
    with running(link):
        event_log.wait_for_state(LinkState.SILENT)
        with pytest.raises(LinkError, match="is silent, nothing was sent"):
            link.write_bytes(b"label", 1.0)
        with transport.changed:
            assert transport.changed.wait_for(lambda: len(transport.written) >= 3, 5.0)
        transport.give(FOREHEAD)
        event_log.wait_for_state(LinkState.READY)
    assert set(transport.written) == {b"\xa5\x45\xea"}


@pytest.mark.parametrize("flood", [ZEROS * 8, bytes(64), b"\xff" * 5000])
def test_frames_of_zeros_and_noise_are_babble_and_never_a_frame(
    event_log: Any, flood: bytes
) -> None:
    transport = ScriptedTransport()
    with running(thermometer(lambda: transport, event_log, silence_s=5.0)) as link:
        transport.give(flood)
        event_log.wait_for_state(LinkState.BABBLING)
        assert "baud rate" in link.status.detail
        event_log.wait_for(lambda log: isinstance(log.events[-1], NoiseArrived))
        transport.give(FOREHEAD * 3)
        event_log.wait_for_state(LinkState.READY)
    noise = next(e.noise for e in event_log.events if isinstance(e, NoiseArrived))
    assert len(noise.data) <= 64
    assert len(event_log.frames) == 1  # the third of three in a row ends the babble


def test_what_looks_like_a_status_in_the_middle_of_babble_is_not_believed(event_log: Any) -> None:
    transport = ScriptedTransport()
    with running(Link("printer", lambda: transport, EscposStatusCodec, event_log)):
        for _ in range(50):
            transport.give(b"\xff" * 60 + b"\x10\x00\x00\x00")
        event_log.wait_for(lambda log: not transport.incoming)
        event_log.wait_for_state(LinkState.BABBLING)
    assert event_log.frames == []
    assert event_log.states.count(LinkState.BABBLING) == 1


def test_a_noise_flood_makes_few_events(event_log: Any) -> None:
    transport = ScriptedTransport()
    with running(thermometer(lambda: transport, event_log, silence_s=5.0)):
        for _ in range(2000):
            transport.give(b"\xff")
        transport.give(FOREHEAD * 3)
        event_log.wait_for(lambda log: len(log.frames) == 1)
    assert len([e for e in event_log.events if isinstance(e, NoiseArrived)]) <= 5


def test_losing_the_port_bumps_the_generation_and_closes(event_log: Any) -> None:
    opened: list[ScriptedTransport] = []

    def open_it() -> Transport:
        opened.append(ScriptedTransport())
        return opened[-1]

    with running(thermometer(open_it, event_log, jitter=lambda: -1.0)) as link:
        event_log.wait_for_state(LinkState.READY)
        opened[0].give(FOREHEAD[:5])
        opened[0].give(PortAbsent("went away"))
        event_log.wait_for_state(LinkState.READY, times=2)
        # The second half of an old frame is nothing to a new connection.
        opened[1].give(FOREHEAD[5:] + FOREHEAD)
        event_log.wait_for(lambda log: bool(log.frames))
        assert opened[0].closed
        assert link.status.generation == 1
        with pytest.raises(LinkError, match="was replugged meanwhile"):
            link.write_bytes(b"label", 1.0, generation=0)
        link.write_bytes(b"label", 1.0, generation=1)
    assert opened[1].written == [b"label"]
    assert [e.generation for e in event_log.events if isinstance(e, FrameArrived)] == [1]


def test_a_query_through_the_link_is_answered_as_polled(event_log: Any) -> None:
    transport = ScriptedTransport()
    with running(thermometer(lambda: transport, event_log)) as link:
        event_log.wait_for_state(LinkState.READY)
        assert link.send(ThermometerCommand.QUERY)
        transport.give(FOREHEAD)
        event_log.wait_for(lambda log: bool(log.frames))
    assert transport.written == [bytes.fromhex("A5 15 BA")]
    assert event_log.frames[0].mode is MeasuringMode.POLLED


def test_half_a_frame_is_given_up_without_new_bytes(event_log: Any) -> None:
    transport = ScriptedTransport()
    with running(thermometer(lambda: transport, event_log)):
        transport.give(FOREHEAD[:5])
        event_log.wait_for(lambda log: any(isinstance(e, NoiseArrived) for e in log.events))
    noise = next(e.noise for e in event_log.events if isinstance(e, NoiseArrived))
    assert noise == Noise(FOREHEAD[:5], NoiseReason.CUT_SHORT)


def test_a_receiver_that_fails_does_not_end_the_link(
    event_log: Any, caplog: pytest.LogCaptureFixture
) -> None:
    transport = ScriptedTransport()

    def fail_on_frames(event: Any) -> None:
        event_log(event)
        if isinstance(event, FrameArrived):
            raise RuntimeError("a bug in the core")

    with (
        caplog.at_level(logging.ERROR),
        running(Link("thermometer", lambda: transport, Gy90615Codec, fail_on_frames)),
    ):
        transport.give(FOREHEAD * 3)
        event_log.wait_for(lambda log: len(log.frames) == 3)
    assert "the receiver of the thermometer's events failed" in caplog.text


def test_a_codec_that_fails_is_a_fault_and_the_link_comes_back(
    event_log: Any, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Gy90615Codec):
        def feed(self, data: bytes, now_s: float) -> list[TemperatureFrame | Noise]:
            raise IndexError("a bug in the codec")

    codecs = [Gy90615Codec(), Broken()]
    transports = [ScriptedTransport(), ScriptedTransport()]
    waiting = list(transports)
    link = Link("thermometer", waiting.pop, codecs.pop, event_log, jitter=lambda: -1.0)
    with caplog.at_level(logging.ERROR), running(link):
        transports[1].give(FOREHEAD)
        event_log.wait_for_state(LinkState.FAULT)
        transports[0].give(FOREHEAD)
        event_log.wait_for(lambda log: bool(log.frames))
    details = [e.status.detail for e in event_log.events if isinstance(e, LinkChanged)]
    assert "programming error (IndexError); report it with the log" in details


def test_the_log_holds_no_byte_of_the_wire(
    event_log: Any, caplog: pytest.LogCaptureFixture
) -> None:
    transports = [ScriptedTransport(), ScriptedTransport()]
    first = transports[1]
    with (
        caplog.at_level(logging.DEBUG),
        running(Link("scanner", transports.pop, Gy90615Codec, event_log, jitter=lambda: -1.0)),
    ):
        first.give(b"110101199003071233" * 10)
        event_log.wait_for_state(LinkState.BABBLING)
        first.give(PortAbsent("went away"))
        event_log.wait_for_state(LinkState.READY, times=2)
    assert caplog.text
    assert "1101" not in caplog.text


def test_autobaud_finds_a_module_at_9600(event_log: Any) -> None:
    class At9600(ScriptedTransport):
        def write(self, data: bytes, timeout_s: float) -> None:
            self.give(FOREHEAD if self.bauds[-1] == 9600 else b"\xf8\x00\x80")

    transport = At9600()
    autobaud = AutoBaud((115_200, 9_600), b"\xa5\x45\xea", Gy90615Codec, listen_s=0.02)
    with running(thermometer(lambda: transport, event_log, silence_s=5.0, handshake=autobaud)):
        event_log.wait_for_state(LinkState.READY)
    assert autobaud.baud == 9600
    assert transport.bauds == [115_200, 9_600]
    assert len(event_log.frames) == 1  # the frame that proved the speed is not lost


def test_five_hundred_replugs_leave_no_thread_no_descriptor_and_no_lost_device(
    plug_in: PlugIn, event_log: Any, tmp_path: Path
) -> None:
    link = thermometer(
        lambda: open_transport(f"pty:{tmp_path / 'device'}"), event_log, silence_s=30.0
    )
    with running(link):
        event_log.wait_for_state(LinkState.ABSENT)
        counts = []
        for cycle in range(1, 501):
            far_side = plug_in()
            link.poke()
            event_log.wait_for_state(LinkState.OPENING, times=cycle + 1)
            far_side.say(FOREHEAD)
            event_log.wait_for_state(LinkState.READY, times=cycle)
            counts.append((threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))))
            far_side.unplug()
            event_log.wait_for_state(LinkState.ABSENT, times=cycle + 1)
        assert link.status.generation == 500
    assert len(set(counts)) == 1


def test_a_network_device_that_hangs_up_is_called_again(event_log: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"tcp:127.0.0.1:{server.getsockname()[1]}"
        link = Link(
            "printer", lambda: open_transport(url), EscposStatusCodec, event_log, jitter=lambda: -1
        )
        with running(link):
            for generation in range(3):
                device, _ = server.accept()
                with device:
                    device.sendall(b"\x10\x00\x00\x00")
                    event_log.wait_for(lambda log, n=generation: len(log.frames) == n + 1)
                    assert link.status.generation == generation
            event_log.wait_for_state(LinkState.ABSENT, times=3)


def test_stop_is_quick_in_every_state(event_log: Any, tmp_path: Path) -> None:
    open_link = thermometer(ScriptedTransport, event_log)
    waiting_link = thermometer(lambda: open_transport(f"tty:{tmp_path}/no"), event_log)
    never_started = thermometer(ScriptedTransport, event_log)
    open_link.start()
    waiting_link.start()
    event_log.wait_for_state(LinkState.READY)
    event_log.wait_for_state(LinkState.ABSENT)
    began_s = time.monotonic()
    for link in (open_link, waiting_link, never_started):
        link.stop()
    assert time.monotonic() - began_s < 2.0
    seen = len(event_log.events)
    assert ScriptedTransport.still_open == 0
    assert len(event_log.events) == seen
