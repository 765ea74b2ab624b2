"""What crossed a wire plays back byte-exactly; a damaged recording is a sentence."""

from __future__ import annotations

import json
import random
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware_bridge.codecs.gy_mcu90615 import Gy90615Codec
from firmware_bridge.errors import LinkError, PortAbsent
from firmware_bridge.link import Link, LinkState
from firmware_bridge.recorder import WireRecorder, recorded
from firmware_bridge.recording import Direction, WireRecord, read_recording
from firmware_bridge.replay import ReplayTransport
from firmware_bridge.temperature_frame import TemperatureFrame
from firmware_bridge.transport import open_transport

FOREHEAD = bytes.fromhex("5A 5A 45 04 0E 4E 0A E1 44")


def drain(transport: ReplayTransport) -> bytes:
    played = b""
    while True:
        try:
            played += transport.read(7, 1.0)
        except PortAbsent:
            return played


def test_every_byte_in_both_directions_comes_back(tmp_path: Path) -> None:
    clock = iter([10.0, 10.5, 10.75, 12.0])
    recorder = WireRecorder(tmp_path / "wire.jsonl", "thermometer", now=lambda: next(clock))
    everything = bytes(range(256))
    recorder.record(Direction.OUT, b"\xa5\x45\xea")
    recorder.record(Direction.IN, everything)
    recorder.record(Direction.IN, b"")
    recorder.close()
    assert list(read_recording(tmp_path / "wire.jsonl")) == [
        WireRecord(0.5, Direction.OUT, b"\xa5\x45\xea"),
        WireRecord(0.75, Direction.IN, everything),
        WireRecord(2.0, Direction.IN, b""),
    ]


def test_the_file_is_as_documented_and_private(tmp_path: Path) -> None:
    path = tmp_path / "wire.jsonl"
    recorder = WireRecorder(path, "printer", now=lambda: 1.0)
    recorder.record(Direction.IN, b"\x12")
    recorder.close()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines == [{"wire_recording": 1, "name": "printer"}, {"t": 0.0, "in": "12"}]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_recorded_device_is_recorded_as_it_was_heard(
    plug_in: Callable[[], Any], event_log: Any, tmp_path: Path
) -> None:
    far_side = plug_in()
    recorder = WireRecorder(tmp_path / "wire.jsonl", "thermometer")
    link = Link(
        "thermometer",
        lambda: recorded(open_transport(f"pty:{far_side.name}"), recorder),
        Gy90615Codec,
        event_log,
    )
    link.start()
    event_log.wait_for_state(LinkState.READY)
    link.write_bytes(b"\xa5\x45\xea", 1.0)
    assert far_side.hear(3) == b"\xa5\x45\xea"
    said = b"".join(random.Random(1).randbytes(20) + FOREHEAD for _ in range(5))
    far_side.say(said)
    event_log.wait_for(lambda log: len(log.frames) == 5)
    link.stop()
    recorder.close()
    assert drain(ReplayTransport(tmp_path / "wire.jsonl", paced=False)) == said
    out = [r.data for r in read_recording(tmp_path / "wire.jsonl") if r.direction is Direction.OUT]
    assert out == [b"\xa5\x45\xea"]


def test_a_recording_plays_through_a_link_like_the_device(event_log: Any, tmp_path: Path) -> None:
    path = tmp_path / "wire.jsonl"
    recorder = WireRecorder(path, "thermometer", now=lambda: 0.0)
    recorder.record(Direction.IN, FOREHEAD[:4])
    recorder.record(Direction.IN, FOREHEAD[4:])
    recorder.close()
    link = Link("thermometer", lambda: open_transport(f"replay:{path}"), Gy90615Codec, event_log)
    link.start()
    event_log.wait_for_state(LinkState.ABSENT)
    link.stop()
    assert [f.object_c for f in event_log.frames if isinstance(f, TemperatureFrame)][:1] == [36.62]
    assert "is over" in next(
        e.status.detail for e in event_log.events if getattr(e, "status", None) and e.status.detail
    )


def test_the_recorded_pace_is_kept(tmp_path: Path) -> None:
    clock = [0.0]
    path = tmp_path / "wire.jsonl"
    path.write_text('{"wire_recording":1,"name":"x"}\n{"t":0.5,"in":"5a"}\n')
    transport = ReplayTransport(path, now=lambda: clock[0])
    assert transport.read(10, 0.001) == b""
    clock[0] = 0.5
    assert transport.read(10, 0.0) == b"\x5a"
    transport.write(b"ignored", 1.0)
    transport.set_baud(9600)
    transport.close()
    with pytest.raises(LinkError, match="was closed by the kiosk"):
        transport.read(10, 0.0)


def test_the_file_stops_growing_at_its_limit_and_stays_readable(tmp_path: Path) -> None:
    path = tmp_path / "wire.jsonl"
    recorder = WireRecorder(path, "x", limit_bytes=2000)
    for _ in range(1000):
        recorder.record(Direction.IN, b"\x00" * 50)
    assert recorder.full
    recorder.close()
    assert path.stat().st_size <= 2000
    assert 10 < len(list(read_recording(path))) < 20


def test_several_threads_may_record(tmp_path: Path) -> None:
    path = tmp_path / "wire.jsonl"
    recorder = WireRecorder(path, "x")

    def record(byte: int) -> None:
        for _ in range(100):
            recorder.record(Direction.IN, bytes((byte,)) * 20)

    threads = [threading.Thread(target=record, args=(byte,)) for byte in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    recorder.record(Direction.IN, b"after closing: dropped, not an error")
    assert len(list(read_recording(path))) == 400


def test_a_full_disk_ends_the_recording_and_not_the_link() -> None:
    recorder = WireRecorder(Path("/dev/full"), "x")
    recorder.record(Direction.IN, b"\x12")
    assert recorder.full
    recorder.close()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("", 1),
        ("hello\n", 1),
        ("[]\n", 1),
        ('{"wire_recording":2,"name":"x"}\n', 1),
        ('{"t":0.1,"in":"5a"}\n', 1),
        ('{"wire_recording":1,"name":"x"}\n{"t":0.1,"in":"5"}\n', 2),
        ('{"wire_recording":1,"name":"x"}\n{"t":"soon","in":"5a"}\n', 2),
        ('{"wire_recording":1,"name":"x"}\n{"t":0.1,"in":7}\n', 2),
        ('{"wire_recording":1,"name":"x"}\n{"t":0.1}\n', 2),
        ('{"wire_recording":1,"name":"x"}\n7\n', 2),
        ('{"wire_recording":1,"name":"x"}\n{"t":0.1,"in":"5a"}\n{"t":0.1,"i', 3),
        ("{" * 100_000, 1),
    ],
)
def test_a_damaged_recording_names_its_line(tmp_path: Path, content: str, line: int) -> None:
    path = tmp_path / "wire.jsonl"
    path.write_text(content)
    with pytest.raises(LinkError, match=f"is not a wire recording at line {line};") as caught:
        list(read_recording(path))
    assert caught.value.permanent


def test_bytes_that_are_no_text_are_no_recording(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LinkError, match="is not a wire recording"):
        list(read_recording(tmp_path / "x"))


def test_an_absent_recording_is_absent(tmp_path: Path) -> None:
    with pytest.raises(PortAbsent, match="there is no recording"):
        open_transport(f"replay:{tmp_path}/nowhere")
