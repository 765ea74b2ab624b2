"""The camera kept open: absent, back, stale, and how soon."""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
import pytest

from drivers.camera.frame import Frame, FrameSource, SourceLost
from kiosk.camera.eye import REOPEN_AFTER_S, RETRY_MAX_S, Eye
from kiosk.ipc.messages import CameraState


class Bench:
    """A camera on a cable that can be pulled, and a clock."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.plugged = True
        self.silent = False
        self.same = False
        self.light = 120
        self.opened = 0
        self.open_now = 0
        self.eye = Eye(self.open, stale_after_s=2.0)

    def open(self) -> FrameSource:
        if not self.plugged:
            raise SourceLost("no camera at the bench")
        self.opened += 1
        self.open_now += 1
        return BenchSource(self)

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        ends_s = self.now_s + seconds
        while self.now_s < ends_s and not until():
            self.eye.look(self.now_s, 0.1)
            self.now_s = round(self.now_s + 0.1, 3)

    @property
    def state(self) -> CameraState:
        return self.eye.state(self.now_s)


class BenchSource:
    def __init__(self, bench: Bench) -> None:
        self.bench = bench

    def read(self, timeout_s: float) -> Frame | None:
        if not self.bench.plugged:
            raise SourceLost("the camera at the bench stopped sending")
        if self.bench.silent:
            return None
        seed = 0 if self.bench.same else int(self.bench.now_s * 1000)
        noise = np.random.default_rng(seed).integers(0, 6, (60, 80, 3))
        pixels = np.clip(noise + self.bench.light, 0, 255).astype(np.uint8)
        return Frame(pixels, self.bench.now_s)

    def close(self) -> None:
        self.bench.open_now -= 1


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_it_is_opening_and_then_ready(bench: Bench) -> None:
    assert bench.state is CameraState.OPENING
    bench.run(2.0)
    assert bench.state is CameraState.READY
    assert bench.eye.frames_per_s(bench.now_s) == pytest.approx(10.0, abs=0.5)


def test_without_a_camera_it_is_absent_and_nothing_else_happens(bench: Bench) -> None:
    bench.plugged = False
    bench.run(5.0)
    assert bench.state is CameraState.ABSENT
    assert bench.eye.frames_per_s(bench.now_s) == 0.0


def test_pulling_the_cable_shows_at_once_and_putting_it_back_heals(bench: Bench) -> None:
    bench.run(2.0)
    bench.plugged = False
    bench.run(0.2)
    assert bench.state is CameraState.ABSENT
    bench.run(60.0)  # long enough for the longest back-off
    bench.plugged = True
    back_s = bench.now_s
    bench.run(10.0, until=lambda: bench.state is CameraState.READY)
    assert bench.now_s - back_s <= RETRY_MAX_S + 0.2 < 3.0
    assert bench.open_now == 1


def test_five_hundred_replugs_leave_one_source_open(bench: Bench) -> None:
    for _ in range(500):
        bench.plugged = False
        bench.run(0.1)
        bench.plugged = True
        bench.run(3.0, until=lambda: bench.state is CameraState.READY)
    assert bench.opened >= 500
    assert bench.open_now == 1


def test_a_camera_that_is_away_is_told_once_and_its_return_once(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    bench.run(1.0)
    bench.plugged = False
    bench.run(30.0)
    bench.plugged = True
    bench.run(3.0)
    assert [record.getMessage() for record in caplog.records] == [
        "the camera at the bench stopped sending",
        "the camera is back",
    ]


def test_retries_slow_down_but_never_stop(bench: Bench) -> None:
    bench.plugged = False
    bench.eye.look(bench.now_s, 0.1)
    waits = []
    for _ in range(6):
        wait_s = bench.eye.retry_in_s(bench.now_s)
        waits.append(wait_s)
        bench.now_s += wait_s
        bench.eye.look(bench.now_s, 0.1)
    assert waits == [0.25, 0.5, 1.0, 2.0, 2.0, 2.0]


def test_silence_is_stale_and_then_it_is_opened_again(bench: Bench) -> None:
    bench.run(1.0)
    bench.silent = True
    bench.run(2.2)
    assert bench.state is CameraState.STALE
    bench.run(REOPEN_AFTER_S)
    assert bench.opened > 1
    bench.silent = False
    bench.run(3.0)
    assert bench.state is CameraState.READY


def test_a_camera_that_opens_but_never_sends_is_stale(bench: Bench) -> None:
    bench.silent = True
    bench.run(1.0)
    assert bench.state is CameraState.OPENING
    bench.run(1.5)
    assert bench.state is CameraState.STALE


def test_frozen_and_dark_are_told(bench: Bench) -> None:
    bench.same = True
    bench.run(5.0)
    assert bench.state is CameraState.FROZEN
    bench.same, bench.light = False, 0
    bench.run(1.0)
    assert bench.state is CameraState.DARK


def test_closing_gives_the_camera_back(bench: Bench) -> None:
    bench.run(1.0)
    bench.eye.close()
    assert bench.open_now == 0
