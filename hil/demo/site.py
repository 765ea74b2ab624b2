"""A whole site on this machine: broker, coordinator, kiosk processes, twins.

Owns what it starts. ``start`` returns when every process said that it is ready; ``stop`` ends them
in reverse. Must not play residents nor judge anything.
"""

from __future__ import annotations

import getpass
import shutil
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from config.devices import ThermometerCodec
from coordinator.key_files import SiteKeys, make_kiosk_keys, make_site_keys
from hil.demo import settings
from hil.demo.child_process import ChildView, Command
from hil.demo.coordinator_side import STORE_FILE
from hil.demo.folder import DemoFolder
from hil.demo.ledger_side import LEDGER_FILE
from hil.demo.listener import CoreListener
from hil.demo.mirror import Mirror
from hil.demo.ports import free_ports
from hil.demo.settings import SitePlan, write_private
from hil.demo.stage import Stage
from hil.demo.supervisor import StartError, Supervisor
from hil.models.thermometer import HEAT_BALANCE_K
from kiosk.ipc.channel import socket_path

BROKER_TIMEOUT_S = 5.0
COORDINATOR_TIMEOUT_S = 15.0
KIOSK_TIMEOUT_S = 20.0
_POLL_S = 0.02

COORDINATOR_PROCESSES = {"site-coordinator": "run", "site-monitor": "monitor"}
KIOSK_PROCESSES = ("kiosk-core", "kiosk-camera", "kiosk-uplink", "kiosk-screen")
_BROKER_PLACES = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"


class BrokerMissing(Exception):
    """mosquitto is not installed. The text says what to install."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """``sdl_driver`` empty: SDL's own choice, a window. ``hurried``: waits are shortened."""

    sdl_driver: str
    hurried: bool
    seed: int
    thermometer: ThermometerCodec = ThermometerCodec.GY_MCU90615


class DemoSite:
    """One site. Not restartable."""

    def __init__(self, folder: DemoFolder, wanted: Wanted) -> None:
        self.folder = folder
        self.broker_port, self.web_port = free_ports(2)
        self.stage = Stage(folder.twins, wanted.seed, wanted.thermometer)
        self.mirror = Mirror(folder.mirror)
        self.listener = CoreListener(socket_path(str(folder.kiosk_runtime)))
        self.keys: SiteKeys = make_site_keys(folder.coordinator_keys)
        self.kiosk_key = make_kiosk_keys(
            folder.coordinator_keys, folder.kiosk_keys, settings.KIOSK_ID
        )
        self._plan = SitePlan(
            folder=folder,
            broker_port=self.broker_port,
            web_port=self.web_port,
            thermometer_url=self.stage.thermometer.url,
            thermometer_codec=wanted.thermometer,
            printer_url=self.stage.printer.url,
            camera_source=self.stage.camera.url,
            calibration_k=HEAT_BALANCE_K,
            sdl_driver=wanted.sdl_driver,
            hurried=wanted.hurried,
        )
        self._supervisor = Supervisor(folder.notify)

    @property
    def staff_url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def ledger_path(self) -> Path:
        return self.folder.kiosk_state / LEDGER_FILE

    @property
    def store_path(self) -> Path:
        return self.folder.coordinator_state / STORE_FILE

    def processes(self) -> tuple[ChildView, ...]:
        return self._supervisor.views()

    def kill(self, name: str) -> bool:
        """End one process as a power cut would; it is started again. False: it was not running."""
        return self._supervisor.kill(name)

    def start_broker(self) -> None:
        """mosquitto alone, so that somebody may listen before anything is said.

        Raises `BrokerMissing` or `StartError`.
        """
        mosquitto = shutil.which("mosquitto") or shutil.which("mosquitto", path=_BROKER_PLACES)
        if mosquitto is None:
            raise BrokerMissing("mosquitto is not installed: apt install mosquitto.")
        conf = write_private(
            self.folder.root / "mosquitto.conf",
            settings.broker_conf(self.broker_port, getpass.getuser()),
        )
        self._run("mosquitto", (mosquitto, "-c", str(conf)), notifies=False)
        self._await_broker()

    def start(self) -> None:
        """Everything else. Raises `StartError` with the reason and the name of the log."""
        plan = self._plan
        coordinator = write_private(
            self.folder.root / "coordinator.toml",
            settings.toml_text(settings.coordinator_settings(plan)),
        )
        kiosk = write_private(
            self.folder.root / "kiosk.toml",
            settings.toml_text({}, settings.kiosk_sections(plan)),
        )
        self.stage.start()
        for name, verb in COORDINATOR_PROCESSES.items():
            self._run(name, (_program("site-coordinator"), verb, "--config", str(coordinator)))
        for name in KIOSK_PROCESSES:
            self._run(name, (_program(name), "--config", str(kiosk)))
        self.listener.start()
        self._supervisor.wait_ready(tuple(COORDINATOR_PROCESSES), COORDINATOR_TIMEOUT_S)
        self._supervisor.wait_ready(KIOSK_PROCESSES, KIOSK_TIMEOUT_S)

    def stop_processes(self) -> None:
        """The kiosk first, the broker last. What is on disk is then at rest."""
        self.listener.stop()
        self._supervisor.stop()

    def stop(self) -> None:
        """Everything. Safe to call twice; the folder stays for its owner to remove."""
        self.stop_processes()
        self.stage.stop()
        self.mirror.close()

    def _run(self, name: str, argv: tuple[str, ...], *, notifies: bool = True) -> None:
        self._supervisor.start(
            Command(name, argv, self.folder.logs / f"{name}.log", notifies=notifies)
        )

    def _await_broker(self) -> None:
        ends_s = time.monotonic() + BROKER_TIMEOUT_S
        while time.monotonic() < ends_s:
            try:
                socket.create_connection(("127.0.0.1", self.broker_port), timeout=1.0).close()
            except OSError:
                time.sleep(_POLL_S)
            else:
                return
        raise StartError(
            f"mosquitto does not listen on port {self.broker_port} after {BROKER_TIMEOUT_S:.0f} s."
            f" Its log is {self.folder.logs / 'mosquitto.log'}."
        )


def _program(name: str) -> str:
    """The entry point beside this interpreter, where installing this distribution put it."""
    return str(Path(sys.executable).with_name(name))
