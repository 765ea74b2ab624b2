"""The format of scenarios, and the promise that they speak every word of the vocabulary."""

from __future__ import annotations

from pathlib import Path

import pytest

from hil.faults import FaultWord, InstrumentKind, SkinKind, words_for
from hil.scenario import FOLDER, ScenarioBad, find, load

GOOD = """
title = "A thing"
device = "thermometer"
skins = ["pty"]
[[step]]
when = { fault = "silence" }
expect = { link = "silent" }
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "case.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_scenario_loads_and_is_named_for_its_device(path: Path) -> None:
    scenario = load(path)
    assert path.stem.startswith(f"{scenario.device}-")
    assert scenario.title[0].isupper()


def test_every_fault_word_is_in_a_scenario() -> None:
    spoken = {word for path in find([]) for word in load(path).faults}
    assert spoken == set(FaultWord)


def test_every_fault_of_a_device_is_in_a_scenario_of_it() -> None:
    spoken = {(load(path).device, word) for path in find([]) for word in load(path).faults}
    for device in (InstrumentKind.THERMOMETER, InstrumentKind.PRINTER):
        assert {(device, word) for word in words_for(device, SkinKind.PTY)} <= spoken


def test_every_fault_heals_in_its_scenario() -> None:
    for path in find([]):
        steps = load(path).step
        for word in load(path).faults:
            lasting = word is not FaultWord.REPLUG_OTHER_NAME
            heals = any(step.when.heal is word for step in steps)
            only_a_bad_line = word in (
                FaultWord.ONE_BYTE,
                FaultWord.SPLIT,
                FaultWord.LOSE,
                FaultWord.CORRUPT,
            )
            assert heals or not lasting or only_a_bad_line, path.stem


def test_a_good_file_is_read_with_its_defaults(tmp_path: Path) -> None:
    scenario = load(written(tmp_path, GOOD))
    assert scenario.faults == (FaultWord.SILENCE,)
    assert (scenario.step[0].within_s, scenario.step[0].for_s, scenario.given.baud) == (
        2.0,
        0.0,
        115200,
    )


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("title", "titel", "unknown field `titel`"),
        ('"silence"', '"gremlins"', r"Invalid enum value 'gremlins'.*when.fault"),
        ('"silence"', '"paper_out"', "a thermometer on pty cannot have the fault 'paper_out'"),
        (
            'fault = "silence"',
            "print_label = true",
            "'print_label' means nothing for a thermometer",
        ),
        ('link = "silent"', "papers = 1", "'papers' means nothing for a thermometer"),
        ('link = "silent"', 'colour = "red"', "unknown field `colour`"),
        ('["pty"]', "[]", "length >= 1"),
        ('["pty"]', '["tcp"', "line 5"),
        ("[[step]]", "seed = 1.5\n[[step]]", "Expected `int`"),
        ("when =", "within_s = 99.0\nwhen =", "<= 20.0"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(tmp_path: Path, old: str, new: str, why: str) -> None:
    with pytest.raises(ScenarioBad, match=rf"^case\.toml is no scenario: (?s:.*){why}"):
        load(written(tmp_path, GOOD.replace(old, new, 1)))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScenarioBad, match=r"^gone\.toml cannot be read: No such file"):
        load(tmp_path / "gone.toml")


def test_scenarios_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    assert find(["printer-label", str(path)]) == [FOLDER / "printer-label.toml", path]
    with pytest.raises(ScenarioBad, match=r"no scenario 'nope'; there are camera-bad-pictures, "):
        find(["nope"])
