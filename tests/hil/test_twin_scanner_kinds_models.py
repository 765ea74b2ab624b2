"""The models of the scanner that types and of the Newland, against kernel headers and manual."""

from __future__ import annotations

import struct

import pytest

from hil.models.scanner_keyboard import TypingScannerModel
from hil.models.scanner_newland import NewlandScannerModel
from hil.twins import ScannerTwin


def keys(model: TypingScannerModel, code: bytes) -> list[tuple[int, int]]:
    """(key code, value) of every key event, in order."""
    model.show(code, 1.0)
    stream, times = b"", []
    while (due_s := model.next_due_s()) is not None:
        times.append(due_s)
        stream += model.advance(due_s)
    assert times == sorted(times) and len(stream) % 24 == 0
    events = [struct.unpack_from("<qqHHi", stream, at) for at in range(0, len(stream), 24)]
    return [(code, value) for _, _, kind, code, value in events if kind == 1]


def test_letters_capitals_and_signs_of_a_us_keyboard() -> None:
    # input-event-codes.h: A 30, B 48, 1 2, LEFTSHIFT 42, RIGHTSHIFT 54, ENTER 28
    assert keys(TypingScannerModel(), b"aB!") == [
        (30, 1),
        (30, 0),
        (54, 1),
        (48, 1),
        (48, 0),
        (54, 0),
        (42, 1),
        (2, 1),
        (2, 0),
        (42, 0),
        (28, 1),
        (28, 0),
    ]


def test_a_four_by_its_number_as_the_published_trace() -> None:
    # NUMLOCK 69, then LEFTALT 56 with KP0 82, KP5 76, KP2 80
    assert keys(TypingScannerModel(by_number=True), b"4")[:-2] == [
        (69, 1),
        (69, 0),
        (56, 1),
        (82, 1),
        (82, 0),
        (76, 1),
        (76, 0),
        (80, 1),
        (80, 0),
        (56, 0),
    ]


def test_chinese_is_left_out_or_becomes_a_number_of_a_code_page() -> None:
    assert keys(TypingScannerModel(), "健".encode()) == [(28, 1), (28, 0)]
    downs = [key for key, value in keys(TypingScannerModel(by_number=True), "健".encode()) if value]
    assert len(downs) == 2 + 5 + 1  # NUMLOCK, ALT, five digits, ENTER


def test_what_was_half_typed_is_gone_with_the_cable() -> None:
    model = TypingScannerModel()
    model.show(b"abc", 1.0)
    model.power_up(1.2)
    assert model.next_due_s() is None


PUBLISHED = bytes.fromhex(
    "7E 01 30 30 30 30 40 44 46 4D 41 44 44 30 36 39 39 39 30 30 33 39 39 39 39 46 31 34 31 3B 03"
)


@pytest.mark.parametrize("size", [1, 5, 40])
def test_the_published_setting_is_taken(size: int) -> None:
    model = NewlandScannerModel()
    for at in range(0, len(PUBLISHED), size):
        model.receive(PUBLISHED[at : at + size], 1.0)
    assert model.advance(2.0) == b"\x02\x01" + PUBLISHED[2:-2] + b"\x06;\x03"
    assert model.settings == [PUBLISHED[7:-2]]


def test_an_unknown_setting_is_refused() -> None:
    model = NewlandScannerModel()
    model.receive(b"\x7e\x010000#XYZABC1;\x03", 1.0)
    assert model.advance(2.0) == b"\x02\x010000#XYZABC1\x15;\x03"
    assert model.settings == []


def test_a_code_comes_with_a_line_end() -> None:
    model = NewlandScannerModel()
    model.show(b"CODE", 1.0)
    due_s = model.next_due_s()
    assert due_s is not None
    assert model.advance(due_s) == b"CODE\r"


def test_only_a_gm65_has_a_mode() -> None:
    modes = [ScannerTwin("pty:unused", kind=kind).mode for kind in ("gm65", "newland", "keyboard")]
    assert modes == [0, None, None]
