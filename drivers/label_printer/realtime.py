"""Keeps printers from obeying commands that a picture happens to contain.

ESC/POS printers act on real-time commands (DLE EOT, DLE ENQ, DLE DC4) wherever the bytes stand,
inside image data too: a picture can reset the printer or empty its buffer (reference: devices,
section 4.1, measured). TSPL printers have such commands, too: ESC ! and a letter. Owns the search
and the repair, dot by dot; never touches a protected dot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from drivers.label_printer.bitmap import Bitmap


@dataclass(frozen=True, slots=True)
class RealTimeCommands:
    """``pattern`` finds two bytes. ``first`` and ``second`` are the bits to change in them, in the
    order that shows least; ``last`` is tried when nothing else helps."""

    pattern: re.Pattern[bytes]
    first: tuple[int, ...]
    second: tuple[int, ...]
    last: int


# 10h is one black dot: growing it shows least.
ESCPOS = RealTimeCommands(
    re.compile(rb"\x10[\x04\x05\x14]"),
    first=(0x08, 0x20),
    second=(0x80, 0x40, 0x20, 0x10, 0x08, 0x02, 0x01),
    last=0x10,
)
# 1Bh holds one white dot between black ones (0 is black): closing the gap shows least.
TSPL = RealTimeCommands(
    re.compile(rb"\x1b!"),
    first=(0x04, 0x10, 0x02),
    second=(0x40, 0x80, 0x02, 0x10, 0x08, 0x04),
    last=0x08,
)


class NotDefusable(Exception):
    """A real-time sequence stands where no dot may change. The label must not be printed."""


def hidden_commands(data: bytes, commands: RealTimeCommands = ESCPOS) -> list[int]:
    """Offsets at which a printer would see a real-time command."""
    return [match.start() for match in commands.pattern.finditer(data)]


def defuse(
    bitmap: Bitmap, before: bytes = b"", after: bytes = b"", commands: RealTimeCommands = ESCPOS
) -> Bitmap:
    """The same picture with as few dots changed as it takes, one for each hidden command.

    ``before`` and ``after`` are the bytes sent directly around the raster: a sequence may straddle
    them too. Dots in ``bitmap.protected`` never change. Raises `NotDefusable`.
    """
    if hidden_commands(before, commands) or hidden_commands(after, commands):
        raise NotDefusable("the command around the raster itself holds a real-time sequence")
    stream = bytearray(before + bitmap.rows + after)
    start = len(before)
    for offset in hidden_commands(bytes(stream), commands):
        _repair(bitmap, stream, start, offset, commands)
    return replace(bitmap, rows=bytes(stream[start : start + len(bitmap.rows)]))


def _repair(
    bitmap: Bitmap, stream: bytearray, start: int, offset: int, commands: RealTimeCommands
) -> None:
    """Change one dot of the pair at ``offset`` so that neither it nor a neighbour is a command."""
    for position, mask in _changeable_dots(bitmap, start, offset, commands):
        kept = stream[position]
        stream[position] = kept ^ mask
        if not hidden_commands(bytes(stream[max(0, offset - 1) : offset + 3]), commands):
            return
        stream[position] = kept
    raise NotDefusable(
        "a barcode holds bytes that this printer would obey as a command; "
        "move the barcode to a multiple of 8 dots"
    )


def _changeable_dots(
    bitmap: Bitmap, start: int, offset: int, commands: RealTimeCommands
) -> Iterator[tuple[int, int]]:
    """(position in the stream, bit) in the order that shows least."""
    for position, masks in (
        (offset, commands.first),
        (offset + 1, commands.second),
        (offset, (commands.last,)),
    ):
        index = position - start
        if not 0 <= index < len(bitmap.rows):
            continue
        y, column = divmod(index, bitmap.bytes_per_row)
        for mask in masks:
            x = column * 8 + 8 - mask.bit_length()
            if not any(area.holds(x, y) for area in bitmap.protected):
                yield position, mask
