"""Visits by scanner: the same way as a code that the camera saw, and labels proved."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.record import CheckedIn, CodeColour
from firmware_bridge.codecs.gm65 import ScannerAnswer
from kiosk.ipc.messages import (
    Action,
    CodeState,
    Page,
    Role,
)

Bench = Any
Readers = Any


def test_a_scanned_code_goes_the_way_of_a_seen_one(bench: Bench, readers: Readers) -> None:
    readers.scans(bench.site.code(0))
    assert (bench.page, bench.screen.code) == (Page.SCREENING, CodeState.READ)
    bench.forehead(36.5)
    assert bench.page is Page.CONFIRM
    bench.touches(Action.CONFIRM)
    (record,) = bench.records()
    assert isinstance(record, CheckedIn)
    assert record.person.document_number == "110101199003071233"
    assert record.code_colour is CodeColour.GREEN


@pytest.mark.parametrize(
    ("data", "notice"),
    [
        ("http://example.invalid/menu", "notice.code-not-ours"),
        ("^#SC^3030010.", "notice.code-not-ours"),
        (b"NCS1.\x00\x02", "notice.code-binary"),
        (b"\x02\x00\x00\x01\x00\x33\x31", "notice.code-binary"),
        (b"abcd\x1a", "notice.code-binary"),
        (b"\xff\xfe\xfd\xfc", "notice.code-binary"),
        ("NCS1.AAAA", "notice.code-damaged"),
    ],
)
def test_what_is_no_code_of_ours_is_refused_as_data(
    bench: Bench, readers: Readers, data: str | bytes, notice: str
) -> None:
    readers.scans(data)
    assert (bench.page, bench.screen.notice) == (Page.SCREENING, notice)


def test_a_long_code_is_refused_unread(bench: Bench, readers: Readers) -> None:
    readers.scans(b"", too_long=True)
    assert bench.screen.notice == "notice.code-too-long"


def test_a_code_held_before_camera_and_scanner_is_answered_once(
    bench: Bench, readers: Readers
) -> None:
    bench.shows("http://example.invalid/menu")
    before = len(bench.sent)
    readers.scans("http://example.invalid/menu")
    bench.shows("http://example.invalid/menu")
    assert not [m for role, m in bench.sent[before:] if role is Role.SCREEN]


def test_the_scanner_proves_a_label(bench: Bench, readers: Readers) -> None:
    placed = bench.checks_in(0).placement
    bench.label_written()
    readers.scans(placed.tube_number)
    assert bench.screen.placement.label.value == "verified"


def test_a_label_with_its_symbology_and_bars_that_mean_nothing(
    bench: Bench, readers: Readers
) -> None:
    readers.scans("]C1" + "12345678901234")
    readers.scans("]E0" + "6901234567892")
    assert bench.page is Page.ATTRACT


def test_answers_of_the_scanner_are_no_events(bench: Bench, readers: Readers) -> None:
    before = len(bench.sent)
    readers._arrives("scanner", ScannerAnswer("ReadZone", b"\xd6\x00\x00\x02", 1.0))
    assert not [m for role, m in bench.sent[before:] if role is Role.SCREEN]
