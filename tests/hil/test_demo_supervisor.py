"""The demo's service manager: ready, restart, watchdog, ordered stop, honest errors."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hil.demo.child_process import ChildState, Command
from hil.demo.supervisor import StartError, Supervisor

TIMEOUT_S = 10.0

READY = """
import os, signal, socket, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
    notify.sendto(b"READY=1\\nSTATUS=all well", os.environ["NOTIFY_SOCKET"])
signal.pause()
"""
BROKEN = "import sys; sys.exit('the port is taken')"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    folder = tmp_path / "n"
    folder.mkdir()
    made = Supervisor(folder)
    yield made
    made.stop()


def command(name: str, program: str, log_dir: Path) -> Command:
    argv = (sys.executable, "-I", "-S", "-c", program)
    return Command(name, argv, log_dir / f"{name}.log")


def test_ready_comes_from_the_process_itself(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(command("one", READY, tmp_path))
    supervisor.wait_ready(["one"], TIMEOUT_S)
    (view,) = supervisor.views()
    assert (view.state, view.status, view.restarts) == (ChildState.READY, "all well", 0)
    assert view.pid > 0


def test_start_error_says_what_the_process_said(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(command("one", BROKEN, tmp_path))
    with pytest.raises(StartError) as error:
        supervisor.wait_ready(["one"], TIMEOUT_S)
    assert "one ended with status 1" in str(error.value)
    assert "the port is taken" in str(error.value)
    assert str(tmp_path / "one.log") in str(error.value)


def test_late_process_is_named(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(command("one", "import signal; signal.pause()", tmp_path))
    with pytest.raises(StartError, match="one was not ready within 0 s"):
        supervisor.wait_ready(["one"], 0.05)


def test_killed_process_comes_back(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.demo.supervisor.RESTART_AFTER_S", 0.0)
    supervisor.start(command("one", READY, tmp_path))
    supervisor.wait_ready(["one"], TIMEOUT_S)
    before = supervisor.views()[0].pid
    assert supervisor.kill("one", signal.SIGKILL)
    view = supervisor.wait_for("one", lambda now: now.restarts == 1, TIMEOUT_S)
    assert view is not None
    assert view.pid != before
    assert view.last_exit == "signal 9"


def test_stop_ends_in_reverse_order(tmp_path: Path) -> None:
    folder = tmp_path / "n"
    folder.mkdir()
    order = tmp_path / "order"
    program = READY.replace(
        "sys.exit(0)", f"(open({str(order)!r}, 'a').write(sys.argv[1] + '\\n'), sys.exit(0))"
    )
    supervisor = Supervisor(folder)
    for name in ("first", "second"):
        argv = (sys.executable, "-I", "-S", "-c", program, name)
        supervisor.start(Command(name, argv, tmp_path / f"{name}.log"))
        supervisor.wait_ready([name], TIMEOUT_S)
    supervisor.stop()
    supervisor.stop()
    assert order.read_text("utf-8").split() == ["second", "first"]
    assert [view.state for view in supervisor.views()] == [ChildState.STOPPED] * 2
    assert list(folder.iterdir()) == []


def test_missing_program_is_a_start_error(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start(Command("one", ("no-such-program-at-all",), tmp_path / "one.log"))
    with pytest.raises(StartError, match="No such file or directory"):
        supervisor.wait_ready(["one"], TIMEOUT_S)
