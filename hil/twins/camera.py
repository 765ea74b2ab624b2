"""A camera in shared memory, and what is held before it: a phone, a label or nothing."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from hil.faults import MOMENTARY, FaultWord, InstrumentKind, SkinKind, fault_word
from hil.models.camera_scene import CameraScene, Picture, SceneLook, label, phone
from hil.skins.memory import MemorySkin

_KEPT_OF_LOST = 4
"""A camera that loses frames delivers one in so many."""
_STOP_S = 5.0


class CameraTwin:
    """Writes ``fps`` frames a second. Every method may be called from any thread."""

    def __init__(
        self, path: Path, *, seed: int = 0, width: int = 1280, height: int = 720, fps: float = 12.0
    ) -> None:
        self._skin = MemorySkin(path, width, height)
        self._size = (width, height)
        self._interval_s = 1 / fps
        self._random = np.random.default_rng(seed)
        self._look = SceneLook()
        self._card: Picture | None = None
        self._scene = self._compose()
        self._held_still: Picture | None = None
        self._faults: set[FaultWord] = set()
        self._count = 0
        self._changed = threading.Condition(threading.RLock())
        self._stopping = False
        self._fresh_scene = False
        self._thread = threading.Thread(target=self._run, name="twin-camera", daemon=True)

    def __enter__(self) -> CameraTwin:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """What the kiosk's configuration names as the camera's source."""
        return self._skin.url

    @property
    def faults(self) -> frozenset[FaultWord]:
        """Faults that hold now."""
        with self._changed:
            return frozenset(self._faults)

    def start(self) -> None:
        self._skin.plug()
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and wipes and removes the pictures. Safe to call twice."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(_STOP_S)
        self._skin.close()

    def show(self, text: str | None) -> None:
        """Hold up a phone with ``text`` as a QR code; None takes it away. Drawn on return."""
        self._hold_up(None if text is None else phone(text))

    def show_label(self, bitmap: NDArray[np.bool_]) -> None:
        """Hold up a printed label; ``bitmap`` as of `hil.models.paper.Paper`."""
        self._hold_up(label(bitmap))

    def light(self, level: float) -> None:
        """1 is a lit room, 0 is night or a covered lens."""
        self._look = SceneLook(light=level)
        self._hold_up(self._card)

    def hold_still(self, still: bool) -> None:
        """True: the same picture again and again, as from a camera whose sensor hangs."""
        with self._changed:
            self._held_still = self._scene.frame() if still else None

    def _hold_up(self, card: Picture | None) -> None:
        self._card = card
        scene = self._compose()
        with self._changed:
            self._scene = scene
            self._fresh_scene = True
            self._changed.notify_all()

    def _compose(self) -> CameraScene:
        seed = int(self._random.integers(1 << 31))
        width, height = self._size
        return CameraScene(self._card, seed=seed, look=self._look, width=width, height=height)

    def fault(self, word: str) -> None:
        """Begin a fault of the vocabulary; raises `hil.faults.NotExpressible`."""
        known = fault_word(word, InstrumentKind.CAMERA, SkinKind.MEMORY)
        with self._changed:
            if known is FaultWord.DROP_LINK:
                self._skin.unplug()
            elif known is FaultWord.REPLUG_OTHER_NAME:
                self._skin.replug_under_other_name()
            if known not in MOMENTARY:
                self._faults.add(known)

    def heal(self, word: str | None = None) -> None:
        """End one fault, or all that hold."""
        with self._changed:
            ended = self._faults if word is None else self._faults & {FaultWord(word)}
            if FaultWord.DROP_LINK in ended:
                self._skin.plug()
            self._faults = self._faults - ended

    def _run(self) -> None:
        with self._changed:
            while not self._stopping:
                began_s = time.monotonic()
                self._take_frame(began_s)
                self._fresh_scene = False
                left_s = self._interval_s - (time.monotonic() - began_s)
                self._changed.wait_for(self._disturbed, max(0.001, left_s))

    def _disturbed(self) -> bool:
        return self._stopping or self._fresh_scene

    def _take_frame(self, now_s: float) -> None:
        self._count += 1
        if FaultWord.SILENCE in self._faults:
            return
        if FaultWord.LOSE in self._faults and self._count % _KEPT_OF_LOST:
            return
        frame = self._scene.frame() if self._held_still is None else self._held_still
        if FaultWord.CORRUPT in self._faults:
            frame = self._torn(frame)
        self._skin.send(frame, now_s)

    def _torn(self, frame: Picture) -> Picture:
        """An eighth of the rows are noise, at another place each time."""
        torn = frame.copy()
        rows = len(torn) // 8
        top = int(self._random.integers(0, len(torn) - rows))
        torn[top : top + rows] = self._random.integers(0, 256, (rows, *torn.shape[1:]), np.uint8)
        return torn
