"""kioskctl calibrate thermometer: people before a twin, a signed fragment that a kiosk loads."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import typer
from PIL import Image

from config.load import load_kiosk
from contracts.signing import SignatureRefused, SigningKey
from drivers.thermometer import Quality, StableReading
from hil.models.forehead import HEAT_BALANCE_K
from hil.twins import ThermometerTwin
from kiosk.technician import calibrate
from kiosk.technician.calibration_seal import verify
from kiosk.technician.machine_checks import check_calibration

pytestmark = pytest.mark.twins


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site's file; the kiosk's signing key is beside it."""
    key = tmp_path / "kiosk-signing.pem"
    key.write_bytes(SigningKey.generate().to_pem())
    file = tmp_path / "site.toml"
    file.write_text(
        f'[paths]\nkeys_dir = "{tmp_path}"\n[thermometer]\nurl = "pty:{tmp_path}/thermometer"\n'
    )
    return file


class Technician:
    """Types a reference for each person; ``steps_up`` brings the person before the lens."""

    def __init__(self, lines: list[str], steps_up: Callable[[str], None]) -> None:
        self._lines = lines
        self._steps_up = steps_up

    def readline(self) -> str:
        if not self._lines:
            return ""
        line = self._lines.pop(0)
        self._steps_up(line)
        return f"{line}\n"


def run(
    site: Path,
    monkeypatch: pytest.MonkeyPatch,
    technician: Technician,
    *,
    source_c: float | None = None,
    version: str = "",
) -> int:
    monkeypatch.setattr("sys.stdin", technician)
    try:
        calibrate.thermometer(
            profile="sampling-site",
            config=[site],
            out=site.with_name("calibration.toml"),
            plot=site.with_name("calibration.png"),
            version=version,
            valid_days=180,
            source_c=source_c,
            wait_s=3.0,
        )
    except SystemExit as ended:
        return int(str(ended.code))
    return 0


def test_people_before_the_lens_become_a_signed_setting(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("drivers.thermometer.WARM_UP_S", 0.1)
    with ThermometerTwin(f"pty:{site.parent}/thermometer", seed=5, ambient_c=22.0) as twin:
        technician = Technician(
            ["36.2", "37.9", "36,9"], lambda line: twin.present(float(line.replace(",", ".")))
        )
        assert run(site, monkeypatch, technician) == 0
    said = capsys.readouterr()
    *points, done = [json.loads(line) for line in said.out.splitlines()]
    assert [told["reference_c"] for told in points] == [36.2, 37.9, 36.9]
    assert done["k"] == pytest.approx(HEAT_BALANCE_K, abs=0.02)
    assert "person 1" in said.err and "body minus surface" in said.err

    fragment = site.with_name("calibration.toml")
    config = load_kiosk("sampling-site", [site, fragment])
    body = config.thermometer.body
    assert body is not None and body.points == 3 and body.residual_c < 0.1
    days = date.fromisoformat(body.due_on) - date.fromisoformat(body.calibrated_on)
    assert days.days == 180
    key = SigningKey.from_pem((site.parent / "kiosk-signing.pem").read_bytes())
    verify(body, config.site.kiosk_id, key.verify_key)
    with pytest.raises(SignatureRefused):
        verify(body, "330106-0007-k04", key.verify_key)
    today = date.fromisoformat(body.calibrated_on)
    finding = check_calibration(config.thermometer, config.site.kiosk_id, site.parent, today)
    assert finding.ok is True
    with Image.open(site.with_name("calibration.png")) as image:
        assert image.size == (720, 480)


class Readings:
    """Gives prepared readings instead of a link's."""

    trouble = "absent: there is no port"

    def __init__(self, readings: list[StableReading | None]) -> None:
        self._readings = readings

    def __enter__(self) -> Readings:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def take(self, timeout_s: float) -> StableReading | None:
        return self._readings.pop(0)


def reading(object_c: float, quality: Quality = Quality.GOOD) -> StableReading:
    return StableReading(object_c, 24.0, "continuous", 4, 0.1, 1.0, quality)


@pytest.mark.parametrize(
    ("lines", "readings", "sentence"),
    [
        ([], [], "0 points are too few"),
        (["abc", "47", "nan", "20.1"], [], "0 points are too few"),
        (["36.5"] * 3, [reading(35.0), None, reading(35.0)], "no reading in 3 s (absent: there"),
        (["36.5"] * 3, [reading(35.0, Quality.SCREENING_ONLY)] * 3, "(screening-only); it is left"),
        (["36.5"] * 3, [reading(36.9)] * 3, "k would be -"),
        (["36.5"] * 3, [reading(c) for c in (34.6, 35.4, 36.4)], "scatter by"),
    ],
)
def test_without_a_good_fit_nothing_is_written(
    site: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    lines: list[str],
    readings: list[StableReading | None],
    sentence: str,
) -> None:
    prepared = list(readings)
    monkeypatch.setattr(calibrate, "ReferenceReadings", lambda settings: Readings(prepared))
    assert run(site, monkeypatch, Technician(list(lines), lambda line: None)) == 1
    assert sentence in capsys.readouterr().err
    assert not site.with_name("calibration.toml").exists()


@pytest.mark.parametrize(
    ("readings", "status", "sentence"),
    [
        ([reading(37.3), reading(35.1), reading(35.2), reading(35.3)], 0, "person 3"),
        ([reading(37.5)], 1, "off by +0.50 degC, 0.4 are allowed"),
        ([None], 1, "no reading of the source in 3 s; absent"),
    ],
)
def test_a_black_body_source_tries_the_instrument_alone(
    site: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    readings: list[StableReading | None],
    status: int,
    sentence: str,
) -> None:
    prepared = list(readings)
    monkeypatch.setattr(calibrate, "ReferenceReadings", lambda settings: Readings(prepared))
    technician = Technician(["", "36.5", "36.6", "36.7"], lambda line: None)
    assert run(site, monkeypatch, technician, source_c=37.0) == status
    assert sentence in capsys.readouterr().err


def test_without_the_kiosks_key_it_does_not_begin(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site.with_name("kiosk-signing.pem").unlink()
    assert run(site, monkeypatch, Technician([], lambda line: None)) == 1
    assert "enrol the kiosk first" in capsys.readouterr().err


def test_an_overdue_calibration_is_told_at_once(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with site.open("a") as file:
        file.write('[thermometer.body]\nk = 0.1\nversion = "1"\ncalibrated_on = "2020-01-01"\n')
        file.write('due_on = "2020-06-01"\n')
    monkeypatch.setattr(calibrate, "ReferenceReadings", lambda settings: Readings([]))
    run(site, monkeypatch, Technician([], lambda line: None))
    assert "was due on 2020-06-01: calibrate again" in capsys.readouterr().err


def test_a_name_that_no_file_could_hold_is_refused(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("x" * 41, "two\nlines"):
        with pytest.raises(typer.BadParameter):
            run(site, monkeypatch, Technician([], lambda line: None), version=name)


def test_the_fragment_is_toml(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [reading(35.1), reading(35.2), reading(35.3)]
    monkeypatch.setattr(calibrate, "ReferenceReadings", lambda settings: Readings(people))
    technician = Technician(["36.5", "36.6", "36.7"], lambda line: None)
    assert run(site, monkeypatch, technician, version='大厅 "1" 😀') == 0
    table = tomllib.loads(site.with_name("calibration.toml").read_text("utf-8"))
    assert table["thermometer"]["body"]["version"] == '大厅 "1" 😀'
    assert set(table) == {"thermometer"} and set(table["thermometer"]) == {"body"}
