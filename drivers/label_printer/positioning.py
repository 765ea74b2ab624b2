"""What the paper is like, how a label leaves, and the ESC/POS commands that bring it there.

Owns the words of the settings and their bytes (reference: devices, section 4.2). Nothing here
writes a printer's memory: the layout of the paper (FS ( L 33, GS ( E) is set once with the
printer's own utility, because it is stored and wears out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Paper(StrEnum):
    """``gap``: labels on a liner. ``black-mark``: a mark on the back. Else one endless strip."""

    CONTINUOUS = "continuous"
    GAP = "gap"
    BLACK_MARK = "black-mark"


class Ending(StrEnum):
    """How a label leaves."""

    CUT = "cut"
    PEEL = "peel"
    TEAR = "tear"


class LabelCommands(StrEnum):
    """How an ESC/POS printer finds the next label: by itself after a feed (``none``), by GS FF
    (older models and many clones in label mode), by FS ( L (TM-L90 and its like)."""

    NONE = "none"
    GS_FF = "gs-ff"
    FS_L = "fs-l"


FEED_AND_CUT = b"\x1dV\x42\x00"  # GS V 66 0: feed to the cutter, then cut
_CUT = b"\x1dV\x00"
_TO_NEXT_LABEL = b"\x1d\x0c"
_TO_PEELING = b"\x1c(L\x02\x00\x41\x31"
_TO_CUTTING = b"\x1c(L\x02\x00\x42\x31"
_TO_PRINT_START = b"\x1c(L\x02\x00\x43\x31"
_FEED_TO_TEAR = b"\x1bd\x04"  # four lines: the tear bar stands about 15 mm behind the head


@dataclass(frozen=True, slots=True)
class Positioning:
    """``ending`` None: a TSPL printer does as it was set, an ESC/POS printer cuts.

    ``gap_mm`` is the height of the gap or of the mark; it matters to TSPL printers only.
    """

    paper: Paper = Paper.GAP
    ending: Ending | None = None
    commands: LabelCommands = LabelCommands.NONE
    gap_mm: float = 2.0

    @property
    def escpos(self) -> bytes:
        """What follows the raster of a label."""
        match self.commands, self.ending or Ending.CUT:
            case LabelCommands.NONE, Ending.CUT:
                return FEED_AND_CUT
            case LabelCommands.NONE, _:
                return _FEED_TO_TEAR
            case LabelCommands.GS_FF, Ending.CUT:
                return _TO_NEXT_LABEL + _CUT
            case LabelCommands.GS_FF, _:
                return _TO_NEXT_LABEL
            case LabelCommands.FS_L, Ending.PEEL:
                return _TO_PEELING
            case LabelCommands.FS_L, Ending.CUT:
                return _TO_CUTTING + _CUT + _TO_PRINT_START
            case _:
                return _TO_CUTTING
