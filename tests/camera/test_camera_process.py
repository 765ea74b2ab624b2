"""The camera process against a core's socket: gate, codes, status, preview; nothing kept."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import segno

from config.devices import CameraSection
from drivers.camera.frame import Frame, FrameSource, SourceLost
from firmware_bridge.frame_memory import FrameReader
from kiosk.camera.eye import Eye
from kiosk.camera.preview import HEIGHT, PREVIEW_NAME, WIDTH, Preview
from kiosk.camera.process import IDLE_FRAMES_PER_S, CameraProcess
from kiosk.ipc.channel import MessageClient, socket_path
from kiosk.ipc.life import Life
from kiosk.ipc.lines import BadLine, LineReader, encode_line
from kiosk.ipc.messages import (
    AnyMessage,
    CameraGate,
    CameraState,
    CameraStatus,
    CodeSeen,
    Hello,
    Role,
    SeenCode,
    Symbology,
)

SECRET = "NCS1.a-secret-of-a-resident"
DEADLINE_S = 5.0


class FakeTime:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Scene:
    """What stands before the camera; a new frame at every read."""

    def __init__(self, clock: FakeTime) -> None:
        self.clock = clock
        self.reads = 0
        self.codes: list[np.ndarray] = []
        self.plugged = True
        self.zeros = False
        self.age_s = 0.0

    def show(self, *texts: str | bytes) -> None:
        self.codes = [_qr(text) for text in texts]

    def open(self) -> FrameSource:
        if not self.plugged:
            raise SourceLost("no camera in this scene")
        return self

    def read(self, timeout_s: float) -> Frame:
        if not self.plugged:
            raise SourceLost("no camera in this scene")
        self.reads += 1
        if self.zeros:
            return Frame(np.zeros((360, 640, 3), np.uint8), self.clock.now_s - self.age_s)
        noise = np.random.default_rng(self.reads).integers(110, 117, (360, 640, 1), np.uint8)
        pixels = noise.repeat(3, axis=2)
        left = 10
        for code in self.codes:
            pixels[10 : 10 + code.shape[0], left : left + code.shape[1]] = code[..., None]
            left += code.shape[1] + 10
        return Frame(pixels, self.clock.now_s - self.age_s)

    def close(self) -> None:
        pass


def _qr(data: str | bytes) -> np.ndarray:
    code = segno.make_qr(data, error="m")
    modules = np.array([list(row) for row in code.matrix], np.uint8)
    page = np.pad(255 * (1 - modules), 4, constant_values=255).astype(np.uint8)
    return page.repeat(3, axis=0).repeat(3, axis=1)


class Core:
    """The core's end of the socket."""

    def __init__(self, path: Path) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._listener.settimeout(DEADLINE_S)
        self._connection: socket.socket | None = None
        self._lines = LineReader()
        self.path = path

    def accept(self) -> None:
        self.hang_up()
        self._connection = self._listener.accept()[0]
        self._connection.setblocking(False)
        self._lines = LineReader()

    def send(self, message: AnyMessage) -> None:
        assert self._connection is not None
        self._connection.sendall(encode_line(message))

    def received(self) -> list[AnyMessage]:
        messages: list[AnyMessage] = []
        while self._connection is not None:
            try:
                data = self._connection.recv(65_536)
            except BlockingIOError:
                return messages
            if not data:
                break
            for message in self._lines.feed(data):
                assert not isinstance(message, BadLine)
                messages.append(message)
        return messages

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        self.hang_up()
        self._listener.close()


class LifeSigns(Life):
    """Life signs without a service manager, and what the process said of itself."""

    def __init__(self) -> None:
        self.beats_s: list[float] = []
        self.statuses: list[str] = []

    def beat(self, organ: str, now_s: float) -> None:
        self.beats_s.append(now_s)

    def ready(self, status: str) -> None:
        self.statuses.append(status)

    def feed(self, now_s: float) -> bool:
        return False

    def stopping(self) -> None:
        self.statuses.append("stopping")


class Rig:
    """A camera process, driven turn by turn on a fake clock."""

    def __init__(self, folder: Path, code_max_bytes: int = 1200) -> None:
        self.clock = FakeTime()
        self.scene = Scene(self.clock)
        self.core = Core(socket_path(str(folder)))
        self.folder = folder
        self.preview = Preview(folder, in_memory=True)
        self.client = MessageClient(self.core.path, Role.CAMERA, clock=self.clock)
        self.eye = Eye(self.scene.open)
        settings = CameraSection(code_max_bytes=code_max_bytes)
        self.life = LifeSigns()
        self.process = CameraProcess(
            settings, self.eye, self.client, self.preview, self.life, clock=self.clock
        )
        self.said: list[AnyMessage] = []
        self.client.connect()
        self.core.accept()

    def run(self, seconds: float) -> None:
        """Turn after turn, each when it is due: the process never has to wait for real."""
        ends_s = self.clock.now_s + seconds
        self.process.turn()  # takes the messages that are there
        while self.process.next_due_s <= ends_s:
            self.clock.now_s = max(self.clock.now_s, self.process.next_due_s)
            self.process.turn()
        self.clock.now_s = ends_s
        self.said += self.core.received()

    def gate(self, reading: bool, visit: int) -> None:
        self.core.send(CameraGate(reading=reading, visit=visit))

    def codes(self) -> list[tuple[SeenCode, ...]]:
        return [message.codes for message in self.said if isinstance(message, CodeSeen)]

    def statuses(self) -> list[CameraState]:
        return [message.state for message in self.said if isinstance(message, CameraStatus)]

    def pixels(self) -> np.ndarray | None:
        reader = FrameReader(self.folder / PREVIEW_NAME)
        frame = reader.newest()
        reader.close()
        return None if frame is None else frame.pixels

    def close(self) -> None:
        self.client.close()
        self.eye.close()
        self.preview.close()
        self.core.close()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.close()


def test_it_says_hello_and_how_the_camera_is_every_second(rig: Rig) -> None:
    rig.run(5.0)
    assert rig.said[0] == Hello(role=Role.CAMERA, pid=os.getpid())
    assert rig.statuses()[-4:] == [CameraState.READY] * 4
    assert 5 <= len(rig.statuses()) <= 8


def test_while_nobody_asks_it_looks_rarely_and_reads_nothing(rig: Rig) -> None:
    rig.scene.show(SECRET)
    rig.run(10.0)
    assert rig.scene.reads <= 10 * IDLE_FRAMES_PER_S + 2 <= 52
    assert rig.codes() == []
    assert rig.pixels() is None


def test_an_open_gate_reads_at_full_rate_and_tells_once_a_second(rig: Rig) -> None:
    rig.scene.show(SECRET)
    rig.gate(reading=True, visit=7)
    rig.run(3.5)
    assert 48 <= rig.scene.reads <= 55
    assert rig.codes() == [(SeenCode(symbology=Symbology.QR, text=SECRET),)] * 4
    [seen, *_] = [message for message in rig.said if isinstance(message, CodeSeen)]
    assert 1000.0 <= seen.captured_s <= 1001.0
    assert seen.decode_cpu_ms > 0


def test_all_codes_of_a_frame_are_told_together(rig: Rig) -> None:
    rig.scene.show("NCS1.one", "NCS1.two")
    rig.gate(reading=True, visit=7)
    rig.run(0.5)
    [codes] = rig.codes()
    assert {code.text for code in codes} == {"NCS1.one", "NCS1.two"}


def test_hostile_codes_are_told_without_their_bytes(tmp_path: Path) -> None:
    rig = Rig(tmp_path, code_max_bytes=64)
    rig.scene.show("x" * 65)
    rig.gate(reading=True, visit=7)
    rig.run(0.2)
    rig.scene.show(b"\xff\xfe\x00binary")
    rig.run(0.2)
    codes = rig.codes()
    rig.close()
    assert codes == [
        (SeenCode(symbology=Symbology.QR, text="", too_long=True),),
        (SeenCode(symbology=Symbology.QR, text="\ufffd\ufffd\x00binary", binary=True),),
    ]


def test_a_closed_gate_stops_reading_and_wipes_the_preview(rig: Rig) -> None:
    rig.gate(reading=True, visit=7)
    rig.run(0.5)
    preview = rig.pixels()
    assert preview is not None and preview.shape == (HEIGHT, WIDTH, 3)
    rig.gate(reading=False, visit=7)
    rig.scene.show(SECRET)
    rig.run(1.0)
    assert rig.pixels() is None
    assert not any((rig.folder / PREVIEW_NAME).read_bytes()[64:])
    assert rig.codes() == []


def test_another_visit_wipes_the_preview_and_makes_every_code_news(rig: Rig) -> None:
    rig.scene.show(SECRET)
    rig.gate(reading=True, visit=7)
    rig.run(0.2)
    rig.scene.plugged = False
    rig.gate(reading=True, visit=8)
    rig.run(0.1)
    assert rig.pixels() is None
    rig.scene.plugged = True
    rig.run(0.5)
    assert len(rig.codes()) == 2


def test_a_frame_from_before_the_visit_is_neither_read_nor_shown(rig: Rig) -> None:
    rig.scene.show(SECRET)
    rig.gate(reading=True, visit=7)
    rig.run(0.2)
    rig.scene.age_s = 0.3
    rig.gate(reading=True, visit=8)
    rig.run(0.25)
    assert len(rig.codes()) == 1
    assert rig.pixels() is None
    rig.run(0.3)
    assert len(rig.codes()) == 2
    assert rig.pixels() is not None


def test_when_the_core_hangs_up_nothing_is_read_until_a_new_one_asks(rig: Rig) -> None:
    rig.gate(reading=True, visit=7)
    rig.run(0.5)
    rig.core.hang_up()
    rig.scene.show(SECRET)
    rig.run(0.3)
    assert rig.pixels() is None
    rig.core.accept()
    rig.run(2.0)
    assert rig.codes() == []
    assert rig.said.count(Hello(role=Role.CAMERA, pid=os.getpid())) == 2
    rig.gate(reading=True, visit=8)
    rig.run(0.5)
    assert len(rig.codes()) == 1


def test_an_absent_camera_is_told_within_a_second_and_heals(rig: Rig) -> None:
    rig.run(2.0)
    rig.said.clear()
    rig.scene.plugged = False
    rig.run(1.0)
    assert CameraState.ABSENT in rig.statuses()
    rig.scene.plugged = True
    rig.run(3.0)
    assert rig.statuses()[-1] is CameraState.READY


def test_frames_of_zeros_are_dark(rig: Rig) -> None:
    rig.scene.zeros = True
    rig.gate(reading=True, visit=7)
    rig.run(2.0)
    assert rig.statuses()[-1] is CameraState.DARK
    assert rig.codes() == []


def test_nothing_that_was_read_is_logged(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    rig.scene.show(SECRET)
    rig.gate(reading=True, visit=7)
    rig.run(1.0)
    rig.scene.plugged = False
    rig.run(1.0)
    assert rig.codes()
    assert "secret" not in caplog.text
    assert "secret" not in f"{rig.said!r}"


def test_every_turn_is_a_sign_of_life(rig: Rig) -> None:
    rig.scene.plugged = False
    rig.run(5.0)
    assert np.diff([1000.0, *rig.life.beats_s, 1005.0]).max() <= 1.0
    assert rig.life.statuses[-1] == "camera absent"


def test_run_ends_when_asked_and_leaves_nothing(rig: Rig) -> None:
    stop = threading.Event()
    stop.set()
    rig.process.run(stop)
    assert not (rig.folder / PREVIEW_NAME).exists()
    rig.preview = Preview(rig.folder, in_memory=True)  # for the fixture to close


def test_without_a_runtime_folder_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    config = tmp_path / "kiosk.toml"
    config.write_text(f'[paths]\nruntime_dir = "{tmp_path}/absent"\n')
    done = subprocess.run(
        [sys.executable, "-m", "kiosk.camera.process", "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert "make that folder in memory or set paths.runtime_dir" in done.stderr
    assert len(done.stderr.splitlines()) == 1 and done.stdout == ""
