"""What stands before the kiosk: a forehead, a phone, a label. The hands of robot and bench alike.

Owns the three twins from start to stop and remembers what they are shown. May be used from several
threads: the last one wins, as with real hands.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hil.faults import MOMENTARY, FaultWord, InstrumentKind, SkinKind, words_for
from hil.models.paper import Paper
from hil.twins import CameraTwin, PrinterTwin, ThermometerTwin, WireBytes

SKINS = {
    InstrumentKind.THERMOMETER: SkinKind.PTY,
    InstrumentKind.PRINTER: SkinKind.PTY,
    InstrumentKind.CAMERA: SkinKind.MEMORY,
}
"""The instruments of the demo site and what carries them."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Temperatures in degC. ``faults`` are those that hold now, one an instrument at most."""

    forehead: bool = False
    core_c: float = 36.6
    distance_cm: float = 3.5
    ambient_c: float = 24.0
    faults: tuple[tuple[InstrumentKind, FaultWord], ...] = ()

    def fault_of(self, instrument: InstrumentKind) -> FaultWord | None:
        return dict(self.faults).get(instrument)


Instrument = ThermometerTwin | PrinterTwin | CameraTwin


class Stage:
    """``start`` before the kiosk or after it: a kiosk waits for no device."""

    def __init__(self, folder: Path, seed: int, thermometer: str = "gy-mcu90615") -> None:
        """``thermometer`` is the protocol that its twin speaks."""
        self._camera_path = folder / "camera.frames"
        self.thermometer = ThermometerTwin(
            f"pty:{folder / 'thermometer'}", seed=seed, protocol=thermometer
        )
        self.printer = PrinterTwin(f"pty:{folder / 'printer'}", seed=seed)
        self.camera = CameraTwin(self._camera_path, seed=seed)
        self._lock = threading.Lock()
        self._shown = Shown()

    @property
    def camera_frames(self) -> Path:
        """The frame memory that the camera twin writes."""
        return self._camera_path

    def twin(self, kind: InstrumentKind) -> Instrument:
        match kind:
            case InstrumentKind.THERMOMETER:
                return self.thermometer
            case InstrumentKind.PRINTER:
                return self.printer
            case InstrumentKind.CAMERA:
                return self.camera
            case _:
                raise ValueError(f"there is no {kind} on this stage")

    def start(self) -> None:
        for kind in SKINS:
            self.twin(kind).start()

    def stop(self) -> None:
        """Safe to call twice."""
        for kind in SKINS:
            self.twin(kind).stop()

    @property
    def shown(self) -> Shown:
        with self._lock:
            return self._shown

    def show_forehead(self, core_c: float, distance_cm: float) -> None:
        """Somebody steps before the thermometer, or moves there."""
        with self._lock:
            self._shown = replace(
                self._shown, forehead=True, core_c=core_c, distance_cm=distance_cm
            )
        self.thermometer.present(core_c, distance_cm)

    def set_room(self, ambient_c: float) -> None:
        """The room gets warmer or colder."""
        with self._lock:
            self._shown = replace(self._shown, ambient_c=ambient_c)
        self.thermometer.set_ambient(ambient_c)

    def hold_code(self, text: str) -> None:
        """A phone with this QR code before the camera."""
        self.camera.show(text)

    def hold_label(self, bitmap: NDArray[np.bool_]) -> None:
        """A printed label before the camera."""
        self.camera.show_label(bitmap)

    def put_code_away(self) -> None:
        self.camera.show(None)

    def leave(self) -> None:
        """Nobody stands there any more."""
        with self._lock:
            self._shown = replace(self._shown, forehead=False)
        self.thermometer.leave()
        self.camera.show(None)

    def newest_paper(self) -> NDArray[np.bool_] | None:
        """The dots of the label that came out last."""
        papers = self.printer.papers
        return papers[-1].bitmap if papers else None

    def watch_papers(self, callback: Callable[[Paper], None]) -> None:
        """``callback`` runs in the printer's thread for every paper, before anybody sees it."""
        self.printer.on_paper = callback

    def fault(self, kind: InstrumentKind, word: FaultWord) -> None:
        """One fault at a time an instrument: the one before heals."""
        self.heal(kind)
        if word not in MOMENTARY:
            with self._lock:
                self._shown = replace(self._shown, faults=(*self._shown.faults, (kind, word)))
        self.twin(kind).fault(word)

    def heal(self, kind: InstrumentKind) -> None:
        with self._lock:
            rest = tuple(pair for pair in self._shown.faults if pair[0] is not kind)
            healed, self._shown = rest != self._shown.faults, replace(self._shown, faults=rest)
        if healed:
            self.twin(kind).heal()

    def words(self, kind: InstrumentKind) -> tuple[FaultWord, ...]:
        return words_for(kind, SKINS[kind])

    def wire(self, kind: InstrumentKind) -> tuple[WireBytes, ...]:
        """The newest bytes that passed; a camera has no wire."""
        return () if kind is InstrumentKind.CAMERA else self._wired(kind).wire

    def _wired(self, kind: InstrumentKind) -> ThermometerTwin | PrinterTwin:
        return self.thermometer if kind is InstrumentKind.THERMOMETER else self.printer
