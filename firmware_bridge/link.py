"""Keeps one device connected: the only place in the house with reader threads.

Owns, for one device: opening exclusively, the handshake, reading, polling, judging the wire,
closing on error, and coming back (0.2 to 10 s with jitter, at once when poked). Must not know what
a frame means, and must not log what passes through.

`on_event` is called from the link's thread only. Writers may come from any thread; a blocked device
never holds one longer than its time limit.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from firmware_bridge.codec import Codec, Noise
from firmware_bridge.errors import LinkError, PortAbsent, WriteTimedOut
from firmware_bridge.handshake import Handshake
from firmware_bridge.link_state import (
    FrameArrived,
    LinkChanged,
    LinkEvent,
    LinkState,
    LinkStatus,
    NoiseArrived,
    WireHealth,
)
from firmware_bridge.transport import Transport

__all__ = [
    "FrameArrived",
    "Link",
    "LinkChanged",
    "LinkEvent",
    "LinkState",
    "LinkStatus",
    "NoiseArrived",
]

AnswerT = TypeVar("AnswerT")

log = logging.getLogger(__name__)

BACKOFF_FIRST_S = 0.2
BACKOFF_LAST_S = 10.0
READ_BYTES = 4096
# The longest the thread sits in a read: bounds stop(), polls and the notice of silence.
TICK_S = 0.1
COMMAND_TIMEOUT_S = 0.5
POLL_TIMEOUT_S = 0.05
STOP_TIMEOUT_S = 5.0
HANDSHAKE_AGAIN_S = 1.0
NOISE_GAP_S = 0.2
NOISE_SAMPLE_BYTES = 64

_DETAILS = {
    LinkState.SILENT: "the port is open, but the device says nothing; check its power and cable",
    LinkState.BABBLING: "bytes arrive that are no frames; check baud rate, cable and device type",
}


class Link:
    """One device. `start` it once; it lives until `stop`."""

    def __init__(
        self,
        name: str,
        open_transport: Callable[[], Transport],
        make_codec: Callable[[], Codec[Any]],
        on_event: Callable[[LinkEvent], None],
        *,
        handshake: Handshake | None = None,
        silence_s: float | None = None,
        polls: Sequence[object] = (),
        poll_s: float = 1.0,
        backoff_last_s: float = BACKOFF_LAST_S,
        now: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """``polls`` are commands for the codec, sent together every ``poll_s`` while open."""
        self._name = name
        self._open_transport = open_transport
        self._make_codec = make_codec
        self._on_event = on_event
        self._handshake = handshake
        self._silence_s = silence_s
        self._polls = tuple(polls)
        self._poll_s = poll_s
        self._backoff_last_s = backoff_last_s
        self._now = now
        self._jitter = jitter
        self._attempts = 0
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._codec_lock = threading.Lock()
        self._writing = threading.Lock()
        self._codec: Codec[Any] | None = None
        self._transport: Transport | None = None
        self._noise_told_s = float("-inf")
        self._status = LinkStatus(name, LinkState.ABSENT, 0, now(), "not started")
        self._thread = threading.Thread(target=self._supervise, name=f"link-{name}", daemon=True)

    @property
    def status(self) -> LinkStatus:
        return self._status

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close the port and end the thread. No event comes after this returns."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(STOP_TIMEOUT_S)

    def poke(self) -> None:
        """Something was plugged in: do not wait for the next attempt."""
        self._wake.set()

    def send(self, command: object) -> bool:
        """Encode and write one command, in any open state. False when it could not be written."""
        codec, transport = self._codec, self._transport
        if codec is None or transport is None:
            return False
        try:
            with self._turn(COMMAND_TIMEOUT_S) as left_s:
                self._write_command(codec, transport, command, left_s)
        except LinkError:
            return False
        return True

    def write_bytes(self, data: bytes, timeout_s: float, generation: int | None = None) -> None:
        """Write raw bytes to a READY device, all of them or `LinkError` within ``timeout_s``.

        With ``generation``, refuse when the port was closed since that generation was observed. The
        error is a `WriteTimedOut` when a part may have been taken.
        """
        status, transport = self._status, self._transport
        if status.state is not LinkState.READY or transport is None:
            raise LinkError(f"the {self._name} is {status.state}, nothing was sent; wait for it")
        if generation not in (None, status.generation):
            raise LinkError(f"the {self._name} was replugged meanwhile; start the job again")
        with self._turn(timeout_s) as left_s:
            transport.write(data, left_s)
        if self._status.generation != status.generation:
            raise LinkError(f"the {self._name} was lost while it was written to; start again")

    def _supervise(self) -> None:
        self._change(LinkState.OPENING)
        while not self._stopping.is_set():
            try:
                self._live()
            except PortAbsent as error:
                self._lost(LinkState.ABSENT, str(error), for_ever=error.permanent)
            except LinkError as error:
                self._lost(LinkState.FAULT, str(error), for_ever=error.permanent)
            except Exception as bug:
                log.exception("the link of the %s met a programming error", self._name)
                what = f"programming error ({type(bug).__name__}); report it with the log"
                self._lost(LinkState.FAULT, what, for_ever=False)
        self._status = replace(self._status, state=LinkState.ABSENT, detail="stopped")

    def _live(self) -> None:
        """From open to close. Returns when stopped, raises when lost."""
        codec = self._make_codec()
        transport = self._open_transport()
        self._transport, self._codec = transport, codec
        try:
            self._change(LinkState.OPENING)
            self._pump(transport, codec)
        finally:
            self._transport = self._codec = None
            closed = self._status
            self._status = replace(closed, generation=closed.generation + 1)
            transport.close()

    def _pump(self, transport: Transport, codec: Codec[Any]) -> None:
        heard = self._handshake(transport) if self._handshake else b""
        health = WireHealth(self._silence_s, self._now())
        patience_s = max(self._silence_s or 0.0, HANDSHAKE_AGAIN_S)
        handshake_s = self._now() + patience_s
        poll_s = self._now()
        while not self._stopping.is_set():
            read_until_s = self._digest(codec, health, heard)
            state = self._status.state
            if self._handshake and state in _DETAILS and self._now() >= handshake_s:
                heard = self._unless_somebody_writes(partial(self._handshake, transport)) or b""
                handshake_s = self._now() + patience_s
                continue
            if self._polls and self._now() >= poll_s:
                self._unless_somebody_writes(partial(self._poll, codec, transport))
                poll_s = self._now() + self._poll_s
            if self._polls:
                read_until_s = min(read_until_s, poll_s)
            heard = transport.read(READ_BYTES, max(0.0, read_until_s - self._now()))

    def _digest(self, codec: Codec[Any], health: WireHealth, heard: bytes) -> float:
        """Let the codec work; returns until when the thread may sit in a read."""
        now_s = self._now()
        with self._codec_lock:
            found = codec.feed(heard, now_s) if heard else codec.expire(now_s)
            deadline_s = codec.deadline()
        believed = [item for item in found if health.hear(item, now_s)]
        state = health.state(now_s)
        self._change(state, _DETAILS.get(state, ""))
        for item in believed:
            if isinstance(item, Noise):
                self._tell_noise(item, now_s)
            else:
                self._emit(FrameArrived(self._name, self._status.generation, item, now_s))
        tick_s = now_s + TICK_S
        return tick_s if deadline_s is None else min(tick_s, deadline_s)

    def _poll(self, codec: Codec[Any], transport: Transport) -> None:
        for command in self._polls:
            self._write_command(codec, transport, command, POLL_TIMEOUT_S)

    def _unless_somebody_writes(self, speak: Callable[[], AnswerT]) -> AnswerT | None:
        """The link's own words are less than a label: skipped while one is on its way."""
        try:
            with self._turn(0.0):
                return speak()
        except WriteTimedOut as slow:
            if slow.written:
                raise  # half a command is on the wire: only a fresh start is in step again
            return None

    @contextmanager
    def _turn(self, timeout_s: float) -> Iterator[float]:
        """Writers take turns: nothing stands inside another's bytes. Yields the time left."""
        give_up_s = time.monotonic() + timeout_s
        if not self._writing.acquire(timeout=max(0.0, timeout_s)):
            raise WriteTimedOut(
                f"the {self._name} is still being written to; try again later", written=0
            )
        try:
            yield give_up_s - time.monotonic()
        finally:
            self._writing.release()

    def _write_command(
        self, codec: Codec[Any], transport: Transport, command: object, timeout_s: float
    ) -> None:
        with self._codec_lock:
            data = codec.encode(command)
        if data:  # a codec that still waits for an answer has nothing to say
            transport.write(data, timeout_s)

    def _tell_noise(self, noise: Noise, now_s: float) -> None:
        if now_s - self._noise_told_s < NOISE_GAP_S:
            return
        self._noise_told_s = now_s
        sample = Noise(noise.data[:NOISE_SAMPLE_BYTES], noise.why)
        self._emit(NoiseArrived(self._name, self._status.generation, sample, now_s))

    def _lost(self, state: LinkState, detail: str, *, for_ever: bool) -> None:
        """Say so, then wait for the next attempt: a while, or until poked."""
        self._change(state, detail)
        longest_s = min(BACKOFF_FIRST_S * 2**self._attempts, self._backoff_last_s)
        self._attempts = min(self._attempts + 1, 16)
        # Half of the wait is drawn, so that devices lost together do not come back in step.
        wait_s = longest_s * (0.5 + 0.5 * self._jitter())
        if self._wake.wait(None if for_ever else wait_s):
            self._wake.clear()
            self._attempts = 0

    def _change(self, state: LinkState, detail: str = "") -> None:
        old = self._status
        if (state, detail) == (old.state, old.detail):
            return
        since_s = old.since_s if state is old.state else self._now()
        self._status = LinkStatus(self._name, state, old.generation, since_s, detail)
        if state is LinkState.READY:
            self._attempts = 0
        if state in (LinkState.ABSENT, LinkState.FAULT):
            log.warning("%s %s: %s", self._name, state, detail)
        elif state is LinkState.READY:
            log.info("%s ready", self._name)
        self._emit(LinkChanged(self._status))

    def _emit(self, event: LinkEvent) -> None:
        try:
            self._on_event(event)
        except Exception:
            log.exception("the receiver of the %s's events failed", self._name)
