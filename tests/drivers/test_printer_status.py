"""The printer status: folded from literal answers, unknown until told."""

from __future__ import annotations

from dataclasses import fields

import pytest

from config.translations import Catalogue
from drivers.label_printer.status import FAULTS, PrinterStatus, Told
from firmware_bridge.codecs.escpos_frames import (
    AutomaticStatus,
    FlowControl,
    ProcessIdDone,
    RealTimeStatus,
    StatusTopic,
)
from firmware_bridge.codecs.tspl_status import TsplStatus


def asb(hexadecimal: str) -> AutomaticStatus:
    return AutomaticStatus(bytes.fromhex(hexadecimal), 1.0)


def replies(hexadecimal: str) -> PrinterStatus:
    """The folded answers to DLE EOT 1, 2, 3 and 4."""
    status = PrinterStatus()
    for topic, raw in zip(StatusTopic, bytes.fromhex(hexadecimal), strict=True):
        status = status.fold(RealTimeStatus(topic, raw, 1.0))
    return status


def test_a_silent_printer_is_unknown_in_everything() -> None:
    status = PrinterStatus()
    assert {getattr(status, field.name) for field in fields(status)} == {Told.UNKNOWN}
    assert status.fault == "printer.unknown"
    assert not status.blocked


@pytest.mark.parametrize(
    ("answer", "fault", "blocked"),
    [
        ("10 00 00 00", "", False),
        ("10 00 03 00", "printer.paper-near-end", False),
        ("18 00 0F 00", "printer.paper-out", True),
        ("38 40 00 00", "printer.cover-open", True),
        ("18 08 00 00", "printer.cutter", True),
        ("18 20 00 00", "printer.unrecoverable", True),
        ("18 40 00 00", "printer.too-hot", True),
        ("10 04 00 00", "printer.mechanical", True),
        ("58 00 00 00", "printer.feeding", True),
        ("18 00 00 00", "printer.offline", True),
    ],
)
def test_automatic_status_of_the_manual(answer: str, fault: str, blocked: bool) -> None:
    status = PrinterStatus().fold(asb(answer))
    assert (status.fault, status.blocked) == (fault, blocked)


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ("12 12 12 12", ""),
        ("12 12 12 1E", "printer.paper-near-end"),
        ("1A 32 12 7E", "printer.paper-out"),
        ("1A 32 12 12", "printer.paper-out"),  # stopped for paper
        ("1A 16 12 12", "printer.cover-open"),
        ("1A 52 1A 12", "printer.cutter"),
        ("1A 52 12 12", "printer.error"),  # an error without a name
        ("1A 52 16 12", "printer.mechanical"),
        ("1A 52 32 12", "printer.unrecoverable"),
        ("1A 52 52 12", "printer.too-hot"),
        ("5A 12 12 12", "printer.feeding"),  # the feed key is pressed
        ("1A 1A 12 12", "printer.feeding"),  # and paper moves by it
        ("3A 12 12 12", "printer.waiting"),
        ("1A 12 12 12", "printer.offline"),
        ("52 12 12 12", ""),  # a key pressed while it is online keeps no label back
    ],
)
def test_real_time_status_of_the_manual(answers: str, fault: str) -> None:
    assert replies(answers).fault == fault


def test_one_answer_leaves_the_rest_unknown() -> None:
    status = PrinterStatus().fold(RealTimeStatus(StatusTopic.PRINTER, 0x12, 1.0))
    assert status.offline is Told.NO
    assert status.paper_end is Told.UNKNOWN
    assert status.fault == "printer.unknown"


def test_an_automatic_status_clears_what_a_real_time_answer_had_told() -> None:
    stopped = replies("1A 72 52 7E")
    assert stopped.fault == "printer.paper-out"
    assert stopped.fold(asb("10 00 00 00")).fault == ""


def test_frames_that_tell_no_status_change_nothing() -> None:
    status = PrinterStatus().fold(asb("10 00 00 00"))
    assert status.fold(ProcessIdDone("0001", 1.0)) == status
    assert status.fold(object()) == status


def test_flow_control_is_kept_and_is_no_fault() -> None:
    status = PrinterStatus().fold(asb("10 00 00 00")).fold(FlowControl(True, 1.0))
    assert status.paused is Told.YES
    assert status.fault == ""
    assert status.fold(FlowControl(False, 2.0)).paused is Told.NO


@pytest.mark.parametrize(
    ("byte", "fault", "blocked"),
    [
        (0x00, "", False),
        (0x20, "", False),  # printing
        (0x01, "printer.cover-open", True),  # the head stands open
        (0x41, "printer.cover-open", True),
        (0x02, "printer.paper-jam", True),
        (0x04, "printer.paper-out", True),
        (0x05, "printer.paper-out", True),
        (0x08, "printer.ribbon-out", True),
        (0x10, "printer.paused", True),
        (0x80, "printer.too-hot", True),
    ],
)
def test_the_status_byte_of_a_tspl_printer(byte: int, fault: str, blocked: bool) -> None:
    status = PrinterStatus().fold(TsplStatus(byte, 1.0))
    assert (status.fault, status.blocked) == (fault, blocked)
    assert status.paper_near_end is Told.UNKNOWN  # it has no such sensor
    assert status.fold(TsplStatus(0x00, 2.0)).fault == ""


def test_a_printer_that_is_online_again_waits_for_nobody() -> None:
    assert replies("3A 12 12 12").fold(asb("10 00 00 00")).fault == ""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fault_of_a_printer_has_its_three_sentences(language: str) -> None:
    texts = Catalogue.load(language)
    for fault in FAULTS:
        for part in ("what", "cause", "action"):
            assert texts.text(f"{fault}.{part}") != f"{fault}.{part}"
