"""Who the printer is: asked when nothing is in the way, told in the report, kept over restarts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.report import DeviceReport, decode_report
from firmware_bridge.codecs.escpos_frames import InfoQuery, InfoTopic, PrinterInfo
from firmware_bridge.link import FrameArrived, LinkState, LinkStatus
from kiosk.core.device_desk import PRINTER, DeviceDesk
from kiosk.core.printer_identity import IdentityWays, PrinterIdentity
from kiosk.devices.memory import FILE_NAME, DeviceMemory, RememberedDevice, recall
from kiosk.ipc.messages import KioskFacts


class Hall:
    """A desk, a printer that answers by its number, and what was remembered."""

    def __init__(self, *, speaks: bool = True) -> None:
        self.devices = DeviceDesk(0.0)
        self.asked: list[InfoQuery] = []
        self.remembered: list[tuple[str, str]] = []
        ways = IdentityWays(self.asked.append, self.remember)
        self.identity = PrinterIdentity(self.devices, ways, speaks=speaks)
        self.plug_in(0)

    def remember(self, role: str, about: str) -> None:
        self.remembered.append((role, about))

    def plug_in(self, generation: int) -> None:
        self.devices.link_changed(LinkStatus(PRINTER, LinkState.READY, generation, 0.0, ""), 0.0)
        self.identity.connected(generation)

    def answer_all(self, name: str) -> None:
        for _ in range(7):
            self.identity.pursue(1.0)
            self.identity.heard(PrinterInfo(self.asked[-1].topic, name, 1.0))

    @property
    def report(self) -> DeviceReport:
        return self.devices.report(PRINTER, 1.0)


def test_asked_once_a_connection_reported_and_remembered() -> None:
    hall = Hall()
    hall.answer_all("A")
    assert hall.report.about.startswith("A A, firmware A")
    assert (len(hall.asked), len(hall.remembered)) == (5, 1)
    hall.identity.connected(0)  # the same connection, ready again
    hall.answer_all("B")
    assert (len(hall.asked), hall.report.about[0]) == (5, "A")
    hall.plug_in(1)
    assert hall.report.about == ""
    hall.answer_all("B")
    assert hall.report.about.startswith("B B")
    assert len(hall.remembered) == 2


def test_the_kiosk_asks_when_no_label_is_on_its_way(bench: Any) -> None:
    asked: list[InfoQuery] = []
    identity = bench.kiosk._printer._identity
    identity._ways = IdentityWays(asked.append)
    bench.link(PRINTER, LinkState.ABSENT)
    bench.link(PRINTER, LinkState.READY)
    bench.wait(2.0)
    assert asked == [], "a printer that has not said that it is well is left alone"
    bench.printer_status()
    bench.checks_in(0)
    identity.connected(99)
    asked.clear()
    bench.wait(1.0)
    assert asked == [], "bytes of a label may be on the wire"
    bench.label_written()
    bench.wait(1.0)
    assert asked == [InfoQuery(InfoTopic.MAKER)]


def test_what_the_printer_says_of_itself_is_in_the_kiosks_report(bench: Any) -> None:
    def answer(question: InfoQuery) -> None:
        frame = PrinterInfo(question.topic, f"words {question.topic.name}", bench.clock.now_s)
        bench.kiosk.happened(FrameArrived(PRINTER, bench.generation, frame, bench.clock.now_s))

    identity = bench.kiosk._printer._identity
    identity._ways = IdentityWays(answer)
    identity.connected(99)
    bench.wait(6.0)
    facts = [message for _, message in bench.sent if isinstance(message, KioskFacts)]
    printer = decode_report(facts[-1].report.encode()).devices[0]
    assert printer.role == PRINTER
    assert printer.about.startswith("words MAKER words MODEL, firmware words FIRMWARE")


def test_a_printer_of_another_language_is_not_asked() -> None:
    hall = Hall(speaks=False)
    hall.identity.pursue(1.0)
    assert hall.asked == []


def test_memory_outlives_the_process_and_notices_another_printer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    memory = DeviceMemory(tmp_path, lambda: "2026-11-22T08:41:00+08:00")
    memory.remember(PRINTER, "EPSON TM-L90")
    assert recall(tmp_path / FILE_NAME) == (
        RememberedDevice(PRINTER, "EPSON TM-L90", "2026-11-22T08:41:00+08:00"),
    )
    memory.remember(PRINTER, "EPSON TM-L90")
    assert "is another one" not in caplog.text
    memory.remember(PRINTER, "CITIZEN CL")
    assert "is another one" in caplog.text


@pytest.mark.parametrize("text", ["", "[]", '{"printer": 3}', '{"printer": {}}', "\ud800"])
def test_a_broken_memory_is_forgotten(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE_NAME).write_bytes(text.encode("utf-8", "surrogatepass"))
    assert recall(tmp_path / FILE_NAME) == ()
    DeviceMemory(tmp_path, lambda: "now").remember(PRINTER, "X")
    assert [each.about for each in recall(tmp_path / FILE_NAME)] == ["X"]


def test_a_folder_that_is_gone_costs_only_the_memory(tmp_path: Path) -> None:
    assert recall(tmp_path / "gone" / FILE_NAME) == ()
    DeviceMemory(tmp_path / "gone", lambda: "now").remember(PRINTER, "X")
