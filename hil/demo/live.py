"""The demo that stays: a site with its bench page, residents who come until somebody takes over.

Owns the put-together for `kiosk-demo` and `python -m hil bench`. Residents come by themselves in
the first and are sent by hand in the second.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

from config.devices import ThermometerCodec
from hil.bench.bench import Bench, BenchSite
from hil.bench.hands import Hands
from hil.bench.server import BenchServer
from hil.demo.autopilot import Autopilot
from hil.demo.facts import Outcome, SeenVisit
from hil.demo.folder import DemoFolder
from hil.demo.lanes import LaneStaff
from hil.demo.ledger_side import unsettled
from hil.demo.play import describe
from hil.demo.residents import Crowd, Resident, code_of
from hil.demo.robot import NATURAL, Robot
from hil.demo.settings import SITE_NAME
from hil.demo.site import DemoSite, Wanted

LANES_TIMEOUT_S = 1.0


@dataclass(frozen=True, slots=True)
class Live:
    """``bench_port`` 0: the kernel chooses. ``by_themselves``: residents come at once."""

    seed: int
    bench_port: int
    by_themselves: bool
    thermometer: ThermometerCodec = ThermometerCodec.GY_MCU90615


def display_driver() -> str:
    """SDL's own choice where there is a display, ``dummy`` where there is none."""
    has_display = bool(os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY"))
    return "" if has_display else "dummy"


class LiveDemo:
    """``start``, then leave it alone, then ``stop``."""

    def __init__(self, folder: DemoFolder, live: Live, say: Callable[[str], None]) -> None:
        self._say = say
        self._live = live
        self.driver = display_driver()
        wanted = Wanted(self.driver, hurried=False, seed=live.seed, thermometer=live.thermometer)
        self.site = DemoSite(folder, wanted)
        self._lanes = LaneStaff(self.site.staff_url)
        self._autopilot = Autopilot(self._robot, Crowd(live.seed), self._seen)
        self._bench = Bench(
            BenchSite(
                name=SITE_NAME,
                staff_url=self.site.staff_url,
                stage=self.site.stage,
                mirror=self.site.mirror,
                listener=self.site.listener,
                autopilot=self._autopilot,
                hands=Hands(self.site.stage, Crowd(live.seed + 1), self._code_text),
                processes=self.site.processes,
                outbox_waiting=self._outbox_waiting,
            )
        )
        self._server = BenchServer(self._bench, live.bench_port)

    @property
    def bench_url(self) -> str:
        return self._server.url

    def start(self) -> None:
        """Raises what `DemoSite.start` raises."""
        self.site.start_broker()
        self._server.start()
        self.site.start()
        self._lanes.start()
        self._autopilot.start(on=self._live.by_themselves)

    def stop(self) -> None:
        """Safe to call when the start failed half-way."""
        self._autopilot.stop()
        self._server.stop()
        self._lanes.finish(LANES_TIMEOUT_S)
        self.site.stop()

    def _robot(self, pause: Callable[[float], bool]) -> Robot:
        return Robot(
            stage=self.site.stage,
            listener=self.site.listener,
            mirror=self.site.mirror,
            code_text=self._code_text,
            pace=NATURAL,
            pause=pause,
        )

    def _seen(self, visit: SeenVisit) -> None:
        if visit.outcome is Outcome.LOST and not self._autopilot.on:
            return  # sent away because somebody took over
        self._say(describe(visit))
        place = visit.place
        if visit.outcome is Outcome.CHECKED_IN and place and place.place == place.size:
            self._lanes.take(place.tube)

    def _code_text(self, resident: Resident) -> str:
        return code_of(resident, self.site.keys.registration, time.time())

    def _outbox_waiting(self) -> int | None:
        try:
            return unsettled(self.site.ledger_path)[0]
        except sqlite3.Error:
            return None
