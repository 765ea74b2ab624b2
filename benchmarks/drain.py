"""Outbox to coordinator and back: the drain beside a bare paho loop, the ingest beside bare SQLite.

Owns both comparisons. The drain is the real thing end to end: genuine sealed records in a real
ledger, `kiosk-uplink`, mosquitto, `site-coordinator run`, signed acknowledgements, and a ledger
that marks what they cover. The bare loop hands the same envelopes to the same broker at QoS 1, one
a message, and nobody even reads them.
"""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import psutil
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from benchmarks.drain_records import KIOSK, BenchSite, make_site
from benchmarks.harness import median_of
from contracts import topics
from contracts.acknowledgement import verify_acknowledgement
from contracts.bundle import encode_bundle
from coordinator.database import open_database
from coordinator.intake import Intake
from kiosk.ipc.lines import LineReader, encode_line
from kiosk.ipc.messages import AcknowledgementReceived, Hello, OutboxGrew
from kiosk.ledger.ledger import Ledger

BUNDLE_RECORDS = 50
BATCH_RECORDS = 500
BARE_WINDOW = 100
BARE_RECORDS = 10_000
ROUNDS = 3
DEADLINE_S = 600.0

_Item = TypeVar("_Item")


def drain_ratio(records: int = 100_000) -> dict[str, float]:
    """Records a second through the whole site, and how many times the bare loop that is.

    CPU is microseconds a record of the process named. Bare loops run before and after the drain.
    """
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as directory:
        site = make_site(Path(directory), records)
        with _broker(site) as port, _program(site, port, "site-coordinator", "run") as coordinator:
            bare = [_bare_loop(port, site.sample(BARE_RECORDS))]
            before_s = _cpu_s(coordinator)
            drained_s, uplink_cpu_s, core_cpu_s = _drain(site, port)
            coordinator_cpu_s = _cpu_s(coordinator) - before_s
            bare.append(_bare_loop(port, site.sample(BARE_RECORDS)))
    per_s = records / drained_s
    return {
        "records": records,
        "drain_records_per_s": per_s,
        "bare_records_per_s": median_of(bare),
        "ratio": per_s / median_of(bare),
        "uplink_cpu_us_per_record": uplink_cpu_s / records * 1e6,
        "core_cpu_us_per_record": core_cpu_s / records * 1e6,
        "coordinator_cpu_us_per_record": coordinator_cpu_s / records * 1e6,
    }


def ingest_ratio(records: int = 20_000) -> dict[str, float]:
    """Bundles to committed records with signed acknowledgements, against `executemany` alone.

    Both store the same bytes in batches of `BATCH_RECORDS` with two unique indexes, WAL and FULL.
    Ours verifies, decodes and checks every envelope and signs besides; in turns, medians.
    """
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as directory:
        site = make_site(Path(directory), records)
        envelopes = site.sample(records)
        bundles = [
            encode_bundle(part, kiosk=KIOSK, epoch=site.epoch, signing_key=site.signing)
            for part in _parts(envelopes, BUNDLE_RECORDS)
        ]
        ours, bare, cpu = [], [], []
        for turn in range(ROUNDS):
            cpu_s = time.process_time()
            ours.append(records / _ingest(site, bundles, turn))
            cpu.append((time.process_time() - cpu_s) / records * 1e6)
            bare.append(records / _executemany(site, envelopes, turn))
    return {
        "records": records,
        "ingest_records_per_s": median_of(ours),
        "bare_records_per_s": median_of(bare),
        "ratio": median_of(ours) / median_of(bare),
        "ingest_cpu_us_per_record": median_of(cpu),
    }


# ── drain ──


def _drain(site: BenchSite, port: int) -> tuple[float, float, float]:
    """Seconds from the uplink's first word to an empty outbox; its CPU seconds; the core's."""
    ledger = site.open_ledger()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with closing(listener), closing(ledger):
        listener.bind(str(site.runtime_dir / "core.sock"))
        listener.listen(1)
        with _program(site, port, "kiosk-uplink") as uplink:
            client, _ = listener.accept()
            with client:
                return _play_core(site, ledger, client, uplink)


def _play_core(
    site: BenchSite, ledger: Ledger, client: socket.socket, uplink: psutil.Process
) -> tuple[float, float, float]:
    """What the core does with acknowledgements: verify, mark, nothing else."""
    lines, begun_s, cpu_s = LineReader(), 0.0, 0.0
    core_cpu_s = time.process_time()
    client.settimeout(DEADLINE_S)
    while data := client.recv(1 << 16):
        for message in lines.feed(data):
            if isinstance(message, Hello):
                begun_s, cpu_s = time.perf_counter(), _cpu_s(uplink)
                client.sendall(encode_line(OutboxGrew(seq=ledger.last_seq)))
            elif isinstance(message, AcknowledgementReceived):
                acknowledgement = verify_acknowledgement(
                    message.signed,
                    site.keys.acknowledgement.verify_key,
                    kiosk=KIOSK,
                    epoch=site.epoch,
                    database_id=ledger.database_id,
                )
                ledger.acknowledge(acknowledgement, time.time())
                if ledger.outbox_waiting == 0:
                    core_cpu_s = time.process_time() - core_cpu_s
                    return time.perf_counter() - begun_s, _cpu_s(uplink) - cpu_s, core_cpu_s
    raise RuntimeError("the uplink ended before the outbox was empty")


def _bare_loop(port: int, envelopes: Sequence[bytes]) -> float:
    """Messages a second that the broker answered, paho as it comes with a window of 100."""
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.max_inflight_messages_set(BARE_WINDOW)
    free = threading.Semaphore(BARE_WINDOW)
    client.on_publish = lambda *_: free.release()
    client.connect("127.0.0.1", port)
    client.loop_start()
    begun_s = time.perf_counter()
    for envelope in envelopes:
        free.acquire()
        client.publish(topics.record(KIOSK) + "-bare", envelope, qos=1)
    for _ in range(BARE_WINDOW):
        free.acquire()
    taken_s = time.perf_counter() - begun_s
    client.disconnect()
    client.loop_stop()
    return len(envelopes) / taken_s


# ── ingest ──


def _ingest(site: BenchSite, bundles: Sequence[bytes], turn: int) -> float:
    path = site.root / f"ours-{turn}.db"
    with closing(open_database(path, lambda: "bench", site.now)) as connection:
        intake = Intake(connection, site.keys, site.kiosks)
        begun_s = time.perf_counter()
        for batch in _parts(bundles, BATCH_RECORDS // BUNDLE_RECORDS):
            for bundle in batch:
                if not intake.take(bundle, KIOSK):
                    raise RuntimeError("the intake refused a bundle of the benchmark")
            intake.commit(time.time(), site.now)
        return time.perf_counter() - begun_s


def _executemany(site: BenchSite, envelopes: Sequence[bytes], turn: int) -> float:
    rows = [(KIOSK, seq, f"id-{seq}", raw) for seq, raw in enumerate(envelopes, 1)]
    connection = sqlite3.connect(site.root / f"bare-{turn}.db", isolation_level=None)
    with closing(connection):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(
            "CREATE TABLE records (number INTEGER PRIMARY KEY, kiosk TEXT, seq INTEGER,"
            " id TEXT UNIQUE, envelope BLOB, UNIQUE (kiosk, seq))"
        )
        begun_s = time.perf_counter()
        for batch in _parts(rows, BATCH_RECORDS):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO records (kiosk, seq, id, envelope) VALUES (?, ?, ?, ?)", batch
            )
            connection.execute("COMMIT")
        return time.perf_counter() - begun_s


def _parts(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


# ── processes ──


@contextmanager
def _broker(site: BenchSite) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    conf = site.root / "mosquitto.conf"
    conf.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
        "max_queued_messages 0\nmax_inflight_messages 0\nset_tcp_nodelay true\nlog_type error\n"
    )
    with _process(["mosquitto", "-c", str(conf)], site):
        _wait_for_port(port)
        yield port


@contextmanager
def _program(site: BenchSite, port: int, name: str, *arguments: str) -> Iterator[psutil.Process]:
    config = site.write_settings(name, port)
    program = str(Path(sys.executable).parent / name)
    with _process([program, *arguments, "--config", str(config)], site) as process:
        yield process


@contextmanager
def _process(command: list[str], site: BenchSite) -> Iterator[psutil.Process]:
    with (site.root / "processes.log").open("ab") as log:
        process = subprocess.Popen(command, stderr=log, stdout=log)
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for_port(port: int) -> None:
    ends_s = time.monotonic() + 10.0
    while time.monotonic() < ends_s:
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("mosquitto does not listen: is it installed?")


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
