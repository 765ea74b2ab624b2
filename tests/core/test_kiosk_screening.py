"""Instruments that may not judge: whoever stands before one of them goes to staff."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.record import CheckedIn
from firmware_bridge.link import FrameArrived
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame, ThermalFrame
from kiosk.ipc.messages import Page, TemperatureState

Bench = Any
STEP_S = 0.2


def picture(skin_c: float, at_s: float, wobble: int) -> ThermalFrame:
    """A face of 12 x 12 pixels in the middle of a room of 22 degrees."""
    pixels = [
        round(skin_c * 100) + wobble if 6 <= place // 32 < 18 and 10 <= place % 32 < 22 else 2200
        for place in range(768)
    ]
    return ThermalFrame(tuple(pixels), 22.0, at_s)


def alone(skin_c: float, at_s: float, wobble: int) -> TemperatureFrame:
    return TemperatureFrame(skin_c + wobble / 100, None, at_s, MeasuringMode.POLLED)


@pytest.mark.parametrize("make_frame", [picture, alone])
@pytest.mark.parametrize("skin_c", [35.0, 38.5])
def test_no_verdict_is_built_on_it(bench: Bench, make_frame: Any, skin_c: float) -> None:
    bench.shows(bench.site.code(0))
    for step in range(8):
        bench.clock.now_s += STEP_S
        now_s = bench.clock.now_s
        frame = make_frame(skin_c, now_s, step % 2)
        bench.camera_lives()
        bench.kiosk.happened(FrameArrived("thermometer", bench.generation, frame, now_s))
        bench.turn()
    assert bench.screen.temperature.state is TemperatureState.UNKNOWN
    assert (bench.page, bench.screen.reason) == (Page.STAFF, "reason.reading-doubtful")
    assert not any(isinstance(record, CheckedIn) for record in bench.records())
