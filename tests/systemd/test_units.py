"""The unit files: clean for systemd, and each names a command that this distribution installs."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "systemd").glob("*.service"))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is missing")
def test_systemd_finds_nothing_to_complain_about(tmp_path: Path) -> None:
    """The commands live in /opt on a kiosk; here any program stands for them."""
    for unit in UNITS:
        text = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", unit.read_text("utf-8"))
        (tmp_path / unit.name).write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if any(u.name in line for u in UNITS)]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_an_installed_command_and_is_watched(unit: Path) -> None:
    text = unit.read_text("utf-8")
    (command,) = re.findall(r"ExecStart=/opt/sampling-site-kiosk/bin/(\S+)", text)
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert command in scripts
    assert "Type=notify" in text and "WatchdogSec=" in text and "Restart=always" in text


def test_only_the_uplink_and_the_site_may_reach_a_network() -> None:
    networked = {unit.stem for unit in UNITS if "AF_INET" in _settings(unit)}
    assert networked == {"kiosk-uplink", "site-coordinator", "site-monitor"}


def _settings(unit: Path) -> str:
    lines = unit.read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#"))
