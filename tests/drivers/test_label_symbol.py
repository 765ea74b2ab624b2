"""The Code 128 symbol: literal modules, and what a foreign decoder and encoder say."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.label_printer.symbol import code128_modules, modules_needed


def zxing_modules(digits: str) -> str:
    symbol = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.Code128)
    row = np.asarray(symbol.to_image(scale=1, add_quiet_zones=False))[0]
    return "".join("1" if luma < 128 else "0" for luma in row.tolist()).strip("0")


def test_literal_modules_of_a_short_number() -> None:
    # ISO/IEC 15417: Start C, 00, check (105 + 1 * 0) mod 103 = 2, stop.
    assert code128_modules("00") == "11010011100" + "11011001100" + "11001100110" + "1100011101011"


def test_a_tube_number_is_28_mm_at_two_dots() -> None:
    assert modules_needed(14) * 2 == 224 == 28 * 8
    assert len(code128_modules("00070332604175")) == 112


@settings(max_examples=40, deadline=None)
@given(st.from_regex(r"[0-9]{14}", fullmatch=True))
def test_it_is_what_another_encoder_makes(digits: str) -> None:
    assert code128_modules(digits) == zxing_modules(digits)


@pytest.mark.parametrize("digits", ["99990000000000", "00000000000099", "01020304050607"])
def test_numbers_that_other_libraries_get_wrong(digits: str) -> None:
    assert code128_modules(digits) == zxing_modules(digits)


@pytest.mark.parametrize("digits", ["", "1", "123", "12a4", "١٢٣٤", "１２"])
def test_what_code_set_c_cannot_hold_is_refused(digits: str) -> None:
    with pytest.raises(ValueError, match="even number of digits"):
        code128_modules(digits)
