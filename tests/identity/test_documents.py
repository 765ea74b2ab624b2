"""Document numbers: every slip of a GB 11643 number is noticed, with its reason."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.record import DocumentKind
from kiosk.identity.documents import (
    SENTENCES,
    DocumentProblem,
    check_character,
    check_document,
    kind_of,
)

TODAY = date(2026, 11, 22)
VALID = "110101199003071233"

births = st.dates(date(1910, 1, 1), TODAY)


@st.composite
def resident_numbers(draw: st.DrawFn) -> str:
    digits = f"110101{draw(births):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return digits + check_character(digits)


def problem(kind: DocumentKind, number: str, today: date | None = TODAY) -> DocumentProblem | None:
    return check_document(kind, number, today=today).problem


def test_literal_numbers_of_the_standard() -> None:
    # The two examples of GB 11643-1999, annex A.
    assert check_character("11010519491231002") == "X"
    assert check_character("44052418800101001") == "4"
    assert check_document(DocumentKind.RESIDENT_ID, VALID, today=TODAY).valid


@given(resident_numbers())
@settings(max_examples=60, deadline=None)
def test_every_well_formed_number_is_valid(number: str) -> None:
    assert problem(DocumentKind.RESIDENT_ID, number) is None


@given(resident_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
@settings(max_examples=60, deadline=None)
def test_every_single_wrong_character_is_noticed(number: str, at: int, wrong: str) -> None:
    changed = number[:at] + wrong + number[at + 1 :]
    if changed != number:
        assert problem(DocumentKind.RESIDENT_ID, changed) is not None


@given(resident_numbers(), st.integers(0, 16))
@settings(max_examples=60, deadline=None)
def test_every_swap_of_neighbours_is_noticed(number: str, at: int) -> None:
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if swapped != number:
        assert problem(DocumentKind.RESIDENT_ID, swapped) is not None


@given(st.sampled_from(DocumentKind), st.text(max_size=25))
@settings(max_examples=60, deadline=None)
def test_any_text_has_an_answer_that_does_not_quote_it(kind: DocumentKind, text: str) -> None:
    check = check_document(kind, text, today=TODAY)
    assert check.reason == (SENTENCES[check.problem] if check.problem else "")
    assert f"{text!r}" not in repr(check) or not text
    kind_of(text)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("", DocumentProblem.EMPTY),
        ("  ", DocumentProblem.EMPTY),
        ("11010119900307123", DocumentProblem.LENGTH),
        ("110101900307123", DocumentProblem.LENGTH),  # the 15 digits of before 1999
        ("1101011990030712331", DocumentProblem.LENGTH),
        ("11010119900307123A", DocumentProblem.CHARACTERS),
        ("1101011990030712X3", DocumentProblem.CHARACTERS),
        ("١١٠١٠١١٩٩٠٠٣٠٧١٢٣٣", DocumentProblem.CHARACTERS),
        ("１１０１０１１９９００３０７１２３３", DocumentProblem.CHARACTERS),
        ("1101011990030７1233", DocumentProblem.CHARACTERS),
        ("110101199003071٢33", DocumentProblem.CHARACTERS),
        ("000101199003071233", DocumentProblem.REGION),
        ("990101199003071233", DocumentProblem.REGION),
        ("810000199003071233", DocumentProblem.REGION),
        ("110101199002301233", DocumentProblem.BIRTH_DATE),
        ("110101199013011233", DocumentProblem.BIRTH_DATE),
        ("110101000003071233", DocumentProblem.BIRTH_DATE),
        ("110101202611231233", DocumentProblem.BIRTH_FUTURE),
        ("110101190503071233", DocumentProblem.BIRTH_LONG_AGO),
        ("110101199003071234", DocumentProblem.CHECK_CHARACTER),
        ("11010119900307123X", DocumentProblem.CHECK_CHARACTER),
    ],
)
def test_what_is_wrong_with_a_resident_number(number: str, expected: DocumentProblem) -> None:
    check = check_document(DocumentKind.RESIDENT_ID, number, today=TODAY)
    assert check.problem is expected
    assert not check.valid and check.reason


def test_without_a_calendar_day_the_future_is_not_judged() -> None:
    digits = "11010120991231123"
    number = digits + check_character(digits)
    assert problem(DocumentKind.RESIDENT_ID, number, None) is None
    assert problem(DocumentKind.RESIDENT_ID, number) is DocumentProblem.BIRTH_FUTURE


def test_a_small_x_and_spaces_are_tidied() -> None:
    check = check_document(DocumentKind.RESIDENT_ID, " 110105 19491231 002x ", today=TODAY)
    assert check.valid and check.number == "11010519491231002X"


@pytest.mark.parametrize("region", ["810000", "820000", "830000"])
def test_residence_permits_have_their_own_regions(region: str) -> None:
    digits = f"{region}19900307001"
    number = digits + check_character(digits)
    assert problem(DocumentKind.HKMT_RESIDENCE, number) is None
    assert problem(DocumentKind.RESIDENT_ID, number) is DocumentProblem.REGION
    assert problem(DocumentKind.HKMT_RESIDENCE, VALID) is DocumentProblem.REGION
    assert kind_of(number) is DocumentKind.HKMT_RESIDENCE


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        (DocumentKind.PASSPORT, "E12345678", None),
        (DocumentKind.PASSPORT, "e1234 5678", None),
        (DocumentKind.PASSPORT, "E123", DocumentProblem.LENGTH),
        (DocumentKind.PASSPORT, "E1234567890123456", DocumentProblem.LENGTH),
        (DocumentKind.PASSPORT, "E1234567Ü", DocumentProblem.CHARACTERS),
        (DocumentKind.PASSPORT, "E12345-78", DocumentProblem.CHARACTERS),
        (DocumentKind.OTHER, "军字第1234号", None),
        (DocumentKind.OTHER, "x" * 31, DocumentProblem.LENGTH),
        (DocumentKind.OTHER, "12\x1b34", DocumentProblem.CHARACTERS),
    ],
)
def test_other_documents(kind: DocumentKind, number: str, expected: DocumentProblem | None) -> None:
    assert problem(kind, number) is expected


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (VALID, DocumentKind.RESIDENT_ID),
        ("11010519491231002x", DocumentKind.RESIDENT_ID),
        ("E12345678", DocumentKind.PASSPORT),
        ("1101", DocumentKind.RESIDENT_ID),
        ("军字第1234号", DocumentKind.OTHER),
        ("", DocumentKind.OTHER),
    ],
)
def test_the_kind_a_bare_number_looks_like(number: str, kind: DocumentKind) -> None:
    assert kind_of(number) is kind


def test_a_check_prints_without_its_number() -> None:
    assert VALID not in repr(check_document(DocumentKind.RESIDENT_ID, VALID))


@pytest.mark.parametrize("digits", ["", "1" * 16, "1" * 18, "１" * 17, "1101011990030712X"])
def test_a_check_character_needs_seventeen_digits(digits: str) -> None:
    with pytest.raises(ValueError, match="exactly 17 digits"):
        check_character(digits)
