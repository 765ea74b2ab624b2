"""The picture exchange: newest whole frame or nothing, whatever writer and reader do."""

from __future__ import annotations

import stat
import struct
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware_bridge.frame_memory import FrameMemoryError, FrameReader, FrameWriter


def picture(value: int, width: int = 8, height: int = 6, channels: int = 3) -> NDArray[np.uint8]:
    return np.full((height, width, channels), value, np.uint8)


def test_nothing_before_the_first_frame(tmp_path: Path) -> None:
    writer = FrameWriter(tmp_path / "frames", 8, 6)
    reader = FrameReader(tmp_path / "frames")
    assert reader.shape == (6, 8, 3)
    assert reader.newest() is None
    reader.close()
    writer.close()


def test_the_newest_frame_and_only_once(tmp_path: Path) -> None:
    writer = FrameWriter(tmp_path / "frames", 8, 6)
    reader = FrameReader(tmp_path / "frames")
    writer.write(picture(1), 1.0)
    sequence = writer.write(picture(2), 2.5)
    frame = reader.newest()
    assert frame is not None
    assert (frame.sequence, frame.captured_s) == (sequence, 2.5)
    assert (frame.pixels == 2).all()
    assert reader.newest(after=sequence) is None
    reader.close()
    writer.close()


def test_the_reader_owns_its_copy(tmp_path: Path) -> None:
    writer = FrameWriter(tmp_path / "frames", 8, 6)
    reader = FrameReader(tmp_path / "frames")
    writer.write(picture(1), 1.0)
    frame = reader.newest()
    assert frame is not None
    writer.write(picture(2), 2.0)
    writer.write(picture(3), 3.0)
    assert (frame.pixels == 1).all()
    reader.close()
    writer.close()


def test_a_torn_frame_is_dropped_without_copying_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "frames"
    writer = FrameWriter(path, 8, 6)
    reader = FrameReader(path)
    sequence = writer.write(picture(1), 1.0)
    slot = 64 + (sequence % 2) * (64 + 8 * 6 * 3)
    with path.open("r+b") as memory:
        memory.seek(slot + 16)
        memory.write(struct.pack("<Q", 0))  # the writer is in the middle of this slot
    monkeypatch.delattr(np, "frombuffer")
    assert reader.newest() is None
    reader.close()
    writer.close()


def test_a_frame_that_is_overwritten_while_it_is_copied_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = FrameWriter(tmp_path / "frames", 8, 6)
    reader = FrameReader(tmp_path / "frames")
    writer.write(picture(1), 1.0)
    look = np.frombuffer

    def look_while_the_writer_laps_the_reader(*arguments: Any) -> NDArray[np.uint8]:
        monkeypatch.setattr(np, "frombuffer", look)
        writer.write(picture(2), 2.0)
        writer.write(picture(3), 3.0)
        return look(*arguments)

    monkeypatch.setattr(np, "frombuffer", look_while_the_writer_laps_the_reader)
    assert reader.newest() is None
    frame = reader.newest()
    assert frame is not None
    assert (frame.pixels == 3).all()
    reader.close()
    writer.close()


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads change places every few bytecodes, as processes on two cores would."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager_threads")
def test_a_writer_in_full_swing_never_shows_half_a_frame(tmp_path: Path) -> None:
    writer = FrameWriter(tmp_path / "frames", 160, 120)
    reader = FrameReader(tmp_path / "frames")
    stop = threading.Event()

    def write_on() -> None:
        value = 0
        while not stop.is_set():
            value = (value + 1) % 256
            writer.write(picture(value, 160, 120), 0.0)

    seen, after = 0, 0
    give_up_s = time.monotonic() + 5.0
    thread = threading.Thread(target=write_on)
    thread.start()
    try:
        while seen < 30 and time.monotonic() < give_up_s:
            frame = reader.newest(after)
            if frame is not None:
                seen, after = seen + 1, frame.sequence
                assert frame.pixels.min() == frame.pixels.max()
    finally:
        stop.set()
        thread.join()
    assert seen == 30
    reader.close()
    writer.close()


def test_a_frame_of_another_shape_is_refused(tmp_path: Path) -> None:
    writer = FrameWriter(tmp_path / "frames", 8, 6)
    with pytest.raises(ValueError, match="expected"):
        writer.write(picture(1, width=9), 1.0)
    writer.close()


def test_nothing_of_a_person_stays(tmp_path: Path) -> None:
    path = tmp_path / "frames"
    writer = FrameWriter(path, 8, 6)
    reader = FrameReader(path)
    writer.write(picture(200), 1.0)
    writer.write(picture(201), 2.0)
    writer.wipe()
    assert reader.newest() is None
    assert not {200, 201} & set(path.read_bytes())
    after_wipe = writer.write(picture(7), 3.0)
    frame = reader.newest()
    assert frame is not None
    assert frame.sequence == after_wipe
    reader.close()
    writer.close()
    assert not path.exists()


def test_only_the_kiosk_may_look(tmp_path: Path) -> None:
    writer = FrameWriter(tmp_path / "frames", 8, 6)
    assert stat.S_IMODE((tmp_path / "frames").stat().st_mode) == 0o600
    writer.close()


def test_a_restarted_writer_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "frames"
    first = FrameWriter(path, 8, 6)
    reader = FrameReader(path)
    assert not reader.replaced()
    second = FrameWriter(path, 8, 6)
    assert reader.replaced()
    reader.close()
    second.close()
    first.close()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"short",
        bytes(4096),
        b"KFM1" + struct.pack("<III", 8, 6, 3) + bytes(100),
        b"KFM1" + struct.pack("<III", 0, 6, 3) + bytes(4096),
        b"KFM1" + struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, 3) + bytes(4096),
        b"XXXX" + struct.pack("<III", 8, 6, 3) + bytes(64 + 2 * (64 + 144) - 16),
    ],
)
def test_what_is_not_a_frame_memory_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "frames"
    path.write_bytes(content)
    with pytest.raises(FrameMemoryError):
        FrameReader(path)


def test_an_absent_frame_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FrameMemoryError, match="no frame memory"):
        FrameReader(tmp_path / "nowhere")
