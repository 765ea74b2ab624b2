"""Newest-frame-only picture exchange between two processes through a file in memory.

Owns the layout; one writer, any number of readers, nobody ever waits. A reader gets the newest
whole frame or nothing: two slots alternate and each carries its sequence number before and after
the pixels, so that a frame torn by the writer is recognised and dropped.

Layout (little endian): header 64 bytes = magic ``KFM1``, width u32, height u32, channels u32,
newest sequence u64 at offset 16; then two slots of 64 bytes + pixels: sequence u64, captured_s f64
(CLOCK_MONOTONIC), sequence again u64 at offset 16, pixels from offset 64. Sequence 0 = empty.
The path must lie on tmpfs: pixels may show a person.
"""

from __future__ import annotations

import mmap
import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAGIC = b"KFM1"
_HEADER = 64
_SLOT_HEADER = 64
MAX_PIXEL_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class MemoryFrame:
    """``pixels`` has shape (height, width, channels), uint8, and is the reader's own copy."""

    pixels: NDArray[np.uint8]
    sequence: int
    captured_s: float


class FrameMemoryError(Exception):
    """The file is absent, of another size or not ours."""


class FrameWriter:
    """Creates ``path`` (mode 0600, replaced atomically) and writes frames of one fixed shape."""

    def __init__(self, path: Path, width: int, height: int, channels: int = 3) -> None:
        self._slot_bytes = _SLOT_HEADER + width * height * channels
        self._shape = (height, width, channels)
        self.path = path
        size = _HEADER + 2 * self._slot_bytes
        fresh = path.with_name(path.name + ".new")
        fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.ftruncate(fd, size)
            self._map = mmap.mmap(fd, size)
        finally:
            os.close(fd)
        self._map[:16] = MAGIC + struct.pack("<III", width, height, channels)
        fresh.replace(path)
        self._sequence = 0

    def write(self, pixels: NDArray[np.uint8], captured_s: float) -> int:
        """Publish one frame; returns its sequence number. ``pixels`` must have the fixed shape."""
        if pixels.shape != self._shape:
            raise ValueError(f"frame of shape {pixels.shape}, expected {self._shape}")
        self._sequence += 1
        slot = _HEADER + (self._sequence % 2) * self._slot_bytes
        struct.pack_into("<QdQ", self._map, slot, self._sequence, captured_s, 0)
        target = np.frombuffer(
            self._map, np.uint8, self._slot_bytes - _SLOT_HEADER, slot + _SLOT_HEADER
        ).reshape(self._shape)
        np.copyto(target, pixels)
        del target
        struct.pack_into("<Q", self._map, slot + 16, self._sequence)
        struct.pack_into("<Q", self._map, 16, self._sequence)
        return self._sequence

    def wipe(self) -> None:
        """Overwrite both slots with zeros: nothing of a person stays in memory."""
        self._map[_HEADER:] = bytes(2 * self._slot_bytes)
        struct.pack_into("<Q", self._map, 16, 0)

    def close(self) -> None:
        """Wipe, unmap and remove the file."""
        self.wipe()
        self._map.close()
        self.path.unlink(missing_ok=True)


class FrameReader:
    """Opens what a `FrameWriter` made. Raises `FrameMemoryError` when there is nothing sensible."""

    def __init__(self, path: Path) -> None:
        try:
            fd = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise FrameMemoryError(f"no frame memory at {path}: {error.strerror}") from error
        try:
            size = os.fstat(fd).st_size
            if size < _HEADER:
                raise FrameMemoryError(f"{path} is not a frame memory")
            self._inode = os.fstat(fd).st_ino
            self._map = mmap.mmap(fd, size, access=mmap.ACCESS_READ)
        finally:
            os.close(fd)
        self._path = path
        width, height, channels = struct.unpack_from("<III", self._map, 4)
        pixels = width * height * channels
        if self._map[:4] != MAGIC or not 0 < pixels <= MAX_PIXEL_BYTES:
            raise FrameMemoryError(f"{path} is not a frame memory")
        self._slot_bytes = _SLOT_HEADER + pixels
        self._shape = (height, width, channels)
        if size != _HEADER + 2 * self._slot_bytes:
            raise FrameMemoryError(f"{path} has the wrong size for its header")

    @property
    def shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        return self._shape

    def replaced(self) -> bool:
        """True when the writer made a new file at this path (or removed it): open again."""
        try:
            return self._path.stat().st_ino != self._inode
        except OSError:
            return True

    def newest(self, after: int = 0) -> MemoryFrame | None:
        """The newest whole frame, or None when there is none newer than sequence ``after``."""
        (sequence,) = struct.unpack_from("<Q", self._map, 16)
        if sequence in (0, after):
            return None
        slot = _HEADER + (sequence % 2) * self._slot_bytes
        before, captured_s, done = struct.unpack_from("<QdQ", self._map, slot)
        if before != sequence or done != sequence:
            return None
        pixels = (
            np.frombuffer(self._map, np.uint8, self._slot_bytes - _SLOT_HEADER, slot + _SLOT_HEADER)
            .reshape(self._shape)
            .copy()
        )
        again, _, still = struct.unpack_from("<QdQ", self._map, slot)
        if again != sequence or still != sequence:
            return None
        return MemoryFrame(pixels, sequence, captured_s)

    def close(self) -> None:
        self._map.close()
