"""A site in a folder: keys, records as kiosks make them, a store; and the real processes.

`KioskTwin` makes genuine envelopes of synthetic people. `SiteProcesses` runs a real mosquitto, the
real coordinator and the real uplink; the core is played by `CoreTwin` with a real ledger.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.acknowledgement import AcknowledgementRefused, verify_acknowledgement
from contracts.bundle import encode_bundle
from contracts.envelope import Clock, ClockSync, encode_envelope, record_header
from contracts.pool_class import PoolClass
from contracts.record import (
    AnyRecordBody,
    CheckedIn,
    CodeColour,
    DocumentKind,
    Person,
)
from contracts.record_sealing import seal_record
from contracts.sealing import SealingPublicKey
from contracts.signing import SigningKey, VerifyKey
from contracts.tube_number import TubeNumber
from coordinator.database import open_database
from coordinator.intake import Intake
from coordinator.key_files import EnrolledKiosks, SiteKeys, make_kiosk_keys, make_site_keys
from kiosk.ipc.lines import BadLine, LineReader, encode_line
from kiosk.ipc.messages import AcknowledgementReceived, AnyMessage, OutboxGrew, UplinkStatus
from kiosk.ledger.ledger import Ledger

KIOSK = "330106-0007-k03"
NOW = "2022-11-22T08:41:07+08:00"
NOW_S = 1_669_077_667.0
DEADLINE_S = 20.0
MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def person(number: int, name: str = "王小芳") -> Person:
    return Person(
        name=name,
        document_kind=DocumentKind.RESIDENT_ID,
        document_number=f"1101011990{number:08d}",
        phone="19900000000",
    )


def tube_number(serial: int, kiosk: str = KIOSK) -> str:
    return TubeNumber("0007", kiosk[-2:], 326, serial).text


def check_in(
    place: int = 1, serial: int = 417, who: Person | None = None, **other: Any
) -> CheckedIn:
    """One check-in of the round 2022-11-22; every field can be another."""
    fields: dict[str, Any] = {
        "at": NOW,
        "visit": f"visit-{place}",
        "person": who or person(serial * 100 + place),
        "temperature": None,
        "code_scheme": "ncs1",
        "code_colour": CodeColour.GREEN,
        "round_id": "2022-11-22",
        "tube": tube_number(serial),
        "pool_class": PoolClass.TEN,
        "tube_size": 10,
        "lane": 3,
        "place": place,
        "opens_tube": place == 1,
    }
    return CheckedIn(**{**fields, **other})


class KioskTwin:
    """Makes what the core would commit: sealed, signed, numbered."""

    def __init__(self, keys_dir: Path, kiosk: str, epoch: str = "epoch-1") -> None:
        self.kiosk = kiosk
        self.epoch = epoch
        self.signing = SigningKey.from_pem((keys_dir / "kiosk-signing.pem").read_bytes())
        self.site = SealingPublicKey.from_pem(
            (keys_dir / "coordinator-sealing.pub.pem").read_bytes()
        )

    def envelope(
        self, seq: int, body: AnyRecordBody | None = None, record_id: str | None = None
    ) -> bytes:
        header = record_header(
            kiosk=self.kiosk,
            epoch=self.epoch,
            seq=seq,
            record_id=record_id or f"{self.kiosk}:{self.epoch}:{seq}",
            key_id=self.site.key_id,
            clock=Clock(wall=NOW, boottime_ms=seq, boot_id="boot", sync=ClockSync.NTP),
        )
        sealed = seal_record(
            body or check_in(1 + seq % 10, who=person(seq)), header, self.site, self.signing
        )
        return encode_envelope(sealed)

    def bundle(self, *envelopes: bytes) -> bytes:
        return encode_bundle(
            envelopes, kiosk=self.kiosk, epoch=self.epoch, signing_key=self.signing
        )

    def bundle_of(self, *seqs: int) -> bytes:
        return self.bundle(*(self.envelope(seq) for seq in seqs))


class SiteFolder:
    """Keys and store of one site below ``root``; nothing runs."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.keys_dir = root / "site-keys"
        self.keys: SiteKeys = make_site_keys(self.keys_dir)
        self.kiosks = EnrolledKiosks(self.keys_dir)
        self.store = root / "site-state" / "site.db"

    def enrol(self, kiosk: str = KIOSK, epoch: str = "epoch-1") -> KioskTwin:
        make_kiosk_keys(self.keys_dir, self.root / kiosk, kiosk)
        return KioskTwin(self.root / kiosk, kiosk, epoch)

    def open(self) -> Any:
        return open_database(self.store, lambda: "store-1", NOW)

    def intake(self, connection: Any) -> Intake:
        return Intake(connection, self.keys, self.kiosks)


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, because every key and the store are fsynced; each test gets a copy."""
    made = SiteFolder(tmp_path_factory.mktemp("site"))
    made.enrol()
    made.open().close()
    return made.root


@pytest.fixture
def site(empty_site: Path, tmp_path: Path) -> SiteFolder:
    return SiteFolder(Path(shutil.copytree(empty_site, tmp_path / "s")))


@pytest.fixture
def kiosk(site: SiteFolder) -> KioskTwin:
    return KioskTwin(site.root / KIOSK, KIOSK)


@pytest.fixture
def store(site: SiteFolder) -> Iterator[Any]:
    connection = site.open()
    connection.execute("PRAGMA synchronous = OFF")  # these tests cut no power
    yield connection
    connection.close()


@pytest.fixture
def make_check_in() -> Callable[..., CheckedIn]:
    return check_in


@pytest.fixture
def make_person() -> Callable[..., Person]:
    return person


@pytest.fixture
def make_tube() -> Callable[..., str]:
    return tube_number


# ── the real processes ──


class CoreTwin:
    """The core's end of the socket, with a real ledger. Turns only while a test waits."""

    def __init__(self, folder: Path, ledger: Ledger, verify_key: VerifyKey) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.ledger = ledger
        self._verify_key = verify_key
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(folder / "core.sock"))
        self._listener.listen(1)
        self._client: socket.socket | None = None
        self._lines = LineReader()
        self.statuses: list[UplinkStatus] = []
        self.acknowledgements = 0
        self.forged = 0

    def say(self, message: AnyMessage) -> None:
        if self._client is not None:
            self._client.sendall(encode_line(message))

    def wait_for(self, what: str, true: Callable[[], bool]) -> None:
        """Until ``true()``; fails loudly at the deadline."""
        ends_s = time.monotonic() + DEADLINE_S
        while not true():
            left_s = ends_s - time.monotonic()
            assert left_s > 0, f"{what} did not happen; last status {self.statuses[-1:]}"
            self._turn(min(left_s, 0.2))

    def _turn(self, wait_s: float) -> None:
        watched = [self._listener] + ([self._client] if self._client is not None else [])
        ready = select.select(watched, [], [], wait_s)[0]
        if self._listener in ready:
            self._hang_up()
            self._client, self._lines = self._listener.accept()[0], LineReader()
        elif self._client in ready and self._client is not None:
            data = self._client.recv(65_536)
            if not data:
                self._hang_up()
            for message in self._lines.feed(data):
                self._heard(message)

    def _heard(self, message: AnyMessage | BadLine) -> None:
        match message:
            case AcknowledgementReceived(signed=signed):
                self._acknowledge(signed)
            case UplinkStatus():
                self.statuses.append(message)

    def _acknowledge(self, signed: str) -> None:
        try:
            acknowledgement = verify_acknowledgement(
                signed,
                self._verify_key,
                kiosk=KIOSK,
                epoch=self.ledger.epoch,
                database_id=self.ledger.database_id,
            )
        except AcknowledgementRefused:
            self.forged += 1
            return
        self.ledger.acknowledge(acknowledgement, NOW_S)
        self.acknowledgements += 1

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def stop(self) -> None:
        self._hang_up()
        self._listener.close()


class SiteProcesses:
    """mosquitto, `site-coordinator run` and `kiosk-uplink`, each to be killed and started again."""

    def __init__(self, folder: SiteFolder, twin: KioskTwin) -> None:
        self.folder = folder
        self.twin = twin
        self.port = free_port()
        root = folder.root
        (root / "kiosk-state").mkdir()
        self.ledger = Ledger.open(
            root / "kiosk-state" / "ledger.db",
            quota_bytes=64 << 20,
            serial_first=1,
            serial_last=9999,
            make_epoch=lambda: twin.epoch,
        )
        self.core = CoreTwin(root / "run", self.ledger, folder.keys.acknowledgement.verify_key)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        (root / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
            "max_queued_messages 0\n"
        )
        self.write_settings()

    def write_settings(self) -> None:
        root = self.folder.root
        (root / "coordinator.toml").write_text(
            f'site_id = "0007"\nstate_dir = "{root}/site-state"\nkeys_dir = "{root}/site-keys"\n'
            f"broker_port = {self.port}\n"
        )
        (root / "kiosk.toml").write_text(
            f'[paths]\nstate_dir = "{root}/kiosk-state"\nruntime_dir = "{root}/run"\n'
            f'keys_dir = "{root}/{KIOSK}"\n'
            f"[uplink]\nport = {self.port}\nreconnect_min_s = 0.1\nreconnect_max_s = 0.5\n"
            "bundle_records = 20\nwindow_bundles = 4\n"
        )

    def commit(self, count: int) -> None:
        for _ in range(count):
            self.ledger.append(self.twin.envelope)
        self.core.say(OutboxGrew(seq=self.ledger.last_seq))

    def start(self, *names: str) -> None:
        root, bin_dir = self.folder.root, Path(sys.executable).parent
        commands = {
            "broker": [MOSQUITTO, "-c", root / "mosquitto.conf"],
            "coordinator": [
                bin_dir / "site-coordinator", "run", "--config", root / "coordinator.toml",
            ],
            "uplink": [bin_dir / "kiosk-uplink", "--config", root / "kiosk.toml"],
        }  # fmt: skip
        for name in names:
            with (root / f"{name}.log").open("ab") as log:
                self._running[name] = subprocess.Popen(
                    [str(part) for part in commands[name]],
                    stdout=log,
                    stderr=log,
                    env={**os.environ, **self.environment.get(name, {})},
                )

    environment: dict[str, dict[str, str]] = {}  # noqa: RUF012 - set per test

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        process = self._running.pop(name)
        process.send_signal(number)
        return process.wait(10)

    def runs(self, name: str) -> bool:
        return self._running[name].poll() is None

    def log(self, name: str) -> str:
        return (self.folder.root / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def wait_drained(self) -> None:
        self.core.wait_for("the drain", lambda: self.ledger.outbox_waiting == 0)

    def wait_for_port(self) -> None:
        """Until the broker listens."""
        ends_s = time.monotonic() + DEADLINE_S
        while time.monotonic() < ends_s:
            with socket.socket() as sock:
                if sock.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            select.select([], [], [], 0.02)
        raise AssertionError("the broker does not listen")

    def wait_for_log(self, name: str, words: str) -> None:
        ends_s = time.monotonic() + DEADLINE_S
        while words not in self.log(name):
            assert time.monotonic() < ends_s, self.log(name)
            select.select([], [], [], 0.02)

    def stored(self) -> list[tuple[str, int]]:
        """(epoch, seq) of every record at the coordinator, as often as it is there."""
        connection = self.folder.open()
        try:
            return [
                (row["epoch"], row["seq"])
                for row in connection.execute("SELECT epoch, seq FROM stored_records ORDER BY seq")
            ]
        finally:
            connection.close()

    def stop(self) -> None:
        for name in list(self._running):
            self.kill(name, signal.SIGTERM)
        self.core.stop()
        self.ledger.close()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture
def processes(site: SiteFolder, kiosk: KioskTwin) -> Iterator[SiteProcesses]:
    if MOSQUITTO is None:
        pytest.fail("mosquitto is not installed: apt install mosquitto")
    running = SiteProcesses(site, kiosk)
    yield running
    running.stop()
