"""The twins are worth their trouble: drivers with well-known mistakes do not get past them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from drivers.label_printer.bitmap import Bitmap
from drivers.label_printer.realtime import defuse
from firmware_bridge.codecs.gy_mcu90615 import Gy90615Codec
from firmware_bridge.temperature_frame import TemperatureFrame
from hil.faults import FaultWord
from hil.models.printer import PrinterModel
from hil.models.thermometer import ThermometerModel
from hil.twins.line_faults import LineFaults

ROOM_C = 24.0
Decoder = Callable[[bytes, float], list[float]]


def our_codec() -> Decoder:
    codec = Gy90615Codec()

    def decode(data: bytes, now_s: float) -> list[float]:
        found = codec.feed(data, now_s)
        return [frame.object_c for frame in found if isinstance(frame, TemperatureFrame)]

    return decode


def codec_without_checksum() -> Decoder:
    """Trusts the header, as a first version does."""
    held = bytearray()

    def decode(data: bytes, _: float) -> list[float]:
        held.extend(data)
        values = []
        while (at := held.find(bytes.fromhex("5A5A4504"))) >= 0 and len(held) >= at + 9:
            values.append(int.from_bytes(held[at + 4 : at + 6], "big", signed=True) / 100)
            del held[: at + 9]
        return values

    return decode


def codec_that_counts_to_nine() -> Decoder:
    """Arms on the first 5A and takes nine bytes, as published Arduino code does."""
    held = bytearray()

    def decode(data: bytes, _: float) -> list[float]:
        values = []
        for byte in data:
            if held or byte == 0x5A:
                held.append(byte)
            if len(held) == 9:
                values.append(int.from_bytes(held[4:6], "big", signed=True) / 100)
                held.clear()
        return values

    return decode


def heard_through(word: FaultWord, decode: Decoder) -> list[float]:
    """Object temperatures decoded from a minute of an empty room over a bad line."""
    model, line = ThermometerModel(seed=1), LineFaults(seed=2)
    line.active.add(word)
    model.power_up(0.0)
    values = []
    while (due := model.next_due_s()) is not None and due < 60.0:
        for piece in line.carry(model.advance(due)):
            values += decode(piece.data, due)
    return values


def wrong(values: list[float]) -> list[float]:
    return [value for value in values if abs(value - ROOM_C) > 1.0]


@pytest.mark.parametrize("word", [FaultWord.LOSE, FaultWord.CORRUPT])
def test_our_codec_hears_the_truth_or_nothing(word: FaultWord) -> None:
    values = heard_through(word, our_codec())
    assert len(values) > 100
    assert wrong(values) == []


@pytest.mark.parametrize("word", [FaultWord.ONE_BYTE, FaultWord.SPLIT])
def test_our_codec_hears_everything_through_a_slow_line(word: FaultWord) -> None:
    assert len(heard_through(word, our_codec())) >= 590


@pytest.mark.parametrize(
    ("word", "broken"),
    [
        (FaultWord.CORRUPT, codec_without_checksum),
        (FaultWord.LOSE, codec_without_checksum),
        (FaultWord.LOSE, codec_that_counts_to_nine),
    ],
)
def test_a_codec_that_skips_the_checksum_is_found_out(
    word: FaultWord, broken: Callable[[], Decoder]
) -> None:
    assert wrong(heard_through(word, broken()))


def printed(bitmap: Bitmap) -> tuple[PrinterModel, bytes]:
    size = (bitmap.width // 8).to_bytes(2, "little") + bitmap.height.to_bytes(2, "little")
    printer = PrinterModel()
    printer.receive(b"\x1dv0\x00" + size + bitmap.rows + b"\x1dV\x00")
    return printer, printer.advance(0.0) + printer.advance(9.0)


@pytest.mark.parametrize(
    ("hidden", "says", "labels"),
    [("100401", "12", 1), ("100502", "", 1), ("10140801031401060208", "372500", 0)],
)
def test_an_undefused_label_shows_as_a_fault(hidden: str, says: str, labels: int) -> None:
    bitmap = Bitmap(320, 2, bytes.fromhex(hidden).ljust(40, b"\x00") + b"\xff" * 40)
    printer, said = printed(bitmap)
    papers = printer.mechanism.take_papers()
    assert (said, len(papers)) == (bytes.fromhex(says), labels)
    assert all("in the middle of other data" in paper.mishaps[0] for paper in papers)

    careful, said = printed(defuse(bitmap))
    (paper,) = careful.mechanism.take_papers()
    assert (said, paper.mishaps) == (b"", ())
    assert np.count_nonzero(paper.bitmap) >= 320
