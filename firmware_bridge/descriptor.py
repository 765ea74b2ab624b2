"""Reads and writes one non-blocking file descriptor with time limits.

Owns the poll loops that serial ports, pseudo-terminals and sockets share, and the rule that a
descriptor is never closed under a writer's feet. Must not open anything.
"""

from __future__ import annotations

import errno
import os
import select
import threading
import time
from collections.abc import Callable

from firmware_bridge.errors import LinkError, PortAbsent, WriteTimedOut

# How soon a blocked writer notices that the descriptor is being closed.
_SLICE_S = 0.05
_GONE = (errno.EIO, errno.ENODEV, errno.ENXIO, errno.EPIPE, errno.ECONNRESET, errno.ETIMEDOUT)


class DescriptorIo:
    """``name`` appears in sentences; ``release`` closes whatever owns the descriptor."""

    def __init__(self, descriptor: int, name: str, release: Callable[[], None]) -> None:
        self._descriptor = descriptor
        self._name = name
        self._release = release
        self._closed = False
        self._writing = threading.Lock()
        self._readable = select.poll()
        self._readable.register(descriptor, select.POLLIN)
        self._writable = select.poll()
        self._writable.register(descriptor, select.POLLOUT)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        """See `Transport.read`."""
        self._refuse_if_closed()
        if not self._readable.poll(max(0.0, timeout_s) * 1000):
            return b""
        try:
            data = os.read(self._descriptor, max_bytes)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._failure(error) from error
        if not data:
            raise self._gone()
        return data

    def write(self, data: bytes, timeout_s: float) -> None:
        """See `Transport.write`. Writers take turns; waiting for one's turn counts as waiting."""
        give_up_s = time.monotonic() + timeout_s
        if not self._writing.acquire(timeout=max(0.0, timeout_s)):
            raise self._too_slow(0, len(data))
        try:
            self._write_all(memoryview(data), give_up_s)
        finally:
            self._writing.release()

    def close(self) -> None:
        """See `Transport.close`. Waits for a writer, which notices within 50 ms."""
        self._closed = True
        with self._writing:
            release, self._release = self._release, _nothing
            release()

    def _write_all(self, data: memoryview, give_up_s: float) -> None:
        written = 0
        while written < len(data):
            self._refuse_if_closed()
            left_s = give_up_s - time.monotonic()
            if self._writable.poll(max(0.0, min(left_s, _SLICE_S)) * 1000):
                written += self._write_some(data[written:])
            if written < len(data) and left_s <= 0:
                raise self._too_slow(written, len(data))

    def _write_some(self, data: memoryview) -> int:
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise self._failure(error) from error

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise LinkError(f"{self._name} was closed by the kiosk; wait until it is open again")

    def _gone(self) -> PortAbsent:
        return PortAbsent(f"{self._name} went away while in use; check its cable and its power")

    def _failure(self, error: OSError) -> LinkError:
        if error.errno in _GONE:
            return self._gone()
        return LinkError(f"{self._name} failed: {error.strerror}; check its cable and its power")

    def _too_slow(self, written: int, wanted: int) -> WriteTimedOut:
        return WriteTimedOut(
            f"{self._name} took only {written} of {wanted} bytes in time; "
            "it may be off, out of paper or busy",
            written=written,
        )


def _nothing() -> None:
    """A second close has nothing to do."""
