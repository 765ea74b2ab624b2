"""A printer that is a file: what a printer would get is appended to it.

Owns opening. Such a printer never answers, so nothing is ever proved by it: for a bench, for a
device file such as /dev/usb/lp0, and to keep what would have been printed.
"""

from __future__ import annotations

import fcntl
import os
import threading
from functools import partial

from firmware_bridge.descriptor import DescriptorIo
from firmware_bridge.errors import LinkError, PortAbsent

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


class FilePort:
    """An open file. See `Transport`."""

    def __init__(self, descriptor: int, path: str) -> None:
        self._io = DescriptorIo(descriptor, path, partial(os.close, descriptor))
        self._closed = threading.Event()
        self._path = path
        self.write = self._io.write

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """Waits, and hears nothing."""
        if self._closed.wait(max(0.0, timeout_s)):
            raise LinkError(f"{self._path} was closed by the kiosk; wait until it is open again")
        return b""

    def set_baud(self, baud: int) -> None:
        """A file has no baud rate."""

    def close(self) -> None:
        self._closed.set()
        self._io.close()


def open_file(path: str) -> FilePort:
    """Open ``path`` for appending, readable for this user only when it is new.

    Raises `PortAbsent` or `LinkError`; two kiosks never write to one file.
    """
    try:
        descriptor = os.open(path, _FLAGS, 0o600)
    except FileNotFoundError as error:
        raise PortAbsent(f"there is no folder for {path}; make it, or correct the path") from error
    except OSError as error:
        raise LinkError(f"{path} cannot be written ({error.strerror}); correct the path") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise LinkError(f"{path} is in use by another program; stop that program") from error
    return FilePort(descriptor, path)
