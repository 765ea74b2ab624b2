"""Registration codes: issued ones are read, all others have exactly one reason."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.record import CodeColour, DocumentKind
from contracts.registration_code import (
    MAX_CODE_CHARACTERS,
    PREFIX,
    CodeRefusal,
    RegistrationCode,
    RegistrationRefused,
    issue_registration_code,
    read_registration_code,
)
from contracts.signed_text import encode_base64url
from contracts.signing import Domain, SigningKey

SITE = SigningKey.generate()
OLD_SITE = SigningKey.generate()
KEYS = (OLD_SITE.verify_key, SITE.verify_key)
CODE = RegistrationCode(
    id="0d9f6c1e-7a51-4a38-9d5c-0d2d5a3b7c10",
    name="王小芳",
    document_kind=DocumentKind.RESIDENT_ID,
    document_number="110101199003071233",
    phone="19900001234",
    household="110101-00017",
    colour=CodeColour.GREEN,
    expires_at=2_000,
)
TEXT = issue_registration_code(CODE, SITE)


def refusal(text: str, now_unix_s: float | None = 1_000.0) -> CodeRefusal:
    with pytest.raises(RegistrationRefused) as refused:
        read_registration_code(text, KEYS, now_unix_s)
    return refused.value.reason


def signed(body: bytes, key: SigningKey = SITE, domain: Domain = Domain.REGISTRATION) -> str:
    return PREFIX + encode_base64url(key.sign(domain, body) + body).decode()


plain = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=20
)


@given(plain, st.sampled_from(CodeColour), st.sampled_from(DocumentKind))
@settings(max_examples=50, deadline=None)
def test_what_is_issued_is_read(tail: str, colour: CodeColour, kind: DocumentKind) -> None:
    code = RegistrationCode(
        id="a",
        name="王" + tail,
        document_kind=kind,
        document_number="E1" + tail,
        household=tail,
        colour=colour,
        expires_at=2_000,
    )
    assert read_registration_code(issue_registration_code(code, SITE), KEYS, 1_999.9) == code


def test_a_usual_code_is_short_enough_for_a_phone() -> None:
    assert len(TEXT) < 320


def test_it_expires_on_the_second() -> None:
    assert read_registration_code(TEXT, KEYS, 1_999.999) == CODE
    assert refusal(TEXT, 2_000.0) is CodeRefusal.EXPIRED
    assert refusal(TEXT, float("nan")) is CodeRefusal.EXPIRED


def test_without_a_clock_a_genuine_code_is_not_judged() -> None:
    assert refusal(TEXT, None) is CodeRefusal.CLOCK_UNKNOWN


def test_without_a_clock_a_forged_code_is_still_forged() -> None:
    assert refusal(signed(b"[]", SigningKey.generate()), None) is CodeRefusal.FORGED


@pytest.mark.parametrize(
    "text",
    ["", "https://pay.example/abc", "NCS2.abc", "ncs1.abc", " " + TEXT, "\x00\x01", "\ud800", "国"],
)
def test_other_codes_are_not_ours(text: str) -> None:
    assert refusal(text) is CodeRefusal.NOT_OURS


@pytest.mark.parametrize(
    "text",
    [
        PREFIX,
        PREFIX + "====",
        PREFIX + "A" * 85,
        TEXT + "=",
        TEXT + "A" * 2_000,
        TEXT + "国",
        TEXT + "\n",
        TEXT[:-3] + "+/+",
        TEXT[:40] + " " + TEXT[40:],
    ],
)
def test_torn_codes_are_damaged(text: str) -> None:
    assert refusal(text) in {CodeRefusal.DAMAGED, CodeRefusal.FORGED}


def test_too_long_is_damaged_not_slow() -> None:
    assert refusal(PREFIX + "A" * MAX_CODE_CHARACTERS) is CodeRefusal.DAMAGED


@given(st.integers(len(PREFIX), len(TEXT) - 1), st.characters(max_codepoint=0xFFFF))
@settings(max_examples=120, deadline=None)
def test_any_changed_character_is_refused(position: int, character: str) -> None:
    changed = TEXT[:position] + character + TEXT[position + 1 :]
    if changed == TEXT:
        return
    assert refusal(changed) in {CodeRefusal.DAMAGED, CodeRefusal.FORGED}


@given(st.binary(max_size=150), st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_is_refused_by_name(noise: bytes, text: str) -> None:
    refusal(text)
    refusal(PREFIX + text)
    assert refusal(PREFIX + encode_base64url(noise).decode()) in {
        CodeRefusal.DAMAGED,
        CodeRefusal.FORGED,
    }
    assert refusal(signed(noise)) is CodeRefusal.DAMAGED


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 600,
        b'["a","\x1b@","resident-id","1","","","green",2000]',
        b'["a","' + rb"\u001b" + b'","resident-id","1","","","green",2000]',
        '["a","n\u202e","resident-id","1","","","green",2000]'.encode(),
        b'["a","n","driving-licence","1","","","green",2000]',
        b'["a","n","resident-id","1","","","green",2000,"more"]',
        b'["a","n","resident-id","1","","","green"]',
        b'["a","","resident-id","1","","","green",2000]',
    ],
)
def test_a_signed_text_that_makes_no_sense_is_damaged(body: bytes) -> None:
    assert refusal(signed(body)) is CodeRefusal.DAMAGED


@pytest.mark.parametrize("domain", [d for d in Domain if d is not Domain.REGISTRATION])
def test_a_signature_of_another_domain_is_forged(domain: Domain) -> None:
    body = b'["a","n","resident-id","1","","","green",2000]'
    assert read_registration_code(signed(body), KEYS, 1.0).id == "a"
    assert refusal(signed(body, domain=domain)) is CodeRefusal.FORGED


def test_any_key_of_the_site_counts_and_no_key_counts_for_nothing() -> None:
    assert read_registration_code(issue_registration_code(CODE, OLD_SITE), KEYS, 1.0) == CODE
    with pytest.raises(RegistrationRefused) as refused:
        read_registration_code(TEXT, (), 1.0)
    assert refused.value.reason is CodeRefusal.FORGED


def test_what_no_kiosk_would_read_is_not_issued() -> None:
    long = RegistrationCode(
        id="a",
        name="王" * 61,
        document_kind=DocumentKind.RESIDENT_ID,
        document_number="1",
        expires_at=1,
    )
    with pytest.raises(RegistrationRefused):
        issue_registration_code(long, SITE)


def test_neither_the_code_nor_its_refusal_prints_a_person() -> None:
    assert f"{CODE} {CODE!r} {[CODE]}".count("***") == 3
    assert "王" not in f"{CODE} {CODE!r} {CODE!s}"
    with pytest.raises(RegistrationRefused) as refused:
        read_registration_code(TEXT, KEYS, 3_000.0)
    assert str(refused.value) == "the registration code is refused: expired"
