"""The ingest at work: messages to commits, commits to acknowledgements, spare time to opening.

Owns the order of one turn: read what is there, COMMIT, PUBACK, tell the kiosks, then open a few
records. Batches grow by themselves: while one is on its way to the disk the next ones arrive. One
thread. Must not wait for anything but the disk.
"""

from __future__ import annotations

import logging
import select
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass

from contracts import topics
from contracts.topics import TopicKind, TopicRefused
from coordinator.broker import Broker, Message
from coordinator.database import StoreError, transaction
from coordinator.intake import Intake
from coordinator.kiosk_words import KioskWords
from coordinator.opening import Opening

BATCH_RECORDS = 500
BATCH_MESSAGES = 50
OPEN_AT_ONCE = 32  # records, about 10 ms: how long a commit may have to wait for the staff page
OPEN_EVERY_S = 0.25  # even while records keep streaming in
QUIET_AFTER_S = 0.1  # a drain pauses for less: its next bundle waits for our acknowledgement
SAY_ALIVE_EVERY_S = 2.0
LONGEST_TURN_S = 0.25

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Clocks:
    """``wall`` RFC 3339, ``unix_s`` and ``monotonic_s`` in seconds."""

    wall: Callable[[], str]
    unix_s: Callable[[], float]
    monotonic_s: Callable[[], float] = time.monotonic


class Ingest:
    """Call `turn` again and again."""

    def __init__(
        self,
        *,
        connection: sqlite3.Connection,
        broker: Broker,
        intake: Intake,
        words: KioskWords,
        opening: Opening,
        clocks: Clocks,
    ) -> None:
        self._connection = connection
        self._broker = broker
        self._intake = intake
        self._words = words
        self._opening = opening
        self._clocks = clocks
        self._opened_s = float("-inf")
        self._heard_s = float("-inf")
        self._said_alive_s = float("-inf")
        self._more_to_open = True

    def turn(self) -> None:
        """Raises `StoreError` when the disk takes nothing any more: what was not acknowledged comes
        again when the next ingest connects."""
        try:
            self._turn()
        except sqlite3.Error as error:
            raise StoreError(
                f"The site's database took nothing ({error}). Nothing was acknowledged that is not"
                " stored, the kiosks keep their records. Check the disk."
            ) from error

    def wait(self) -> None:
        """Until the broker says something, or something is due."""
        reads = [self._broker.fileno()] if self._broker.fileno() >= 0 else []
        writes = reads if self._broker.wants_write else []
        select.select(reads, writes, [], self._wait_s())

    def _turn(self) -> None:
        messages = self._read_batch()
        for signed in self._intake.commit(self._clocks.unix_s(), self._clocks.wall()):
            topic = topics.acknowledgement(signed.kiosk)
            self._broker.publish(topic, signed.text.encode("utf-8"), retain=True)
        self._broker.acknowledge(messages)
        self._words.save(self._clocks.unix_s())
        self._open_some(heard=bool(messages))
        self._say_alive()

    def _read_batch(self) -> list[Message]:
        messages: list[Message] = []
        while len(messages) < BATCH_MESSAGES and self._intake.batch_records < BATCH_RECORDS:
            arrived = self._broker.pump(self._clocks.monotonic_s())
            for message in arrived:
                self._sort(message)
            messages += arrived
            if (
                self._broker.fileno() < 0
                or not select.select([self._broker.fileno()], [], [], 0)[0]
            ):
                break
        return messages

    def _sort(self, message: Message) -> None:
        try:
            topic = topics.parse(message.topic)
        except TopicRefused:
            return
        match topic.kind:
            case TopicKind.RECORD:
                self._intake.take(message.payload, topic.kiosk)
            case TopicKind.STATE:
                self._words.hear_presence(topic.kiosk, message.payload)
            case TopicKind.REPORT:
                self._words.hear_report(topic.kiosk, message.payload)

    def _open_some(self, *, heard: bool) -> None:
        """Opening is the slow part; it must not stand between a kiosk and its acknowledgement."""
        now_s = self._clocks.monotonic_s()
        if heard:
            self._heard_s = now_s
            self._more_to_open = True
        if now_s < self._open_due_s():
            return
        self._opened_s = now_s
        self._more_to_open = self._opening.advance(OPEN_AT_ONCE) == OPEN_AT_ONCE

    def _open_due_s(self) -> float:
        return min(self._heard_s + QUIET_AFTER_S, self._opened_s + OPEN_EVERY_S)

    def _wait_s(self) -> float:
        if not self._more_to_open:
            return LONGEST_TURN_S
        left_s = self._open_due_s() - self._clocks.monotonic_s()
        return min(max(0.0, left_s), LONGEST_TURN_S)

    def _say_alive(self) -> None:
        now_s = self._clocks.monotonic_s()
        if now_s - self._said_alive_s < SAY_ALIVE_EVERY_S:
            return
        self._said_alive_s = now_s
        with transaction(self._connection):
            self._connection.execute(
                "UPDATE site SET ingest_at = ?, broker = ?",
                (self._clocks.unix_s(), self._broker.trouble),
            )
