"""What can go wrong between the kiosk and a wire, in two kinds: try again, or call a person.

Owns the exception classes of this package. Every message is one sentence that says what happened,
why, and what to do. Bad bytes are never an exception: they are `firmware_bridge.codec.Noise`.
"""

from __future__ import annotations


class LinkError(Exception):
    """A transport or link cannot do what was asked.

    ``permanent`` is True when trying again cannot help until a person changes something (a
    malformed URL, a path that is not a serial port).
    """

    def __init__(self, sentence: str, *, permanent: bool = False) -> None:
        super().__init__(sentence)
        self.permanent = permanent


class PortAbsent(LinkError):
    """Nothing is there: no such device, nobody listens, or it went away in mid-sentence."""


class WriteTimedOut(LinkError):
    """The far side did not take the bytes in time; ``written`` of them are already on the wire."""

    def __init__(self, sentence: str, *, written: int) -> None:
        super().__init__(sentence)
        self.written = written
