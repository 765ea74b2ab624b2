"""What a newcomer meets first: make without root, the continuous integration, README's promises."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Commands that stand for a machine of another user: nothing installed, no root, no sudo."""
    programs = {
        "dpkg-query": "exit 1",
        "id": "echo 1000",
        "sudo": "exit 1",
        "apt-get": f"echo called >> {tmp_path}/apt; exit 0",
    }
    for name, body in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n", "ascii")
        (tmp_path / name).chmod(0o755)
    return tmp_path


def make(machine: Path, target: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", "-C", str(ROOT), target],
        env=os.environ | {"PATH": f"{machine}:{os.environ['PATH']}", "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@needs_make
def test_without_root_one_sentence_says_what_to_install(machine: Path) -> None:
    done = make(machine, "packages-demo")
    assert done.returncode != 0
    sentence = done.stderr.splitlines()[0]
    assert "sudo apt-get install" in sentence
    assert "mosquitto" in sentence and "fonts-noto-cjk" in sentence
    assert not (machine / "apt").exists()


@needs_make
def test_as_root_what_is_missing_is_installed_and_nothing_else(machine: Path) -> None:
    (machine / "id").write_text("#!/bin/sh\necho 0\n", "ascii")
    done = make(machine, "packages-demo")
    assert done.returncode == 0, done.stderr
    assert (machine / "apt").read_text("ascii").count("called") == 2  # update, install


@needs_make
def test_with_everything_there_nothing_is_touched(machine: Path) -> None:
    (machine / "dpkg-query").write_text("#!/bin/sh\necho installed\n", "ascii")
    done = make(machine, "packages-test")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (machine / "apt").exists()


def test_continuous_integration_runs_make_test_and_nothing_else() -> None:
    lines = (ROOT / ".ci" / "run").read_text("ascii").splitlines()
    commands = [line for line in lines if line and not line.startswith("#")]
    assert commands == ["set -eu", 'cd "$(dirname "$0")/.."', "exec make test"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_every_link_of_the_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_command_of_the_readme_is_installed() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    named = set(re.findall(r"\.venv/bin/([a-z-]+)", README)) - {"python"}
    assert named and named <= set(scripts)


def test_every_folder_of_the_readme_exists() -> None:
    folders = re.findall(r"^\| `([a-z_]+)/` \|", README, re.MULTILINE)
    assert {"contracts", "kiosk", "hil"} <= set(folders)
    assert [folder for folder in folders if not (ROOT / folder).is_dir()] == []
