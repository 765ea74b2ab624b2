"""The label printer under test: our link, codec, job and status against the twin of the printer."""

from __future__ import annotations

import threading
import time
from functools import cache
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from config.devices import PrinterLanguage, PrinterSection
from drivers.camera.code_reader import CodeReader
from drivers.label_printer.bitmap import Bitmap
from drivers.label_printer.content import LabelContent
from drivers.label_printer.job import LabelJobRun
from drivers.label_printer.render import render_label
from drivers.label_printer.status import PrinterStatus
from firmware_bridge.codecs.escpos_frames import ProcessIdDone
from firmware_bridge.errors import LinkError
from firmware_bridge.hotplug import HotplugWatch
from firmware_bridge.link import FrameArrived, Link, LinkChanged, LinkEvent, LinkState
from hil.models.camera_scene import CameraScene, label
from hil.models.paper import Paper
from hil.scenario import Given, When
from hil.scenario_rig import Sightings
from hil.twins import PrinterTwin
from kiosk.core.links import printer_link
from kiosk.devices.printer_settings import label_printer

TUBE = "11010132600015"
GROUPED = "1101 01 326 0001 5"
WRITE_TIMEOUT_S = 3.0
FINISH_TIMEOUT_S = 1.5
_GREY = 128
_HALF_A_LABEL = 5000


def specimen_picture() -> NDArray[np.bool_]:
    """The label that every scenario prints: shape (rows, dots), True = black."""
    return np.asarray(_specimen_bitmap().image()) < _GREY


@cache
def _specimen_bitmap() -> Bitmap:
    content = LabelContent(TUBE, GROUPED, "10:1 混采", 3, "11-22 08:41")
    return render_label(content, "tube-40x30")


class PrinterRig:
    """``url`` is where twin and link meet, ``pty:PATH`` or ``tcp:127.0.0.1:0``."""

    def __init__(self, url: str, given: Given, seed: int) -> None:
        self.seen = Sightings()
        self._twin = PrinterTwin(
            url, seed=seed, process_ids=given.process_ids, language=given.language
        )
        self._twin.on_paper = self._on_paper
        self._section = PrinterSection(url=url, language=PrinterLanguage(given.language))
        self._printer = label_printer(self._section)
        self._confirms = given.process_ids and given.language == "escpos"
        self._link_state = LinkState.ABSENT
        self._generation = 0
        self._status = PrinterStatus()
        self._jobs = 0
        self._run: LabelJobRun | None = None
        self._papers: list[Paper] = []
        self._readable: bool | None = None
        self._as_drawn: bool | None = None
        self._stopping = threading.Event()
        self._patience = threading.Thread(target=self._lose_patience, name="rig-printer")
        self._url = url
        self._link: Link  # both are made by `start`: a TCP twin has its port only then
        self._hotplug: HotplugWatch

    def start(self) -> None:
        self._twin.start()
        self._link = printer_link(replace(self._section, url=self._twin.url), self._on_event)
        paths = [Path(self._url.removeprefix("pty:"))] if self._url.startswith("pty:") else []
        self._hotplug = HotplugWatch(self._link.poke, paths, use_udev=False)
        self._hotplug.start()
        self._patience.start()
        self._link.start()

    def stop(self) -> None:
        self._stopping.set()
        self._hotplug.stop()
        self._link.stop()
        self._twin.stop()
        if self._patience.is_alive():
            self._patience.join()

    def do(self, when: When) -> None:
        if when.print_label:
            self._print()
        if when.print_half:
            self._link.write_bytes(self._job(None)[:_HALF_A_LABEL], WRITE_TIMEOUT_S)
        if when.load_paper_mm is not None:
            self._twin.load_paper(when.load_paper_mm)
        if when.fault is not None:
            self._twin.fault(when.fault)
        if when.heal is not None:
            self._twin.heal(when.heal)

    def observed(self) -> dict[str, object]:
        return {
            "link": self._link_state.value,
            "generation_above": self._generation,
            "printer_fault": self._status.fault,
            "job": self._run.state.value if self._run is not None else "none",
            "papers": len(self._papers),
            "readable": self._readable,
            "as_drawn": self._as_drawn,
            "mishaps": sum(len(paper.mishaps) for paper in self._papers),
        }

    def _job(self, process_id: str | None) -> bytes:
        return self._printer.job(_specimen_bitmap(), process_id)

    def _print(self) -> None:
        wanted = f"{self._jobs:04}" if self._confirms else None
        self._jobs += 1
        job = self._job(wanted)
        with self.seen.noting():
            self._run = LabelJobRun(f"job-{self._jobs}", wanted, FINISH_TIMEOUT_S).begin()
        try:
            self._link.write_bytes(job, WRITE_TIMEOUT_S, self._generation)
        except LinkError:
            with self.seen.noting():
                self._run = self._run.give_up()
            return
        with self.seen.noting():
            self._run = self._run.all_sent(time.monotonic())

    def _lose_patience(self) -> None:
        while not self._stopping.wait(0.05):
            with self.seen.noting():
                if self._run is not None:
                    self._run = self._run.expire(time.monotonic())

    def _on_paper(self, paper: Paper) -> None:
        readable, as_drawn = _reads(paper), _is_as_drawn(paper)
        with self.seen.noting():
            self._papers.append(paper)
            self._readable, self._as_drawn = readable, as_drawn

    def _on_event(self, event: LinkEvent) -> None:
        with self.seen.noting():
            match event:
                case LinkChanged(status):
                    self._link_state = status.state
                    self._status = PrinterStatus()
                    if status.generation != self._generation:
                        self._generation = status.generation
                        self._run = self._run.give_up() if self._run is not None else None
                case FrameArrived(frame=ProcessIdDone(answered)) if self._run is not None:
                    self._run = self._run.answered(answered)
                case FrameArrived(frame=frame):
                    self._status = self._status.fold(frame)


def _reads(paper: Paper) -> bool:
    """A camera would read the number of the tube from this piece."""
    picture = CameraScene(label(paper.bitmap), seed=paper.number).frame()
    return any(code.text == TUBE for code in CodeReader().read(picture[:, :, 1].copy()))


def _is_as_drawn(paper: Paper) -> bool:
    """Dot by dot what the driver rendered, and blank beside it."""
    drawn = specimen_picture()
    rows, columns = drawn.shape
    if len(paper.bitmap) != rows:
        return False
    beside = paper.bitmap[:, columns:]
    return bool((paper.bitmap[:, :columns] == drawn).all() and not beside.any())
