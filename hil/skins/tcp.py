"""A serial device server on a TCP port: the instrument behind an Ethernet converter.

Owns the listening socket and the one connection. A second host has to wait until the first is gone.
"""

from __future__ import annotations

import contextlib
import socket

_MAX_READ = 65536


class TcpSkin:
    """``port`` 0 takes a free one when first plugged and keeps it."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._listener: socket.socket | None = None
        self._connection: socket.socket | None = None

    @property
    def url(self) -> str:
        return f"tcp:{self._address[0]}:{self._address[1]}"

    def plug(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server(self._address, backlog=1)
            self._listener.setblocking(False)
            self._address = self._listener.getsockname()[:2]

    def unplug(self) -> None:
        """The host's connection ends and the port refuses."""
        self._hang_up()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def readable(self) -> list[int]:
        """Descriptors to wait on."""
        waiting = self._connection or self._listener
        return [waiting.fileno()] if waiting is not None else []

    def receive(self) -> bytes:
        """What the host has written; never waits. Accepts a host when there is none."""
        if self._connection is None:
            self._accept()
            return b""
        try:
            data = self._connection.recv(_MAX_READ)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._hang_up()
        return data

    def _accept(self) -> None:
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._connection, _ = self._listener.accept()
                self._connection.setblocking(False)
                self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        """To the host, never waiting: what does not fit is lost."""
        if self._connection is not None:
            try:
                self._connection.send(data)
            except BlockingIOError:
                pass
            except OSError:
                self._hang_up()

    def close(self) -> None:
        self.unplug()
