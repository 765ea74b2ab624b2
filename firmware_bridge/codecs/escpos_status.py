"""The return stream of an ESC/POS printer, taken apart (Epson TM-U230 appendix E, Citizen).

Owns which byte belongs to which kind of answer; what the bits mean is in `escpos_frames`. Several
answers share one wire without lengths; their bit patterns keep them apart:

    0xx1xx10           real-time status, the reply to DLE EOT n
    0xx1xx00           first byte of a 4-byte automatic status (ASB); three bytes 0xx0xxxx follow
    00010001 00010011  XON, XOFF; anywhere, even inside another answer
    5F text 00         printer information, the reply to GS I n
    37 text 00         response: 37 22 d1 d2 d3 d4 00 to GS ( H, 37 25 00 to DLE DC4 8

A real-time reply does not say which n it answers. So questions go out in batches, one at a time,
and a batch is believed only when complete: with one reply lost, all are unknown, and the next batch
is not believed either, because a late reply may have slipped into it. A reply nobody asked for is
noise; silence is never a status.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from firmware_bridge.buffer import UnfinishedFrame
from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.escpos_frames import (
    AutomaticStatus,
    BuffersCleared,
    ClearBuffers,
    FlowControl,
    InfoQuery,
    InfoTopic,
    PrinterCommand,
    PrinterFrame,
    PrinterInfo,
    ProcessIdDone,
    RealTimeStatus,
    RecoverAndDrop,
    ReportChanges,
    StatusQuery,
    StatusTopic,
)

__all__ = [
    "AutomaticStatus",
    "BuffersCleared",
    "ClearBuffers",
    "EscposStatusCodec",
    "FlowControl",
    "InfoQuery",
    "InfoTopic",
    "PrinterCommand",
    "PrinterFrame",
    "PrinterInfo",
    "ProcessIdDone",
    "RealTimeStatus",
    "RecoverAndDrop",
    "ReportChanges",
    "StatusQuery",
    "StatusTopic",
]

XON, XOFF = b"\x11", b"\x13"
PATIENCE_S = 0.5
# GS I texts are at most 80 characters in every manual read; a longer one lost its end.
MAX_BLOCK_BYTES = 96

_FLOW = re.compile(rb"([\x11\x13])")
_REAL_TIME = bytes(b for b in range(256) if b & 0b10010011 == 0b00010010)
_ASB_FIRST = bytes(b for b in range(256) if b & 0b10010011 == 0b00010000)
_ASB_REST = bytes(b for b in range(256) if b & 0b10010000 == 0)


_TOKEN = re.compile(
    rb"""
      (?P<real_time> [%(status)b] )
    | (?P<automatic> [%(first)b][%(rest)b]{3} )
    | (?P<block>     [\x5F\x37][\x20-\x7E]{0,%(text)d}\x00 )
    | (?P<begun>     (?: [%(first)b][%(rest)b]{0,2} | [\x5F\x37][\x20-\x7E]{0,%(text)d} ) \Z )
    | (?P<cut>       [\x5F\x37][\x20-\x7E]* )
    | (?P<stray>     [^%(status)b%(first)b\x5F\x37]+ | . )
    """
    % {
        b"status": re.escape(_REAL_TIME),
        b"first": re.escape(_ASB_FIRST),
        b"rest": re.escape(_ASB_REST),
        b"text": MAX_BLOCK_BYTES - 2,
    },
    re.DOTALL | re.VERBOSE,
)
_TEXT = re.compile(rb"[\x20-\x7E]*")


class EscposStatusCodec:
    """Finds answers in the return stream. Keeps at most one unfinished answer and one batch."""

    def __init__(self) -> None:
        self._unfinished = UnfinishedFrame(MAX_BLOCK_BYTES, PATIENCE_S)
        self._in_lost_text = False
        self._asked: tuple[StatusTopic, ...] = ()
        self._replies = b""
        self._abandoned = b""
        self._replies_until_s = 0.0
        self._doubt = False
        self._info_asked: InfoTopic | None = None

    def feed(self, data: bytes, now_s: float) -> list[PrinterFrame | Noise]:
        """Answers and noise in wire order; a batch is reported with its last reply."""
        found = self.expire(now_s)
        for piece in _FLOW.split(data):
            if piece in (XON, XOFF):
                found.append(FlowControl(piece == XOFF, now_s))
            elif piece:
                found.extend(self._scan(piece, now_s))
        return found

    def encode(self, command: PrinterCommand) -> bytes:
        """The bytes of a command. A new `StatusQuery` abandons an unanswered one."""
        match command:
            case StatusQuery(topics):
                self._doubt = self._doubt or bool(self._asked)
                self._abandoned += self._replies
                self._asked, self._replies, self._replies_until_s = topics, b"", 0.0
                return b"".join(bytes((0x10, 0x04, topic)) for topic in topics)
            case InfoQuery(topic):
                self._info_asked = topic
                return bytes((0x1D, 0x49, topic))
            case ReportChanges(enabled):
                return b"\x1d\x61\x0f" if enabled else b"\x1d\x61\x00"
            case ClearBuffers():
                return bytes.fromhex("10140801031401060208")
            case RecoverAndDrop():
                return b"\x10\x05\x02"

    def deadline(self) -> float | None:
        unfinished_s = self._unfinished.deadline()
        if not self._asked:
            return unfinished_s
        return min(self._replies_until_s, unfinished_s or self._replies_until_s)

    def expire(self, now_s: float) -> list[PrinterFrame | Noise]:
        """Unfinished answers become noise; unanswered questions are forgotten, silently."""
        found: list[PrinterFrame | Noise] = [*self._unfinished.expire(now_s)]
        if self._asked and not self._replies_until_s:
            # The first call after a question brings the time from which its answer is awaited.
            self._replies_until_s = now_s + PATIENCE_S
        elif self._asked and now_s >= self._replies_until_s:
            self._abandoned += self._replies
            self._asked, self._replies, self._doubt = (), b"", True
        if self._abandoned:
            found.append(Noise(self._abandoned, NoiseReason.CUT_SHORT))
            self._abandoned = b""
        return found

    def _scan(self, piece: bytes, now_s: float) -> Iterator[PrinterFrame | Noise]:
        stream = self._unfinished.join(piece)
        start = 0
        if self._in_lost_text:
            # The rest of a text that was given up as too long: its letters look like status.
            start = _text_end(stream)
            self._in_lost_text = start == len(stream)
            if start:
                yield Noise(stream[:start], NoiseReason.TOO_LONG)
        stray_from: int | None = None
        for token in _TOKEN.finditer(stream, start):
            if token.lastgroup == "stray":
                stray_from = token.start() if stray_from is None else stray_from
                continue
            if stray_from is not None:
                yield _stray(stream[stray_from : token.start()])
                stray_from = None
            if token.lastgroup == "begun":
                self._unfinished.hold(token.group(), now_s)
            elif token.lastgroup == "cut":
                self._in_lost_text = token.end() == len(stream)
                too_long = len(token.group()) >= MAX_BLOCK_BYTES
                yield Noise(
                    token.group(), NoiseReason.TOO_LONG if too_long else NoiseReason.CUT_SHORT
                )
            else:
                yield from self._answer(token.lastgroup, token.group(), now_s)
        if stray_from is not None:
            yield _stray(stream[stray_from:])

    def _answer(
        self, kind: str | None, data: bytes, now_s: float
    ) -> Iterator[PrinterFrame | Noise]:
        if kind == "automatic":
            yield AutomaticStatus(data, now_s)
        elif kind == "real_time":
            yield from self._reply(data, now_s)
        elif data[0] == 0x5F:
            yield self._info(data, now_s)
        elif data[1] == 0x22 and len(data) == 7:
            yield ProcessIdDone(data[2:6].decode("ascii"), now_s)
        elif data == b"\x37\x25\x00":
            yield BuffersCleared(now_s)
        else:
            yield Noise(data, NoiseReason.OTHER_LAYOUT)

    def _reply(self, data: bytes, now_s: float) -> Iterator[PrinterFrame | Noise]:
        if not self._asked:
            yield Noise(data, NoiseReason.UNASKED)
            return
        self._replies += data
        if len(self._replies) < len(self._asked):
            return
        asked, replies = self._asked, self._replies
        believed, self._doubt = not self._doubt, False
        self._asked, self._replies = (), b""
        if not believed:
            yield Noise(replies, NoiseReason.UNASKED)
            return
        for topic, raw in zip(asked, replies, strict=True):
            yield RealTimeStatus(topic, raw, now_s)

    def _info(self, data: bytes, now_s: float) -> PrinterFrame | Noise:
        topic, self._info_asked = self._info_asked, None
        if topic is None:
            return Noise(data, NoiseReason.UNASKED)
        return PrinterInfo(topic, data[1:-1].decode("ascii"), now_s)


def _text_end(stream: bytes) -> int:
    text = _TEXT.match(stream)
    return text.end() if text else 0


def _stray(data: bytes) -> Noise:
    return Noise(data, NoiseReason.NOT_A_FRAME if any(data) else NoiseReason.ZEROS)
