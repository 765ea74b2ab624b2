"""What devices said about themselves, kept with their role over restarts.

Owns one small file in the state folder. Names devices only, never people. A file that cannot be
read or written costs nothing but the memory.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

FILE_NAME = "devices.json"


@dataclass(frozen=True, slots=True)
class RememberedDevice:
    """``about`` is the device's own words, ``at`` the wall time when it said them last."""

    role: str
    about: str
    at: str


def recall(path: Path) -> tuple[RememberedDevice, ...]:
    """Every role that is remembered; nothing when the file is missing or broken."""
    try:
        table = json.loads(path.read_text("utf-8"))
        return tuple(
            RememberedDevice(role, str(each["about"]), str(each["at"]))
            for role, each in sorted(table.items())
        )
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        log.warning("%s is not readable: %s", path, type(error).__name__)
        return ()


class DeviceMemory:
    """The file `FILE_NAME` in ``folder``."""

    def __init__(self, folder: Path, wall_text: Callable[[], str]) -> None:
        self._path = folder / FILE_NAME
        self._wall_text = wall_text

    def remember(self, role: str, about: str) -> None:
        """Keep it; says so in the log when another device has this role now."""
        known = {each.role: each for each in recall(self._path)}
        before = known.get(role)
        if before is not None and before.about != about:
            log.warning("the %s is another one: %s, before %s", role, about, before.about)
        known[role] = RememberedDevice(role, about, self._wall_text())
        table = {each.role: {"about": each.about, "at": each.at} for each in known.values()}
        fresh = self._path.with_suffix(".new")
        try:
            fresh.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", "utf-8")
            fresh.replace(self._path)
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error.strerror)
