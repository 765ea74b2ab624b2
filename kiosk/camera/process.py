"""``kiosk-camera``: looks for codes while the core wants it, shows the preview, and says how it is.

Owns the loop. May be killed at any moment: the core notices the silence and nobody loses a visit.
Must never log or store what it read. While the core does not ask for codes, or is away, it only
looks a few times a second to know that the camera lives.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from config.devices import CameraSection
from config.model import KioskConfig
from drivers.camera.code_reader import CodeReader, ReadCode
from drivers.camera.frame import Frame
from drivers.camera.frame_source import open_frame_source
from drivers.camera.second_look import read_thoroughly
from kiosk.camera.eye import Eye
from kiosk.camera.preview import Preview
from kiosk.camera.sightings import Sightings
from kiosk.ipc.channel import MessageClient, socket_path
from kiosk.ipc.life import Life
from kiosk.ipc.memory_folder import lies_in_memory
from kiosk.ipc.messages import (
    CameraGate,
    CameraState,
    CameraStatus,
    CodeSeen,
    Role,
    SeenCode,
    Symbology,
)
from kiosk.ipc.startup import read_arguments, stop_requested

PROCESS = "kiosk-camera"
IDLE_FRAMES_PER_S = 4
STATUS_EVERY_S = 1.0
SECOND_LOOK_EVERY_S = 0.4
FRAME_WAIT_S = 0.25
LOOP_LIMIT_S = 8.0
GATE_CLOSED = CameraGate(reading=False, visit=0)


class CameraProcess:
    """One camera. ``run`` returns when ``stop`` is set; everything it opened is closed then."""

    def __init__(
        self,
        settings: CameraSection,
        eye: Eye,
        client: MessageClient,
        preview: Preview,
        life: Life,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._eye = eye
        self._client = client
        self._preview = preview
        self._clock = clock
        self._reader = CodeReader(settings.code_max_bytes)
        self._sightings = Sightings()
        self._life = life
        self._reading_period_s = 1.0 / settings.frames_per_s
        self._gate = GATE_CLOSED
        self._not_before_s = 0.0  # a frame from before the visit may show the person before
        self._connection = 0
        self._due_s = clock()
        self._status_due_s = clock()
        self._told = CameraState.OPENING
        self._second_look_due_s = 0.0

    @property
    def next_due_s(self) -> float:
        """When the next frame or status is due; before that only messages matter."""
        return min(self._due_s, self._status_due_s)

    def run(self, stop: threading.Event) -> None:
        self._life.ready("opening the camera")
        try:
            while not stop.is_set():
                self.turn()
        finally:
            self._life.stopping()
            self._eye.close()
            self._preview.close()
            self._client.close()

    def turn(self) -> None:
        """Messages until the next frame is due, then that frame, then the status."""
        self._listen()
        now_s = self._clock()
        if now_s >= self._due_s:
            self._look(now_s)
        self._tell_status()
        now_s = self._clock()
        self._life.beat("loop", now_s)
        self._life.feed(now_s)

    def _listen(self) -> None:
        """Waits on the core's socket, so that an opened gate is obeyed at once."""
        wait_s = max(0.0, self.next_due_s - self._clock())
        while True:
            message = self._client.receive(wait_s)
            self._notice_another_core()
            if message is None:
                return
            if isinstance(message, CameraGate):
                self._obey(message)
            wait_s = 0.0

    def _notice_another_core(self) -> None:
        """A core that went away or came anew has not asked for anything yet."""
        connection = self._client.connections if self._client.connected else 0
        if connection != self._connection:
            self._connection = connection
            self._obey(GATE_CLOSED)

    def _obey(self, gate: CameraGate) -> None:
        if gate == self._gate:
            return
        if gate.visit != self._gate.visit or not gate.reading:
            self._preview.wipe()
            self._sightings.forget()
            self._not_before_s = self._clock()
        self._gate = gate
        self._due_s = self._clock()

    def _look(self, now_s: float) -> None:
        frame = self._eye.look(now_s, FRAME_WAIT_S)
        if frame is not None and self._gate.reading and frame.captured_s >= self._not_before_s:
            self._preview.show(frame)
            self._read(frame)
        period_s = self._reading_period_s if self._gate.reading else 1.0 / IDLE_FRAMES_PER_S
        began_s = now_s if frame is None else max(now_s, frame.captured_s)
        self._due_s = began_s + max(period_s, self._eye.retry_in_s(now_s))

    def _read(self, frame: Frame) -> None:
        began_s = time.thread_time()
        luma = frame.luma()
        if frame.captured_s < self._second_look_due_s:
            codes = self._reader.read(luma)
        else:
            codes = read_thoroughly(luma, self._reader)
            self._second_look_due_s = frame.captured_s + SECOND_LOOK_EVERY_S
        if not codes or not self._sightings.is_news(codes, frame.captured_s):
            return
        self._client.send(
            CodeSeen(
                codes=tuple(_seen(code) for code in codes),
                captured_s=frame.captured_s,
                decode_cpu_ms=round((time.thread_time() - began_s) * 1000, 2),
            )
        )

    def _tell_status(self) -> None:
        now_s = self._clock()
        state = self._eye.state(now_s)
        if state is self._told and now_s < self._status_due_s:
            return
        self._status_due_s = now_s + STATUS_EVERY_S
        self._told = state
        self._client.send(CameraStatus(state=state, frames_per_s=self._eye.frames_per_s(now_s)))
        self._life.ready(f"camera {state.value}")


def _seen(code: ReadCode) -> SeenCode:
    if code.too_long:
        return SeenCode(symbology=Symbology(code.symbology.value), text="", too_long=True)
    return SeenCode(symbology=Symbology(code.symbology.value), text=code.text, binary=code.binary)


def build(config: KioskConfig) -> CameraProcess:
    """The process of ``config``. Raises OSError when the preview has no place to be."""
    camera, runtime_dir = config.camera, Path(config.paths.runtime_dir)
    open_source = partial(
        open_frame_source, camera.source, camera.width, camera.height, camera.frames_per_s
    )
    return CameraProcess(
        camera,
        Eye(open_source, camera.stale_after_s),
        MessageClient(socket_path(config.paths.runtime_dir), Role.CAMERA),
        Preview(runtime_dir, in_memory=lies_in_memory(runtime_dir)),
        Life({"loop": LOOP_LIMIT_S}, time.monotonic()),
    )


def main() -> None:
    """Entry point of ``kiosk-camera``. Wrong settings: one sentence and exit status 1."""
    config = read_arguments(PROCESS)
    try:
        process = build(config)
    except OSError as error:
        sys.stderr.write(
            f"{PROCESS}: the preview cannot be kept in {config.paths.runtime_dir} "
            f"({error.strerror}); make that folder in memory or set paths.runtime_dir\n"
        )
        raise SystemExit(1) from error
    process.run(stop_requested())


if __name__ == "__main__":
    main()
