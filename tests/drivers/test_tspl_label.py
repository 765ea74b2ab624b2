"""TSPL jobs byte by byte, and what the settings of a printer make of a label."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.label_printer.bitmap import Bitmap, Rectangle
from drivers.label_printer.content import LabelContent, pool_class_words
from drivers.label_printer.escpos_label import escpos_label
from drivers.label_printer.positioning import Ending, LabelCommands, Paper, Positioning
from drivers.label_printer.printer import LabelPrinter, PrinterLanguage
from drivers.label_printer.realtime import ESCPOS, TSPL, NotDefusable, hidden_commands
from drivers.label_printer.render import render_label
from drivers.label_printer.template import LabelDoesNotFit
from drivers.label_printer.tspl_label import tspl_label

LABEL = LabelContent(
    "00070332604179", "0007 03 326 0417 9", pool_class_words("10"), 2, "11-22 08:41"
)
SMALL = Bitmap(16, 2, b"\xf0\x0f\x00\x01")


def test_literal_bytes_of_a_small_picture() -> None:
    job = tspl_label(SMALL, Positioning(Paper.GAP, Ending.TEAR))
    assert job == (
        b"SIZE 2 mm,0.25 mm\r\nGAP 2 mm,0 mm\r\nDIRECTION 1\r\n"
        b"SET CUTTER OFF\r\nSET PEEL OFF\r\nSET TEAR ON\r\nCLS\r\n"
        b"BITMAP 0,0,2,2,0,\x0f\xf0\xff\xfe\r\nPRINT 1,1\r\n"  # 0 is a black dot
    )


def test_the_first_bytes_of_a_40x30_label_are_those_of_the_manual() -> None:
    job = tspl_label(render_label(LABEL, "tube-40x30"), Positioning())
    assert job.startswith(bytes.fromhex("53495A45203430206D6D2C3330206D6D0D0A"))
    header, _, rest = job.partition(b"BITMAP 0,0,40,240,0,")
    assert header.split(b"\r\n")[1:] == [b"GAP 2 mm,0 mm", b"DIRECTION 1", b"CLS", b""]
    assert len(rest) == 40 * 240 + len(b"\r\nPRINT 1,1\r\n")
    assert rest.endswith(b"\r\nPRINT 1,1\r\n")


def test_the_picture_in_the_job_is_the_label() -> None:
    bitmap = render_label(LABEL, "tube-40x30")
    raster = tspl_label(bitmap, Positioning()).partition(b",40,240,0,")[2][: 40 * 240]
    dots = np.unpackbits(np.frombuffer(raster, np.uint8)).reshape(240, 320) == 0
    assert (dots == (np.asarray(bitmap.image()) < 128)).all()


@pytest.mark.parametrize(
    ("positioning", "words"),
    [
        (Positioning(Paper.GAP, Ending.CUT, gap_mm=3.0), [b"GAP 3 mm,0 mm", b"SET CUTTER 1"]),
        (Positioning(Paper.BLACK_MARK, Ending.PEEL), [b"BLINE 2 mm,0 mm", b"SET PEEL ON"]),
        (Positioning(Paper.CONTINUOUS, Ending.TEAR), [b"GAP 0 mm,0 mm", b"SET TEAR ON"]),
    ],
)
def test_paper_and_ending(positioning: Positioning, words: list[bytes]) -> None:
    lines = tspl_label(SMALL, positioning).split(b"\r\n")
    assert [word for word in words if word not in lines] == []


def test_a_picture_that_would_command_a_tspl_printer_is_defused() -> None:
    rows = bytes(byte ^ 0xFF for byte in b"\x1b!R\x00\x1b!\x1b!")
    job = tspl_label(Bitmap(64, 1, rows), Positioning())
    assert hidden_commands(job, TSPL) == []
    sent = job.partition(b"BITMAP 0,0,8,1,0,")[2][:8]
    before = np.unpackbits(np.frombuffer(b"\x1b!R\x00\x1b!\x1b!", np.uint8))
    changed = before != np.unpackbits(np.frombuffer(sent, np.uint8))
    assert changed.sum() == 3


def test_a_command_in_a_code_is_refused_and_not_changed() -> None:
    rows = bytes(byte ^ 0xFF for byte in b"\x1b!")
    with pytest.raises(NotDefusable, match="a barcode holds bytes"):
        tspl_label(Bitmap(16, 1, rows, (Rectangle(0, 0, 16, 1),)), Positioning())


@settings(max_examples=50)
@given(st.lists(st.sampled_from([0x1B, 0x21, 0xE4, 0xDE, 0, 0xFF]), min_size=24, max_size=24))
def test_defusing_for_tspl_always_ends_harmless(values: list[int]) -> None:
    assert hidden_commands(tspl_label(Bitmap(64, 3, bytes(values)), Positioning()), TSPL) == []


@pytest.mark.parametrize(
    ("commands", "ending", "tail"),
    [
        (LabelCommands.NONE, Ending.CUT, "1D 56 42 00"),
        (LabelCommands.NONE, Ending.TEAR, "1B 64 04"),
        (LabelCommands.GS_FF, Ending.CUT, "1D 0C 1D 56 00"),
        (LabelCommands.GS_FF, Ending.PEEL, "1D 0C"),
        (LabelCommands.FS_L, Ending.PEEL, "1C 28 4C 02 00 41 31"),
        (
            LabelCommands.FS_L,
            Ending.CUT,
            "1C 28 4C 02 00 42 31 1D 56 00 1C 28 4C 02 00 43 31",
        ),
        (LabelCommands.FS_L, Ending.TEAR, "1C 28 4C 02 00 42 31"),
    ],
)
def test_how_an_escpos_label_leaves(commands: LabelCommands, ending: Ending, tail: str) -> None:
    positioning = Positioning(Paper.GAP, ending, commands)
    job = LabelPrinter(positioning=positioning).job(SMALL, "0001")
    assert job.endswith(bytes.fromhex(tail) + b"\x1d(H\x06\x00\x30\x300001")
    assert hidden_commands(job, ESCPOS) == []


def test_the_usual_printer_gets_the_bytes_it_always_got() -> None:
    bitmap = render_label(LABEL, "tube-50x30")
    assert LabelPrinter().job(bitmap, "0001") == escpos_label(bitmap, "0001", cut=True)


def test_tspl_is_never_asked_for_a_process_id() -> None:
    printer = LabelPrinter(PrinterLanguage.TSPL)
    assert (
        printer.job(SMALL, "0001")
        == printer.job(SMALL, None)
        == tspl_label(SMALL, printer.positioning)
    )


@pytest.mark.parametrize("language", PrinterLanguage)
def test_a_label_wider_than_the_head_is_refused(language: PrinterLanguage) -> None:
    bitmap = render_label(LABEL, "tube-50x30")
    LabelPrinter(language, head_dots=400).job(bitmap)
    with pytest.raises(LabelDoesNotFit, match=r"400 dots wide and the head 384.*head_dots"):
        LabelPrinter(language, head_dots=384).job(bitmap)
