"""Scenes that a camera sees, and the twin that shows them."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import zxingcpp

from firmware_bridge.frame_memory import FrameMemoryError, FrameReader, MemoryFrame
from hil.faults import NotExpressible
from hil.models.camera_scene import CameraScene, Picture, SceneLook, label, phone
from hil.twins import CameraTwin

DEADLINE_S = 3.0
TUBE = "11010132600015"
LONG_CODE = "NCS1." + "Synthetic-0123456789_" * 18


def reads(frame: Picture) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(np.ascontiguousarray(frame[:, :, 1]))]


def tube_dots() -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    symbol = zxingcpp.create_barcode(TUBE, zxingcpp.BarcodeFormat.Code128)
    bars = np.asarray(symbol.to_image(scale=2, add_quiet_zones=False))[0] < 128
    dots = np.zeros((120, 448), np.bool_)
    dots[20:90, 30 : 30 + len(bars)] = bars
    return dots


@pytest.mark.parametrize("seed", range(3))
def test_a_phone_is_read_whoever_holds_it(seed: int) -> None:
    scene = CameraScene(phone(LONG_CODE), seed=seed)
    assert reads(scene.frame()) == [LONG_CODE]


@pytest.mark.parametrize("seed", range(3))
def test_a_tube_label_is_read_from_its_paper(seed: int) -> None:
    assert reads(CameraScene(label(tube_dots()), seed=seed).frame()) == [TUBE]


def test_blank_paper_and_an_empty_room_hold_no_code() -> None:
    blank = label(np.zeros((240, 448), np.bool_))
    assert reads(CameraScene(blank, seed=1).frame()) == []
    assert reads(CameraScene(None, seed=1).frame()) == []


def test_the_seed_is_the_scene() -> None:
    first, again, other = (CameraScene(None, seed=s, width=320, height=180) for s in (1, 1, 2))
    assert (first.frame() == again.frame()).all()
    assert (first.frame() != other.frame()).any()


def test_an_empty_room_is_alive_in_every_frame() -> None:
    scene = CameraScene(None, seed=1, width=320, height=180)
    film = [scene.frame()[::3, ::4].tobytes() for _ in range(20)]
    assert all(before != after for before, after in pairwise(film))


def test_night_is_dark() -> None:
    night = CameraScene(None, seed=1, look=SceneLook(light=0.0), width=320, height=180).frame()
    day = CameraScene(None, seed=1, width=320, height=180).frame()
    assert night.mean() < 5
    assert day.mean() > 80


class Eye:
    """Reads what a twin writes."""

    def __init__(self, path: Path) -> None:
        self._reader = FrameReader(path)
        self._seen = 0
        self._pause = threading.Event()

    def next(self, deadline_s: float = DEADLINE_S) -> MemoryFrame | None:
        for _ in range(round(deadline_s / 0.01)):
            if (frame := self._reader.newest(self._seen)) is not None:
                self._seen = frame.sequence
                return frame
            self._pause.wait(0.01)
        return None

    def close(self) -> None:
        self._reader.close()


def started(path: Path) -> CameraTwin:
    twin = CameraTwin(path, seed=2, width=480, height=480, fps=40)
    twin.start()
    return twin


def test_what_is_held_up_is_in_the_very_next_frames(tmp_path: Path) -> None:
    twin = started(tmp_path / "frames")
    eye = Eye(tmp_path / "frames")
    try:
        twin.show("NCS1.a")
        seen = [reads(frame.pixels) for _ in range(3) if (frame := eye.next()) is not None]
        assert ["NCS1.a"] in seen
        twin.show(None)
        frames = [frame for _ in range(3) if (frame := eye.next()) is not None]
        assert reads(frames[-1].pixels) == []
        assert frames[0].captured_s < frames[-1].captured_s
    finally:
        twin.stop()
        eye.close()


def test_a_slow_camera_shows_a_new_scene_at_once(tmp_path: Path) -> None:
    with CameraTwin(tmp_path / "frames", width=64, height=48, fps=0.1) as twin:
        eye = Eye(tmp_path / "frames")
        assert eye.next() is not None
        twin.light(0.0)
        dark = eye.next()
        eye.close()
    assert dark is not None
    assert dark.pixels.mean() < 5


def test_silence_stops_the_pictures_and_a_drop_removes_them(tmp_path: Path) -> None:
    path = tmp_path / "frames"
    twin = started(path)
    eye = Eye(path)
    try:
        assert eye.next() is not None
        twin.fault("silence")
        eye.next(0.05)
        assert eye.next(0.09) is None
        twin.heal("silence")
        assert eye.next() is not None
        twin.fault("drop_link")
        with pytest.raises(FrameMemoryError):
            FrameReader(path)
        twin.heal()
        assert path.stat().st_size > 0
        inode = path.stat().st_ino
        with path.open("rb"):  # holds the old file, so that its inode is not given out again
            twin.fault("replug_other_name")
            assert path.stat().st_ino != inode
        assert twin.faults == frozenset()
        with pytest.raises(NotExpressible, match="babble"):
            twin.fault("babble")
    finally:
        twin.stop()
        eye.close()


def test_a_held_picture_repeats_and_a_torn_one_differs_in_a_band(tmp_path: Path) -> None:
    path = tmp_path / "frames"
    twin = started(path)
    eye = Eye(path)
    try:
        twin.hold_still(True)
        eye.next()
        whole, same = eye.next(), eye.next()
        assert whole is not None
        assert same is not None
        assert (whole.pixels == same.pixels).all()
        twin.fault("corrupt")
        eye.next()
        torn = eye.next()
        assert torn is not None
        rows = np.flatnonzero((torn.pixels != whole.pixels).any(axis=(1, 2)))
        assert len(rows) == 60
    finally:
        twin.stop()
        eye.close()


def test_a_stopped_camera_leaves_nothing(tmp_path: Path) -> None:
    before = threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        twin = started(tmp_path / "frames")
        twin.light(0.5)
        twin.stop()
        twin.stop()
    assert (threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))) == before
    assert list(tmp_path.iterdir()) == []
