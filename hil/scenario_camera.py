"""The camera under test: our frame source, watch and code reader against the twin in memory."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from drivers.camera.code_reader import CodeReader
from drivers.camera.frame import FrameSource, SourceLost
from drivers.camera.frame_source import open_frame_source
from drivers.camera.frame_watch import FrameWatch
from hil.scenario import Given, When
from hil.scenario_printer import specimen_picture
from hil.scenario_rig import Sightings
from hil.twins import CameraTwin

ABSENT = "absent"
STALE_AFTER_S = 1.0
_WIDTH, _HEIGHT, _FPS = 1280, 720, 12
_OPEN_AGAIN_S = 0.1
_READ_TIMEOUT_S = 0.1


class CameraRig:
    """``url`` is where twin and source meet, ``memory:PATH``."""

    def __init__(self, url: str, given: Given, seed: int) -> None:
        self.seen = Sightings()
        self._url = url
        path = Path(url.removeprefix("memory:"))
        self._twin = CameraTwin(path, seed=seed, width=_WIDTH, height=_HEIGHT, fps=_FPS)
        self._watch = FrameWatch(stale_after_s=STALE_AFTER_S)
        self._reader = CodeReader()
        self._state = ABSENT
        self._code = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rig-camera")

    def start(self) -> None:
        self._twin.start()
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._twin.stop()

    def do(self, when: When) -> None:
        if when.show is not None:
            self._twin.show(when.show)
        if when.show_tube:
            self._twin.show_label(specimen_picture())
        if when.take_away:
            self._twin.show(None)
        if when.light is not None:
            self._twin.light(when.light)
        if when.hold_still is not None:
            self._twin.hold_still(when.hold_still)
        if when.fault is not None:
            self._twin.fault(when.fault)
        if when.heal is not None:
            self._twin.heal(when.heal)

    def observed(self) -> dict[str, object]:
        return {"camera": self._state, "code": self._code}

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                source = open_frame_source(self._url, _WIDTH, _HEIGHT, _FPS)
            except SourceLost:
                self._tell(ABSENT, "")
                self._stopping.wait(_OPEN_AGAIN_S)
                continue
            self._watch.forget()
            try:
                self._look(source)
            except SourceLost:
                self._tell(ABSENT, "")
            finally:
                source.close()

    def _look(self, source: FrameSource) -> None:
        while not self._stopping.is_set():
            frame = source.read(_READ_TIMEOUT_S)
            code = self._code
            if frame is not None:
                luma = frame.luma()
                self._watch.feed(luma, frame.captured_s)
                code = ",".join(found.text for found in self._reader.read(luma))
            self._tell(self._watch.state(time.monotonic()).value, code)

    def _tell(self, state: str, code: str) -> None:
        with self.seen.noting():
            self._state, self._code = state, code
