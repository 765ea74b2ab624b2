"""Sealing and signing of records: only the site opens, only the kiosk signs, nothing moves."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.envelope import (
    MAX_SEALED_BYTES,
    Clock,
    ClockSync,
    EnvelopeError,
    decode_envelope,
    encode_envelope,
    header_bytes,
    record_header,
)
from contracts.keys import KeyRefused
from contracts.pool_class import PoolClass
from contracts.record import (
    CheckedIn,
    CodeColour,
    DocumentKind,
    FeverHeld,
    LabelOutcome,
    LabelReported,
    Person,
    TemperatureSource,
    TemperatureTaken,
    TubeClosed,
    TubeCloseReason,
)
from contracts.record_sealing import open_record, seal_record, verify_record
from contracts.sealing import SealError, SealingPrivateKey, SealingPublicKey, open_body, seal_body
from contracts.signing import Domain, SignatureRefused, SigningKey, VerifyKey

SITE = SealingPrivateKey.generate()
KIOSK = SigningKey.generate()
AT = "2026-11-22T08:00:00+08:00"
HEADER = record_header(
    kiosk="330106-0007-k03",
    epoch="epoch-1",
    seq=7,
    record_id="r7",
    key_id=SITE.key_id,
    clock=Clock(wall=AT, boottime_ms=1, boot_id="b", sync=ClockSync.NTP),
)
PERSON = Person(
    name="王小芳",
    document_kind=DocumentKind.RESIDENT_ID,
    document_number="110101199003071233",
    phone="19900001234",
)
TEMPERATURE = TemperatureTaken(
    source=TemperatureSource.INSTRUMENT,
    object_c=34.1,
    ambient_c=22.5,
    body_c=36.5,
    calibration="v1",
    mode="continuous",
    samples=4,
    spread_c=0.1,
)
CHECKED_IN = CheckedIn(
    at=AT,
    visit="v1",
    person=PERSON,
    temperature=TEMPERATURE,
    code_scheme="ncs1",
    code_colour=CodeColour.GREEN,
    round_id="round-1",
    tube="00070332604179",
    pool_class=PoolClass.TEN,
    tube_size=10,
    lane=2,
    place=1,
    opens_tube=True,
)
BODIES = [
    CHECKED_IN,
    FeverHeld(at=AT, visit="v2", person=None, temperature=TEMPERATURE, ticket="F001"),
    TubeClosed(
        at=AT, tube="00070332604179", reason=TubeCloseReason.STAFF, places_used=3, tube_size=10
    ),
    LabelReported(
        at=AT, tube="00070332604179", job="j1", copy=1, outcome=LabelOutcome.UNKNOWN, why=""
    ),
]
ENVELOPE = seal_record(CHECKED_IN, HEADER, SITE.public_key, KIOSK)
RAW = encode_envelope(ENVELOPE)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_every_kind_of_body_goes_through_ledger_and_wire(body) -> None:  # type: ignore[no-untyped-def]
    raw = encode_envelope(seal_record(body, HEADER, SITE.public_key, KIOSK))
    assert open_record(decode_envelope(raw), SITE, KIOSK.verify_key) == body


def test_nothing_personal_is_legible_in_the_envelope() -> None:
    for secret in ("王小芳", "110101199003071233", "19900001234", "36.5"):
        assert secret.encode() not in RAW
        assert secret not in repr(ENVELOPE)


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
@settings(max_examples=120, deadline=None)
def test_no_changed_byte_passes(position: int, flip: int) -> None:
    changed = bytearray(RAW)
    changed[position] ^= flip
    with pytest.raises((EnvelopeError, SignatureRefused)):
        verify_record(decode_envelope(bytes(changed)), KIOSK.verify_key)


@pytest.mark.parametrize(
    "change", [{"seq": 8}, {"epoch": "epoch-2"}, {"kiosk": "330106-0007-k04"}, {"id": "r8"}]
)
def test_a_body_opens_under_its_own_header_only(change: dict[str, object]) -> None:
    other = msgspec.structs.replace(HEADER, **change)
    with pytest.raises(SealError, match="another header"):
        open_body(ENVELOPE.sealed, other, SITE)
    with pytest.raises(SignatureRefused):
        verify_record(replace(ENVELOPE, header=other), KIOSK.verify_key)


def test_a_kiosk_cannot_open_what_it_sealed_and_another_site_neither() -> None:
    assert not hasattr(SITE.public_key, "open")
    with pytest.raises(SealError, match="this key is"):
        open_record(ENVELOPE, SealingPrivateKey.generate(), KIOSK.verify_key)


def test_anybody_can_seal_but_only_the_kiosk_signs() -> None:
    forged = seal_record(CHECKED_IN, HEADER, SITE.public_key, SigningKey.generate())
    with pytest.raises(SignatureRefused):
        open_record(forged, SITE, KIOSK.verify_key)


@pytest.mark.parametrize("domain", [d for d in Domain if d is not Domain.RECORD])
def test_a_record_signed_in_another_domain_is_refused(domain: Domain) -> None:
    signature = KIOSK.sign(domain, header_bytes(HEADER) + ENVELOPE.sealed)
    with pytest.raises(SignatureRefused):
        verify_record(replace(ENVELOPE, signature=signature), KIOSK.verify_key)


def test_no_domain_is_the_beginning_of_another() -> None:
    for one in Domain:
        for other in Domain:
            if one is not other:
                with pytest.raises(SignatureRefused):
                    KIOSK.verify_key.verify(other, b"data", KIOSK.sign(one, b"data"))


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_sealed_bytes_are_refused_by_name(noise: bytes) -> None:
    for sealed in (noise, ENVELOPE.sealed[: len(noise)], ENVELOPE.sealed + noise + b"x"):
        with pytest.raises(SealError):
            open_body(sealed, HEADER, SITE)
    with pytest.raises(SealError, match="not a record"):
        open_body(
            SITE.public_key.seal(noise, b"ncs/1 record body\0" + header_bytes(HEADER)), HEADER, SITE
        )


def test_a_sealed_body_nested_too_deeply_is_refused_by_name() -> None:
    deep = b'{"kind":"tube-closed","more":' + b"[" * 4_000
    sealed = SITE.public_key.seal(deep, b"ncs/1 record body\0" + header_bytes(HEADER))
    with pytest.raises(SealError, match="not a record"):
        open_body(sealed, HEADER, SITE)


def test_a_newer_kiosk_may_say_more() -> None:
    more = msgspec.json.encode(CHECKED_IN)[:-1] + b',"seat":"blue"}'
    sealed = SITE.public_key.seal(more, b"ncs/1 record body\0" + header_bytes(HEADER))
    assert open_body(sealed, HEADER, SITE) == CHECKED_IN


def test_what_could_not_be_read_back_is_not_sealed() -> None:
    nan = msgspec.structs.replace(
        CHECKED_IN, temperature=msgspec.structs.replace(TEMPERATURE, object_c=float("nan"))
    )
    with pytest.raises(SealError):
        seal_body(nan, HEADER, SITE.public_key)
    long = msgspec.structs.replace(CHECKED_IN, visit="v" * MAX_SEALED_BYTES)
    with pytest.raises(SealError, match="does not fit"):
        seal_body(long, HEADER, SITE.public_key)
    with pytest.raises(SealError, match="names key"):
        seal_body(CHECKED_IN, HEADER, SealingPrivateKey.generate().public_key)


def test_keys_come_back_from_their_texts() -> None:
    assert SealingPrivateKey.from_pem(SITE.to_pem()).key_id == SITE.key_id
    assert SealingPublicKey.from_pem(SITE.public_key.to_pem()).key_id == SITE.key_id
    assert SigningKey.from_pem(KIOSK.to_pem()).verify_key == KIOSK.verify_key
    assert VerifyKey.from_pem(KIOSK.verify_key.to_pem().decode()) == KIOSK.verify_key


@pytest.mark.parametrize("read", [SealingPrivateKey.from_pem, SigningKey.from_pem])
@pytest.mark.parametrize(
    "pem", [b"", b"-----BEGIN PRIVATE KEY-----", "国\ud800", KIOSK.verify_key.to_pem()]
)
def test_texts_that_are_no_private_key_are_refused(read, pem) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(KeyRefused, match="in PEM form without a password"):
        read(pem)


def test_a_key_of_the_other_kind_is_refused() -> None:
    for read, pem in (
        (SealingPrivateKey.from_pem, KIOSK.to_pem()),
        (SigningKey.from_pem, SITE.to_pem()),
        (SealingPublicKey.from_pem, KIOSK.verify_key.to_pem()),
        (VerifyKey.from_pem, SITE.public_key.to_pem()),
    ):
        with pytest.raises(KeyRefused, match="wanted is a"):
            read(pem)


def test_secrets_and_people_print_masked() -> None:
    assert repr(SITE) == f"SealingPrivateKey({SITE.key_id}, ***)"
    assert repr(KIOSK) == f"SigningKey({KIOSK.key_id}, ***)"
    assert f"{PERSON} {PERSON!r} {[PERSON]}" == "Person(***) Person(***) [Person(***)]"
    assert "王" not in repr(CHECKED_IN) and "110101" not in repr(CHECKED_IN)
