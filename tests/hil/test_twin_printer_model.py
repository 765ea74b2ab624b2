"""The printer against the command manual's bytes: status, labels, proof, and what it obeys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hil.models.paper import Paper, Separation
from hil.models.printer import PrinterModel
from hil.models.printer_mechanism import LabelStock

CUT = b"\x1dV\x00"
ASB_ON = b"\x1da\x0f"
CLEAR = bytes.fromhex("10140801031401060208")
PROVE = b"\x1d(H\x06\x00\x30\x30ABCD"
PROVED = b"\x37\x22ABCD\x00"


def bit_image(rows: bytes, bytes_a_row: int) -> bytes:
    height = len(rows) // bytes_a_row
    size = bytes_a_row.to_bytes(2, "little") + height.to_bytes(2, "little")
    return b"\x1dv0\x00" + size + rows


def settle(printer: PrinterModel, now_s: float = 100.0) -> bytes:
    """Let everything begun end; returns what the printer says."""
    return printer.advance(now_s) + printer.advance(now_s + 50.0)


def only_paper(printer: PrinterModel) -> Paper:
    (paper,) = printer.mechanism.take_papers()
    return paper


STATES = {
    "well": lambda _: None,
    "cover": lambda printer: printer.mechanism.set_cover(opened=True),
    "paper": lambda printer: printer.mechanism.use_up_paper(),
    "low": lambda printer: printer.mechanism.load_paper(1000.0),
    "cutter": lambda printer: printer.mechanism.set_cutter(jammed=True),
}


@pytest.mark.parametrize(
    ("state", "real_time", "automatic"),
    [
        ("well", "12 12 12 12", "10 00 00 00"),
        ("cover", "1A 16 52 12", "38 40 00 00"),
        ("paper", "1A 32 12 7E", "18 00 0F 00"),
        ("low", "12 12 12 1E", "10 00 03 00"),
        ("cutter", "1A 52 1A 12", "18 08 00 00"),
    ],
)
def test_status_is_what_the_manual_prints(state: str, real_time: str, automatic: str) -> None:
    printer = PrinterModel()
    printer.receive(ASB_ON)
    assert printer.advance(0.0) == bytes.fromhex("10 00 00 00")
    STATES[state](printer)
    told = printer.advance(1.0)
    assert told == (b"" if state == "well" else bytes.fromhex(automatic))
    printer.receive(bytes.fromhex("100401 100402 100403 100404"))
    assert printer.advance(2.0) == bytes.fromhex(real_time)


def test_automatic_status_tells_only_what_was_asked_for() -> None:
    printer = PrinterModel()
    printer.receive(b"\x1da\x08")  # paper alone
    assert printer.advance(0.0) == bytes.fromhex("10000000")
    printer.mechanism.set_cover(opened=True)
    assert printer.advance(1.0) == b""
    printer.mechanism.use_up_paper()
    assert printer.advance(2.0) == bytes.fromhex("38400F00")
    printer.mechanism.set_cover(opened=False)
    printer.mechanism.load_paper(9000.0)
    printer.receive(b"\x1da\x00")
    printer.advance(3.0)
    printer.mechanism.use_up_paper()
    assert printer.advance(4.0) == b""


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (b"\x1dI\x42", b"\x5fTWIN\x00"),
        (b"\x1dI\x45", b"\x5fCHINA GB18030\x00"),
        (b"\x1dI\x02", b"\x03"),
        (b"\x1dI\x7f", b""),
        (b"\x1dr\x01", b"\x00"),
        (CLEAR, b"\x37\x25\x00"),
        (PROVE, PROVED),
    ],
)
def test_questions_and_their_answers(asked: bytes, answered: bytes) -> None:
    printer = PrinterModel()
    printer.receive(asked)
    assert settle(printer) == answered


def test_buffered_questions_wait_while_offline_and_real_time_ones_do_not() -> None:
    printer = PrinterModel()
    printer.mechanism.set_cover(opened=True)
    printer.receive(b"\x1dr\x01\x1dI\x42" + PROVE + b"\x10\x04\x02")
    assert settle(printer) == b"\x16"
    printer.mechanism.set_cover(opened=False)
    assert settle(printer, 200.0) == b"\x00\x5fTWIN\x00" + PROVED


def test_a_picture_lands_dot_by_dot() -> None:
    rows = bytes.fromhex("80 01 40 02 FF 00")
    printer = PrinterModel(width_dots=32)
    printer.receive(b"\x1b@" + bit_image(rows, 2) + CUT)
    settle(printer)
    paper = only_paper(printer)
    black = [tuple(dot) for dot in np.argwhere(paper.bitmap).tolist()]
    assert black == [(0, 0), (0, 15), (1, 1), (1, 14)] + [(2, x) for x in range(8)]
    assert (paper.bitmap.shape, paper.separation, paper.mishaps) == ((3, 32), Separation.CUT, ())
    assert paper.raw == b"\x1b@" + bit_image(rows, 2) + CUT


def test_graphics_print_the_same_picture() -> None:
    rows = bytes.fromhex("80 01 40 02")
    stored = b"\x30\x70\x30\x01\x01\x31" + bytes.fromhex("10 00 02 00") + rows
    store = b"\x1d(L" + len(stored).to_bytes(2, "little") + stored
    long_store = b"\x1d8L" + len(stored).to_bytes(4, "little") + stored
    pictures = []
    for words in (
        bit_image(rows, 2),
        store + b"\x1d(L\x02\x00\x30\x32",
        long_store + b"\x1d(L\x02\x00\x30\x32",
    ):
        printer = PrinterModel(width_dots=16)
        printer.receive(words + CUT)
        settle(printer)
        pictures.append(only_paper(printer).bitmap)
    assert (pictures[0] == pictures[1]).all()
    assert (pictures[0] == pictures[2]).all()


def test_scaling_justification_and_a_head_too_narrow() -> None:
    doubled = b"\x1dv0\x03\x01\x00\x01\x00\x80"
    printer = PrinterModel(width_dots=32)
    printer.receive(b"\x1ba\x01" + doubled + CUT)
    settle(printer)
    assert np.argwhere(only_paper(printer).bitmap).tolist() == [[0, 8], [0, 9], [1, 8], [1, 9]]
    printer.receive(b"\x1b@" + bit_image(b"\xff\x00\x00\x00\x00", 5) + b"\n" + CUT)
    settle(printer, 200.0)
    paper = only_paper(printer)
    assert paper.mishaps == ("printed nothing of 40 dots: the head has 32",)
    assert not paper.bitmap.any()


def test_text_takes_room_and_is_noted() -> None:
    printer = PrinterModel()
    printer.receive("管 7\n".encode("gb18030") + b"x\x1bd\x02" + CUT)
    settle(printer)
    paper = only_paper(printer)
    assert paper.text == "管 7\nx"
    assert len(paper.bitmap) == 90
    assert not paper.bitmap.any()


def test_printing_takes_time_and_the_proof_comes_last() -> None:
    printer = PrinterModel()
    printer.receive(bit_image(bytes(240 * 40), 40) + b"\x1dV\x42\x08" + PROVE)
    assert printer.advance(10.0) == b""
    assert printer.next_due_s() == pytest.approx(10.2)  # 240 rows at 1200 a second
    assert printer.advance(10.25) == b""
    assert printer.mechanism.take_papers() == []
    assert printer.advance(10.29) == PROVED
    assert len(only_paper(printer).bitmap) == 248


def test_a_printer_without_process_ids_stays_silent() -> None:
    printer = PrinterModel(process_ids=False)
    printer.receive(bit_image(b"\xff", 1) + CUT + PROVE)
    assert settle(printer) == b""
    assert only_paper(printer).bitmap.any()


@pytest.mark.parametrize(
    ("ending", "how"),
    [
        (b"\x1dV\x01", Separation.CUT),
        (b"\x1bi", Separation.CUT),
        (b"\x1d\x0c", Separation.PEELED),
        (b"", Separation.TORN),
    ],
)
def test_every_way_a_label_leaves(ending: bytes, how: Separation) -> None:
    printer = PrinterModel()
    printer.receive(bit_image(b"\xff", 1) + ending)
    settle(printer)
    assert only_paper(printer).separation is how


def test_a_label_that_the_roll_cannot_hold_goes_on_with_the_next() -> None:
    printer = PrinterModel(roll_mm=10.0)
    printer.receive(ASB_ON)
    printer.advance(0.0)
    printer.receive(bit_image(b"\xff" * 240, 1) + CUT + PROVE)
    assert settle(printer) == bytes.fromhex("18000F00")
    assert printer.mechanism.take_papers() == []
    printer.mechanism.load_paper(9000.0)
    assert settle(printer, 300.0) == bytes.fromhex("10000000") + PROVED
    torn, rest = printer.mechanism.take_papers()
    assert (len(torn.bitmap), torn.separation) == (80, Separation.TORN)
    assert (len(rest.bitmap), rest.separation) == (160, Separation.CUT)


def test_an_open_cover_holds_the_label() -> None:
    printer = PrinterModel()
    printer.receive(bit_image(b"\xff" * 240, 1) + CUT + PROVE)
    printer.advance(0.0)
    printer.mechanism.set_cover(opened=True)
    assert settle(printer) == b""
    assert printer.next_due_s() is None
    printer.mechanism.set_cover(opened=False)
    assert settle(printer, 300.0) == PROVED
    assert len(only_paper(printer).bitmap) == 240


def test_an_open_cover_stops_the_knife_as_well() -> None:
    printer = PrinterModel()
    printer.receive(bit_image(b"\xff" * 8, 1) + CUT)
    printer.advance(0.0)
    printer.advance(0.03)  # the rows are out, the knife is on its way
    printer.mechanism.set_cover(opened=True)
    settle(printer)
    assert printer.mechanism.take_papers() == []
    printer.mechanism.set_cover(opened=False)
    settle(printer, 300.0)
    assert only_paper(printer).separation is Separation.CUT


def test_a_jammed_cutter_is_recovered_and_its_job_dropped() -> None:
    printer = PrinterModel()
    printer.receive(b"\x10\x05\x02" + bit_image(b"\xff", 1))  # nothing is wrong: nothing dropped
    printer.advance(0.0)
    printer.advance(0.2)
    printer.mechanism.set_cutter(jammed=True)
    printer.receive(CUT + PROVE + b"\x10\x05\x02")
    assert settle(printer) == b""
    assert only_paper(printer).separation is Separation.TORN


def test_a_real_time_command_inside_a_picture_is_obeyed() -> None:
    printer = PrinterModel()
    printer.receive(bit_image(bytes.fromhex("00 10 04 01 00 FF"), 6) + CUT)
    assert settle(printer) == b"\x12"
    paper = only_paper(printer)
    assert paper.mishaps == ("obeyed 10 04 01 in the middle of other data",)
    assert paper.bitmap[0, 40:48].all()  # the bytes are dots all the same


def test_a_clear_inside_a_picture_ruins_the_label() -> None:
    picture = CLEAR + b"A" * 30
    printer = PrinterModel()
    printer.receive(bit_image(picture, 40) + b"\n" + CUT + PROVE)
    assert settle(printer) == b"\x37\x25\x00" + PROVED
    paper = only_paper(printer)
    assert paper.mishaps == (f"obeyed {CLEAR.hex(' ').upper()} in the middle of other data",)
    assert paper.text == "A" * 30
    assert not paper.bitmap.any()


def test_half_a_label_swallows_the_next_job_until_the_buffers_are_cleared() -> None:
    job = b"\x1b@" + bit_image(b"\xaa" * 100, 1) + CUT + PROVE
    spoilt, cleared = PrinterModel(), PrinterModel()
    for printer, first in ((spoilt, b""), (cleared, CLEAR)):
        printer.receive(job[:50])
        printer.advance(0.0)
        printer.receive(first + job)
        settle(printer)
    assert len(only_paper(cleared).bitmap) == 100
    assert not any(
        len(paper.bitmap) == 100 and not paper.mishaps and paper.raw == job
        for paper in spoilt.mechanism.take_papers()
    )


def test_an_unknown_command_is_said_on_the_paper() -> None:
    printer = PrinterModel()
    printer.receive(b"\x1b\x01hello\n" + CUT)
    settle(printer)
    paper = only_paper(printer)
    assert (paper.mishaps, paper.text) == (("has no command 1B 01",), "hello")


def test_a_full_buffer_takes_nothing_more() -> None:
    printer = PrinterModel()
    printer.mechanism.set_cover(opened=True)
    printer.receive(bit_image(bytes(40_000), 40))
    assert printer.wants_data
    printer.receive(bit_image(bytes(40_000), 40))
    assert not printer.wants_data
    printer.mechanism.set_cover(opened=False)
    settle(printer)
    assert printer.wants_data


SESSION = (
    ASB_ON
    + b"\x10\x04\x01\x1b@\x1ba\x01"
    + bit_image(bytes(range(120)), 4)
    + b"\x1dk\x49\x03{BA\x1dk\x04123\x00tube 7\n\x1dV\x42\x10"
    + PROVE
    + b"\x10\x04\x04\x1c&\x1c.\x1b\x01\x10\x14\x01\x00\x01\x1d\x0c"
    + CLEAR
)


@pytest.mark.parametrize("chunk", [*range(1, 12), 50, 130])
def test_every_chunking_gives_the_same_paper_and_the_same_answers(chunk: int) -> None:
    def played(size: int) -> tuple[bytes, list[tuple[bytes, str, bytes, tuple[str, ...]]]]:
        printer, said = PrinterModel(), b""
        for at in range(0, len(SESSION), size):
            printer.receive(SESSION[at : at + size])
        said += settle(printer)
        papers = printer.mechanism.take_papers()
        return said, [(p.bitmap.tobytes(), p.text, p.raw, p.mishaps) for p in papers]

    assert played(chunk) == played(len(SESSION))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=60) | st.sampled_from([b"\x1dv0", b"\x1d(L", CLEAR, CUT])))
def test_any_bytes_are_survived(pieces: list[bytes]) -> None:
    printer = PrinterModel()
    for at, piece in enumerate(pieces):
        printer.receive(piece)
        printer.advance(float(at))
    printer.receive(bytes(300) + CLEAR + b"\x10\x04\x01")
    assert printer.advance(1e6).endswith(b"\x12")


def label_of(height: int) -> bytes:
    return bit_image(b"\xff" * height, 1)


def test_the_sensor_finds_the_next_label_and_ink_in_the_gap_is_a_mishap() -> None:
    printer = PrinterModel(width_dots=8, stock=LabelStock(label_mm=3, gap_mm=1))
    printer.receive(label_of(20) + b"\x1d\x0c" + label_of(24) + b"\x1d\x0c")
    settle(printer)
    whole, full = printer.mechanism.take_papers()
    assert [len(whole.bitmap), len(full.bitmap)] == [32, 32]
    assert (whole.separation, whole.mishaps, full.mishaps) == (Separation.PEELED, (), ())
    printer.receive(label_of(25) + b"\x1c(L\x02\x00\x42\x31" + CUT)
    settle(printer, 300.0)
    assert only_paper(printer).mishaps == ("printed over the gap between two labels",)
    printer.receive(label_of(10) + b"\x1c(L\x02\x00\x41\x31")
    settle(printer, 600.0)
    assert only_paper(printer).length_mm == 4.0


def test_a_slow_printer_proves_late() -> None:
    printer = PrinterModel(width_dots=8)
    printer.mechanism.slow = True
    printer.receive(label_of(120) + CUT + PROVE)
    assert printer.advance(10.0) == b""
    assert printer.advance(11.0) == b""  # a healthy one had needed 0.2 s
    assert printer.advance(14.0) == PROVED


def test_a_stuck_printer_says_that_it_is_well() -> None:
    printer = PrinterModel(width_dots=8)
    printer.mechanism.stuck = True
    printer.receive(b"\x10\x04\x01" + label_of(8) + CUT + PROVE + b"\x10\x04\x04")
    assert settle(printer) == b"\x12\x12"
    assert printer.next_due_s() is None
    printer.mechanism.stuck = False
    assert settle(printer, 300.0) == PROVED
    assert len(only_paper(printer).bitmap) == 8


def test_half_a_label_comes_out_and_is_never_proved() -> None:
    printer = PrinterModel(width_dots=8)
    printer.half_labels = True
    printer.receive(ASB_ON + label_of(100) + CUT + PROVE)
    assert PROVED not in settle(printer)
    paper = only_paper(printer)
    assert (len(paper.bitmap), paper.separation) == (50, Separation.TORN)
    printer.half_labels = False
    printer.receive(label_of(100) + CUT + PROVE)
    assert settle(printer, 300.0) == PROVED
    assert len(only_paper(printer).bitmap) == 100
