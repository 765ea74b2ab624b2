"""Masks show little, hide the rest, and never let a control character through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.identity.masking import mask_name, mask_number


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王小芳", "王*芳"),
        ("王芳", "王*"),
        ("王", "*"),
        ("", ""),
        ("欧阳小芳", "欧**芳"),
        ("𬭎翀明", "𬭎*明"),
        ("阿卜杜拉·买买提", "阿***·**提"),
        ("Anna Smith", "A*** ****h"),
        ("  王小芳 ", "王*芳"),
        ("王\x1b芳\x07", "王***"),
        ("长" * 60, "长" + "*" * 22 + "长"),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("110101199003071233", "1101****12*3"),
        ("11010519491231002X", "1101****00*X"),
        ("E12345678", "E1****78"),
        ("1234567", "****"),
        ("", ""),
        ("1101 0119 9003 0712 33", "1101****12*3"),
        ("12\x1b45678\x07", "12****8*"),
    ],
)
def test_numbers(number: str, masked: str) -> None:
    assert mask_number(number) == masked


@given(st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_little_is_shown_and_nothing_unprintable(text: str) -> None:
    name, number = mask_name(text), mask_number(text)
    assert name.isprintable() and number.isprintable()
    assert len(name) <= 24
    assert sum(c not in "*·• -" for c in name) <= 2
    assert sum(c != "*" for c in number) <= 7


@given(st.from_regex("[0-9]{17}[0-9X]", fullmatch=True))
@settings(max_examples=50, deadline=None)
def test_a_masked_number_tells_neither_birthday_nor_sex(number: str) -> None:
    masked = mask_number(number)
    same = number[:4] + "0" * 10 + number[14:16] + "0" + number[17]
    assert masked == mask_number(same)
