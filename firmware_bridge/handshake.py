"""The first words on a freshly opened wire.

Owns the `Handshake` type and the simplest one. Finding the baud rate is `firmware_bridge.autobaud`.
"""

from __future__ import annotations

from collections.abc import Callable

from firmware_bridge.transport import Transport

# Speaks to the device and returns the bytes heard meanwhile, so that the codec gets them too; b""
# when nothing sensible was heard. Called again while the device is silent or babbling: a module
# that lost power has forgotten its mode. May raise `LinkError`; the port is then opened anew.
Handshake = Callable[[Transport], bytes]

GREETING_TIMEOUT_S = 0.5


def greet(words: bytes) -> Handshake:
    """A handshake that sends ``words`` and waits for nothing."""

    def send(transport: Transport) -> bytes:
        transport.write(words, GREETING_TIMEOUT_S)
        return b""

    return send
