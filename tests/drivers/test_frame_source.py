"""Frame sources: only the newest frame, and a camera that is gone is an ordinary answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from drivers.camera.frame import SourceLost
from drivers.camera.frame_source import (
    DirectorySource,
    MemorySource,
    check_source_url,
    open_frame_source,
    read_picture,
)
from drivers.camera.v4l2 import V4l2Source
from firmware_bridge.frame_memory import FrameWriter


class SteppingClock:
    """Only moves when somebody sleeps or works."""

    def __init__(self) -> None:
        self.now_s = 50.0

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


def picture(value: int) -> np.ndarray:
    return np.full((40, 60, 3), value, np.uint8)


def write_picture(path: Path, value: int) -> None:
    encoded = cv2.imencode(path.suffix, picture(value))[1]
    path.write_bytes(encoded.tobytes())


# ── directory ────────────────────────────────────────────────────────────────────────────────


def test_a_folder_is_shown_in_order_again_and_again_at_its_rate(tmp_path: Path) -> None:
    for place in range(3):
        write_picture(tmp_path / f"{place}.png", 10 * place)
    clock = SteppingClock()
    source = DirectorySource(tmp_path, fps=10, clock=clock, sleep=clock.sleep)
    frames = [source.read(1.0) for _ in range(7)]
    assert [frame.pixels[0, 0, 0] for frame in frames if frame] == [0, 10, 20, 0, 10, 20, 0]
    times = [frame.captured_s for frame in frames if frame]
    assert np.diff(times) == pytest.approx(0.1)


def test_a_picture_that_is_not_due_is_not_given(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.png", 1)
    clock = SteppingClock()
    source = DirectorySource(tmp_path, fps=2, clock=clock, sleep=clock.sleep)
    assert source.read(0.1) is not None
    assert source.read(0.1) is None
    assert clock.now_s == pytest.approx(50.1)


def test_a_broken_picture_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    (tmp_path / "b.png").touch()
    write_picture(tmp_path / "c.png", 7)
    clock = SteppingClock()
    source = DirectorySource(tmp_path, fps=10, clock=clock, sleep=clock.sleep)
    frames = [source.read(1.0) for _ in range(3)]
    assert [frame is None for frame in frames] == [True, True, False]


def test_a_folder_that_is_missing_or_empty_is_a_lost_camera(tmp_path: Path) -> None:
    with pytest.raises(SourceLost, match="no folder of pictures"):
        open_frame_source(f"directory:{tmp_path / 'absent'}", 640, 480, 15)
    with pytest.raises(SourceLost, match="holds no picture"):
        open_frame_source(f"directory:{tmp_path}", 640, 480, 15)


def test_a_missing_picture_is_none(tmp_path: Path) -> None:
    assert read_picture(tmp_path / "absent.png") is None
    assert read_picture(tmp_path) is None


# ── memory ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[FrameWriter]:
    writer = FrameWriter(tmp_path / "twin.frames", 60, 40)
    yield writer
    writer.close()


def test_only_the_newest_frame_is_given_and_only_once(writer: FrameWriter) -> None:
    source = open_frame_source(f"memory:{writer.path}", 60, 40, 15)
    for value in (1, 2, 3):
        writer.write(picture(value), captured_s=float(value))
    frame = source.read(0.0)
    assert frame is not None
    assert (frame.pixels[0, 0, 0], frame.captured_s) == (3, 3.0)
    assert source.read(0.0) is None
    source.close()


@pytest.mark.parametrize("claimed_s", [51.0, float("inf"), float("nan")])
def test_a_time_that_has_not_come_yet_is_not_believed(
    writer: FrameWriter, claimed_s: float
) -> None:
    clock = SteppingClock()
    source = MemorySource(writer.path, clock=clock, sleep=clock.sleep)
    writer.write(picture(1), claimed_s)
    frame = source.read(0.0)
    source.close()
    assert frame is not None and frame.captured_s == 50.0


def test_an_empty_memory_waits_as_long_as_told(writer: FrameWriter) -> None:
    clock = SteppingClock()
    source = MemorySource(writer.path, clock=clock, sleep=clock.sleep)
    assert source.read(0.2) is None
    assert clock.now_s == pytest.approx(50.2, abs=0.001)
    source.close()


def test_a_replaced_memory_is_a_lost_camera(writer: FrameWriter) -> None:
    source = open_frame_source(f"memory:{writer.path}", 60, 40, 15)
    writer.path.unlink()
    with pytest.raises(SourceLost, match="replaced or removed"):
        source.read(0.0)
    source.close()
    writer.path.touch()  # for the fixture to remove


def test_grey_frames_become_three_channels(tmp_path: Path) -> None:
    writer = FrameWriter(tmp_path / "grey.frames", 60, 40, channels=1)
    source = MemorySource(writer.path)
    writer.write(picture(9)[:, :, :1], 1.0)
    frame = source.read(0.0)
    assert frame is not None
    assert frame.pixels.shape == (40, 60, 3)
    assert frame.luma().shape == (40, 60)
    source.close()
    writer.close()


@pytest.mark.parametrize("content", [None, b"", b"not ours" * 20])
def test_a_memory_that_is_none_is_a_lost_camera(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "twin.frames"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceLost):
        open_frame_source(f"memory:{path}", 60, 40, 15)


# ── V4L2 ─────────────────────────────────────────────────────────────────────────────────────


class QueueingCamera:
    """Behaves like ``cv2.VideoCapture`` on a driver that ignores BUFFERSIZE."""

    def __init__(self, clock: SteppingClock, queued: int) -> None:
        self.clock = clock
        self.queued = queued
        self.taken = 0
        self.gone = False
        self.pixels: Any = None
        self.released = False

    def grab(self) -> bool:
        if self.gone:
            return False
        if self.queued:
            self.queued -= 1
        else:
            self.clock.now_s += 0.066
        self.taken += 1
        return True

    def retrieve(self) -> tuple[bool, Any]:
        return True, picture(self.taken) if self.pixels is None else self.pixels

    def release(self) -> None:
        self.released = True


def test_frames_that_waited_in_the_driver_are_thrown_away() -> None:
    clock = SteppingClock()
    camera = QueueingCamera(clock, queued=4)
    frame = V4l2Source(camera, "/dev/video9", clock).read(0.2)
    assert frame is not None
    assert frame.pixels[0, 0, 0] == 5
    assert frame.captured_s == clock.now_s


def test_a_camera_that_never_makes_us_wait_does_not_hold_us_for_ever() -> None:
    clock = SteppingClock()
    camera = QueueingCamera(clock, queued=1_000_000)
    assert V4l2Source(camera, "/dev/video9", clock).read(0.2) is not None
    assert camera.taken <= 5


def test_an_unplugged_camera_is_lost_and_given_back() -> None:
    clock = SteppingClock()
    camera = QueueingCamera(clock, queued=0)
    source = V4l2Source(camera, "/dev/video9", clock)
    camera.gone = True
    with pytest.raises(SourceLost, match="check its cable"):
        source.read(0.2)
    source.close()
    assert camera.released


@pytest.mark.parametrize(
    "pixels", [np.zeros((0, 0, 3), np.uint8), np.zeros((40, 60), np.uint8)], ids=["empty", "grey"]
)
def test_a_torn_picture_is_no_frame(pixels: np.ndarray) -> None:
    clock = SteppingClock()
    camera = QueueingCamera(clock, queued=0)
    camera.pixels = pixels
    assert V4l2Source(camera, "/dev/video9", clock).read(0.2) is None


def test_a_camera_that_is_not_there_is_a_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SourceLost, match="check its cable"):
        open_frame_source(f"v4l2:{tmp_path / 'video7'}", 1280, 720, 15)
    (tmp_path / "video8").write_bytes(b"no camera")
    with pytest.raises(SourceLost, match="check its cable"):
        open_frame_source(f"v4l2:{tmp_path / 'video8'}", 1280, 720, 15)


# ── URLs ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("url", ["", "v4l2", "v4l2:", "/dev/video0", "rtsp:camera", "V4L2:x"])
def test_another_url_names_the_allowed_ones(url: str) -> None:
    with pytest.raises(ValueError, match="v4l2:PATH, directory:PATH, memory:PATH"):
        check_source_url(url)
    assert check_source_url("memory:/a:b") == ("memory", "/a:b")
