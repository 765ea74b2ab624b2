"""An overdue calibration is told to staff, and people are measured on."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from config.devices import BodyCalibration, ThermometerSection
from config.model import KioskConfig
from contracts.report import KioskReport
from kiosk.core.kiosk import HOUSEKEEPING_S
from kiosk.ipc.messages import KioskFacts, Page

Bench = Any


@pytest.fixture(params=["2022-11-21", "2022-11-22", ""])
def due_on(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def config(due_on: str) -> KioskConfig:
    """The made-up clock stands at 2022-11-22."""
    body = BodyCalibration(k=0.13, version="1", calibrated_on="2022-05-25", due_on=due_on)
    return KioskConfig(thermometer=ThermometerSection(body=body))


def test_staff_are_told_from_the_day_after(bench: Bench, due_on: str) -> None:
    bench.wait(HOUSEKEEPING_S + 1)
    facts = [message for _, message in bench.sent if isinstance(message, KioskFacts)]
    report = msgspec.json.decode(facts[-1].report, type=KioskReport)
    alerts = {alert.text for alert in report.alerts}
    assert ("alert.calibration-due" in alerts) is (due_on == "2022-11-21")


def test_people_are_measured_on(bench: Bench, due_on: str) -> None:
    bench.wait(HOUSEKEEPING_S + 1)
    bench.shows(bench.site.code(0))
    bench.forehead(36.5)
    assert bench.page is Page.CONFIRM
