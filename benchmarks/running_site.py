"""The kiosk as it runs: start-up, rest, and visits, on a whole site with twins on this machine.

Uses the demo's site, so everything is the real process with the real protocol. Two of its costs are
not the kiosk's: the coordinator starts and runs on the same cores.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

from hil.demo.folder import make_folder
from hil.demo.residents import Kind, code_of, plan_residents
from hil.demo.robot import HURRIED, Robot
from hil.demo.site import KIOSK_PROCESSES, DemoSite, Wanted

SEED = 7
SETTLE_S = 3.0
REST_S = 10.0
FIRST_SCREEN_TIMEOUT_S = 20.0
MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class AtRest:
    """``cpu_percent`` of one core by process; ``pss_mb`` counts shared pages once."""

    cpu_percent: dict[str, float]
    pss_mb: dict[str, float]


@dataclass(frozen=True, slots=True)
class SiteRun:
    """``stages_ms``: one mapping a finished visit, stages as in `kiosk.ipc.messages.VisitTimed`."""

    first_screen_s: float
    rest: AtRest
    stages_ms: tuple[dict[str, float], ...]


def run_site(*, residents: int = 40) -> SiteRun:
    """Start a site, let it rest, let residents come. Raises what `DemoSite.start` raises."""
    with _site() as site:
        site.start_broker()
        first_screen_s = _start(site)
        time.sleep(SETTLE_S)
        rest = _at_rest(site)
        _play(site, residents)
        stages_ms = tuple(timed.stages_ms for timed in site.listener.timings)
    return SiteRun(first_screen_s, rest, stages_ms)


@contextmanager
def _site() -> Iterator[DemoSite]:
    folder = make_folder(None)
    site = DemoSite(folder, Wanted(sdl_driver="dummy", hurried=True, seed=SEED))
    try:
        yield site
    finally:
        site.stop()
        folder.remove()


def _start(site: DemoSite) -> float:
    """Start everything; seconds from the first kiosk process to the first drawn page."""
    drawn_at: list[float] = []
    watcher = threading.Thread(target=_watch_glass, args=(site, drawn_at), name="bench-glass")
    watcher.start()
    site.start()
    watcher.join()
    if not drawn_at:
        raise RuntimeError(f"no page was drawn within {FIRST_SCREEN_TIMEOUT_S:.0f} s")
    return drawn_at[0] - min(process.create_time() for process in _kiosk(site).values())


def _watch_glass(site: DemoSite, drawn_at: list[float]) -> None:
    """Wall time, because the kernel tells a process's start in it."""
    ends_s = time.monotonic() + FIRST_SCREEN_TIMEOUT_S
    while time.monotonic() < ends_s:
        if site.mirror.page() is not None:
            drawn_at.append(time.time())
            return
        time.sleep(0.01)


def _kiosk(site: DemoSite) -> dict[str, psutil.Process]:
    return {
        view.name: psutil.Process(view.pid)
        for view in site.processes()
        if view.name in KIOSK_PROCESSES
    }


def _at_rest(site: DemoSite) -> AtRest:
    """Nobody stands there: the attract page, links open, camera running."""
    processes = _kiosk(site)
    before = {name: _cpu_s(process) for name, process in processes.items()}
    began_s = time.monotonic()
    time.sleep(REST_S)
    lasted_s = time.monotonic() - began_s
    return AtRest(
        cpu_percent={
            name: (_cpu_s(process) - before[name]) / lasted_s * 100
            for name, process in processes.items()
        },
        pss_mb={name: process.memory_full_info().pss / MB for name, process in processes.items()},
    )


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _play(site: DemoSite, residents: int) -> None:
    """Ordinary residents only: each of them goes the whole way."""
    robot = Robot(
        stage=site.stage,
        listener=site.listener,
        mirror=site.mirror,
        code_text=lambda resident: code_of(resident, site.keys.registration, time.time()),
        pace=HURRIED,
        pause=_pause,
    )
    for resident in plan_residents(SEED, residents):
        if resident.kind is Kind.ORDINARY:
            robot.play(resident)


def _pause(seconds: float) -> bool:
    time.sleep(seconds)
    return True
