"""Plays a headless run from the first process to the verdicts.

Owns the order: start, residents one after the other, settle, stop, (tamper,) gather, judge. Prints
through ``say`` only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from config.devices import ThermometerCodec
from hil.demo.eavesdropper import Eavesdropper
from hil.demo.evidence import Heard, gather
from hil.demo.facts import Outcome, SeenVisit
from hil.demo.folder import DemoFolder
from hil.demo.invariants import Verdict, judge
from hil.demo.lanes import LaneStaff
from hil.demo.ledger_side import last_seq, unsettled
from hil.demo.papers import PaperClerk
from hil.demo.report import Json, Run, report
from hil.demo.residents import Resident, code_of, plan_residents
from hil.demo.robot import HURRIED, Robot
from hil.demo.site import DemoSite, Wanted
from hil.demo.supervisor import StartError
from hil.demo.tamper import Break, Tamperer
from hil.demo.unrest import Unrest

EAVESDROP_TIMEOUT_S = 5.0
SETTLE_TIMEOUT_S = 30.0
LANES_TIMEOUT_S = 15.0
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asked for."""

    residents: int
    seed: int
    unrest: bool = False
    tampering: Break | None = None
    thermometer: ThermometerCodec = ThermometerCodec.GY_MCU90615


@dataclass(frozen=True, slots=True)
class Played:
    """The report as it goes to the file, and the verdicts in it."""

    report: Json
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)


def play(folder: DemoFolder, asked: Asked, say: Callable[[str], None]) -> Played:
    """One run. Raises what `DemoSite.start` raises, and `NothingToBreak`."""
    wanted = Wanted("dummy", hurried=True, seed=asked.seed, thermometer=asked.thermometer)
    site = DemoSite(folder, wanted)
    try:
        return _play(site, asked, say)
    finally:
        site.stop()


def _play(site: DemoSite, asked: Asked, say: Callable[[str], None]) -> Played:
    started_at = datetime.now(UTC).isoformat(timespec="seconds")
    began_s = time.monotonic()
    clerk = PaperClerk(lambda: last_seq(site.ledger_path))
    site.stage.watch_papers(clerk.note)
    site.start_broker()
    eavesdropper = Eavesdropper(site.broker_port)
    if not eavesdropper.start(EAVESDROP_TIMEOUT_S):
        raise StartError("Nobody can listen on the broker: its log says why.")
    site.start()
    lanes = LaneStaff(site.staff_url)
    lanes.start()
    ready_s = time.monotonic()
    say(f"The site is up after {ready_s - began_s:.1f} s. {asked.residents} residents come.")
    unrest = Unrest(site.kill, asked.seed, say)
    if asked.unrest:
        unrest.start()
    seen = _visits(site, plan_residents(asked.seed, asked.residents), lanes, say)
    if asked.unrest:
        unrest.stop()
    played_s = time.monotonic()
    swabbed = lanes.finish(LANES_TIMEOUT_S)
    _settle(site)
    timings = site.listener.timings
    messages, heard = eavesdropper.stop()
    site.stop_processes()
    settled_s = time.monotonic()
    if asked.tampering is not None:
        say(f"Breaking it on purpose: {asked.tampering}.")
        Tamperer(site, seen[0].person).tamper(asked.tampering)
    evidence = gather(
        site,
        seen=seen,
        papers=clerk.papers(len(site.stage.printer.papers)),
        swabbed=swabbed,
        killed=unrest.killed,
        heard=Heard(messages, heard),
    )
    verdicts = judge(evidence)
    run = Run(
        seed=asked.seed,
        started_at=started_at,
        start_s=ready_s - began_s,
        visits_s=played_s - ready_s,
        settle_s=settled_s - played_s,
        broken_on_purpose=asked.tampering or "",
        killed=tuple(unrest.killed),
    )
    return Played(report(run, evidence, timings, verdicts), verdicts)


def _visits(
    site: DemoSite,
    residents: tuple[Resident, ...],
    lanes: LaneStaff,
    say: Callable[[str], None],
) -> list[SeenVisit]:
    robot = Robot(
        stage=site.stage,
        listener=site.listener,
        mirror=site.mirror,
        code_text=lambda resident: code_of(resident, site.keys.registration, time.time()),
        pace=HURRIED,
        pause=_sleep,
    )
    seen = []
    for resident in residents:
        visit = robot.play(resident)
        seen.append(visit)
        say(describe(visit))
        place = visit.place
        if visit.outcome is Outcome.CHECKED_IN and place and place.place == place.size:
            lanes.take(place.tube)
    return seen


def _settle(site: DemoSite) -> None:
    """Until every record is acknowledged and purged, or the time is over: the invariants tell."""
    ends_s = time.monotonic() + SETTLE_TIMEOUT_S
    while time.monotonic() < ends_s and any(unsettled(site.ledger_path)):
        time.sleep(_POLL_S)


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return True


def describe(visit: SeenVisit) -> str:
    """One line on a visit, for the console. Names nobody."""
    line = f"resident {visit.resident:>3} {visit.kind:<14} {visit.outcome}"
    if visit.place is not None:
        place = visit.place
        line += f", lane {place.lane}, tube {place.tube}, place {place.place}"
        line += f" of {place.size}" if place.size else ""
        if place.first_of_tube:
            line += f", label {place.label}"
    if visit.ticket:
        line += f", ticket {visit.ticket}"
    if visit.detail:
        line += f" ({visit.detail})"
    return line
