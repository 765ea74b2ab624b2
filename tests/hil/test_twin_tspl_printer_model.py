"""The TSPL printer against the manual: lines, pictures, the status byte, and what it obeys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hil.models.paper import Paper, Separation
from hil.models.printer_mechanism import LabelStock
from hil.models.tspl_printer import TsplPrinterModel

SETUP = b"SIZE 2 mm,1 mm\r\nGAP 2 mm,0 mm\r\nDIRECTION 1\r\nSET CUTTER 1\r\nCLS\r\n"
PICTURE = b"BITMAP 0,1,2,2,0,\x0f\xf0\xff\xfe"
PRINT = b"\r\nPRINT 1,1\r\n"
ASK = b"\x1b!?"
BLACK = [[1, 0], [1, 1], [1, 2], [1, 3], [1, 12], [1, 13], [1, 14], [1, 15], [2, 15]]


def settle(printer: TsplPrinterModel, now_s: float = 100.0) -> bytes:
    return printer.advance(now_s) + printer.advance(now_s + 50.0)


def papers(printer: TsplPrinterModel, now_s: float = 100.0) -> list[Paper]:
    settle(printer, now_s)
    return printer.mechanism.take_papers()


def test_a_picture_lands_dot_by_dot_and_0_is_black() -> None:
    printer = TsplPrinterModel(width_dots=16)
    printer.receive(SETUP + PICTURE + PRINT)
    (paper,) = papers(printer)
    assert paper.bitmap.shape == (8, 16)
    assert np.argwhere(paper.bitmap).tolist() == BLACK
    assert (paper.separation, paper.mishaps) == (Separation.CUT, ())


@pytest.mark.parametrize(("mode", "dots"), [(0, 0), (1, 16), (2, 0)])
def test_pictures_overwrite_join_and_flip(mode: int, dots: int) -> None:
    printer = TsplPrinterModel(width_dots=16)
    all_black = b"BITMAP 0,0,2,1,0,\x00\x00\r\n"
    second = {0: b"\xff\xff", 1: b"\xff\xff", 2: b"\x00\x00"}[mode]
    printer.receive(SETUP + all_black + b"BITMAP 0,0,2,1,%d," % mode + second + PRINT)
    (paper,) = papers(printer)
    assert paper.bitmap.sum() == dots


def test_a_label_is_kept_for_copies_and_cleared_by_cls() -> None:
    printer = TsplPrinterModel(width_dots=16)
    printer.receive(SETUP + PICTURE + b"\r\nPRINT 2,1\r\nCLS\r\nPRINT 1\r\n")
    first, second, third = papers(printer)
    assert (first.bitmap == second.bitmap).all() and not third.bitmap.any()


@pytest.mark.parametrize(
    ("state", "byte"),
    [
        (lambda _: None, 0x00),
        (lambda m: m.set_cover(opened=True), 0x41),
        (lambda m: m.set_cutter(jammed=True), 0x02),
        (lambda m: m.use_up_paper(), 0x04),
        (lambda m: setattr(m, "stuck", True), 0x20),
    ],
)
def test_the_status_byte_of_the_manual(state: object, byte: int) -> None:
    printer = TsplPrinterModel()
    state(printer.mechanism)  # type: ignore[operator]
    printer.receive(ASK)
    assert printer.advance(1.0) == bytes((byte,))


def test_it_is_printing_while_the_paper_moves_and_ready_afterwards() -> None:
    printer = TsplPrinterModel(width_dots=16)
    printer.receive(b"SIZE 2 mm,30 mm\r\nCLS\r\n" + PICTURE + PRINT)
    printer.advance(10.0)
    printer.receive(ASK)
    assert printer.advance(10.01) == b"\x20"
    settle(printer, 20.0)
    printer.receive(ASK)
    assert printer.advance(80.0) == b"\x00"


def test_a_label_wider_than_the_head_prints_nothing() -> None:
    printer = TsplPrinterModel(width_dots=8)
    printer.receive(SETUP + PICTURE + PRINT + b"SIZE 1 mm,1 mm\r\nCLS\r\nPRINT 1\r\n")
    (paper,) = papers(printer)
    assert not paper.bitmap.any()
    assert paper.mishaps[-1] == "printed nothing of 16 dots: the head has 8"


def test_what_stands_beyond_the_label_is_lost_and_said() -> None:
    printer = TsplPrinterModel(width_dots=32)
    printer.receive(SETUP + b"BITMAP 8,0,2,1,0,\x00\x00" + PRINT)
    (paper,) = papers(printer)
    assert paper.bitmap.sum() == 8
    assert paper.mishaps == ("lost what stands beyond the SIZE of the label",)


def test_nothing_is_printed_while_it_is_not_ready() -> None:
    printer = TsplPrinterModel(width_dots=16)
    printer.mechanism.set_cover(opened=True)
    printer.receive(SETUP + PICTURE + PRINT)
    assert papers(printer) == []
    printer.mechanism.set_cover(opened=False)
    assert len(papers(printer, 300.0)) == 1


def test_the_sensor_brings_each_label_to_its_top() -> None:
    printer = TsplPrinterModel(width_dots=16, stock=LabelStock(label_mm=1, gap_mm=0.5))
    printer.receive(SETUP + PICTURE + b"\r\nPRINT 2\r\n")
    assert [(len(p.bitmap), p.mishaps) for p in papers(printer)] == [(12, ()), (12, ())]
    printer.receive(SETUP.replace(b",1 mm", b",2 mm") + b"BITMAP 0,9,1,1,0,\x00" + PRINT)
    (paper,) = papers(printer, 400.0)
    assert paper.mishaps == ("printed over the gap between two labels",)


@pytest.mark.parametrize(
    ("word", "how"),
    [(b"SET PEEL ON", Separation.PEELED), (b"SET CUTTER OFF", Separation.TORN)],
)
def test_every_way_a_tspl_label_leaves(word: bytes, how: Separation) -> None:
    printer = TsplPrinterModel(width_dots=16)
    printer.receive(SETUP + word + b"\r\n" + PICTURE + PRINT)
    (paper,) = papers(printer)
    assert paper.separation is how


def test_half_a_picture_swallows_the_next_job_until_it_is_filled_up() -> None:
    printer = TsplPrinterModel(width_dots=16)
    printer.receive(SETUP + PICTURE[:-2])
    printer.receive(SETUP + PICTURE + PRINT)
    (spoilt,) = papers(printer)
    assert spoilt.mishaps or np.argwhere(spoilt.bitmap).tolist() != BLACK
    printer.receive(SETUP + PICTURE[:-2])
    printer.receive(b"\r\n" * 3 + b"CLS\r\n" + SETUP + PICTURE + PRINT)
    (whole,) = papers(printer, 400.0)
    assert np.argwhere(whole.bitmap).tolist() == BLACK


def test_a_real_time_command_inside_a_picture_is_obeyed() -> None:
    printer = TsplPrinterModel(width_dots=32)
    printer.receive(b"SIZE 4 mm,1 mm\r\nSET CUTTER 1\r\nCLS\r\nBITMAP 0,0,4,1,0,\x00\x1b!?" + PRINT)
    said = settle(printer)
    (paper,) = printer.mechanism.take_papers()
    assert len(said) == 1
    assert paper.mishaps == ("obeyed ESC ! ? in the middle of a line",)
    printer.receive(b"CLS\r\nBITMAP 0,0,4,1,0,\x00\x1b!R" + PRINT)
    assert papers(printer, 400.0) == [], "a reset inside a picture throws the label away"


def test_an_unknown_line_is_said_on_the_paper() -> None:
    printer = TsplPrinterModel(width_dots=16)
    printer.receive(b"^XA^FO40,60^FS^XZ\r\n" + SETUP + PICTURE + PRINT)
    (paper,) = papers(printer)
    assert paper.mishaps == ("has no command '^XA^FO40,60^FS^XZ'",)


def test_a_full_buffer_takes_nothing_more_until_the_stuck_one_moves() -> None:
    printer = TsplPrinterModel()
    printer.mechanism.stuck = True
    while printer.wants_data:
        printer.receive(b"DENSITY 8\r\n" * 100)
    printer.mechanism.stuck = False
    settle(printer)
    assert printer.wants_data


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 1000])
def test_every_chunking_gives_the_same_tspl_label(chunk: int) -> None:
    printer, said = TsplPrinterModel(width_dots=16), b""
    words = SETUP + PICTURE[:-2] + b"\x1b\xfe" + PRINT + ASK
    for at in range(0, len(words), chunk):
        printer.receive(words[at : at + chunk])
        said += printer.advance(1.0)
    said += settle(printer)
    (paper,) = printer.mechanism.take_papers()
    assert len(said) == 1
    assert np.argwhere(paper.bitmap)[8:].tolist() == [[2, 0], [2, 1], [2, 2], [2, 5], [2, 15]]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=20),
            st.sampled_from([SETUP, PICTURE, PRINT, ASK, b"\x1b!R", b"BITMAP 1,1,2,9,0,", b"\r\n"]),
        ),
        max_size=12,
    )
)
def test_any_tspl_bytes_are_survived(pieces: list[bytes]) -> None:
    printer = TsplPrinterModel(width_dots=16)
    for number, piece in enumerate(pieces):
        printer.receive(piece)
        printer.advance(float(number))
    settle(printer)
    printer.receive(b"\x1b!R\x1b!?")
    assert len(settle(printer, 500.0)) == 1
