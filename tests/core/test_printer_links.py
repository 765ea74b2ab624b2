"""The printer's link as the settings want it: a file gets labels only, each language its words."""

from __future__ import annotations

import queue
from pathlib import Path
from typing import Any

import pytest

from config.devices import PrinterLanguage, PrinterSection
from config.model import KioskConfig
from firmware_bridge.codecs.escpos_frames import RealTimeStatus
from firmware_bridge.codecs.tspl_status import TsplStatus
from firmware_bridge.link import FrameArrived, LinkChanged, LinkEvent, LinkState
from hil.twins import PrinterTwin
from kiosk.core.links import DeviceLinks, printer_link

pytestmark = pytest.mark.twins

DEADLINE_S = 5.0


def wait_for(events: queue.SimpleQueue[LinkEvent], kind: type) -> LinkEvent:
    while True:
        event = events.get(timeout=DEADLINE_S)
        if isinstance(event, kind):
            return event


@pytest.mark.parametrize("language", [PrinterLanguage.ESCPOS, PrinterLanguage.TSPL])
def test_a_file_gets_labels_and_not_one_byte_more(
    tmp_path: Path, language: PrinterLanguage
) -> None:
    path = tmp_path / "labels.bin"
    events: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
    link = printer_link(PrinterSection(url=f"file:{path}", language=language), events.put)
    link.start()
    try:
        while link.status.state is not LinkState.READY:
            wait_for(events, LinkChanged)
        link.write_bytes(b"a whole label", 1.0)
    finally:
        link.stop()
    assert path.read_bytes() == b"a whole label"


@pytest.mark.parametrize(
    ("language", "frame"),
    [(PrinterLanguage.ESCPOS, RealTimeStatus), (PrinterLanguage.TSPL, TsplStatus)],
)
def test_each_language_is_asked_in_its_own_words(language: PrinterLanguage, frame: type) -> None:
    events: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
    with PrinterTwin("tcp:127.0.0.1:0", language=language.value) as twin:
        link = printer_link(PrinterSection(url=twin.url, language=language), events.put)
        link.start()
        try:
            while not isinstance(_frame_of(wait_for(events, FrameArrived)), frame):
                pass
        finally:
            link.stop()
        heard = b"".join(each.data for each in twin.wire if each.direction == "heard")
    assert (b"\x1b!?" in heard) is (language is PrinterLanguage.TSPL)
    assert (b"\x10\x04\x01" in heard) is (language is PrinterLanguage.ESCPOS)


def _frame_of(event: LinkEvent) -> object:
    assert isinstance(event, FrameArrived)
    return event.frame


@pytest.mark.parametrize("trouble", ["cover_open", "cut_jam"])
def test_a_void_label_that_waits_in_the_printer_never_comes_out(trouble: str) -> None:
    """Copy 1 is held by an open cover or a jam, copy 2 is ordered, then the printer is well.

    A jam that somebody freed still needs the word to recover (DLE ENQ): clearing says it.
    """
    events: queue.SimpleQueue[LinkEvent] = queue.SimpleQueue()
    with PrinterTwin("tcp:127.0.0.1:0") as twin:
        links = DeviceLinks(KioskConfig(printer=PrinterSection(url=twin.url)), events.put)
        links.printer.start()
        try:
            while links.printer.status.state is not LinkState.READY:
                wait_for(events, LinkChanged)
            twin.fault(trouble)
            links.printer.write_bytes(label_of(40), 1.0)
            links.clear_printer()
            links.printer.write_bytes(label_of(24), 1.0)
            if trouble == "cover_open":
                twin.heal(trouble)
            twin.wait_for_papers(1, DEADLINE_S)
            papers = twin.wait_for_papers(2, 0.2)  # a second one would be there by then
        finally:
            links.printer.stop()
    assert [len(paper.bitmap) for paper in papers] == [24]


@pytest.mark.parametrize(
    "settings", [{"language": PrinterLanguage.TSPL}, {"url": "file:labels.bin"}], ids=str
)
def test_a_printer_without_such_a_word_is_told_nothing(settings: dict[str, Any]) -> None:
    links = DeviceLinks(KioskConfig(printer=PrinterSection(**settings)), lambda _: None)
    sent: list[object] = []
    links.printer.send = sent.append  # type: ignore[method-assign, assignment]
    links.clear_printer()
    assert sent == []


def label_of(rows: int) -> bytes:
    return b"\x1b@\x1dv0\x00\x01\x00" + bytes((rows, 0)) + b"\xff" * rows + b"\x1dV\x42\x00"
