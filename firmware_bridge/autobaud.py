"""Finds the speed of a module whose batch is not known.

Owns trying. Asks only the protocol's own harmless command, only on the port bound to the role: it
never goes looking for devices.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from firmware_bridge.codec import Codec, Noise
from firmware_bridge.transport import Transport

# The module sends about ten frames a second: three chances at each speed.
LISTEN_S = 0.35
# An answer of a few bytes and the sensor's delay; a round of questions needs three of them.
ANSWER_S = 0.06
QUESTIONS = 6
_WRITE_TIMEOUT_S = 0.5


class AutoBaud:
    """A `Handshake`: tries ``bauds`` in turn, the last one that worked first.

    At each speed sends ``question`` and listens until a codec of ``make_codec`` finds a frame.
    ``baud`` is the speed in use, None until one worked.
    """

    def __init__(
        self,
        bauds: Sequence[int],
        question: bytes,
        make_codec: Callable[[], Codec[Any]],
        *,
        listen_s: float = LISTEN_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        if not bauds:
            raise ValueError("there is no baud rate to try")
        self._bauds = list(bauds)
        self._question = question
        self._make_codec = make_codec
        self._listen_s = listen_s
        self._now = now
        self.baud: int | None = None

    def __call__(self, transport: Transport) -> bytes:
        """The bytes up to and including the first frame; b"" when no speed gave one."""
        for baud in self._bauds:
            transport.set_baud(baud)
            transport.write(self._question, _WRITE_TIMEOUT_S)
            heard = self._listen(transport)
            if heard:
                self.baud = baud
                self._bauds.sort(key=lambda other: other != baud)
                return heard
        self.baud = None
        transport.set_baud(self._bauds[0])  # where it is most likely to speak up by itself
        return b""

    def _listen(self, transport: Transport) -> bytes:
        codec, heard = self._make_codec(), b""
        give_up_s = self._now() + self._listen_s
        while (left_s := give_up_s - self._now()) > 0:
            data = transport.read(4096, left_s)
            heard += data
            found = codec.feed(data, self._now()) if data else []
            if any(not isinstance(item, Noise) for item in found):
                return heard
        return b""


class AskingAutoBaud:
    """A `Handshake` for devices whose answers mean nothing without their question.

    At each speed asks ``command`` up to `QUESTIONS` times, until a codec of ``make_codec`` makes a
    frame of the answers. They were given to that codec: nothing is left over for the link's.
    """

    def __init__(
        self,
        bauds: Sequence[int],
        command: object,
        make_codec: Callable[[], Codec[Any]],
        *,
        answer_s: float = ANSWER_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        if not bauds:
            raise ValueError("there is no baud rate to try")
        self._bauds = list(bauds)
        self._command = command
        self._make_codec = make_codec
        self._answer_s = answer_s
        self._now = now
        self.baud: int | None = None

    def __call__(self, transport: Transport) -> bytes:
        """Always b""; ``baud`` is the speed in use, None until one worked."""
        for baud in self._bauds:
            transport.set_baud(baud)
            codec = self._make_codec()
            if any(self._ask(transport, codec) for _ in range(QUESTIONS)):
                self.baud = baud
                self._bauds.sort(key=lambda other: other != baud)
                return b""
        self.baud = None
        transport.set_baud(self._bauds[0])
        return b""

    def _ask(self, transport: Transport, codec: Codec[Any]) -> bool:
        """True when the answer completed a frame; ends with the answer's time at the latest."""
        transport.write(codec.encode(self._command), _WRITE_TIMEOUT_S)
        give_up_s = self._now() + self._answer_s
        while (left_s := give_up_s - self._now()) > 0:
            found = codec.feed(transport.read(4096, left_s), self._now())
            if any(not isinstance(item, Noise) for item in found):
                return True
        return False
