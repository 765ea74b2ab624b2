"""``kiosk-core``: starts what the core owns, turns its loop, ends it in order.

Owns the process: its one thread, the selector and the watchdog. A ledger that cannot be opened does
not end it: the kiosk then shows that it is out of order and tries again.
"""

from __future__ import annotations

import logging
import secrets
import selectors
import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from config.model import KioskConfig
from firmware_bridge.board import read_board
from kiosk.core.clock import KioskClock
from kiosk.core.inbox import Inbox
from kiosk.core.keys import CoreKeys, read_keys
from kiosk.core.kiosk import DeviceEvent, Keys, Kiosk, Ways
from kiosk.core.label_desk import PrinterWays
from kiosk.core.links import DeviceLinks
from kiosk.core.person_digest import PersonDigests
from kiosk.core.printer_identity import IdentityWays
from kiosk.core.printer_worker import PrinterWorker
from kiosk.core.record_maker import RecordMaker
from kiosk.core.server import MessageServer
from kiosk.core.settings import label_template
from kiosk.core.snapshot_view import Surroundings, view
from kiosk.devices.memory import DeviceMemory
from kiosk.devices.printer_settings import label_printer
from kiosk.flow.intake import INTAKE, Intake, LedgerFailed
from kiosk.flow.visit_state import Visit
from kiosk.ipc.channel import socket_path
from kiosk.ipc.key_files import KeysMissing
from kiosk.ipc.life import Life
from kiosk.ipc.memory_folder import lies_in_memory
from kiosk.ipc.messages import AnyMessage, Role, Snapshot
from kiosk.ipc.startup import read_arguments, stop_requested
from kiosk.ledger.errors import LedgerBroken, LedgerError
from kiosk.ledger.ledger import Ledger

log = logging.getLogger(__name__)

LEDGER_NAME = "ledger.db"
LOOP_SILENCE_S = 3.0
LEDGER_SILENCE_S = 8.0
REOPEN_S = 5.0
LONGEST_SLEEP_S = 0.5


@dataclass(frozen=True, slots=True)
class _Process:
    """What every stage of the process's life needs."""

    clock: KioskClock
    life: Life
    stop: threading.Event


def main() -> None:
    """The command. Exit status 0 after a wanted stop, 1 with a sentence for wrong settings."""
    config = read_arguments("kiosk-core")
    stop = stop_requested()
    try:
        keys = read_keys(Path(config.paths.keys_dir))
    except KeysMissing as error:
        raise SystemExit(str(error)) from error
    runtime_dir = Path(config.paths.runtime_dir)
    runtime_dir.mkdir(parents=True, exist_ok=True)
    Path(config.paths.state_dir).mkdir(parents=True, exist_ok=True)
    clock = KioskClock()
    life = Life({"loop": LOOP_SILENCE_S, "ledger": LEDGER_SILENCE_S}, clock.monotonic_s())
    process = _Process(clock, life, stop)
    ledger = _open_ledger(config, process)
    if ledger is not None:
        try:
            _run(config, keys, ledger, process)
        finally:
            ledger.close()
    life.stopping()


def _open_ledger(config: KioskConfig, process: _Process) -> Ledger | None:
    """The ledger, however long it takes; None when a stop was asked for first."""
    while not process.stop.is_set():
        try:
            return Ledger.open(
                Path(config.paths.state_dir) / LEDGER_NAME,
                quota_bytes=config.ledger.quota_mb * 1024 * 1024,
                serial_first=config.ledger.serial_first,
                serial_last=config.ledger.serial_last,
                make_epoch=_draw_epoch,
            )
        except LedgerError as error:
            log.error("the ledger cannot be opened: %s", error)
            trouble = "broken" if isinstance(error, LedgerBroken) else "full"
            _out_of_order(config, trouble, process)
    return None


def _draw_epoch() -> str:
    """Unique for ever, sortable by when the file was made, without a machine's identity."""
    return f"{int(time.time()):x}-{secrets.token_hex(8)}"


@dataclass(frozen=True, slots=True)
class _OutOfOrder:
    """Answers every screen with the one snapshot that says why nobody can check in."""

    server: MessageServer
    snapshot: Snapshot

    def joined(self, role: Role) -> None:
        if role in (Role.SCREEN, Role.BENCH):
            self.server.send(role, self.snapshot)

    def left(self, role: Role) -> None:
        pass

    def message(self, role: Role, message: AnyMessage) -> None:
        pass


def _out_of_order(config: KioskConfig, trouble: str, process: _Process) -> None:
    """Show why the kiosk takes nobody, for `REOPEN_S`. The watchdog is fed: a restart would heal
    no disk."""
    clock = process.clock
    intake, _ = INTAKE.step(Intake(), LedgerFailed(f"reason.ledger-{trouble}"), None)
    snapshot = view(
        int(clock.monotonic_s() * 1000),
        Visit(language=config.policy.default_language.value),
        intake,
        Surroundings(faults=(f"ledger.{trouble}",), fever_area="", site_name=config.site.name),
    )
    with selectors.DefaultSelector() as selector:
        server = MessageServer(socket_path(config.paths.runtime_dir), selector)
        server.attend(_OutOfOrder(server, snapshot))
        process.life.ready(f"the ledger is {trouble}")
        until_s = clock.monotonic_s() + REOPEN_S
        while not process.stop.is_set() and (now_s := clock.monotonic_s()) < until_s:
            for organ in ("loop", "ledger"):
                process.life.beat(organ, now_s)
            process.life.feed(now_s)
            _serve(selector, LONGEST_SLEEP_S)
        server.close()


def _run(config: KioskConfig, keys: CoreKeys, ledger: Ledger, process: _Process) -> None:
    """Everything that runs while the ledger is well."""
    runtime_dir = Path(config.paths.runtime_dir)
    if not lies_in_memory(runtime_dir):
        log.warning(
            "%s lies on a disk: a crash of the core forgets who was here, and there is no preview;"
            " set paths.runtime_dir to a folder in memory",
            runtime_dir,
        )
    inbox: Inbox[DeviceEvent] = Inbox()
    with selectors.DefaultSelector() as selector:
        server = MessageServer(socket_path(config.paths.runtime_dir), selector)
        links = DeviceLinks(config, inbox.put)
        memory = DeviceMemory(Path(config.paths.state_dir), process.clock.wall_text)
        worker = PrinterWorker(
            label_template(config.printer.label),
            links.printer.write_bytes,
            inbox.put,
            printer=label_printer(config.printer),
            clear=links.clear_printer,
        )
        kiosk = Kiosk(
            config,
            process.clock,
            ledger=ledger,
            records=RecordMaker(
                config.site.kiosk_id, ledger.epoch, keys.sealing, keys.signing, process.clock
            ),
            digests=PersonDigests.in_folder(runtime_dir, in_memory=lies_in_memory(runtime_dir)),
            keys=Keys(registration=(keys.registration,), coordinator=keys.coordinator),
            ways=Ways(
                send=server.send,
                printer=PrinterWays(worker.prepare, worker.print, worker.forget),
                probe_printer=links.probe_printer,
                read_board=partial(read_board, Path(config.paths.state_dir)),
                identity=IdentityWays(links.ask_printer, memory.remember),
            ),
        )
        server.attend(kiosk)

        def take_in(events: int) -> None:
            for event in inbox.take():
                kiosk.happened(event)

        selector.register(inbox, selectors.EVENT_READ, take_in)
        links.start()
        worker.start()
        try:
            process.life.ready("taking people")
            _turn(kiosk, selector, process)
        finally:
            worker.stop()
            links.stop()
            server.close()
            inbox.close()


def _turn(kiosk: Kiosk, selector: selectors.BaseSelector, process: _Process) -> None:
    """The loop. The watchdog is fed only after a turn, and while the ledger answers."""
    while not process.stop.is_set():
        if kiosk.tick():
            process.life.beat("ledger", process.clock.monotonic_s())
        sleep_s = kiosk.settle()
        now_s = process.clock.monotonic_s()
        process.life.beat("loop", now_s)
        process.life.feed(now_s)
        _serve(selector, min(sleep_s, LONGEST_SLEEP_S))


def _serve(selector: selectors.BaseSelector, timeout_s: float) -> None:
    for key, events in selector.select(timeout_s):
        if key.fileobj in selector.get_map():  # an earlier event may have closed it
            key.data(events)
