"""A real link with another maker's instrument at the other end, on a pty."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from config.devices import ThermometerSection
from firmware_bridge.link import LinkChanged, LinkEvent, NoiseArrived
from hil.twins import ThermometerTwin
from kiosk.core.device_desk import THERMOMETER, DeviceDesk
from kiosk.core.links import thermometer_link

pytestmark = pytest.mark.twins

PATIENCE_S = 10.0


@pytest.mark.parametrize(
    ("protocol", "fault"), [("cjmcu-90614", "thermometer.wrong-device"), ("gy-mcu90615", "")]
)
def test_swapped_instruments_are_told_from_noise(tmp_path: Path, protocol: str, fault: str) -> None:
    desk = DeviceDesk(time.monotonic())
    told = threading.Condition()

    def hear(event: LinkEvent) -> None:
        with told:
            if isinstance(event, LinkChanged):
                desk.link_changed(event.status, time.monotonic())
            elif isinstance(event, NoiseArrived):
                desk.noise_heard(event.name, event.noise.data, time.monotonic())
            told.notify_all()

    def fault_now() -> str:
        return desk.report(THERMOMETER, time.monotonic()).fault

    with ThermometerTwin(f"pty:{tmp_path / 'port'}", protocol=protocol) as twin:
        link = thermometer_link(ThermometerSection(url=twin.url), hear)
        link.start()
        with told:
            assert told.wait_for(lambda: fault_now() == fault, PATIENCE_S), fault_now()
        link.stop()
