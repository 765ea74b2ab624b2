"""A TSPL label printer as its host meets it (reference: devices, section 4.5; GP-2120T manual).

Owns the label in its memory and everything the printer says. Written from the manual; must not
import our codec or driver. ``ESC ! ?`` and ``ESC ! R`` are obeyed on arrival wherever they stand,
inside picture data too. Lines wait in the receive buffer and are executed in order; PRINT waits
for the mechanism and for the printer to be ready.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hil.models.paper import DOTS_PER_MM, Separation
from hil.models.printer_mechanism import ROLL_MM, LabelStock, Mechanism

_REAL_TIME = re.compile(rb"\x1b!([?R])")
_PICTURE = re.compile(rb"BITMAP (\d{1,4}),(\d{1,4}),(\d{1,4}),(\d{1,4}),([012]),")
_SIZE = re.compile(r"SIZE (\d+(?:\.\d+)?) mm ?, ?(\d+(?:\.\d+)?) mm")
_PRINT = re.compile(r"PRINT (\d{1,3})(?:,(\d{1,3}))?")
_UNDERSTOOD = re.compile(
    r"(?:(?:GAP|BLINE|DIRECTION|REFERENCE|DENSITY|SPEED|OFFSET|SHIFT|CODEPAGE|COUNTRY) .*"
    r"|SET (?:PEEL|CUTTER|TEAR|RIBBON) .*|)"
)
_LONGEST_LINE = 1024
_RECEIVE_BUFFER = 64 * 1024
_LARGEST_MM = 300


@dataclass(frozen=True, slots=True)
class _Picture:
    left: int
    top: int
    black: NDArray[np.bool_]
    mode: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    raw: bytes


class TsplPrinterModel:
    """One printer, ``width_dots`` wide; ``half_labels`` as of the ESC/POS model."""

    def __init__(
        self,
        *,
        width_dots: int = 448,
        roll_mm: float = ROLL_MM,
        stock: LabelStock | None = None,
    ) -> None:
        self.mechanism = Mechanism(width_dots, roll_mm, stock)
        self.half_labels = False
        self._power_dips = False
        self._held = b""  # end of the stream, in which a real-time command may have begun
        self._buffer = bytearray()
        self._queue: deque[_Line | _Picture] = deque()
        self._motions: deque[Callable[[], None]] = deque()  # what PRINT still has to move
        self._replies = bytearray()
        self._label = np.zeros((0, 0), np.bool_)
        self._ending = Separation.TORN

    # On arrival.

    @property
    def wants_data(self) -> bool:
        """False while the receive buffer is full."""
        held = sum(len(item.raw) for item in self._queue)
        return held + len(self._buffer) < _RECEIVE_BUFFER

    def receive(self, data: bytes) -> None:
        """Bytes from the host, in any pieces. Real-time commands are answered by `advance`."""
        window, self._held = self._held + data, b""
        taken = 0
        for match in _REAL_TIME.finditer(window):
            self._take(window[taken : match.start()])
            taken = match.end()
            if self._buffer:
                self.mechanism.mishap(f"obeyed ESC ! {match[1].decode()} in the middle of a line")
                self._take(match.group())
            self._obey_at_once(match[1])
        rest = window[taken:]
        self._held = _begun(rest)
        self._take(rest.removesuffix(self._held))

    def _take(self, data: bytes) -> None:
        self._buffer += data
        self._parse()

    def _obey_at_once(self, what: bytes) -> None:
        if what == b"?":
            self._replies.append(self._status())
        else:
            self._drop()

    def _status(self) -> int:
        state = self.mechanism.state
        return (
            state.cover_open * 0x41
            | state.cutter_jammed << 1
            | state.paper_end << 2
            | self.mechanism.busy << 5
        )

    def _drop(self) -> None:
        self._buffer.clear()
        self._queue.clear()
        self._motions.clear()
        self._label = np.zeros((0, 0), np.bool_)
        self.mechanism.drop()

    def _parse(self) -> None:
        while self._buffer:
            picture = _PICTURE.match(self._buffer)
            if picture is not None:
                across, rows = int(picture[3]), int(picture[4])
                end = picture.end() + across * rows
                if len(self._buffer) < end:
                    return
                self._queue.append(_picture(picture, bytes(self._buffer[:end])))
            else:
                end = self._buffer.find(b"\n") + 1
                if not end:
                    if len(self._buffer) > _LONGEST_LINE:
                        self._buffer.clear()
                    return
                raw = bytes(self._buffer[:end])
                text = raw.decode("gb18030", "replace").strip()
                if text:
                    self._queue.append(_Line(text, raw))
            del self._buffer[:end]

    # In time.

    def advance(self, now_s: float) -> bytes:
        """Run up to ``now_s``; returns what the printer says."""
        while self.mechanism.move(now_s) or self._next_command(now_s):
            pass
        if not self._queue and not self._buffer:
            self.mechanism.tear_off(now_s)
        said = bytes(self._replies)
        self._replies.clear()
        return said

    def next_due_s(self) -> float | None:
        """When `advance` has something to do without new bytes."""
        waits = self._queue or self._motions or self._power_dips
        if waits and not self.mechanism.busy and self.mechanism.state.online:
            return 0.0
        if self._buffer and not self.mechanism.busy:
            return None
        return self.mechanism.next_due_s()

    def _next_command(self, now_s: float) -> bool:
        if self.mechanism.busy:
            return False
        if self._power_dips and not self._motions:
            self._power_dips = False
            self._drop()
            self.mechanism.separate(Separation.TORN)
            return True
        if not (self._queue or self._motions) or not self.mechanism.state.online:
            self.mechanism.rest()
            return False
        self.mechanism.wake(now_s)
        if self._motions:
            self._motions.popleft()()
            return True
        item = self._queue.popleft()
        self.mechanism.note(item.raw)
        if isinstance(item, _Picture):
            self._draw(item)
        else:
            self._execute(item.text)
        return True

    # Commands.

    def _execute(self, line: str) -> None:
        if size := _SIZE.fullmatch(line):
            across, along = (min(float(side), _LARGEST_MM) * DOTS_PER_MM for side in size.groups())
            self._label = np.zeros((round(along), round(across)), np.bool_)
        elif line == "CLS":
            self._label[:] = False
        elif copies := _PRINT.fullmatch(line):
            for _ in range(int(copies[1]) * int(copies[2] or 1)):
                self._print()
        elif line.startswith("SET CUTTER "):
            self._ending = Separation.TORN if line.endswith("OFF") else Separation.CUT
        elif line.startswith("SET PEEL ON"):
            self._ending = Separation.PEELED
        elif not _UNDERSTOOD.fullmatch(line):
            self.mechanism.mishap(f"has no command {line[:24]!r}")

    def _draw(self, picture: _Picture) -> None:
        room = self._label[picture.top :, picture.left :]
        black = picture.black[: room.shape[0], : room.shape[1]]
        place = room[: black.shape[0], : black.shape[1]]
        place[:] = (black, place | black, place ^ black)[picture.mode]
        if black.shape != picture.black.shape:
            self.mechanism.mishap("lost what stands beyond the SIZE of the label")

    def _print(self) -> None:
        """One label of the SIZE that was said, then to the next one by the sensor."""
        rows = self._label.copy()
        if rows.shape[1] > self.mechanism.wide:
            self.mechanism.mishap(
                f"printed nothing of {rows.shape[1]} dots: the head has {self.mechanism.wide}"
            )
            return
        if self.half_labels:
            rows, self._power_dips = rows[: len(rows) // 2], True
        self._motions.append(partial(self.mechanism.print_rows, rows, 0))
        if not self.half_labels:
            self._motions.append(self._leave)

    def _leave(self) -> None:
        """To the next label by the sensor, then off; what is torn off waits for a hand."""
        rows = self.mechanism.rows_to_next_label
        if self._ending is Separation.TORN:
            self.mechanism.print_line("", rows)
        else:
            self.mechanism.separate(self._ending, rows)


def _picture(header: re.Match[bytes], raw: bytes) -> _Picture:
    left, top, across, rows, mode = (int(number) for number in header.groups())
    packed = np.frombuffer(raw[header.end() :], np.uint8).reshape(rows, across)
    return _Picture(left, top, np.unpackbits(packed, axis=1) == 0, mode, raw)


def _begun(data: bytes) -> bytes:
    """The end of ``data`` that may begin a real-time command."""
    return b"\x1b!" if data.endswith(b"\x1b!") else b"\x1b" if data.endswith(b"\x1b") else b""
