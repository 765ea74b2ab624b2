"""The conversation with a GA 450 reader: find, select, read, and again from the beginning.

Owns which question is next. A read needs a find and a select before it, each time; after a good
read the reader finds nothing until the card is lifted. One question is on the wire at a time; one
whose answer has not begun in its time is given up, and the round begins anew.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from firmware_bridge.codec import Noise
from firmware_bridge.codecs.ga450 import (
    STATUS_FOUND,
    STATUS_OK,
    CardText,
    Ga450Codec,
    ReaderAnswer,
    ReaderCommand,
)

ANSWER_S = 0.6
READ_ANSWER_S = 2.0
"""The reader talks to the card by radio for more than a second before it says a word."""


class Ask(Enum):
    """The one command of this codec: ask whatever is due, or nothing while an answer is awaited."""

    WHAT_IS_DUE = "what is due"


class ReadLost(Struct, frozen=True, gc=False):
    """A card was selected, and its text never came whole.

    Told together with the next answer: silence alone is no sign of life.
    """

    at_s: float


DialogueFrame = ReaderAnswer | CardText | ReadLost


class CardDialogue:
    """A codec on top of `Ga450Codec`; `encode` gives b"" while an answer is awaited."""

    def __init__(self) -> None:
        self._codec = Ga450Codec()
        self._next = ReaderCommand.FIND
        self._asked: ReaderCommand | None = None
        self._until_s = 0.0
        self._read_lost = False

    def feed(self, data: bytes, now_s: float) -> list[DialogueFrame | Noise]:
        """Answers and noise in wire order."""
        self._give_up(now_s)
        found: list[DialogueFrame | Noise] = []
        for item in self._codec.feed(data, now_s):
            if not isinstance(item, Noise):
                if self._read_lost and not isinstance(item, CardText):
                    found.append(ReadLost(now_s))
                self._read_lost = False
                self._answered(item)
            found.append(item)
        return found

    def encode(self, command: Ask) -> bytes:
        """The question that is due."""
        if self._asked is not None:
            return b""
        self._asked, self._until_s = self._next, 0.0
        return self._codec.encode(self._next)

    def deadline(self) -> float | None:
        unfinished_s = self._codec.deadline()
        waits_for_more = self._until_s and unfinished_s is not None
        return unfinished_s if self._asked is None or waits_for_more else self._until_s

    def expire(self, now_s: float) -> list[DialogueFrame | Noise]:
        found = self._codec.expire(now_s)
        self._give_up(now_s)
        return [*found]

    def _give_up(self, now_s: float) -> None:
        if self._asked is None:
            return
        if not self._until_s:
            # The first call after a question brings the time from which its answer is awaited.
            reading = self._asked is ReaderCommand.READ
            self._until_s = now_s + (READ_ANSWER_S if reading else ANSWER_S)
        if now_s >= self._until_s and self._codec.deadline() is None:
            self._read_lost = self._read_lost or self._asked is ReaderCommand.READ
            self._asked, self._next = None, ReaderCommand.FIND

    def _answered(self, answer: ReaderAnswer | CardText) -> None:
        asked, self._asked, self._next = self._asked, None, ReaderCommand.FIND
        if isinstance(answer, CardText):
            return
        if asked is ReaderCommand.FIND and answer.status == STATUS_FOUND:
            self._next = ReaderCommand.SELECT
        elif asked is ReaderCommand.SELECT and answer.status == STATUS_OK:
            self._next = ReaderCommand.READ
