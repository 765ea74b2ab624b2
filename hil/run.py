"""`python -m hil run`: plays scenarios against twins and says which held.

Owns the order, the deadlines and the table. A scenario runs once on each of its skins; several run
side by side, because most of their time is waiting.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from hil.faults import InstrumentKind, SkinKind
from hil.scenario import Given, Scenario, Step, find, load
from hil.scenario_camera import CameraRig
from hil.scenario_id_card_reader import IdCardReaderRig
from hil.scenario_printer import PrinterRig
from hil.scenario_rig import Rig, differences
from hil.scenario_scanner import ScannerRig
from hil.scenario_thermometer import ThermometerRig

_SIDE_BY_SIDE = 4
_MEMORY = Path("/dev/shm")
"""Frames belong on tmpfs."""

RigMaker = Callable[[str, Given, int], Rig]

_RIGS: dict[InstrumentKind, RigMaker] = {
    InstrumentKind.THERMOMETER: ThermometerRig,
    InstrumentKind.PRINTER: PrinterRig,
    InstrumentKind.CAMERA: CameraRig,
    InstrumentKind.SCANNER: ScannerRig,
    InstrumentKind.ID_CARD_READER: IdCardReaderRig,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario on one skin. ``failure`` is "" when every step held."""

    name: str
    device: InstrumentKind
    skin: SkinKind
    failure: str
    seconds: float


def run(names: Sequence[str], console: Console) -> bool:
    """Play the named scenarios (all without a name) and print the table; True when all held.

    Raises `hil.scenario.ScenarioBad` before anything runs.
    """
    scenarios = [(path.stem, load(path)) for path in find(list(names))]
    jobs = [(name, scenario, skin) for name, scenario in scenarios for skin in scenario.skins]
    began_s = time.monotonic()
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as side_by_side:
        outcomes = list(side_by_side.map(lambda job: play(*job), jobs))
    console.print(_table(outcomes))
    failed = [outcome for outcome in outcomes if outcome.failure]
    for outcome in failed:
        console.print(f"[red]{outcome.name} on {outcome.skin}:[/red] {outcome.failure}")
    seconds = time.monotonic() - began_s
    console.print(f"{len(outcomes) - len(failed)} of {len(outcomes)} held in {seconds:.1f} s")
    return not failed


def play(
    name: str,
    scenario: Scenario,
    skin: SkinKind,
    make_rig: RigMaker | None = None,
) -> Outcome:
    """One scenario on one skin, against ``make_rig`` or the real driver of its device."""
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        make = make_rig or _RIGS[scenario.device]
        rig = make(_url(skin, Path(folder)), scenario.given, scenario.seed)
        try:
            rig.start()
            failure = next(_failures(rig, scenario.step), "")
        finally:
            rig.stop()
    return Outcome(name, scenario.device, skin, failure, time.monotonic() - began_s)


def _url(skin: SkinKind, folder: Path) -> str:
    return {
        SkinKind.PTY: f"pty:{folder / 'device'}",
        SkinKind.TCP: "tcp:127.0.0.1:0",
        SkinKind.MEMORY: f"memory:{folder / 'frames'}",
    }[skin]


def _failures(rig: Rig, steps: Sequence[Step]) -> Iterator[str]:
    for number, step in enumerate(steps, 1):

        def fulfilled(step: Step = step) -> bool:
            return not differences(step.expect, rig.observed())

        rig.do(step.when)
        if not rig.seen.wait_until(fulfilled, step.within_s):
            missing = "; ".join(differences(step.expect, rig.observed()))
            yield f"step {number}, after {step.within_s:g} s: {missing}"
        elif step.for_s and not rig.seen.stays(fulfilled, step.for_s):
            missing = "; ".join(differences(step.expect, rig.observed()))
            yield f"step {number}, did not last for {step.for_s:g} s: {missing}"


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table("scenario", "device", "skin", "result", "seconds")
    for outcome in outcomes:
        result = "[red]failed[/red]" if outcome.failure else "[green]held[/green]"
        table.add_row(outcome.name, outcome.device, outcome.skin, result, f"{outcome.seconds:.1f}")
    return table
