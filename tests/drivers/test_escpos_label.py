"""The bytes of a label: the manual's commands, our dots, and no command hidden among them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.label_printer.bitmap import Bitmap, Rectangle
from drivers.label_printer.escpos_label import BadProcessId, escpos_label, prepare
from drivers.label_printer.realtime import NotDefusable, defuse, hidden_commands

# DLE DC4 8: empties the printer's buffers (reference: devices, section 4.1).
CLEAR_BUFFERS = bytes.fromhex("10 14 08 01 03 14 01 06 02 08")


def bitmap(rows: bytes, width: int = 80, protected: tuple[Rectangle, ...] = ()) -> Bitmap:
    return Bitmap(width, len(rows) * 8 // width, rows, protected)


def test_literal_bytes_of_a_small_picture() -> None:
    picture = bitmap(b"\xff\x00\xaa\x55", width=16)
    expected = "1B40 1D7630 00 0200 0200 FF00AA55 1D564200 1D2848 0600 3030 41317A5F"
    assert escpos_label(picture, "A1z_", cut=True) == bytes.fromhex(expected)


def test_without_cut_and_process_id_the_raster_comes_last() -> None:
    picture = bitmap(b"\xff\x00\xaa\x55", width=16)
    job = escpos_label(picture, None, cut=False)
    assert job == bytes.fromhex("1B40 1D7630 00 0200 0200 FF00AA55")


def test_two_jobs_do_not_leak_into_each_other() -> None:
    picture = bitmap(b"\xff\x00\xaa\x55", width=16)
    assert escpos_label(picture, "0001", cut=False) != escpos_label(picture, "0002", cut=False)
    assert escpos_label(picture, "0001", cut=False).count(b"\x1b@") == 1


def test_nothing_is_written_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    prepare()
    escpos_label(bitmap(bytes(10 * 1000), width=80), "0001", cut=True)
    assert capsys.readouterr() == ("", "")


def test_a_tall_label_stays_one_raster() -> None:
    job = escpos_label(bitmap(bytes(2 * 1200), width=16), None, cut=False)
    assert job.count(b"\x1dv0") == 1


def test_a_library_that_changes_dots_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare()
    monkeypatch.setattr("escpos.image.EscposImage.to_raster_format", lambda _: bytes(10))
    with pytest.raises(NotDefusable, match="changed dots"):
        escpos_label(bitmap(bytes(range(10))), None, cut=False)


def test_the_library_leaves_nothing_in_the_temporary_folder(tmp_path: Path) -> None:
    code = "from drivers.label_printer.escpos_label import prepare; prepare()"
    subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)}, check=True
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", ["", "abc", "abcde", "ab\x1fc", "ab\x7fc", "abcé", "１２３４"])
def test_a_process_id_must_be_four_printable_characters(wrong: str) -> None:
    with pytest.raises(BadProcessId, match="four printable"):
        escpos_label(bitmap(bytes(10)), wrong, cut=False)


def test_a_picture_that_would_empty_the_printer_is_defused() -> None:
    hostile = bitmap(CLEAR_BUFFERS)
    with pytest.raises(NotDefusable, match="obey"):
        escpos_label(hostile, None, cut=False)
    harmless = defuse(hostile)
    assert hidden_commands(escpos_label(harmless, "0001", cut=True)) == []
    changed = sum((a ^ b).bit_count() for a, b in zip(hostile.rows, harmless.rows, strict=True))
    assert changed == 1


def test_dle_enq_and_dle_eot_are_found_wherever_they_stand() -> None:
    assert hidden_commands(b"\x10\x04\x00\x10\x05\x10\x14\x10") == [0, 3, 5]
    assert hidden_commands(b"\x10\x10\x04") == [1]
    assert hidden_commands(b"\x10\x00\x04\x10\x15") == []


def test_a_command_that_straddles_the_raster_is_defused_too() -> None:
    picture = bitmap(b"\x04\x00\x00\x10", width=16)
    harmless = defuse(picture, before=b"\x1d\x10", after=b"\x05")
    assert hidden_commands(b"\x1d\x10" + harmless.rows + b"\x05") == []
    assert hidden_commands(b"\x1d\x10" + picture.rows + b"\x05") == [1, 5]


def test_protected_dots_are_never_changed() -> None:
    whole = Rectangle(0, 0, 16, 1)
    with pytest.raises(NotDefusable, match="multiple of 8"):
        defuse(bitmap(b"\x10\x05", width=16, protected=(whole,)))
    right_half = Rectangle(8, 0, 8, 1)
    harmless = defuse(bitmap(b"\x10\x05", width=16, protected=(right_half,)))
    assert harmless.rows[1] == 0x05 and hidden_commands(harmless.rows) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([0x10, 0x04, 0x05, 0x14, 0x00, 0xFF]), min_size=40, max_size=40),
)
def test_defusing_always_ends_harmless_and_changes_little(values: list[int]) -> None:
    picture = bitmap(bytes(values), width=80)
    harmless = defuse(picture)
    assert hidden_commands(harmless.rows) == []
    changed = sum((a ^ b).bit_count() for a, b in zip(picture.rows, harmless.rows, strict=True))
    assert changed <= len(hidden_commands(picture.rows))


def test_real_time_bytes_around_the_raster_are_refused() -> None:
    with pytest.raises(NotDefusable, match="around the raster"):
        defuse(bitmap(bytes(10)), before=b"\x10\x04")
