"""`kiosk-uplink`: settings, keys, the select loop and the watchdog.

Owns the wiring. The watchdog is fed by turns of the loop that came to their end; a broker that is
away, refuses us or talks nonsense is an ordinary state and never ends the process.
"""

from __future__ import annotations

import logging
import random
import select
import sys
import threading
import time
from datetime import datetime
from pathlib import Path

from config.model import KioskConfig
from contracts import topics
from kiosk.ipc.channel import MessageClient, socket_path
from kiosk.ipc.key_files import KeysMissing
from kiosk.ipc.life import Life
from kiosk.ipc.messages import Role
from kiosk.ipc.startup import read_arguments, stop_requested
from kiosk.ledger.errors import LedgerBroken
from kiosk.ledger.outbox_reader import OutboxReader
from kiosk.uplink.broker import Broker, LastWord
from kiosk.uplink.delivery import Parts, Uplink
from kiosk.uplink.drain import Drain, Outbox
from kiosk.uplink.keys import load_uplink_keys
from kiosk.uplink.window import Window

ACKNOWLEDGEMENT_TIMEOUT_S = 4.0
BUNDLE_BYTES = 256 * 1024
LOOP_LIMIT_S = 15.0  # a turn may wait for one slow TCP connect, never for longer
LEDGER_FILE = "ledger.db"

log = logging.getLogger(__name__)


def build(config: KioskConfig) -> tuple[Uplink, MessageClient, Broker]:
    """Wire an uplink from settings; nothing is opened but keys. Raises `KeysMissing`."""
    kiosk = config.site.kiosk_id
    state_dir = Path(config.paths.state_dir)
    keys = load_uplink_keys(Path(config.paths.keys_dir))
    core = MessageClient(socket_path(config.paths.runtime_dir), Role.UPLINK)
    uplink: Uplink

    def last_word() -> LastWord:
        return LastWord(topics.state(kiosk), uplink.presence(online=False))

    broker = Broker(
        config.uplink,
        client_id=kiosk,
        topics=(topics.HOST, topics.acknowledgement(kiosk), topics.all_commands(kiosk)),
        last_word=last_word,
        dice=random.Random(),
    )
    window = Window(
        bundle_records=config.uplink.bundle_records,
        window_bundles=config.uplink.window_bundles,
        bundle_bytes=BUNDLE_BYTES,
        acknowledgement_timeout_s=ACKNOWLEDGEMENT_TIMEOUT_S,
    )
    parts = Parts(
        kiosk=kiosk,
        core=core,
        broker=broker,
        drain=Drain(kiosk, keys, window, lambda: _open_outbox(state_dir / LEDGER_FILE)),
        wall_time=lambda: datetime.now().astimezone().isoformat(timespec="seconds"),
    )
    uplink = Uplink(parts, config.uplink.window_bundles)
    return uplink, core, broker


def run(config: KioskConfig, stop: threading.Event) -> None:
    """Turn until ``stop``. Raises `KeysMissing` before anything is connected."""
    uplink, core, broker = build(config)
    life = Life({"loop": LOOP_LIMIT_S}, time.monotonic())
    life.ready("starting")
    try:
        while not stop.is_set():
            uplink.turn(time.monotonic())
            now_s = time.monotonic()
            life.beat("loop", now_s)
            life.feed(now_s)
            life.ready(f"{uplink.status.state}: {uplink.status.detail}")
            _wait(core, broker, uplink.wait_s(now_s))
    finally:
        life.stopping()
        uplink.close()
        core.close()


def main() -> None:
    """Entry point. Exit status 1 with one sentence when settings or keys are wrong."""
    config = read_arguments("kiosk-uplink")
    try:
        run(config, stop_requested())
    except KeysMissing as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from error


def _wait(core: MessageClient, broker: Broker, wait_s: float) -> None:
    readable = [fd for fd in (core.fileno(), broker.fileno()) if fd >= 0]
    writable = [broker.fileno()] if broker.wants_write and broker.fileno() >= 0 else []
    select.select(readable, writable, [], wait_s)


def _open_outbox(path: Path) -> Outbox | None:
    """None while the core has not made its ledger yet."""
    if not path.exists():
        return None
    try:
        return OutboxReader(path)
    except LedgerBroken as error:
        log.debug("the ledger is not readable yet: %s", error)
        return None
