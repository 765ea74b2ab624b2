"""A Newland scanner that takes settings in capital letters (HR52 manual; reference: devices, 3.2).

Owns its side of the setting protocol and the sending of codes. Written from the manual; must not
import our codec.

Host to scanner ``7E 01 30 30 30 30 @|# SETTING 3B 03``; scanner to host ``02 01 30 30 30 30 @|#
SETTING 06|15 3B 03``, or the bytes of a code and CR.
"""

from __future__ import annotations

import re

_SCAN_S = 0.15
_ANSWER_S = 0.02
_ASKED = re.compile(rb"\x7e\x010000([@#])([^;]{0,60});\x03")
_KNOWN_TAGS = (b"DFM", b"SCN", b"PWR")
_TAKEN, _REFUSED = b"\x06", b"\x15"
_MAX_HEARD = 256


class NewlandScannerModel:
    """It knows a few tags and refuses every other."""

    def __init__(self, *, baud: int = 9600) -> None:
        self.baud = baud
        self.settings: list[bytes] = []
        self._heard = b""
        self._said: list[tuple[float, bytes]] = []

    def power_up(self, now_s: float) -> None:
        """Power returns: settings that were not for good are forgotten."""
        self.settings.clear()
        self._heard = b""
        self._said.clear()

    def show(self, code: bytes, now_s: float) -> None:
        """Somebody holds a code before the window."""
        self._said.append((now_s + _SCAN_S, code + b"\r"))

    def receive(self, data: bytes, now_s: float) -> None:
        self._heard = (self._heard + data)[-_MAX_HEARD:]
        while asked := _ASKED.search(self._heard):
            self._heard = self._heard[asked.end() :]
            known = asked[2].startswith(_KNOWN_TAGS)
            if known:
                self.settings.append(asked[2])
            status = _TAKEN if known else _REFUSED
            answer = b"\x02\x010000" + asked[1] + asked[2] + status + b";\x03"
            self._said.append((now_s + _ANSWER_S, answer))

    def advance(self, now_s: float) -> bytes:
        """Answers and codes that are due."""
        due = b"".join(data for at_s, data in self._said if at_s <= now_s)
        self._said = [said for said in self._said if said[0] > now_s]
        return due

    def next_due_s(self) -> float | None:
        return min((at_s for at_s, _ in self._said), default=None)
