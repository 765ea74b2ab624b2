"""Bad input from every side, against real processes: each has its sentence, none stops the kiosk.

What it must not cost either: after all of it the kiosk still checks people in, and the ledger holds
every record.
"""

from __future__ import annotations

import os
import pty
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from contracts.record import CodeColour, DocumentKind
from contracts.registration_code import RegistrationCode, issue_registration_code
from contracts.signing import SigningKey
from coordinator.key_files import make_kiosk_keys, make_site_keys
from kiosk.ipc.channel import MessageClient, socket_path
from kiosk.ipc.messages import (
    AnyMessage,
    CameraState,
    CameraStatus,
    CodeSeen,
    Page,
    Role,
    SeenCode,
    Snapshot,
    Symbology,
    UplinkState,
    UplinkStatus,
)
from kiosk.ledger.outbox_reader import OutboxReader

pytestmark = pytest.mark.site

PATIENCE_S = 15.0
KIOSK_ID = "330106-0007-k03"
T = TypeVar("T")


def frame(object_c: float, ambient_c: float) -> bytes:
    """A frame of the GY-MCU90615 as its data sheet describes it, not as our codec reads it."""
    body = b"\x5a\x5a\x45\x04"
    for value_c in (object_c, ambient_c):
        body += round(value_c * 100).to_bytes(2, "big", signed=True)
    return body + bytes([sum(body) & 0xFF])


class Instrument:
    """The far end of a pty that repeats ``words`` ten times a second."""

    def __init__(self, path: Path) -> None:
        self._far, near = pty.openpty()
        tty.setraw(self._far)
        path.symlink_to(os.ttyname(near))
        self._near = near
        self.words: Callable[[], bytes] = lambda: b""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def _talk(self) -> None:
        while not self._stop.wait(0.09):
            if words := self.words():
                os.write(self._far, words)
            while select.select([self._far], [], [], 0)[0]:
                os.read(self._far, 4096)

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        os.close(self._far)
        os.close(self._near)


class Kiosk:
    """A real ``kiosk-core`` (and, when wanted, ``kiosk-uplink``) in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site_keys, self.kiosk_keys = folder / "site-keys", folder / "kiosk-keys"
        make_site_keys(self.site_keys)
        make_kiosk_keys(self.site_keys, self.kiosk_keys, KIOSK_ID)
        self.runtime = folder / "run"
        self.runtime.mkdir()
        self.processes: list[subprocess.Popen[bytes]] = []
        self.clients: list[MessageClient] = []
        self.snapshots: list[Snapshot] = []

    def config(self, text: str) -> Path:
        path = self.folder / "kiosk.toml"
        path.write_text(
            f'[paths]\nstate_dir = "{self.folder / "state"}"\nruntime_dir = "{self.runtime}"\n'
            f'keys_dir = "{self.kiosk_keys}"\n{text}',
            "utf-8",
        )
        return path

    def start(self, command: str, config: Path) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{command}.log").open("wb")
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name(command)), "--config", str(config)],
            stderr=log,
            stdout=log,
        )
        log.close()
        self.processes.append(process)
        return process

    def client(self, role: Role) -> MessageClient:
        made = MessageClient(socket_path(str(self.runtime)), role)
        self.clients.append(made)
        assert eventually(made.connect)
        return made

    def screen_shows(self, screen: MessageClient, wanted: Callable[[Snapshot], bool]) -> Snapshot:
        ends_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends_s:
            for client in self.clients:
                if client.role is Role.CAMERA:
                    camera_says(client)  # it speaks every second, or it is taken for dead
            message = screen.receive(0.2)
            if isinstance(message, Snapshot):
                self.snapshots.append(message)
                if wanted(message):
                    return message
        raise AssertionError(f"the screen never showed it; last: {self.snapshots[-1:]}")

    def log(self, command: str) -> str:
        return (self.folder / f"{command}.log").read_text("utf-8")

    def stop(self) -> None:
        for client in self.clients:
            client.close()
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)


def eventually(happens: Callable[[], T]) -> T:
    """The first true answer within `PATIENCE_S`, else the last one."""
    ends_s = time.monotonic() + PATIENCE_S
    while not (answer := happens()) and time.monotonic() < ends_s:
        time.sleep(0.02)
    return answer


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    made = Kiosk(tmp_path)
    yield made
    made.stop()


def camera_says(camera: MessageClient, *codes: SeenCode) -> None:
    """The camera lives, and sees this."""
    camera.send(CameraStatus(state=CameraState.READY, frames_per_s=15.0))
    if codes:
        seen = CodeSeen(codes=codes, captured_s=time.monotonic(), decode_cpu_ms=1.0)
        camera.send(seen)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[printer\n", "line"),
        ("[printer]\nbaudd = 9600\n", "did you mean"),
        ('[thermometer]\nurl = "tty:/dev/ttyUSB0"\n', "/dev/kiosk/thermometer"),
        ("[policy]\nfever_c = 12.0\n", "fever_c"),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_status_1(
    kiosk: Kiosk, text: str, sentence: str
) -> None:
    process = kiosk.start("kiosk-core", kiosk.config(text))
    assert process.wait(PATIENCE_S) == 1
    (line,) = kiosk.log("kiosk-core").strip().splitlines()
    assert sentence in line and "kiosk.toml" in line


def test_everything_wrong_at_once_and_then_a_visit(kiosk: Kiosk) -> None:
    """No printer port, no broker, a thermometer of zeros, hostile codes; then it heals."""
    instrument = Instrument(kiosk.folder / "thermometer")
    instrument.words = lambda: bytes(9)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    config = kiosk.config(
        f'[thermometer]\nurl = "pty:{kiosk.folder / "thermometer"}"\n'
        '[thermometer.body]\nk = 0.13\nversion = "test"\ncalibrated_on = "2022-11-22"\n'
        f'[printer]\nurl = "pty:{kiosk.folder / "nothing-here"}"\n'
        f"[uplink]\nport = {port}\nreconnect_min_s = 0.1\nreconnect_max_s = 0.5\n"
        "[policy]\nauto_confirm_s = 0.3\n"
    )
    core = kiosk.start("kiosk-core", config)
    screen, camera = kiosk.client(Role.SCREEN), kiosk.client(Role.CAMERA)
    camera_says(camera)
    kiosk.screen_shows(screen, lambda one: "printer.absent" in one.faults)
    kiosk.screen_shows(screen, lambda one: "thermometer.babbling" in one.faults)

    hostile = {
        "notice.code-too-long": SeenCode(Symbology.QR, "", too_long=True),
        "notice.code-binary": SeenCode(Symbology.QR, "\ufffd" * 40, binary=True),
        "notice.code-not-ours": SeenCode(Symbology.QR, "'; DROP TABLE places; --"),
        "notice.code-damaged": SeenCode(Symbology.QR, "NCS1.not/base64url!"),
    }
    for notice, code in hostile.items():
        camera_says(camera, code)
        assert kiosk.screen_shows(screen, lambda one, n=notice: one.notice == n)

    instrument.words = lambda: frame(34.9, 24.0)  # body 36.3 with k = 0.13
    kiosk.screen_shows(screen, lambda one: "thermometer.babbling" not in one.faults)
    camera_says(camera, SeenCode(Symbology.QR, code_of(kiosk)))
    placed = kiosk.screen_shows(screen, lambda one: one.placement is not None)
    assert placed.placement is not None and placed.placement.place == 1
    assert core.poll() is None
    assert outbox(kiosk) == [1]
    instrument.close()


@contextmanager
def refusing_broker(folder: Path) -> Iterator[int]:
    """A mosquitto that lets nobody in."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    conf = folder / "refusing.conf"
    conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous false\n", "utf-8")
    program = next(
        (one for one in ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto") if Path(one).exists()),
        None,
    )
    if program is None:
        pytest.skip("mosquitto is not installed; `make test` installs it")
    process = subprocess.Popen([program, "-c", str(conf)], stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def test_a_broker_that_refuses_has_its_sentence_and_stops_nothing(kiosk: Kiosk) -> None:
    with refusing_broker(kiosk.folder) as port:
        config = kiosk.config(
            f'[thermometer]\nurl = "pty:{kiosk.folder / "none"}"\n'
            f'[printer]\nurl = "pty:{kiosk.folder / "none"}"\n'
            f"[uplink]\nport = {port}\nreconnect_min_s = 0.1\nreconnect_max_s = 0.5\n"
        )
        core = kiosk.start("kiosk-core", config)
        screen = kiosk.client(Role.SCREEN)
        uplink = kiosk.start("kiosk-uplink", config)
        kiosk.screen_shows(screen, lambda one: "uplink.refused" in one.faults)
        assert (core.poll(), uplink.poll()) == (None, None)
        assert "uthori" in kiosk.log("kiosk-uplink"), "the log says why it was refused"


def test_a_damaged_ledger_is_out_of_order_and_touched_by_nobody(kiosk: Kiosk) -> None:
    config = kiosk.config(
        f'[thermometer]\nurl = "pty:{kiosk.folder / "none"}"\n'
        f'[printer]\nurl = "pty:{kiosk.folder / "none"}"\n'
    )
    (kiosk.folder / "state").mkdir()
    ledger = kiosk.folder / "state" / "ledger.db"
    ledger.write_bytes(b"this was a ledger once" * 500)
    core = kiosk.start("kiosk-core", config)
    shown = kiosk.screen_shows(kiosk.client(Role.SCREEN), lambda one: bool(one.reason))
    assert (shown.page, shown.reason) == (Page.OUT_OF_ORDER, "reason.ledger-broken")
    assert core.poll() is None
    assert ledger.read_bytes() == b"this was a ledger once" * 500, "evidence stays as it is"


def test_noise_on_the_socket_is_refused_and_the_others_go_on(kiosk: Kiosk) -> None:
    config = kiosk.config(
        f'[thermometer]\nurl = "pty:{kiosk.folder / "none"}"\n'
        f'[printer]\nurl = "pty:{kiosk.folder / "none"}"\n'
    )
    core = kiosk.start("kiosk-core", config)
    screen = kiosk.client(Role.SCREEN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stranger:
        stranger.connect(str(socket_path(str(kiosk.runtime))))
        stranger.sendall(b"\x00\xff{}\n" * 100 + b'{"t":"hello","role":"king"}\n')
        uplink = kiosk.client(Role.UPLINK)
        message: AnyMessage = UplinkStatus(state=UplinkState.ONLINE)
        assert uplink.send(message)
        kiosk.screen_shows(screen, lambda one: not any("uplink" in f for f in one.faults))
    assert core.poll() is None


def code_of(kiosk: Kiosk) -> str:
    key = SigningKey.from_pem((kiosk.site_keys / "registration.pem").read_bytes())
    code = RegistrationCode(
        id="bad-input-1",
        name="王试一",
        document_kind=DocumentKind.RESIDENT_ID,
        document_number="110101199003071233",
        phone="19900000001",
        colour=CodeColour.GREEN,
        expires_at=4_000_000_000,
    )
    return issue_registration_code(code, key)


def outbox(kiosk: Kiosk) -> list[int]:
    reader = OutboxReader(kiosk.folder / "state" / "ledger.db")
    try:
        return [seq for seq, _ in reader.pending(0, 100)]
    finally:
        reader.close()
