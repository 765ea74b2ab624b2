"""The printer's thread: one report for each order, a blocked printer blocks nobody else."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from config.devices import LabelEnding, LabelPaper, PrinterLanguage, PrinterSection
from drivers.label_printer.bitmap import Bitmap
from drivers.label_printer.content import LabelContent
from drivers.label_printer.printer import LabelPrinter
from firmware_bridge.errors import LinkError
from kiosk.core.printer_worker import LabelNotWritten, LabelOrder, LabelWritten, PrinterWorker
from kiosk.devices.printer_settings import label_printer

TUBE = "00070332600018"
ORDER = LabelOrder("job-1", LabelContent(TUBE, "0007 03 326 0001 8", "10:1", 1, "11-22 08:41"), "1")


class Paper:
    def __init__(self, fails: bool = False) -> None:
        self.fails = fails
        self.written: list[bytes] = []
        self.reports: queue.SimpleQueue[LabelWritten | LabelNotWritten] = queue.SimpleQueue()

    def write(self, data: bytes, timeout_s: float) -> None:
        if self.fails:
            raise LinkError("the printer is absent, nothing was sent; wait for it")
        self.written.append(data)

    @contextmanager
    def worker(self) -> Iterator[PrinterWorker]:
        made = PrinterWorker("tube-40x30", self.write, self.reports.put)
        made.start()
        yield made
        made.stop()


def order(job: str, process_id: str | None = "0011") -> LabelOrder:
    return LabelOrder(job, ORDER.content, process_id)


def test_orders_are_written_in_turn_and_each_reported_once() -> None:
    paper = Paper()
    with paper.worker() as worker:
        for job in ("a", "b"):
            worker.print(order(job))
        reports = [paper.reports.get(timeout=5.0) for _ in range(2)]
    assert [report.job for report in reports] == ["a", "b"]
    assert all(isinstance(report, LabelWritten) for report in reports)
    assert len(paper.written) == 2
    assert paper.written[0].startswith(b"\x1b@") and paper.written[0].endswith(b"0011")
    assert paper.reports.empty()


def test_an_order_drawn_ahead_is_written_once_and_another_one_is_not_mistaken_for_it() -> None:
    paper = Paper()
    with paper.worker() as worker:
        worker.prepare(order("a", "0011"))
        worker.print(order("a", "0012"))
        worker.prepare(order("b", "0021"))
        worker.print(order("b", "0021"))
        reports = [paper.reports.get(timeout=5.0) for _ in range(2)]
    assert [report.job for report in reports] == ["a", "b"]
    assert [data[-4:] for data in paper.written] == [b"0012", b"0021"]


def test_a_write_that_fails_is_reported_with_its_sentence() -> None:
    paper = Paper(fails=True)
    with paper.worker() as worker:
        worker.print(order("a", process_id=None))
        report = paper.reports.get(timeout=5.0)
    assert isinstance(report, LabelNotWritten)
    assert "absent" in report.why


def test_a_label_that_cannot_be_drawn_is_reported_and_the_next_one_is_printed() -> None:
    paper = Paper()
    unfit = LabelOrder("a", replace(ORDER.content, marks=("短管补录", "复采加急", "加急")), "0011")
    with paper.worker() as worker:
        worker.prepare(unfit)
        worker.print(unfit)
        worker.print(order("b"))
        reports = [paper.reports.get(timeout=5.0) for _ in range(2)]
    assert isinstance(reports[0], LabelNotWritten) and "no room for the mark" in reports[0].why
    assert isinstance(reports[1], LabelWritten)
    assert len(paper.written) == 1


def test_the_settings_choose_language_and_paper() -> None:
    section = PrinterSection(language=PrinterLanguage.TSPL, paper=LabelPaper.BLACK_MARK, gap_mm=3)
    paper = Paper()
    worker = PrinterWorker(
        "tube-40x30", paper.write, paper.reports.put, printer=label_printer(section)
    )
    worker.start()
    worker.print(order("a", process_id=None))
    assert isinstance(paper.reports.get(timeout=5.0), LabelWritten)
    worker.stop()
    assert paper.written[0].startswith(b"SIZE 40 mm,30 mm\r\nBLINE 3 mm,0 mm\r\n")
    assert b"SET " not in paper.written[0]  # what a printer keeps is changed only on demand
    assert label_printer(PrinterSection(ending=LabelEnding.AUTO)) == LabelPrinter()
    peels = PrinterSection(language=PrinterLanguage.TSPL, ending=LabelEnding.PEEL)
    assert b"SET PEEL ON" in label_printer(peels).job(Bitmap(8, 1, b"\xff"))


def test_what_the_printer_holds_is_dropped_before_the_next_label_and_not_behind_it() -> None:
    paper, deeds = Paper(), []

    def write(data: bytes, timeout_s: float) -> None:
        deeds.append("label")

    worker = PrinterWorker(
        "tube-40x30", write, paper.reports.put, clear=lambda: deeds.append("clear")
    )
    worker.start()
    worker.print(order("a"))
    worker.forget()
    worker.print(order("b"))
    for _ in range(2):
        paper.reports.get(timeout=5.0)
    worker.stop()
    assert deeds == ["label", "clear", "label"]
