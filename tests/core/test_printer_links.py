"""The printer's link as the settings want it: a file gets labels only, each language its words."""

from __future__ import annotations

import queue
from pathlib import Path

import pytest

from config.model import PrinterLanguage, PrinterSection
from firmware_bridge.codecs.escpos_frames import RealTimeStatus
from firmware_bridge.codecs.tspl_status import TsplStatus
from firmware_bridge.link import FrameArrived, LinkChanged, LinkEvent, LinkState
from hil.twins import PrinterTwin
from kiosk.core.links import printer_link

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
