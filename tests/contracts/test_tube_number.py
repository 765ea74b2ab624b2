"""Tube numbers: every single slip of a person copying one is noticed."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.tube_number import TubeNumber, TubeNumberError, damm_digit

sites = st.from_regex("[0-9]{4}", fullmatch=True)
kiosks = st.from_regex("[0-9]{2}", fullmatch=True)
numbers = st.builds(TubeNumber, sites, kiosks, st.integers(1, 366), st.integers(0, 9999))


def test_damm_vectors() -> None:
    assert damm_digit("572") == "4"  # the example of Damm's thesis
    assert damm_digit("5724") == "0"


def test_how_a_number_reads() -> None:
    number = TubeNumber("0007", "03", 326, 417)
    assert number.text == "00070332604179"
    assert number.grouped == "0007 03 326 0417 9"
    assert number.short == "0417"
    assert str(number) == number.text


@given(numbers)
@settings(max_examples=50, deadline=None)
def test_every_number_is_read_back(number: TubeNumber) -> None:
    assert TubeNumber.parse(number.text) == number
    assert TubeNumber.parse(number.grouped) == number


@given(numbers, st.integers(0, 13), st.integers(1, 9))
@settings(max_examples=80, deadline=None)
def test_every_single_wrong_digit_is_refused(number: TubeNumber, at: int, by: int) -> None:
    text = number.text
    wrong = text[:at] + str((int(text[at]) + by) % 10) + text[at + 1 :]
    with pytest.raises(TubeNumberError):
        TubeNumber.parse(wrong)


@given(numbers, st.integers(0, 12))
@settings(max_examples=80, deadline=None)
def test_every_swap_of_neighbours_is_refused(number: TubeNumber, at: int) -> None:
    text = number.text
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if swapped != text:
        with pytest.raises(TubeNumberError):
            TubeNumber.parse(swapped)


@given(st.text(max_size=20))
@settings(max_examples=50, deadline=None)
def test_any_text_is_a_number_or_refused_by_name(text: str) -> None:
    for candidate in (text, "0007033260417" + text):
        with suppress(TubeNumberError):
            assert TubeNumber.parse(candidate).text == candidate.replace(" ", "")


@pytest.mark.parametrize("zero", ["０", "٠", "०"])
def test_digits_of_other_scripts_are_refused(zero: str) -> None:
    foreign = "".join(chr(ord(zero) + int(digit)) for digit in "00070332604179")
    for text in (foreign, "0007033260417" + foreign[-1]):
        with pytest.raises(TubeNumberError, match="digits only"):
            TubeNumber.parse(text)


@pytest.mark.parametrize(
    "parts",
    [
        ("007", "03", 1, 1),
        ("0007", "3", 1, 1),
        ("0007", "0x", 1, 1),
        ("0007", "03", 0, 1),
        ("0007", "03", 367, 1),
        ("0007", "03", 1, -1),
        ("0007", "03", 1, 10_000),
    ],
)
def test_parts_out_of_range_are_refused(parts: tuple[str, str, int, int]) -> None:
    with pytest.raises(TubeNumberError):
        TubeNumber(*parts)
