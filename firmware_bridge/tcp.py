"""Devices on the network: a printer at port 9100, a serial server, a twin.

Owns connecting. Must not be used for anything but devices.
"""

from __future__ import annotations

import errno
import socket

from firmware_bridge.descriptor import DescriptorIo
from firmware_bridge.errors import LinkError, PortAbsent

CONNECT_TIMEOUT_S = 3.0
_ABSENT = (errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH)


class TcpConnection:
    """An open connection. See `Transport`."""

    def __init__(self, connection: socket.socket, name: str) -> None:
        self._io = DescriptorIo(connection.fileno(), name, connection.close)
        self.read = self._io.read
        self.write = self._io.write
        self.close = self._io.close

    def set_baud(self, baud: int) -> None:
        """A network has no baud rate."""


def open_tcp(host: str, port: int) -> TcpConnection:
    """Connect within three seconds. Raises `PortAbsent` or `LinkError`."""
    name = f"{host}:{port}"
    try:
        connection = socket.create_connection((host, port), CONNECT_TIMEOUT_S)
    except UnicodeError as error:
        raise LinkError(f"{name} is not a host; correct the address", permanent=True) from error
    except OSError as error:
        if isinstance(error, TimeoutError) or error.errno in _ABSENT:
            raise PortAbsent(f"nobody answers at {name}; check its power and network") from error
        raise LinkError(
            f"{name} cannot be reached ({error.strerror}); check its network"
        ) from error
    connection.setblocking(False)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return TcpConnection(connection, name)
