"""Cuts a stream into the frames of a layout that proves itself, and noise.

Owns the search: where a frame may begin, how long to wait for its rest, where to look next. What a
frame is and whether its proof holds is the layout's. A false beginning inside data costs nothing
but itself: after a wrong checksum the search goes on at the very next byte.
"""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar

from firmware_bridge.buffer import UnfinishedFrame
from firmware_bridge.codec import Noise, NoiseReason

LayoutFrameT_co = TypeVar("LayoutFrameT_co", covariant=True)
FrameT = TypeVar("FrameT")


class FrameLayout(Protocol[LayoutFrameT_co]):
    """``anchor`` begins every frame; no frame is longer than ``longest`` bytes."""

    anchor: bytes
    longest: int

    def length(self, stream: bytes, start: int) -> int | None:
        """Bytes of the frame that begins at ``start`` of ``stream``, where an anchor stands.

        None while too little is there to tell, 0 when no frame begins so.
        """

    def read(self, stream: bytes, start: int, now_s: float) -> LayoutFrameT_co | NoiseReason:
        """The frame at ``start``, which is there to its last byte, or why it is none."""


class FrameSearch(Generic[FrameT]):
    """One stream. Keeps fewer bytes than the longest frame has, for ``patience_s`` at most."""

    def __init__(self, layout: FrameLayout[FrameT], patience_s: float) -> None:
        self._layout = layout
        self._unfinished = UnfinishedFrame(layout.longest - 1, patience_s)

    def feed(self, data: bytes, now_s: float) -> list[FrameT | Noise]:
        """Frames and noise in wire order; every byte ends in exactly one of them or is held."""
        found: list[FrameT | Noise] = [*self.expire(now_s)]
        layout, anchor = self._layout, self._layout.anchor
        stream = self._unfinished.join(data)
        undecided = search = 0
        why = NoiseReason.NOT_A_FRAME
        while True:
            start = stream.find(anchor, search)
            if start < 0:
                start = len(stream) - _begun(stream, anchor, search)
                break
            length = layout.length(stream, start)
            if length is None or start + length > len(stream):
                break
            if not length:
                search = start + 1
                continue
            read = layout.read(stream, start, now_s)
            if read is NoiseReason.WRONG_CHECKSUM:
                why = read
                search = start + 1
                continue
            if start > undecided:
                found.append(_noise(stream[undecided:start], why))
            why = NoiseReason.NOT_A_FRAME
            undecided = search = start + length
            if isinstance(read, NoiseReason):
                found.append(Noise(stream[start:search], read))
            else:
                found.append(read)
        if start > undecided:
            found.append(_noise(stream[undecided:start], why))
        self._unfinished.hold(stream[start:], now_s)
        return found

    def deadline(self) -> float | None:
        """When the beginning of a frame that is held becomes noise."""
        return self._unfinished.deadline()

    def expire(self, now_s: float) -> list[Noise]:
        """A frame that stopped half-way is noise."""
        return self._unfinished.expire(now_s)


def _begun(stream: bytes, anchor: bytes, search: int) -> int:
    """How many bytes at the end of ``stream``, from ``search`` on, may begin an anchor."""
    for count in range(min(len(anchor) - 1, len(stream) - search), 0, -1):
        if stream.endswith(anchor[:count]):
            return count
    return 0


def _noise(data: bytes, why: NoiseReason) -> Noise:
    if why is NoiseReason.NOT_A_FRAME and not any(data):
        why = NoiseReason.ZEROS
    return Noise(data, why)
