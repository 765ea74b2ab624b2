"""JSON lines on the kiosk's socket, sans-IO: bytes to messages and back, in bounded memory.

A line that is too long or is no message of ours becomes a `BadLine` that carries its size and a
reason, never its content: it may hold personal data.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from kiosk.ipc.messages import MAX_LINE_BYTES, AnyMessage

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyMessage] = msgspec.json.Decoder(AnyMessage)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was refused. ``reason`` names what was wrong without quoting it."""

    size_bytes: int
    reason: str


def encode_line(message: AnyMessage) -> bytes:
    """One message as one line, newline included."""
    return _encoder.encode(message) + b"\n"


class LineReader:
    """Cuts a byte stream into messages. Keeps at most ``MAX_LINE_BYTES`` of an unfinished line."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> list[AnyMessage | BadLine]:
        """All messages that ``data`` completes, in order."""
        found: list[AnyMessage | BadLine] = []
        self._rest += data
        while (end := self._rest.find(b"\n")) >= 0:
            line = bytes(self._rest[:end])
            del self._rest[: end + 1]
            if self._skipping:
                self._skipping = False
                continue
            found.append(_decode(line))
        if len(self._rest) > MAX_LINE_BYTES:
            if not self._skipping:
                found.append(BadLine(len(self._rest), "line longer than the limit"))
            self._rest.clear()
            self._skipping = True
        return found


def _decode(line: bytes) -> AnyMessage | BadLine:
    if len(line) > MAX_LINE_BYTES:
        return BadLine(len(line), "line longer than the limit")
    try:
        return _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return BadLine(len(line), "not a message of this protocol")
