"""One child process as a service manager sees it: pid, readiness, watchdog, restarts, log.

Owns the process, its notify socket and its log file. Not thread-safe: only the supervisor's thread
calls it, because the kernel ties a child's life to the thread that started it.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

LAUNCHER = Path(__file__).with_name("child.py")
WATCHDOG_S = 20.0


@dataclass(frozen=True, slots=True)
class Command:
    """What to run. ``notifies``: it says READY=1 itself; others count as ready once started."""

    name: str
    argv: tuple[str, ...]
    log: Path
    notifies: bool = True
    environment: dict[str, str] = field(default_factory=dict)


class ChildState(StrEnum):
    WAITING = "waiting"  # not started yet, or between death and restart
    STARTING = "starting"
    READY = "ready"
    STOPPED = "stopped"  # by us


@dataclass(frozen=True, slots=True)
class ChildView:
    """What others may know of a child at one moment. ``pid`` is 0 when there is none."""

    name: str
    state: ChildState
    pid: int
    restarts: int
    status: str
    since_s: float
    last_exit: str


class Child:
    """Start, hear, stop. The supervisor decides when."""

    def __init__(self, command: Command, notify_path: Path) -> None:
        self.command = command
        self.state = ChildState.WAITING
        self.starts = 0
        self.status = ""
        self.since_s = 0.0
        self.last_exit = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.pidfd = -1
        self._fed_s: float | None = None
        self._notify_path = notify_path
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        notify_path.unlink(missing_ok=True)
        self.notify.bind(str(notify_path))

    def start(self, now_s: float) -> None:
        """Start the process. Its output goes to the log file, appended."""
        environment = os.environ | self.command.environment
        if self.command.notifies:
            environment |= {
                "NOTIFY_SOCKET": str(self._notify_path),
                "WATCHDOG_USEC": str(int(WATCHDOG_S * 1e6)),
            }
        else:
            environment.pop("NOTIFY_SOCKET", None)
        with self.command.log.open("ab") as log:
            self.process = subprocess.Popen(
                (sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), *self.command.argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                start_new_session=True,  # Ctrl-C in the terminal reaches the demo alone
            )
        self.pidfd = os.pidfd_open(self.process.pid)
        self.state = ChildState.STARTING
        self.starts += 1
        self.since_s = now_s
        self.status = ""
        self._fed_s = None

    def hear(self, now_s: float) -> None:
        """Read what the process told its service manager."""
        while True:
            try:
                datagram = self.notify.recv(4096)
            except BlockingIOError:
                return
            for line in datagram.decode("utf-8", "replace").splitlines():
                self._obey(line, now_s)

    def _obey(self, line: str, now_s: float) -> None:
        key, _, value = line.partition("=")
        if key == "READY" and self.state is ChildState.STARTING:
            self.state = ChildState.READY
            self._fed_s = now_s
        elif key == "STATUS":
            self.status = value
        elif key == "WATCHDOG":
            self._fed_s = now_s

    def hangs(self, now_s: float) -> bool:
        """True when a process that was ready has not fed its watchdog in time."""
        return (
            self.state is ChildState.READY
            and self._fed_s is not None
            and now_s - self._fed_s > WATCHDOG_S
        )

    def signal(self, number: signal.Signals) -> bool:
        """Send a signal to this very process; False when there is none. Never hits a reused pid."""
        if self.pidfd < 0:
            return False
        try:
            signal.pidfd_send_signal(self.pidfd, number)
        except ProcessLookupError:
            return False
        return True

    def bury(self, now_s: float) -> None:
        """The process ended: collect it. Blocks only if it has not ended after all."""
        if self.process is None:
            return
        code = self.process.wait()
        self.last_exit = f"signal {-code}" if code < 0 else f"status {code}"
        os.close(self.pidfd)
        self.process, self.pidfd = None, -1
        self.state = ChildState.WAITING
        self.since_s = now_s

    def view(self) -> ChildView:
        return ChildView(
            name=self.command.name,
            state=self.state,
            pid=0 if self.process is None else self.process.pid,
            restarts=max(0, self.starts - 1),
            status=self.status,
            since_s=self.since_s,
            last_exit=self.last_exit,
        )

    def last_words(self, lines: int = 3) -> str:
        """The end of its log as one line, for an error message. Logs hold no personal data."""
        try:
            text = self.command.log.read_text("utf-8", "replace")
        except OSError:
            return ""
        return " / ".join(line.strip() for line in text.splitlines()[-lines:] if line.strip())

    def close(self) -> None:
        """Release the notify socket. The process must have ended."""
        self.notify.close()
        self._notify_path.unlink(missing_ok=True)
