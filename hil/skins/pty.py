"""A pseudo terminal behind a stable name, as udev gives one to a serial device.

Owns the terminal and the symbolic link. The link is the role (``.../thermometer``); the node behind
it changes when the instrument is replugged under another name.
"""

from __future__ import annotations

import contextlib
import os
import select
import termios
import tty
from pathlib import Path

_MAX_READ = 65536
_BAUD_OF = {
    getattr(termios, f"B{baud}"): baud for baud in (9600, 19200, 38400, 57600, 115200, 460800)
}


class PtySkin:
    """Unplugged when made. Bytes for which nobody listens are lost, as on a real line."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._master: int | None = None

    @property
    def url(self) -> str:
        return f"pty:{self.link}"

    @property
    def node(self) -> str:
        """The device node behind the link; "" while unplugged."""
        return str(self.link.readlink()) if self._master is not None else ""

    def plug(self) -> None:
        """A new terminal appears behind the link, which is replaced atomically."""
        if self._master is None:
            self._master = self._new_terminal()

    def unplug(self) -> None:
        """The host's open descriptor hangs up and the link is gone."""
        if self._master is not None:
            self.link.unlink(missing_ok=True)
            os.close(self._master)
            self._master = None

    def replug_under_other_name(self) -> None:
        """Out and in again; the new node never has the old node's number."""
        old, self._master = self._master, self._new_terminal()
        if old is not None:
            os.close(old)

    def _new_terminal(self) -> int:
        master, slave = os.openpty()
        try:
            tty.setraw(slave)  # nothing may echo before the host has set its own mode
            os.set_blocking(master, False)
            fresh = self.link.with_name(self.link.name + ".new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(os.ttyname(slave))
            fresh.replace(self.link)
        except OSError:
            os.close(master)
            raise
        finally:
            os.close(slave)  # from here on a hang-up tells whether the host listens
        return master

    def readable(self) -> list[int]:
        """Descriptors to wait on; none while no host has the terminal open: then look again."""
        return [self._master] if self._master is not None and self._host_listens() else []

    def _host_listens(self) -> bool:
        if self._master is None:
            return False
        waiting = select.poll()
        waiting.register(self._master, select.POLLIN)
        return not any(event & select.POLLHUP for _, event in waiting.poll(0))

    def receive(self) -> bytes:
        """What the host has written; never waits."""
        if self._master is None:
            return b""
        try:
            return os.read(self._master, _MAX_READ)
        except OSError:  # nothing there (EAGAIN) or nobody there (EIO)
            return b""

    def send(self, data: bytes) -> None:
        """To the host, never waiting: what does not fit is lost."""
        if self._host_listens() and self._master is not None:
            with contextlib.suppress(OSError):
                os.write(self._master, data)

    def host_baud(self) -> int:
        """The speed that the host has set; 0 while unplugged."""
        if self._master is None:
            return 0
        return _BAUD_OF.get(termios.tcgetattr(self._master)[5], 0)

    def close(self) -> None:
        self.unplug()
