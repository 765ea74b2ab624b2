"""What a device's address says about how it comes back after it was lost.

Owns that, for every link of a kiosk. A malformed address is no error here: its link says so.
"""

from __future__ import annotations

from pathlib import Path

from firmware_bridge.errors import LinkError
from firmware_bridge.link import BACKOFF_LAST_S
from firmware_bridge.transport import TransportUrl

NETWORK_BACKOFF_LAST_S = 2.0


def backoff_last_s(url: str) -> float:
    """Nothing tells when a network device is plugged in: it is asked for often enough to heal."""
    return BACKOFF_LAST_S if watched_path(url) else NETWORK_BACKOFF_LAST_S


def watched_path(url: str) -> Path | None:
    """The path whose appearing means that the device is back; None when there is none."""
    try:
        return TransportUrl.parse(url).watched_path
    except LinkError:
        return None
