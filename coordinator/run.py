"""`site-coordinator run`: keys, store, broker and the ingest loop until it is told to stop.

Owns the wiring and the watchdog, which is fed by turns that came to their end.
"""

from __future__ import annotations

import logging
import random
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import sdnotify

from config.model import CoordinatorConfig
from contracts.presence import HostPresence
from coordinator.broker import Broker
from coordinator.database import FILE_NAME, open_database
from coordinator.ingest import Clocks, Ingest
from coordinator.intake import Intake
from coordinator.key_files import EnrolledKiosks, load_site_keys
from coordinator.kiosk_words import KioskWords
from coordinator.opening import Opening

FEED_EVERY_S = 2.0

log = logging.getLogger(__name__)


def wall_time() -> str:
    """RFC 3339 with offset, to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


@contextmanager
def site_ingest(config: CoordinatorConfig) -> Iterator[Ingest]:
    """An ingest, wired; closed on exit. Raises `KeyFilesError` or `StoreError`."""
    keys_dir = Path(config.keys_dir)
    keys = load_site_keys(keys_dir)
    kiosks = EnrolledKiosks(keys_dir)
    path = Path(config.state_dir) / FILE_NAME
    connection = open_database(path, lambda: secrets.token_hex(16), wall_time())
    try:
        intake = Intake(connection, keys, kiosks)
        broker = Broker(
            config.broker_host,
            config.broker_port,
            client_id=f"coordinator-{config.site_id}",
            presence=HostPresence(online=True, database_id=intake.database_id, since=wall_time()),
            dice=random.Random(),
        )
        words = KioskWords(connection, lambda kiosk: kiosks.verify_key_of(kiosk) is not None)
        opening = Opening(connection, keys, kiosks.verify_key_of)
        clocks = Clocks(wall=wall_time, unix_s=time.time)
        try:
            yield Ingest(
                connection=connection,
                broker=broker,
                intake=intake,
                words=words,
                opening=opening,
                clocks=clocks,
            )
        finally:
            broker.close()
    finally:
        connection.close()


def run(config: CoordinatorConfig, stop: threading.Event) -> None:
    """Turn until ``stop``."""
    fed_s = float("-inf")
    with site_ingest(config) as ingest:
        notifier = sdnotify.SystemdNotifier()
        notifier.notify("READY=1")
        while not stop.is_set():
            ingest.turn()
            if time.monotonic() - fed_s >= FEED_EVERY_S:
                notifier.notify("WATCHDOG=1")
                fed_s = time.monotonic()
            ingest.wait()
        notifier.notify("STOPPING=1")


def stop_requested() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
