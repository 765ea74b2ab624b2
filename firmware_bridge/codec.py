"""What every wire protocol looks like to the rest of the house: bytes in, frames or noise out.

Owns the `Codec` protocol and `Noise`. A codec is sans-IO: no port, no clock, no thread, no logging;
the time is an argument. Whatever bytes arrive, a codec answers with frames or noise, never with an
exception, and keeps a bounded number of bytes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Protocol, TypeVar

from msgspec import Struct

FrameT = TypeVar("FrameT")


class NoiseReason(StrEnum):
    """Why bytes were not a frame."""

    NOT_A_FRAME = "not a frame of this protocol"
    WRONG_CHECKSUM = "a frame with a wrong checksum"
    OTHER_LAYOUT = "a frame of another layout"
    ZEROS = "nothing but zeros"
    CUT_SHORT = "the beginning of a frame, never finished"
    TOO_LONG = "a block longer than the protocol allows"
    UNASKED = "an answer to a question that was not asked"
    REFUSED = "an answer in which the device reports an error"
    IMPLAUSIBLE = "values that this kind of device cannot have measured"
    NOT_REPEATED = "a value without a checksum that a second look did not confirm"


class Noise(Struct, frozen=True, gc=False):
    """Bytes that are no frame, in arrival order. ``data`` is never empty."""

    data: bytes
    why: NoiseReason


class Codec(Protocol[FrameT]):
    """One wire protocol. One instance a connection: a reopened port gets a new codec.

    ``now_s`` is a monotonic time that never goes back between calls.
    """

    def feed(self, data: bytes, now_s: float) -> list[FrameT | Noise]:
        """Everything that ``data`` completes, in wire order."""

    def encode(self, command: Any) -> bytes:
        """The bytes of ``command``; remembers a question so that its answer can be attributed."""

    def deadline(self) -> float | None:
        """When `expire` must be called at the latest (0.0: at once), None when nothing waits."""

    def expire(self, now_s: float) -> list[FrameT | Noise]:
        """Give up on what should have been complete by ``now_s``."""
