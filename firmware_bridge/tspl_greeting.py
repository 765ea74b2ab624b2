"""The first words to a TSPL printer on a fresh connection.

Owns their order. A printer keeps its receive buffer when the cable is lost: with half a picture in
it, the next job would be swallowed as the other half. TSPL has no word that empties the buffer and
is known to be understood by all, so the rest of the picture is filled up with line ends, which mean
nothing outside a picture, and what was drawn is cleared. Nothing is printed by that.
"""

from __future__ import annotations

from firmware_bridge.transport import Transport

_LINE_END = b"\r\n"
_CLEAR = b"CLS\r\n"
_BITS_A_BYTE = 10
_SPARE_S = 1.0


class TsplGreeting:
    """A `firmware_bridge.handshake.Handshake`. ``largest_raster`` is in bytes; ``baud`` bounds how
    long a serial line may take for them."""

    def __init__(self, largest_raster: int, baud: int) -> None:
        self._fill = _LINE_END * (largest_raster // 2 + 1) + _CLEAR
        self._timeout_s = len(self._fill) * _BITS_A_BYTE / baud + _SPARE_S
        self._greeted: Transport | None = None

    def __call__(self, transport: Transport) -> bytes:
        """Once a connection; when the printer fell silent on it, nothing is sent."""
        if transport is not self._greeted:
            self._greeted = transport
            transport.write(self._fill, self._timeout_s)
        return b""
