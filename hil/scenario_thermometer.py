"""The thermometer under test: our link, codec and driver against the twin of the module."""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from config.devices import (
    ModbusMap,
    ModbusSection,
    TextLinesSection,
    ThermometerCodec,
    ThermometerSection,
)
from drivers.thermometer import ForeheadChanged, ForeheadState, StableReading, ThermometerDriver
from firmware_bridge.hotplug import HotplugWatch
from firmware_bridge.link import FrameArrived, Link, LinkChanged, LinkEvent, LinkState
from firmware_bridge.temperature_frame import TemperatureFrame, ThermalFrame
from hil.models.small_boards import BOARD_PATTERN
from hil.models.thermometer import HEAT_BALANCE_K
from hil.scenario import Given, When
from hil.scenario_rig import Sightings
from hil.twins import ThermometerTwin
from kiosk.core.links import thermometer_link

_WANDERS_C = 3.0
"""A true frame may lie so far outside the truths around it: noise, and a hand that sways."""


def settings_for(protocol: str) -> ThermometerSection:
    """What a kiosk's file says for a twin of ``protocol``; the address is missing."""
    if protocol == "modbus-omega":
        omega = ModbusSection(map=ModbusMap.OMEGA)
        return ThermometerSection(codec=ThermometerCodec.MODBUS, modbus=omega)
    lines = TextLinesSection(pattern=BOARD_PATTERN) if protocol == "text-lines" else None
    codec = ThermometerCodec(protocol)
    return ThermometerSection(codec=codec, experimental=True, text_lines=lines)


class ThermometerRig:
    """``url`` is where twin and link meet, ``pty:PATH`` or ``tcp:127.0.0.1:0``."""

    def __init__(self, url: str, given: Given, seed: int) -> None:
        self.seen = Sightings()
        self._twin = ThermometerTwin(
            url,
            seed=seed,
            ambient_c=given.ambient_c,
            baud=given.baud,
            protocol=given.protocol,
        )
        self._settings = settings_for(given.protocol)
        self._driver = ThermometerDriver()
        self._generation = 0
        self._link_state = LinkState.ABSENT
        self._forehead = ForeheadState.NOBODY
        self._readings: list[StableReading] = []
        self._wrong_frames = 0
        self._truth_c = given.ambient_c
        self._url = url
        self._link: Link  # both are made by `start`: a TCP twin has its port only then
        self._hotplug: HotplugWatch

    def start(self) -> None:
        self._twin.start()
        settings = msgspec.structs.replace(self._settings, url=self._twin.url)
        self._link = thermometer_link(settings, self._on_event)
        paths = [Path(self._url.removeprefix("pty:"))] if self._url.startswith("pty:") else []
        self._hotplug = HotplugWatch(self._link.poke, paths, use_udev=False)
        self._hotplug.start()
        self._link.start()

    def stop(self) -> None:
        self._hotplug.stop()
        self._link.stop()
        self._twin.stop()

    def do(self, when: When) -> None:
        if when.present_c is not None:
            self._twin.present(when.present_c, when.distance_cm)
        if when.leave:
            self._twin.leave()
        if when.fault is not None:
            self._twin.fault(when.fault)
        if when.heal is not None:
            self._twin.heal(when.heal)

    def observed(self) -> dict[str, object]:
        return {
            "link": self._link_state.value,
            "generation_above": self._generation,
            "forehead": self._forehead.value,
            "body_c": self._body_c(),
            "readings": len(self._readings),
            "quality": self._readings[-1].quality.value if self._readings else None,
            "trouble": self._driver.trouble.value,
            "wrong_frames": self._wrong_frames,
        }

    def _body_c(self) -> float | None:
        if not self._readings:
            return None
        newest = self._readings[-1]
        if newest.ambient_c is None:
            return None
        return newest.object_c + HEAT_BALANCE_K * (newest.object_c - newest.ambient_c)

    def _on_event(self, event: LinkEvent) -> None:
        match event:
            case LinkChanged(status):
                with self.seen.noting():
                    self._link_state = status.state
                    if status.generation != self._generation:
                        self._generation = status.generation
                        self._follow(self._driver.link_opened(time.monotonic()))
            case FrameArrived(frame=TemperatureFrame() as frame):
                # A frame is as old as its way here: the truth may have moved on since it was said.
                before_c, self._truth_c = self._truth_c, self._twin.object_temperature()
                low_c, high_c = sorted((before_c, self._truth_c))
                with self.seen.noting():
                    believable = low_c - _WANDERS_C <= frame.object_c <= high_c + _WANDERS_C
                    self._wrong_frames += not believable
                    self._follow(self._driver.feed(frame, frame.at_s))
            case FrameArrived(frame=ThermalFrame() as picture):
                with self.seen.noting():
                    self._follow(self._driver.feed(picture, picture.at_s))

    def _follow(self, told: list[ForeheadChanged] | list[StableReading | ForeheadChanged]) -> None:
        for news in told:
            if isinstance(news, StableReading):
                self._readings.append(news)
            else:
                self._forehead = news.forehead
