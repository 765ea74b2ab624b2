"""`kiosk-demo`: the whole site on this machine, to watch or to prove.

Owns the command line. Messages go to standard error; the report goes to its file. Exit status: 0
done, 1 an invariant is broken or the site did not start, 2 usage.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import threading
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from config.devices import ThermometerCodec
from coordinator.key_files import KeyFilesError
from hil.demo.folder import DemoFolder, FolderError, make_folder
from hil.demo.live import Live, LiveDemo
from hil.demo.play import Asked, Played, play
from hil.demo.site import BrokerMissing
from hil.demo.supervisor import StartError
from hil.demo.tamper import BREAKS, Break, NothingToBreak

EXPECTED_TROUBLE = (
    BrokerMissing,
    StartError,
    KeyFilesError,
    NothingToBreak,
    sqlite3.Error,
    OSError,
)

app = typer.Typer(add_completion=False, help="A whole sampling site on this machine.")


@app.command()
def demo(  # noqa: PLR0917 - typer calls it by name
    headless: Annotated[
        bool, typer.Option("--headless", help="Play residents, prove the run, write a report.")
    ] = False,
    residents: Annotated[
        int, typer.Option(min=1, max=5_000, help="How many come in a headless run.")
    ] = 50,
    seed: Annotated[int, typer.Option(help="The same seed, the same residents.")] = 7,
    report: Annotated[
        Path | None, typer.Option(help="Where the JSON report of a headless run goes.")
    ] = None,
    unrest: Annotated[
        bool,
        typer.Option("--unrest", help="Kill a process every few seconds; nobody may be lost."),
    ] = False,
    tampering: Annotated[
        Break | None,
        typer.Option("--break", help="Break the finished run on purpose; the report must say so."),
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(help="Keep the site's files in this empty folder.")
    ] = None,
    thermometer: Annotated[
        ThermometerCodec, typer.Option(help="Which thermometer stands there; docs/devices.md.")
    ] = ThermometerCodec.GY_MCU90615,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="Port of the bench page; 0: any free one.")
    ] = 0,
) -> None:
    """Start broker, coordinator, kiosk processes and instrument twins, and let residents come."""
    if not headless and (report or tampering or unrest):
        raise typer.BadParameter("--report, --unrest and --break belong to --headless")
    try:
        folder = make_folder(keep)
    except FolderError as error:
        say(str(error))
        raise typer.Exit(1) from error
    try:
        if headless:
            passed = _prove(folder, Asked(residents, seed, unrest, tampering, thermometer), report)
        else:
            passed = run_live(folder, Live(seed, port, by_themselves=True, thermometer=thermometer))
    except EXPECTED_TROUBLE as error:
        say(str(error))
        passed = False
    finally:
        folder.remove()
    raise typer.Exit(0 if passed else 1)


def run_live(folder: DemoFolder, live: Live) -> bool:
    """Run until Ctrl-C or SIGTERM. Raises what `LiveDemo.start` raises."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    demo = LiveDemo(folder, live, say)
    try:
        demo.start()
        where = "in its window" if demo.driver == "" else "on the bench page: there is no display"
        say(f"The kiosk screen is {where}.")
        say(f"Bench page  {demo.bench_url}")
        say(f"Staff page  {demo.site.staff_url}")
        say("Ctrl-C ends the demo.")
        stop.wait()
    finally:
        demo.stop()
    return True


def _prove(folder: DemoFolder, asked: Asked, path: Path | None) -> bool:
    signal.signal(signal.SIGTERM, _leave)
    played = play(folder, asked, say)
    text = json.dumps(played.report, ensure_ascii=False, indent=2) + "\n"
    if path is None:
        typer.echo(text, nl=False)
    else:
        path.write_text(text, encoding="utf-8")
    _say_verdicts(played, asked)
    return played.passed and asked.tampering is None


def _leave(number: int, frame: object) -> NoReturn:
    """SIGTERM as an ordinary end: processes stop, the folder goes."""
    raise SystemExit(128 + number)


def _say_verdicts(played: Played, asked: Asked) -> None:
    for verdict in played.verdicts:
        say(f"{'holds ' if verdict.passed else 'BROKEN'} {verdict.name}: {verdict.sentence}")
    if asked.tampering is None:
        return
    wanted = BREAKS[asked.tampering]
    noticed = any(verdict.name == wanted and not verdict.passed for verdict in played.verdicts)
    say(
        f"Broken on purpose ({asked.tampering}), and {wanted} fails as it must."
        if noticed
        else f"Broken on purpose ({asked.tampering}), and {wanted} did not notice."
    )


def say(sentence: str) -> None:
    """One line for the person at the terminal."""
    typer.echo(sentence, err=True)
