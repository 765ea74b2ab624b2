"""Scanner and ID-card reader before a real ``kiosk-core``: visits, cables, codes, secrets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from coordinator.key_files import make_kiosk_keys, make_site_keys
from hil.twins import IdCardReaderTwin, ScannerTwin, ThermometerTwin
from kiosk.ipc.channel import MessageClient, socket_path
from kiosk.ipc.messages import CameraState, CameraStatus, Page, Role, Snapshot

pytestmark = pytest.mark.site

ROOT = Path(__file__).parents[2]
PATIENCE_S = 15.0
SEEN_WITHIN_S = 2.5  # two seconds of DESIGN, and a busy machine
HEALED_WITHIN_S = 3.5
CORE = "from kiosk.core.process import main; main()"


class Site:
    """A kiosk-core with three twins, and a screen that looks on."""

    def __init__(self, folder: Path, twins: ExitStack) -> None:
        self._folder = folder
        make_site_keys(folder / "site-keys")
        make_kiosk_keys(folder / "site-keys", folder / "keys", "330106-0007-k03")
        (folder / "run").mkdir()
        self.thermometer = twins.enter_context(ThermometerTwin(f"pty:{folder / 'thermometer'}"))
        self.scanner = twins.enter_context(ScannerTwin(f"pty:{folder / 'scanner'}"))
        self.reader = twins.enter_context(IdCardReaderTwin(f"pty:{folder / 'reader'}"))
        config = folder / "kiosk.toml"
        config.write_text(
            f'[paths]\nstate_dir = "{folder / "state"}"\nruntime_dir = "{folder / "run"}"\n'
            f'keys_dir = "{folder / "keys"}"\n'
            f'[thermometer]\nurl = "{self.thermometer.url}"\n'
            '[thermometer.body]\nk = 0.13\nversion = "test"\ncalibrated_on = "2022-11-22"\n'
            f'[printer]\nurl = "pty:{folder / "no-printer"}"\n'
            f'[scanner]\nurl = "{self.scanner.url}"\n'
            f'[id_card_reader]\nurl = "{self.reader.url}"\n'
            "[policy]\nauto_confirm_s = 0.3\nresult_s = 1.0\n",
            "utf-8",
        )
        with (folder / "core.log").open("wb") as log:
            self.core = subprocess.Popen(
                [sys.executable, "-c", CORE, "--config", str(config)],
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )
        self._screen = self._client(Role.SCREEN)
        self._camera = self._client(Role.CAMERA)
        self._last: Snapshot | None = None

    def _client(self, role: Role) -> MessageClient:
        made = MessageClient(socket_path(str(self._folder / "run")), role)
        ends_s = time.monotonic() + PATIENCE_S
        while not made.connect():
            assert time.monotonic() < ends_s, self.log
            time.sleep(0.02)
        return made

    @property
    def log(self) -> str:
        return (self._folder / "core.log").read_text("utf-8")

    def shows(self, wanted: Callable[[Snapshot], bool], within_s: float = PATIENCE_S) -> Snapshot:
        ends_s = time.monotonic() + within_s
        while time.monotonic() < ends_s:
            self._camera.send(CameraStatus(state=CameraState.READY, frames_per_s=15.0))
            message = self._screen.receive(0.1)
            if isinstance(message, Snapshot):
                self._last = message
            if self._last is not None and wanted(self._last):
                return self._last
        raise AssertionError(f"not within {within_s} s; last: {self._last}")

    def stop(self) -> None:
        self._screen.close()
        self._camera.close()
        self.core.send_signal(signal.SIGTERM)
        self.core.wait(PATIENCE_S)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as twins:
        made = Site(tmp_path, twins)
        yield made
        made.stop()


def without(fault: str) -> Callable[[Snapshot], bool]:
    return lambda one: fault not in one.faults


def test_a_visit_by_card_then_cables_and_codes(site: Site) -> None:
    site.shows(lambda one: set(one.faults) <= {"printer.absent", "uplink.offline"})

    site.reader.lay("resident")
    site.shows(lambda one: one.page is Page.SCREENING and one.masked_name == "测*甲")
    site.thermometer.present(36.5)
    placed = site.shows(lambda one: one.placement is not None)
    assert placed.placement is not None and placed.placement.place == 1
    site.thermometer.leave()
    site.shows(lambda one: one.page is Page.ATTRACT)  # the card still lies there

    for twin, role in ((site.scanner, "scanner"), (site.reader, "id-card-reader")):
        twin.fault("drop_link")
        site.shows(lambda one, r=role: f"{r}.absent" in one.faults, SEEN_WITHIN_S)
        twin.heal("drop_link")
        site.shows(without(f"{role}.absent"), HEALED_WITHIN_S)
        site.shows(lambda one, r=role: not any(f.startswith(r) for f in one.faults))

    site.scanner.show_setting_code()
    site.scanner.show("http://example.invalid/menu")
    refused = site.shows(lambda one: one.notice == "notice.code-not-ours")
    assert refused.page is Page.SCREENING and site.scanner.mode == 2

    site.reader.lay("bank-card")
    site.shows(lambda one: one.notice == "notice.code-card-kind")
    site.reader.lay("other-resident")
    site.shows(lambda one: one.masked_name.endswith("乙"))
    assert site.core.poll() is None
    for secret in ("测试甲", "测乙", "110101199003071233", "110101196501010026"):
        assert secret not in site.log
    assert "Traceback" not in site.log
