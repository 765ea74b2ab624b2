"""The first words to an ESC/POS printer on a fresh connection.

Owns their order. A printer keeps its receive buffer when the cable is lost: with half a label in
it, the next job would be swallowed as picture data, and the process id behind that job would still
be answered. So what the printer holds is dropped first, once a connection; when the same connection
is greeted again (the printer fell silent) nothing is dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from firmware_bridge.codec import Noise
from firmware_bridge.codecs.escpos_frames import BuffersCleared, ClearBuffers, ReportChanges
from firmware_bridge.codecs.escpos_status import EscposStatusCodec
from firmware_bridge.transport import Transport

CLEARED_WITHIN_S = 0.4
"""Nothing may be sent until the printer answers 37 25 00; one that does not know the command is
silent, and goes on after this."""
_WRITE_TIMEOUT_S = 0.5


class PrinterGreeting:
    """A `firmware_bridge.handshake.Handshake`."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._greeted: Transport | None = None

    def __call__(self, transport: Transport) -> bytes:
        """The bytes heard after the buffers were cleared: they are of this connection."""
        heard = b""
        codec = EscposStatusCodec()
        if transport is not self._greeted:
            self._greeted = transport
            transport.write(codec.encode(ClearBuffers()), _WRITE_TIMEOUT_S)
            heard = self._wait_for_cleared(transport, codec)
        transport.write(codec.encode(ReportChanges()), _WRITE_TIMEOUT_S)
        return heard

    def _wait_for_cleared(self, transport: Transport, codec: EscposStatusCodec) -> bytes:
        heard = b""
        give_up_s = self._now() + CLEARED_WITHIN_S
        while (left_s := give_up_s - self._now()) > 0:
            data = transport.read(4096, left_s)
            heard += data
            found = codec.feed(data, self._now()) if data else []
            if any(isinstance(one, BuffersCleared) for one in found if not isinstance(one, Noise)):
                break
        return heard
