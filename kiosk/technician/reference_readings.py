"""Stable readings of the thermometer, one for each time somebody asks.

Owns the link for the time of a calibration. Must not judge a reading: it says what the driver said.
"""

from __future__ import annotations

import queue
import threading
import time
from types import TracebackType

from config.devices import ThermometerSection
from drivers.thermometer import ForeheadChanged, StableReading, ThermometerDriver
from firmware_bridge.link import FrameArrived, Link, LinkChanged, LinkEvent, LinkState
from firmware_bridge.temperature_frame import TemperatureFrame, ThermalFrame
from kiosk.devices.thermometers import thermometer_link


class ReferenceReadings:
    """A context: the link runs inside."""

    def __init__(self, settings: ThermometerSection) -> None:
        self._driver = ThermometerDriver(settings.stable_samples, settings.stable_spread_c)
        self._turn = threading.Lock()
        self._readings: queue.SimpleQueue[StableReading] = queue.SimpleQueue()
        self._link: Link = thermometer_link(settings, self._on_event)

    def __enter__(self) -> ReferenceReadings:
        self._link.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._link.stop()

    @property
    def trouble(self) -> str:
        """Why nothing is read, "" when the thermometer works."""
        status = self._link.status
        return "" if status.state is LinkState.READY else f"{status.state}: {status.detail}"

    def take(self, timeout_s: float) -> StableReading | None:
        """The next stable reading of whoever stands there now; None when there is none."""
        with self._turn:
            self._driver.rearm()
            while not self._readings.empty():
                self._readings.get()
        try:
            return self._readings.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def _on_event(self, event: LinkEvent) -> None:
        with self._turn:
            match event:
                case LinkChanged(status) if status.state is LinkState.READY:
                    self._driver.link_opened(time.monotonic())
                case FrameArrived(frame=TemperatureFrame() | ThermalFrame() as frame):
                    for news in self._driver.feed(frame, time.monotonic()):
                        self._note(news)

    def _note(self, news: StableReading | ForeheadChanged) -> None:
        if isinstance(news, StableReading):
            self._readings.put(news)
