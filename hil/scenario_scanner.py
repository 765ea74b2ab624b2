"""The scanner under test: our link, codec and driver against the twin of its kind.

A scanner that types is read from a wire that carries the kernel's input events: no node of
/dev/input can be made here, so opening and grabbing one is not part of these scenarios.
"""

from __future__ import annotations

from pathlib import Path

from config.devices import ScannerKind, ScannerMode, ScannerSection
from drivers.code_scanner import ScannedText, scanned_text
from firmware_bridge.codecs.scan_assembly import ScannedCode
from firmware_bridge.hotplug import HotplugWatch
from firmware_bridge.link import FrameArrived, Link, LinkChanged, LinkEvent, LinkState
from hil.scenario import Given, When
from hil.scenario_rig import Sightings
from hil.twins import ScannerTwin
from kiosk.core.links import scanner_link


class ScannerRig:
    """``url`` is where twin and link meet, ``pty:PATH`` or ``tcp:127.0.0.1:0``."""

    def __init__(self, url: str, given: Given, seed: int) -> None:
        self.seen = Sightings()
        self._twin = ScannerTwin(url, seed=seed, kind=given.scanner_kind)
        self._given = given
        self._generation = 0
        self._link_state = LinkState.ABSENT
        self._scans: list[ScannedText] = []
        self._url = url
        self._link: Link  # both are made by `start`: a TCP twin has its port only then
        self._hotplug: HotplugWatch

    def start(self) -> None:
        self._twin.start()
        section = ScannerSection(
            url=self._twin.url,
            kind=ScannerKind(self._given.scanner_kind.removesuffix("-by-number")),
            mode=ScannerMode(self._given.scanner_mode),
            settings=self._given.scanner_settings,
        )
        self._link = scanner_link(section, self._on_event)
        paths = [Path(self._url.removeprefix("pty:"))] if self._url.startswith("pty:") else []
        self._hotplug = HotplugWatch(self._link.poke, paths, use_udev=False)
        self._hotplug.start()
        self._link.start()

    def stop(self) -> None:
        self._hotplug.stop()
        self._link.stop()
        self._twin.stop()

    def do(self, when: When) -> None:
        if when.scan is not None:
            self._twin.show(when.scan)
        if when.scan_setting_code:
            self._twin.show_setting_code()
        if when.blink:
            self._twin.lose_power()
        if when.fault is not None:
            self._twin.fault(when.fault)
        if when.heal is not None:
            self._twin.heal(when.heal)

    def observed(self) -> dict[str, object]:
        newest = self._scans[-1] if self._scans else None
        return {
            "link": self._link_state.value,
            "generation_above": self._generation,
            "scanned": newest.text if newest else "",
            "scans": len(self._scans),
            "unreadable": newest.binary if newest else None,
            "scanner_mode": self._twin.mode,
        }

    def _on_event(self, event: LinkEvent) -> None:
        match event:
            case LinkChanged(status):
                with self.seen.noting():
                    self._link_state = status.state
                    self._generation = status.generation
            case FrameArrived(frame=ScannedCode() as code):
                with self.seen.noting():
                    self._scans.append(scanned_text(code))
            case FrameArrived():
                with self.seen.noting():
                    pass  # an answer: the scanner's mode may be another
