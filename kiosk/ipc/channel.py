"""The client end of the kiosk's Unix socket: one connection to the core, kept up for ever.

Owns its socket. Must not decide what a message means. One thread uses a client; a core that is away
is an ordinary state (``connected`` is False), not an exception.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from kiosk.ipc.lines import BadLine, LineReader, encode_line
from kiosk.ipc.messages import AnyMessage, Hello, Role

SOCKET_NAME = "core.sock"
RETRY_S = 0.2  # a core that restarts is back within a second or two; connecting costs nothing
SEND_TIMEOUT_S = 1.0


def socket_path(runtime_dir: str) -> Path:
    """Where the core listens, below ``paths.runtime_dir``."""
    return Path(runtime_dir) / SOCKET_NAME


class MessageClient:
    """Connects on first use and again whenever the core went away, at most every `RETRY_S`."""

    def __init__(self, path: Path, role: Role, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self.role = role
        self._clock = clock
        self._socket: socket.socket | None = None
        self._lines = LineReader()
        self._ready: deque[AnyMessage] = deque()
        self._next_try_s = 0.0
        self.bad_lines = 0
        self.connections = 0

    @property
    def connected(self) -> bool:
        return self._socket is not None

    def fileno(self) -> int:
        """The socket's descriptor for ``select``, or -1 while the core is away."""
        return -1 if self._socket is None else self._socket.fileno()

    def connect(self) -> bool:
        """Try once, not more often than every `RETRY_S`. True when connected."""
        if self._socket is not None:
            return True
        if self._clock() < self._next_try_s:
            return False
        self._next_try_s = self._clock() + RETRY_S
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            sock.settimeout(SEND_TIMEOUT_S)
            sock.connect(str(self._path))
            sock.sendall(encode_line(Hello(role=self.role, pid=os.getpid())))
        except OSError:
            sock.close()
            return False
        self._socket = sock
        self._lines = LineReader()
        self._ready.clear()
        self.connections += 1
        return True

    def send(self, message: AnyMessage) -> bool:
        """True when handed to the socket. False: the core is away and the message is dropped."""
        if not self.connect() or self._socket is None:
            return False
        try:
            self._socket.sendall(encode_line(message))
        except OSError:
            self._drop()
            return False
        return True

    def receive(self, timeout_s: float) -> AnyMessage | None:
        """The next message, or None after ``timeout_s`` without one. Reconnects by itself."""
        if self._ready:
            return self._ready.popleft()
        ends_s = self._clock() + timeout_s
        while True:
            if not self.connect() or self._socket is None:
                wait_s = min(self._next_try_s, ends_s) - self._clock()
                if wait_s > 0:
                    time.sleep(wait_s)
                if self._clock() >= ends_s:
                    return None
                continue
            wait_s = max(0.0, ends_s - self._clock())
            if not select.select([self._socket], [], [], wait_s)[0]:
                return None
            self._read()
            if self._ready:
                return self._ready.popleft()
            if self._clock() >= ends_s:
                return None

    def _read(self) -> None:
        assert self._socket is not None
        try:
            data = self._socket.recv(65_536)
        except OSError:
            data = b""
        if not data:
            self._drop()
            return
        for message in self._lines.feed(data):
            if isinstance(message, BadLine):
                self.bad_lines += 1
            else:
                self._ready.append(message)

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def close(self) -> None:
        """Close for good; a later `receive` would connect again."""
        self._drop()
