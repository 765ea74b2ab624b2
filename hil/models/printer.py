"""An ESC/POS label printer as its host meets it (reference: devices, 4.1 and 4.2).

Owns the two ways in and everything the printer says. Written from the manual; must not import our
codec or driver. Real-time commands (DLE EOT, DLE ENQ, DLE DC4) are obeyed on arrival wherever they
stand, inside picture data too. Everything else waits in the receive buffer and is executed in order
at the pace of the mechanism, and only while the printer is online.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hil.models.paper import Separation
from hil.models.printer_commands import Command, CommandReader, Heard, Text
from hil.models.printer_mechanism import ROLL_MM, LabelStock, Mechanism

_REAL_TIME = re.compile(
    rb"\x10(?:\x04[\x01-\x04]|\x05[\x01\x02]|\x14[\x01\x02]..|\x14\x08\x01\x03\x14\x01\x06\x02\x08)",
    re.DOTALL,
)
_LONGEST_REAL_TIME = 10
_RECEIVE_BUFFER = 64 * 1024
_LINE_ROWS = 30

_INFORMATION = {
    0x41: b"1.04",
    0x42: b"TWIN",
    0x43: b"LABEL-203",
    0x44: b"T0000001",
    0x45: b"CHINA GB18030",
}
_ONE_BYTE_INFORMATION = {1: 0x20, 2: 0x03, 3: 0x01}


class PrinterModel:
    """One printer, ``width_dots`` wide; with ``process_ids`` False it does not know GS ( H.

    ``half_labels`` is a fault: the power dips in the middle of each picture.
    """

    def __init__(
        self,
        *,
        width_dots: int = 448,
        process_ids: bool = True,
        roll_mm: float = ROLL_MM,
        stock: LabelStock | None = None,
    ) -> None:
        self.mechanism = Mechanism(width_dots, roll_mm, stock)
        self.half_labels = False
        self._power_dips = False
        self._reader = CommandReader()
        self._seen = b""  # end of the stream, in which a real-time command may have begun
        self._queue: deque[Heard] = deque()
        self._queued_bytes = 0
        self._replies = bytearray()
        self._asb_mask = 0
        self._asb_said: bytes | None = None
        self._reset()
        self._commands: dict[str, Callable[[bytes], None]] = {
            "ESC @": lambda _: self._reset(),
            "0A": lambda _: self._print_line(self._line_rows),
            "0D": lambda _: self._print_line(self._line_rows) if self._line else None,
            "ESC d": lambda given: self._print_line(given[0] * self._line_rows),
            "ESC J": lambda given: self._print_line(given[0]),
            "ESC 2": lambda _: setattr(self, "_line_rows", _LINE_ROWS),
            "ESC 3": lambda given: setattr(self, "_line_rows", given[0]),
            "ESC a": lambda given: setattr(self, "_justification", given[0] % 0x30),
            "ESC i": lambda _: self.mechanism.separate(Separation.CUT),
            "ESC m": lambda _: self.mechanism.separate(Separation.CUT),
            "GS V": lambda given: self.mechanism.separate(Separation.CUT, sum(given[1:])),
            "GS 0C": lambda _: self.mechanism.separate(
                Separation.PEELED, self.mechanism.rows_to_next_label
            ),
            "FS ( L": self._label_function,
            "GS v 0": self._bit_image,
            "GS ( L": lambda given: self._graphics_function(given[2:]),
            "GS 8 L": lambda given: self._graphics_function(given[4:]),
            "GS a": self._enable_automatic_status,
            "GS r": lambda _: self._replies.append(self.mechanism.state.paper_sensor()),
            "GS I": self._inform,
        }
        if process_ids:
            self._commands["GS ( H"] = self._answer_process_id

    def _reset(self) -> None:
        self._line_rows = _LINE_ROWS
        self._justification = 0
        self._line = b""
        self._graphics: NDArray[np.bool_] | None = None  # stored by GS ( L, not yet printed

    # On arrival.

    @property
    def wants_data(self) -> bool:
        """False while the receive buffer is full: then the printer takes nothing from the line."""
        return self._queued_bytes < _RECEIVE_BUFFER

    def receive(self, data: bytes) -> None:
        """Bytes from the host, in any pieces. Real-time commands are answered by `advance`."""
        window, known = self._seen + data, len(self._seen)
        fed = known
        for match in _REAL_TIME.finditer(window):
            if match.end() <= known:
                continue
            last = match.end() - 1
            self._feed(window[fed:last])
            # Alone, the sequence is all that the buffer holds; otherwise it is data of something.
            if self._reader.open_bytes != last - match.start():
                words = match.group().hex(" ").upper()
                self.mechanism.mishap(f"obeyed {words} in the middle of other data")
            self._feed(window[last : match.end()])
            self._obey_at_once(match.group())
            fed = match.end()
        self._feed(window[fed:])
        self._seen = window[-_LONGEST_REAL_TIME + 1 :]

    def _feed(self, data: bytes) -> None:
        for heard in self._reader.feed(data):
            if not (isinstance(heard, Command) and heard.name.startswith("DLE")):
                self._queue.append(heard)
                self._queued_bytes += len(heard.raw)

    def _obey_at_once(self, sequence: bytes) -> None:
        state = self.mechanism.state
        match sequence[1], sequence[2]:
            case 0x04, which:
                self._replies.append(state.real_time_status(which))
            case 0x05, how if state.cutter_jammed:
                self.mechanism.set_cutter(jammed=False)
                if how == 2:
                    self._drop_buffers()
            case 0x14, 8:
                self._drop_buffers()
                self._replies += b"\x37\x25\x00"

    def _drop_buffers(self) -> None:
        self._reader.clear()
        self._queue.clear()
        self._queued_bytes = 0
        self._line = b""
        self._graphics = None
        self.mechanism.drop()

    def _restart(self) -> None:
        """The power was away for a moment: what was held is gone, what is printed falls off."""
        self._power_dips = False
        self._drop_buffers()
        self._reset()
        self._asb_mask = 0
        self.mechanism.separate(Separation.TORN)

    # In time.

    def advance(self, now_s: float) -> bytes:
        """Run up to ``now_s``; returns what the printer says."""
        while self.mechanism.move(now_s) or self._next_command(now_s):
            pass
        if not self._queue and not self._reader.open_bytes:
            self.mechanism.tear_off(now_s)
        self._report_changes()
        said = bytes(self._replies)
        self._replies.clear()
        return said

    def next_due_s(self) -> float | None:
        """When `advance` has something to do without new bytes."""
        if self._queue and not self.mechanism.busy and self.mechanism.state.online:
            return 0.0
        if self._power_dips and not self.mechanism.busy:
            return 0.0
        if self._reader.open_bytes and not self.mechanism.busy:
            return None
        return self.mechanism.next_due_s()

    def _next_command(self, now_s: float) -> bool:
        if self.mechanism.busy:
            return False
        if self._power_dips:
            self._restart()
            return True
        if not self._queue or not self.mechanism.state.online:
            self.mechanism.rest()
            return False
        heard = self._queue.popleft()
        self._queued_bytes -= len(heard.raw)
        self.mechanism.note(heard.raw)
        self.mechanism.wake(now_s)
        if isinstance(heard, Text):
            self._line += heard.raw
        elif isinstance(heard, Command):
            if (execute := self._commands.get(heard.name)) is not None:
                execute(heard.parameters)
        else:
            self.mechanism.mishap(f"has no command {heard.raw.hex(' ').upper()}")
        return True

    # Commands.

    def _print_line(self, rows: int) -> None:
        text, self._line = self._line.decode("gb18030", "replace"), b""
        self.mechanism.print_line(text, rows)

    def _bit_image(self, given: bytes) -> None:
        self._print_rows(_raster(given[5:], given[1:5], given[0] & 1, given[0] >> 1 & 1))

    def _graphics_function(self, given: bytes) -> None:
        match tuple(given[:2]):
            case (0x30, 0x70):  # store: tone, scale x and y, colour, width and height in dots
                across = int.from_bytes(given[6:8], "little")
                size = ((across + 7) // 8).to_bytes(2, "little") + given[8:10]
                self._graphics = _raster(given[10:], size, given[3] - 1, given[4] - 1)
            case (0x30, 0x32 | 0x02) if self._graphics is not None:
                self._print_rows(self._graphics)
                self._graphics = None

    def _label_function(self, given: bytes) -> None:
        """FS ( L 65, 66, 67: to the peeler, to the knife, to the top of a label."""
        match tuple(given[2:4]):
            case (0x41, _):
                self.mechanism.separate(Separation.PEELED, self.mechanism.rows_to_next_label)
            case (0x42 | 0x43, _):
                self.mechanism.print_line("", self.mechanism.rows_to_next_label)

    def _print_rows(self, rows: NDArray[np.bool_]) -> None:
        if self.half_labels:
            rows, self._power_dips = rows[: len(rows) // 2], True
        spare = max(0, self.mechanism.wide - rows.shape[1])
        self.mechanism.print_rows(rows, spare * self._justification // 2)

    def _enable_automatic_status(self, given: bytes) -> None:
        self._asb_mask, self._asb_said = given[0], None

    def _inform(self, given: bytes) -> None:
        if (byte := _ONE_BYTE_INFORMATION.get(given[0])) is not None:
            self._replies.append(byte)
        elif (text := _INFORMATION.get(given[0])) is not None:
            self._replies += b"\x5f" + text + b"\x00"

    def _answer_process_id(self, given: bytes) -> None:
        if given[:4] == b"\x06\x00\x30\x30":
            self._replies += b"\x37\x22" + given[4:8] + b"\x00"

    def _report_changes(self) -> None:
        if not self._asb_mask:
            return
        status = self.mechanism.state.automatic_status()
        watched = bytes(byte & mask for byte, mask in zip(status, self._asb_watches(), strict=True))
        if watched != self._asb_said:
            self._asb_said = watched
            self._replies += status

    def _asb_watches(self) -> bytes:
        """Which bits of the four ASB bytes make a report when they change."""
        online, error, paper = (self._asb_mask >> bit & 1 for bit in (1, 2, 3))
        return bytes((online * 0x28, error * 0x68, paper * 0x0F, 0))


def _raster(data: bytes, size: bytes, double_width: int, double_height: int) -> NDArray[np.bool_]:
    """Dots of shape (rows, 8 * bytes a row) from ``xL xH yL yH`` and packed bytes."""
    across, rows = int.from_bytes(size[:2], "little"), int.from_bytes(size[2:4], "little")
    packed = np.frombuffer(data, np.uint8, across * rows).reshape(rows, across)
    dots = np.unpackbits(packed, axis=1).astype(np.bool_)
    return dots.repeat(1 + double_width, axis=1).repeat(1 + double_height, axis=0)
