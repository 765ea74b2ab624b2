"""Everything the page shows and can do, in one place and in plain words.

Owns nothing but the put-together: the site runs elsewhere. Its methods may be called from any
thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from firmware_bridge.frame_memory import FrameMemoryError, FrameReader, MemoryFrame
from hil.bench.hands import Hands
from hil.bench.journey import journey
from hil.bench.people import CHOICES
from hil.bench.pictures import FramePictures, paper_png
from hil.bench.wire_view import wire_rows
from hil.demo.autopilot import Autopilot
from hil.demo.child_process import ChildView
from hil.demo.listener import CoreListener
from hil.demo.mirror import Mirror
from hil.demo.stage import SKINS, Stage
from hil.faults import MEANING, FaultWord, InstrumentKind, NotExpressible
from hil.twins import WireBytes
from kiosk.ipc.messages import Snapshot

PAPERS_SHOWN = 8

_TITLES = {
    InstrumentKind.THERMOMETER: (
        "Thermometer",
        "测温",
        "A thermometer module on a pty, measuring as fast as it speaks.",
    ),
    InstrumentKind.PRINTER: (
        "Label printer",
        "打印机",
        "ESC/POS on a pty. It tells paper, cover and which label is finished.",
    ),
    InstrumentKind.CAMERA: (
        "Camera",
        "摄像头",
        "Frames in shared memory. Codes are read from real pictures of a phone.",
    ),
}
_LEGENDS = {
    InstrumentKind.THERMOMETER: "▸ from the instrument   ◂ from the kiosk",
    InstrumentKind.PRINTER: "▸ from the instrument   ◂ from the kiosk",
    InstrumentKind.CAMERA: "What the camera sees now: a phone as people hold it, never straight.",
}


@dataclass(frozen=True, slots=True)
class BenchSite:
    """The running site, as far as a bench needs it."""

    name: str
    staff_url: str
    stage: Stage
    mirror: Mirror
    listener: CoreListener
    autopilot: Autopilot
    hands: Hands
    processes: Callable[[], tuple[ChildView, ...]]
    outbox_waiting: Callable[[], int | None]


class Bench:
    """What the page's server calls."""

    def __init__(self, site: BenchSite) -> None:
        self._site = site
        self._camera: FrameReader | None = None
        self.screen_pictures = FramePictures(site.mirror.frame, rgb=True)
        self.camera_pictures = FramePictures(self._camera_frame, rgb=False)
        self.ended = threading.Event()  # set it to let open streams end

    # ── what it shows ────────────────────────────────────────────────────────────────────────

    def state(self) -> dict[str, object]:
        """The whole page but pictures and wire; see ``show`` in bench.js for its reader."""
        site = self._site
        snap = site.listener.snapshot
        timings = site.listener.timings
        shown, knobs = site.stage.shown, site.hands.knobs
        by_hand = not site.autopilot.on
        return {
            "site": site.name,
            "staff_url": site.staff_url,
            "autopilot": site.autopilot.on,
            "caption": _caption(snap),
            "has_picture": bool(self.screen_pictures.jpeg()[1]),
            "processes": [asdict(view) for view in site.processes()],
            "kinds": [{"kind": c.name, "title": c.title, "means": c.means} for c in CHOICES],
            "resident": {
                "kind": knobs.choice if by_hand else site.autopilot.kind,
                "forehead": shown.forehead and by_hand,
                "core_c": knobs.core_c if by_hand else shown.core_c,
                "distance_cm": knobs.distance_cm if by_hand else shown.distance_cm,
                "ambient_c": shown.ambient_c,
            },
            "journey": [
                asdict(step)
                for step in journey(
                    snap, site.outbox_waiting(), timings[-1].stages_ms if timings else {}
                )
            ],
            "instruments": [self._instrument(kind, snap) for kind in SKINS],
            "papers": self._papers(),
        }

    def _instrument(self, kind: InstrumentKind, snap: Snapshot | None) -> dict[str, object]:
        title, title_zh, about = _TITLES[kind]
        fault = self._site.stage.shown.fault_of(kind)
        health, says = _health(kind, snap)
        return {
            "role": kind.value,
            "title": title,
            "title_zh": title_zh,
            "about": about,
            "legend": _LEGENDS[kind],
            "health": health,
            "says": says,
            "fault": fault.value if fault else None,
            "words": [
                {"word": word.value, "means": MEANING[word]}
                for word in self._site.stage.words(kind)
            ],
        }

    def _papers(self) -> list[dict[str, object]]:
        papers = self._site.stage.printer.papers[-PAPERS_SHOWN:]
        return [
            {"number": paper.number, "text": f"no. {paper.number}, {paper.length_mm:.0f} mm"}
            for paper in papers
        ]

    def paper_png(self, number: int) -> bytes | None:
        """The label with this number, None when it is no longer kept."""
        papers = self._site.stage.printer.papers
        found = next((paper for paper in papers if paper.number == number), None)
        return paper_png(found.bitmap) if found else None

    def wire(self, kind: InstrumentKind) -> Sequence[WireBytes]:
        return self._site.stage.wire(kind)

    def wire_rows(
        self, kind: InstrumentKind, after: WireBytes | None
    ) -> tuple[list[dict[str, str]], WireBytes | None]:
        """(rows newer than ``after``, the newest record)."""
        records = self.wire(kind)
        begin = next((i for i, record in enumerate(records) if record is after), -1) + 1
        fresh = records[begin:][-40:]
        return wire_rows(kind, fresh), records[-1] if records else None

    def _camera_frame(self, after: int) -> MemoryFrame | None:
        if self._camera is not None and self._camera.replaced():
            self._camera.close()
            self._camera = None
        if self._camera is None:
            try:
                self._camera = FrameReader(self._site.stage.camera_frames)
            except FrameMemoryError:
                return None
            after = 0
        return self._camera.newest(after)

    # ── what it does ─────────────────────────────────────────────────────────────────────────

    def tap(self, x: float, y: float) -> bool:
        """Touch the glass; 0 to 1 from its left and upper edge."""
        page = self._site.mirror.page()
        if page is None:
            return False
        return self._site.mirror.tap(x * (page.width - 1), y * (page.height - 1))

    def choose(self, name: str) -> None:
        self._by_hand()
        self._site.hands.choose(name)

    def turn(self, knob: str, value: float) -> None:
        if knob != "ambient_c":
            self._by_hand()
        self._site.hands.turn(knob, value)

    def forward(self) -> None:
        self._by_hand()
        self._site.hands.forward()

    def scan(self) -> None:
        self._by_hand()
        self._site.hands.scan()

    def away(self) -> None:
        self._by_hand()
        self._site.hands.away()

    def set_autopilot(self, on: bool) -> None:
        if on:
            self._site.hands.away()
        self._site.autopilot.switch(on)

    def fault(self, role: str, word: str | None) -> None:
        """Give an instrument a fault, or heal it. Raises `NotExpressible`."""
        if role not in SKINS:
            raise NotExpressible(f"There is no instrument {role!r}.")
        kind = InstrumentKind(role)
        if word is None:
            self._site.stage.heal(kind)
        elif word not in self._site.stage.words(kind):
            raise NotExpressible(f"A {kind} cannot have the fault {word!r}.")
        else:
            self._site.stage.fault(kind, FaultWord(word))

    def _by_hand(self) -> None:
        self._site.autopilot.switch(False)

    def close(self) -> None:
        """Release the camera's pictures; call it when nobody looks any more, see ``ended``."""
        if self._camera is not None:
            self._camera.close()
            self._camera = None


def _caption(snap: Snapshot | None) -> str:
    """What the core told last, for those who want to know."""
    if snap is None:
        return "the core has said nothing yet"
    return f"page {snap.page} · {snap.language} · visit {snap.visit} · snapshot {snap.number}"


def _health(kind: InstrumentKind, snap: Snapshot | None) -> tuple[str, str]:
    """(class, word) of what the kiosk itself says of its instrument."""
    if snap is None:
        return "unsure", "unknown"
    faults = [fault for fault in snap.faults if fault.startswith(f"{kind}.")]
    return ("broken", faults[0].partition(".")[2]) if faults else ("", "works")
