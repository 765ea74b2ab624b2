"""The runner: deadlines, sentences, exit status; one scenario with a good and a bad driver."""

from __future__ import annotations

import io
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console
from typer.testing import CliRunner

import hil.run
from drivers.label_printer.job import LabelJobRun, RunState
from hil.__main__ import app
from hil.faults import SkinKind
from hil.run import play, run
from hil.scenario import FOLDER, Given, Scenario, When, load
from hil.scenario_rig import Sightings

pytestmark = pytest.mark.twins


def scenario(*steps: dict[str, Any]) -> Scenario:
    plain = {"title": "T", "device": "camera", "skins": ["memory"], "step": steps}
    return msgspec.convert(plain, Scenario)


class FakeRig:
    """Shows on demand: the code "later" comes a moment after it was asked for."""

    made: list[FakeRig]

    def __init__(self, url: str, given: Given, seed: int) -> None:
        self.seen = Sightings()
        self.url, self.code, self.stopped = url, "", False
        self._timers: list[threading.Timer] = []
        self.made.append(self)

    def start(self) -> None:
        if self.url == "":
            raise OSError("no url")

    def stop(self) -> None:
        self.stopped = True
        for timer in self._timers:
            timer.join()

    def do(self, when: When) -> None:
        match when.show:
            case "later":
                self._soon("later")
            case "flicker":
                self._set("flicker")
                self._soon("gone")
            case str(text):
                self._set(text)

    def _soon(self, code: str) -> None:
        self._timers.append(threading.Timer(0.03, self._set, [code]))
        self._timers[-1].start()

    def _set(self, code: str) -> None:
        with self.seen.noting():
            self.code = code

    def observed(self) -> dict[str, object]:
        return {"code": self.code, "camera": "ok"}


@pytest.fixture(autouse=True)
def _fresh_rigs() -> None:
    FakeRig.made = []


def outcome_of(*steps: dict[str, Any]) -> str:
    return play("case", scenario(*steps), SkinKind.MEMORY, FakeRig).failure


def test_steps_that_hold_in_time() -> None:
    failure = outcome_of(
        {"expect": {"camera": "ok", "code": ""}},
        {"when": {"show": "later"}, "expect": {"code": "later"}},
        {"when": {"show": "x"}, "expect": {"code": "x"}, "for_s": 0.02},
    )
    assert failure == ""
    assert FakeRig.made[0].stopped


def test_a_deadline_that_passes_is_told_with_what_was_seen() -> None:
    failure = outcome_of(
        {"expect": {"camera": "ok"}},
        {"when": {"show": "x"}, "expect": {"code": "y", "camera": "dark"}, "within_s": 0.02},
        {"when": {"show": "never reached"}, "expect": {}},
    )
    assert failure == (
        "step 2, after 0.02 s: camera is 'ok', expected 'dark'; code is 'x', expected 'y'"
    )
    assert (FakeRig.made[0].code, FakeRig.made[0].stopped) == ("x", True)


def test_what_does_not_last_is_told() -> None:
    failure = outcome_of({"when": {"show": "flicker"}, "expect": {"code": "flicker"}, "for_s": 0.5})
    assert failure == "step 1, did not last for 0.5 s: code is 'gone', expected 'flicker'"


def test_a_rig_that_breaks_is_stopped_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hil.run, "_url", lambda *_: "")
    with pytest.raises(OSError, match="no url"):
        outcome_of({"expect": {}})
    assert FakeRig.made[0].stopped


def test_the_table_names_what_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(hil.run._RIGS, scenario({"expect": {}}).device, FakeRig)
    for name, code in (("good", ""), ("bad", "other")):
        (tmp_path / f"{name}.toml").write_text(
            f'title = "T"\ndevice = "camera"\nskins = ["memory"]\n'
            f'[[step]]\nwithin_s = 0.01\nexpect = {{ code = "{code}" }}\n'
        )
    screen = io.StringIO()
    files = [str(tmp_path / "good.toml"), str(tmp_path / "bad.toml")]
    assert not run(files, Console(file=screen, width=120))
    shown = screen.getvalue()
    assert "1 of 2 held" in shown
    assert "bad on memory: step 1, after 0.01 s: code is '', expected 'other'" in shown
    assert run(files[:1], Console(file=io.StringIO()))


@pytest.mark.parametrize(("held", "status"), [(True, 0), (False, 1)])
def test_the_exit_status_says_whether_all_held(
    held: bool, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.__main__.run_scenarios", lambda *_: held)
    assert CliRunner().invoke(app, ["run"]).exit_code == status


def test_a_wrong_name_is_a_sentence_and_status_one() -> None:
    result = CliRunner().invoke(app, ["run", "nope"])
    assert result.exit_code == 1
    assert result.stderr.startswith("there is no scenario 'nope'; there are ")


def test_a_real_label_scenario_holds() -> None:
    assert play("label", load(FOLDER / "printer-label.toml"), SkinKind.TCP).failure == ""


def test_a_driver_that_takes_written_for_printed_fails_its_scenario(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Believer(LabelJobRun):
        def all_sent(self, now_s: float) -> LabelJobRun:
            return replace(self, state=RunState.FINISHED)

    monkeypatch.setattr("hil.scenario_printer.LabelJobRun", Believer)
    honest = load(FOLDER / "printer-without-proof.toml")
    last = msgspec.structs.replace(honest.step[-1], within_s=0.9)
    hurried = msgspec.structs.replace(honest, step=(*honest.step[:-1], last))
    failure = play("label", hurried, SkinKind.TCP).failure
    assert failure == "step 2, after 0.9 s: job is 'finished', expected 'unknown'"
