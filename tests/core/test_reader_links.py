"""The core's links to scanner and ID-card reader: which codec, which questions, from settings."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from config.devices import IdCardReaderSection, ScannerKind, ScannerSection
from config.model import KioskConfig
from firmware_bridge.codecs.ga450 import CardText
from firmware_bridge.codecs.scan_assembly import ScannedCode
from firmware_bridge.link import FrameArrived, LinkChanged, LinkEvent, LinkState
from hil.twins import IdCardReaderTwin, ScannerTwin
from kiosk.core.links import DeviceLinks

pytestmark = pytest.mark.twins

DEADLINE_S = 5.0


class Heard:
    """Link events of several links; tests wait for what they expect."""

    def __init__(self) -> None:
        self._events: list[LinkEvent] = []
        self._arrived = threading.Condition()

    def __call__(self, event: LinkEvent) -> None:
        with self._arrived:
            self._events.append(event)
            self._arrived.notify_all()

    def wait_for(self, holds: Callable[[LinkEvent], bool]) -> None:
        with self._arrived:
            assert self._arrived.wait_for(lambda: any(map(holds, self._events)), DEADLINE_S)

    def ready(self, name: str) -> None:
        self.wait_for(
            lambda event: (
                isinstance(event, LinkChanged)
                and (event.status.name, event.status.state) == (name, LinkState.READY)
            )
        )


def link_threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("link-")}


def test_without_their_sections_there_are_no_links() -> None:
    links = DeviceLinks(KioskConfig(), lambda event: None)
    links.start()
    try:
        assert link_threads() == {"link-thermometer", "link-printer"}
    finally:
        links.stop()


def test_both_readers_come_and_are_heard(tmp_path: Path) -> None:
    heard = Heard()
    with (
        ScannerTwin(f"pty:{tmp_path / 'scanner'}") as scanner,
        IdCardReaderTwin(f"pty:{tmp_path / 'reader'}") as reader,
    ):
        config = KioskConfig(
            scanner=ScannerSection(url=scanner.url),
            id_card_reader=IdCardReaderSection(url=reader.url),
        )
        links = DeviceLinks(config, heard)
        links.start()
        try:
            heard.ready("scanner")
            heard.ready("id-card-reader")
            scanner.show("NCS1.code")
            reader.lay("resident")
            heard.wait_for(
                lambda e: isinstance(e, FrameArrived) and isinstance(e.frame, ScannedCode)
            )
            heard.wait_for(lambda e: isinstance(e, FrameArrived) and isinstance(e.frame, CardText))
        finally:
            links.stop()
    assert link_threads() == set()


@pytest.mark.parametrize(
    ("section", "words"),
    [
        (
            ScannerSection(
                url="evdev:/dev/input/by-id/none-event-kbd",
                kind=ScannerKind.KEYBOARD,
                keyboards=("05f9:2204@1-1.3",),
            ),
            "there is no keyboard",
        ),
        (
            ScannerSection(url="evdev:/dev/input/by-id/none-event-kbd", kind=ScannerKind.KEYBOARD),
            "no keyboard is allowed",
        ),
        (ScannerSection(url="carrier-pigeon:7"), "is not a device address"),
    ],
)
def test_a_scanner_that_cannot_be_opened_is_a_fault_of_its_link_alone(
    section: ScannerSection, words: str
) -> None:
    heard = Heard()
    links = DeviceLinks(KioskConfig(scanner=section), heard)
    links.start()
    try:
        heard.wait_for(
            lambda event: (
                isinstance(event, LinkChanged)
                and event.status.name == "scanner"
                and words in event.status.detail
            )
        )
    finally:
        links.stop()
