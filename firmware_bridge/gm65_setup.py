"""The first words to a GM65 scanner: no settings from codes, and the mode that the site wants.

Owns their order and the proof. A code can reprogram a scanner whose setting codes are open, so
those are closed before anything else, and what was set is read back: a zone that a model keeps
elsewhere is found out here, not by a resident.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from firmware_bridge.codecs.gm65 import (
    MODE_ZONE,
    READ_BACK,
    SETTING_CODES_CLOSED,
    SETTING_CODES_ZONE,
    Gm65Codec,
    Gm65Command,
    ScanMode,
    ScannerAnswer,
    WriteZone,
    stands,
)
from firmware_bridge.errors import LinkError
from firmware_bridge.transport import Transport

LISTEN_S = 0.25
ATTEMPTS = 3
_WRITE_TIMEOUT_S = 0.5


class Gm65Setup:
    """A `firmware_bridge.handshake.Handshake`. Codes that arrive meanwhile are dropped."""

    def __init__(
        self,
        mode: ScanMode,
        *,
        listen_s: float = LISTEN_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._mode = mode
        self._listen_s = listen_s
        self._now = now

    def __call__(self, transport: Transport) -> bytes:
        """b"": answers are for this greeting only. A scanner that says nothing is left in peace."""
        close = WriteZone(SETTING_CODES_ZONE, SETTING_CODES_CLOSED)
        if self._ask(transport, close) is None:
            return b""
        zones = self._ask(transport, READ_BACK)
        if zones is not None and not stands(zones, self._mode):
            self._ask(transport, WriteZone(MODE_ZONE, self._mode.within(zones[MODE_ZONE])))
            zones = self._ask(transport, READ_BACK)
        if zones is None or not stands(zones, self._mode):
            raise LinkError(
                "the scanner did not keep its settings, so a code could change them;"
                " it is not used: check that it is one of the GM65 family"
            )
        return b""

    def _ask(self, transport: Transport, command: Gm65Command) -> bytes | None:
        """The data of the answer; None when there is none after some attempts."""
        for _ in range(ATTEMPTS):
            codec = Gm65Codec()
            transport.write(codec.encode(command), _WRITE_TIMEOUT_S)
            give_up_s = self._now() + self._listen_s
            while (left_s := give_up_s - self._now()) > 0:
                found = codec.feed(transport.read(4096, left_s), self._now())
                for answer in found:
                    if isinstance(answer, ScannerAnswer):
                        return answer.data
        return None
