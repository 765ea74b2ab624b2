"""From a device URL to the skin that serves it."""

from __future__ import annotations

from pathlib import Path

from hil.skins.pty import PtySkin
from hil.skins.tcp import TcpSkin


def wired_skin(url: str) -> PtySkin | TcpSkin:
    """``pty:PATH`` or ``tcp:HOST:PORT`` (port 0 takes a free one); raises ValueError otherwise."""
    scheme, _, rest = url.partition(":")
    if scheme == "pty" and rest:
        return PtySkin(Path(rest))
    host, _, port = rest.rpartition(":")
    if scheme == "tcp" and host and port.isdigit():
        return TcpSkin(host, int(port))
    raise ValueError(f"no twin can serve {url!r}; use pty:PATH or tcp:HOST:PORT")
