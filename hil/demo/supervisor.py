"""Keeps the demo's processes running, as systemd does on a kiosk: restart, watchdog, ordered stop.

Owns one thread, and every child is started, heard and collected by it. Must not know what a process
does; it hears READY=1 and WATCHDOG=1 and sees deaths.
"""

from __future__ import annotations

import os
import queue
import select
import selectors
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

from hil.demo.child_process import Child, ChildState, ChildView, Command

RESTART_AFTER_S = 0.5
STOP_TIMEOUT_S = 4.0
_TICK_S = 0.5


class StartError(Exception):
    """A process did not become ready. The text says which, why and where its log is."""


class Supervisor:
    """``start`` processes in order, ``stop`` them in the reverse order."""

    def __init__(self, notify_dir: Path) -> None:
        self._notify_dir = notify_dir
        self._children: dict[str, Child] = {}
        self._views: dict[str, ChildView] = {}
        self._orders: queue.SimpleQueue[tuple[Callable[[], object], Future[object]]] = (
            queue.SimpleQueue()
        )
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        self._changed = threading.Condition()
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="demo-supervisor", daemon=True)
        self._thread.start()

    def start(self, command: Command) -> None:
        """Start ``command`` and keep it running until `stop`."""
        self._order(lambda: self._add(command))

    def wait_ready(self, names: Sequence[str], timeout_s: float) -> None:
        """Return when all ``names`` are ready. Raises `StartError` when one ends or is late."""
        ends_s = time.monotonic() + timeout_s
        with self._changed:
            while True:
                views = [self._views[name] for name in names]
                if all(view.state is ChildState.READY for view in views):
                    return
                ended = next((view for view in views if view.last_exit), None)
                if ended is not None:
                    raise StartError(self._why(ended.name, f"ended with {ended.last_exit}"))
                left_s = ends_s - time.monotonic()
                if left_s <= 0:
                    late = next(view for view in views if view.state is not ChildState.READY)
                    raise StartError(
                        self._why(late.name, f"was not ready within {timeout_s:.0f} s")
                    )
                self._changed.wait(left_s)

    def views(self) -> tuple[ChildView, ...]:
        """All processes in the order they were started."""
        with self._changed:
            return tuple(self._views.values())

    def wait_for(
        self, name: str, wanted: Callable[[ChildView], bool], timeout_s: float
    ) -> ChildView | None:
        """The view of one process once it is ``wanted``, None when the time is over."""
        with self._changed:
            met = self._changed.wait_for(lambda: wanted(self._views[name]), timeout_s)
            return self._views[name] if met else None

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> bool:
        """Send a signal; the process is then restarted if it dies. False: it was not running."""
        return bool(self._order(lambda: self._children[name].signal(number)))

    def stop(self) -> None:
        """Stop every process, last started first, each within a bound. Safe to call twice."""
        if not self._thread.is_alive():
            return
        self._order(self._stop_all)
        self._ending = True
        self._wake()
        self._thread.join(timeout=STOP_TIMEOUT_S)
        self._selector.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    # ── everything below runs in the supervisor's thread, except `_order` and `_wake` ──

    def _order(self, action: Callable[[], object]) -> object:
        answer: Future[object] = Future()
        self._orders.put((action, answer))
        self._wake()
        return answer.result()

    def _wake(self) -> None:
        os.write(self._wake_write, b"x")

    def _run(self) -> None:
        while not self._ending:
            for key, _ in self._selector.select(_TICK_S):
                if key.data is None:
                    os.read(self._wake_read, 4096)
                elif key.fd == key.data.pidfd:
                    self._died(key.data)
                else:
                    key.data.hear(time.monotonic())
            self._obey_orders()
            self._keep_running()
            self._publish()

    def _obey_orders(self) -> None:
        while True:
            try:
                action, answer = self._orders.get_nowait()
            except queue.Empty:
                return
            try:
                result = action()
            except Exception as error:  # noqa: BLE001 - handed to the caller, who raises it
                answer.set_exception(error)
            else:
                self._publish()
                answer.set_result(result)

    def _add(self, command: Command) -> None:
        child = Child(command, self._notify_dir / command.name)
        self._children[command.name] = child
        self._selector.register(child.notify, selectors.EVENT_READ, child)
        self._launch(child)

    def _launch(self, child: Child) -> None:
        child.start(time.monotonic())
        self._selector.register(child.pidfd, selectors.EVENT_READ, child)
        if not child.command.notifies:
            child.state = ChildState.READY

    def _died(self, child: Child) -> None:
        self._selector.unregister(child.pidfd)
        child.hear(time.monotonic())
        child.bury(time.monotonic())

    def _keep_running(self) -> None:
        now_s = time.monotonic()
        for child in self._children.values():
            if child.hangs(now_s):
                child.signal(signal.SIGABRT)
            if child.state is ChildState.WAITING and now_s - child.since_s >= RESTART_AFTER_S:
                self._launch(child)

    def _stop_all(self) -> None:
        for child in reversed(self._children.values()):
            self._end(child)
            child.state = ChildState.STOPPED
            self._selector.unregister(child.notify)
            child.close()

    def _end(self, child: Child) -> None:
        if child.process is None:
            return
        self._selector.unregister(child.pidfd)
        for number in (signal.SIGTERM, signal.SIGKILL):
            child.signal(number)
            if select.select([child.pidfd], [], [], STOP_TIMEOUT_S)[0]:
                break
        child.bury(time.monotonic())

    def _publish(self) -> None:
        views = {name: child.view() for name, child in self._children.items()}
        if views != self._views:
            with self._changed:
                self._views = views
                self._changed.notify_all()

    def _why(self, name: str, what: str) -> str:
        child = self._children[name]
        words = child.last_words()
        said = f' It said: "{words}".' if words else ""
        return f"{name} {what}.{said} Its log is {child.command.log}."
