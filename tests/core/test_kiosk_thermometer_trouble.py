"""Frames that nobody can believe are a fault, and it heals with the first good one."""

from __future__ import annotations

from typing import Any

import pytest

from config.model import Language
from config.translations import Catalogue
from drivers.thermometer import Trouble
from firmware_bridge.link import FrameArrived
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame
from kiosk.ipc.messages import TemperatureState

Bench = Any


def say(bench: Bench, object_c: float, ambient_c: float, seconds: float) -> None:
    for _ in range(round(seconds * 10)):
        bench.clock.now_s += 0.1
        now_s = bench.clock.now_s
        frame = TemperatureFrame(object_c, ambient_c, now_s, MeasuringMode.CONTINUOUS)
        bench.camera_lives()
        bench.kiosk.happened(FrameArrived("thermometer", bench.generation, frame, now_s))
        bench.turn()


@pytest.mark.parametrize(
    ("object_c", "ambient_c", "seconds", "fault"),
    [
        (95.36, 75.21, 1.9, "thermometer.implausible"),
        (24.03, 23.87, 10.5, "thermometer.frozen"),
    ],
)
def test_the_fault_is_shown_and_heals(
    bench: Bench, object_c: float, ambient_c: float, seconds: float, fault: str
) -> None:
    say(bench, object_c, ambient_c, seconds)
    assert fault in bench.screen.faults
    assert bench.screen.temperature.state is TemperatureState.UNAVAILABLE
    say(bench, 22.31, 22.04, 0.2)
    assert fault not in bench.screen.faults
    assert bench.screen.temperature.state is not TemperatureState.UNAVAILABLE


@pytest.mark.parametrize("trouble", [trouble for trouble in Trouble if trouble])
@pytest.mark.parametrize("language", Language)
def test_every_trouble_has_its_sentences(trouble: Trouble, language: Language) -> None:
    wanted = {f"thermometer.{trouble}.{part}" for part in ("what", "cause", "action")}
    assert wanted <= Catalogue.load(language).message_ids
