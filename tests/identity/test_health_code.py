"""One reason for every code that does not count, in the order in which it is asked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.record import CodeColour, DocumentKind
from contracts.registration_code import RegistrationCode, issue_registration_code
from contracts.signing import SigningKey
from kiosk.identity.health_code import CodeAccepted, CodeProblem, CodeRefused, read_code

SITE = SigningKey.generate()
CODE = RegistrationCode(
    id="code-1",
    name="王小芳",
    document_kind=DocumentKind.RESIDENT_ID,
    document_number="110101199003071233",
    colour=CodeColour.YELLOW,
    expires_at=2_000,
)
TEXT = issue_registration_code(CODE, SITE)
FORGED = issue_registration_code(CODE, SigningKey.generate())


def read(
    text: str, *, binary: bool = False, too_long: bool = False, now: float | None = 1_000.0
) -> CodeAccepted | CodeRefused:
    return read_code(
        text, binary=binary, too_long=too_long, verify_keys=[SITE.verify_key], now_unix_s=now
    )


def test_a_good_code_is_accepted_whatever_its_colour() -> None:
    assert read(TEXT) == CodeAccepted(CODE)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (read("", too_long=True), CodeProblem.TOO_LONG),
        (read(TEXT, too_long=True, binary=True), CodeProblem.TOO_LONG),
        (read(TEXT, binary=True), CodeProblem.BINARY),
        (read("\ufffd\x00\ufffd", binary=True), CodeProblem.BINARY),
        (read("https://pay.example/1"), CodeProblem.NOT_OURS),
        (read(""), CodeProblem.NOT_OURS),
        (read(TEXT[:-9]), CodeProblem.FORGED),
        (read(TEXT[:30]), CodeProblem.DAMAGED),
        (read(TEXT + "!"), CodeProblem.DAMAGED),
        (read(FORGED), CodeProblem.FORGED),
        (read(FORGED, now=9_000.0), CodeProblem.FORGED),
        (read(TEXT, now=2_000.0), CodeProblem.EXPIRED),
        (read(TEXT, now=None), CodeProblem.CLOCK_UNKNOWN),
    ],
)
def test_each_problem_has_its_name(answer: CodeAccepted | CodeRefused, why: CodeProblem) -> None:
    assert answer == CodeRefused(why)


def test_notices_are_message_ids_of_the_screen() -> None:
    assert {CodeRefused(why).notice for why in CodeProblem} == {
        "notice.code-too-long",
        "notice.code-binary",
        "notice.code-not-ours",
        "notice.code-damaged",
        "notice.code-forged",
        "notice.code-expired",
        "notice.code-clock-unknown",
    }


@given(st.text(max_size=80), st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_text_has_an_answer(text: str, binary: bool, too_long: bool) -> None:
    for candidate in (text, "NCS1." + text, TEXT[: len(text)] + text):
        assert isinstance(read(candidate, binary=binary, too_long=too_long), CodeRefused)


def test_answers_print_without_the_person() -> None:
    for answer in (read(TEXT), read(FORGED)):
        assert "王" not in repr(answer) and "110101" not in repr(answer)
