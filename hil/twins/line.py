"""The one thread of a wired twin: it owns the model, the skin and the faults between them.

Everybody else hands it small jobs with `ask`, so that nothing of a twin needs a lock but the record
of the wire.
"""

from __future__ import annotations

import os
import queue
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Literal, TypeVar

from hil.faults import FaultWord, SkinKind
from hil.skins.pty import PtySkin
from hil.skins.tcp import TcpSkin
from hil.twins.line_faults import LINE_WORDS, LineFaults

_LISTEN_INTERVAL_S = 0.02
"""How soon a twin notices that a host has opened its terminal."""
_ANSWER_S = 5.0
_WIRE_RECORDS = 500
_BABBLE_INTERVAL_S = 0.02
_BABBLE_BYTES = 24

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WireBytes:
    """Bytes that passed the skin. ``direction`` is ``said`` (to the kiosk) or ``heard``."""

    at_s: float
    direction: Literal["said", "heard"]
    data: bytes


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a line needs of a model. Times are seconds of CLOCK_MONOTONIC."""

    receive: Callable[[bytes, float], None]
    advance: Callable[[float], bytes]
    next_due_s: Callable[[], float | None]
    plugged: Callable[[float], None]
    wants_data: Callable[[], bool] = lambda: True
    baud: Callable[[], int] | None = None  # None: speed does not matter


class TwinLine:
    """Start, ask, stop. What is asked before the start or after the stop runs in the caller."""

    def __init__(
        self, name: str, instrument: Instrument, skin: PtySkin | TcpSkin, faults: LineFaults
    ) -> None:
        self._instrument = instrument
        self._skin = skin
        self.faults = faults
        self._jobs: queue.SimpleQueue[Callable[[float], None]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"twin-{name}", daemon=True)
        self._wake: int | None = None
        self._stopping = False
        self._outgoing: deque[tuple[float, bytes]] = deque()
        self._next_babble_s = 0.0
        self._wire: deque[WireBytes] = deque(maxlen=_WIRE_RECORDS)
        self._wire_lock = threading.Lock()

    @property
    def url(self) -> str:
        """What the kiosk's configuration names, for example ``pty:PATH``."""
        return self._skin.url

    @property
    def skin_kind(self) -> SkinKind:
        return SkinKind.PTY if isinstance(self._skin, PtySkin) else SkinKind.TCP

    @property
    def wire(self) -> tuple[WireBytes, ...]:
        """The newest records of the wire, oldest first."""
        with self._wire_lock:
            return tuple(self._wire)

    def start(self) -> None:
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._skin.plug()
        self._instrument.plugged(time.monotonic())
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and unplugs. Safe to call twice or without a start."""
        if self._wake is None:
            return
        self._stopping = True
        os.eventfd_write(self._wake, 1)
        self._thread.join(_ANSWER_S)
        self._skin.close()
        os.close(self._wake)
        self._wake = None

    def ask(self, job: Callable[[float], T]) -> T:
        """Run ``job(now_s)`` in the twin's thread and return what it returns."""
        if self._wake is None or threading.current_thread() is self._thread:
            return job(time.monotonic())
        answer: Future[T] = Future()
        self._jobs.put(lambda now_s: _answer(answer, job, now_s))
        os.eventfd_write(self._wake, 1)
        return answer.result(_ANSWER_S)

    def fault(self, word: FaultWord) -> None:
        """Begin a fault of the line or of the cable."""
        self.ask(lambda now_s: self._begin(word, now_s))

    def _begin(self, word: FaultWord, now_s: float) -> None:
        if word in LINE_WORDS:
            self.faults.active.add(word)
            return
        self._outgoing.clear()
        if word is FaultWord.REPLUG_OTHER_NAME and isinstance(self._skin, PtySkin):
            self._skin.replug_under_other_name()
            self._instrument.plugged(now_s)
        else:
            self._skin.unplug()
            self.faults.active.add(word)

    def heal(self, word: FaultWord) -> None:
        """End a fault of the line or of the cable; without effect when it does not hold."""
        self.ask(lambda now_s: self._end(word, now_s))

    def _end(self, word: FaultWord, now_s: float) -> None:
        if word in self.faults.active and word is FaultWord.DROP_LINK:
            self._skin.plug()
            self._instrument.plugged(now_s)
        self.faults.active.discard(word)

    def _run(self) -> None:
        while not self._stopping:
            now_s = time.monotonic()
            self._do_jobs(now_s)
            self._hear(now_s)
            self._say(now_s)
            self._wait()

    def _do_jobs(self, now_s: float) -> None:
        while not self._jobs.empty():
            self._jobs.get()(now_s)

    def _hear(self, now_s: float) -> None:
        if not self._instrument.wants_data():
            return
        data = self._skin.receive()
        if data and not self.faults.deaf:
            if self._speeds_differ():
                data = self.faults.nonsense(len(data))
            self._record(now_s, "heard", data)
            self._instrument.receive(data, now_s)

    def _say(self, now_s: float) -> None:
        due_s = self._outgoing[-1][0] if self._outgoing else now_s
        for piece in self.faults.carry(self._instrument.advance(now_s)):
            due_s += piece.after_s
            self._outgoing.append((due_s, piece.data))
        if self.faults.babbling and now_s >= self._next_babble_s:
            self._next_babble_s = now_s + _BABBLE_INTERVAL_S
            self._outgoing.append((now_s, self.faults.nonsense(_BABBLE_BYTES)))
        while self._outgoing and self._outgoing[0][0] <= now_s:
            _, data = self._outgoing.popleft()
            if self._speeds_differ():
                data = self.faults.nonsense(len(data))
            self._record(now_s, "said", data)
            self._skin.send(data)

    def _speeds_differ(self) -> bool:
        if self._instrument.baud is None or not isinstance(self._skin, PtySkin):
            return False
        return self._skin.host_baud() != self._instrument.baud()

    def _wait(self) -> None:
        assert self._wake is not None
        readable = self._skin.readable() if self._instrument.wants_data() else []
        due = [self._instrument.next_due_s(), None if readable else self._soon()]
        due.append(self._outgoing[0][0] if self._outgoing else None)
        due.append(self._next_babble_s if self.faults.babbling else None)
        times = [moment for moment in due if moment is not None]
        timeout = max(0.0, min(times) - time.monotonic()) if times else None
        ready, _, _ = select.select([self._wake, *readable], [], [], timeout)
        if self._wake in ready:
            os.eventfd_read(self._wake)

    def _soon(self) -> float:
        return time.monotonic() + _LISTEN_INTERVAL_S

    def _record(self, at_s: float, direction: Literal["said", "heard"], data: bytes) -> None:
        with self._wire_lock:
            self._wire.append(WireBytes(at_s, direction, data))


def _answer(answer: Future[T], job: Callable[[float], T], now_s: float) -> None:
    try:
        answer.set_result(job(now_s))
    except Exception as error:  # noqa: BLE001  it belongs to whoever asked
        answer.set_exception(error)
