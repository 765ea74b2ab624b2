"""A whole site with real processes: a few residents, and the proof of what became of them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hil.demo.invariants import INVARIANTS
from hil.demo.tamper import BREAKS, Break

pytestmark = [
    pytest.mark.site,
    pytest.mark.skipif(
        shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin") is None,
        reason="mosquitto is not installed",
    ),
]

RESIDENTS = 6
TIMEOUT_S = 110.0


def run_demo(report: Path, *more: str) -> tuple[int, dict[str, Any], str]:
    """(exit status, report, what it said)."""
    done = subprocess.run(
        (
            str(Path(sys.executable).with_name("kiosk-demo")),
            *("--headless", "--residents", str(RESIDENTS), "--seed", "7"),
            *("--report", str(report), *more),
        ),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert report.exists(), done.stderr
    return done.returncode, json.loads(report.read_text("utf-8")), done.stderr


def test_residents_are_checked_in_and_every_invariant_holds(tmp_path: Path) -> None:
    status, report, said = run_demo(tmp_path / "report.json")
    broken = [one["sentence"] for one in report["invariants"] if not one["passed"]]
    assert broken == [], said
    assert status == 0
    assert len(report["invariants"]) == len(INVARIANTS)
    residents, records = report["residents"], report["records"]
    assert residents["arrived"] == RESIDENTS
    assert (residents["checked_in"], residents["fever"], residents["already"]) == (3, 1, 1)
    assert (residents["refused"], residents["lost"]) == (1, 0)
    assert records["committed"] == records["acknowledged"] == records["at_coordinator"]
    assert records["duplicates"] == 0
    assert report["labels"]["printed"] == report["labels"]["verified"] == 1
    assert report["software_ms"]["visits"] == RESIDENTS
    assert {"code", "temperature", "commit", "label"} <= set(report["software_ms"]["stages"])
    assert report["search_for_persons"]["messages"] > 0


def test_killed_processes_lose_nobody(tmp_path: Path) -> None:
    """Core, screen, camera, uplink, coordinator and broker die by SIGKILL, one after the other."""
    status, report, said = run_demo(tmp_path / "report.json", "--unrest")
    broken = [one["sentence"] for one in report["invariants"] if not one["passed"]]
    assert broken == [], said
    assert status == 0
    assert sum(report["killed"].values()) >= 1
    assert report["residents"]["lost"] == 0


def test_a_record_that_vanished_at_the_coordinator_fails_the_run(tmp_path: Path) -> None:
    status, report, said = run_demo(tmp_path / "report.json", "--break", Break.LOST_RECORD)
    assert status == 1
    assert report["broken_on_purpose"] == "lost-record"
    failed = {one["name"] for one in report["invariants"] if not one["passed"]}
    assert BREAKS[Break.LOST_RECORD] in failed
    assert "fails as it must" in said
