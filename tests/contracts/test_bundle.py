"""Bundles: what goes in comes out byte for byte, and nothing else is accepted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.bundle import (
    MAX_BUNDLE_BYTES,
    MAX_BUNDLE_RECORDS,
    BundleRefused,
    decode_bundle,
    encode_bundle,
)
from contracts.envelope import Clock, ClockSync, encode_envelope, record_header
from contracts.record import TubeClosed, TubeCloseReason
from contracts.record_sealing import seal_record
from contracts.sealing import SealingPrivateKey
from contracts.signed_text import sign_text
from contracts.signing import Domain, SigningKey, VerifyKey

KIOSK, EPOCH = "330106-0007-k03", "epoch-1"
SITE_KEY = SealingPrivateKey.generate()
KIOSK_KEY = SigningKey.generate()
CLOCK = Clock(wall="2026-11-22T08:00:00+08:00", boottime_ms=1, boot_id="b", sync=ClockSync.NTP)
BODY = TubeClosed(
    at=CLOCK.wall, tube="00070332604179", reason=TubeCloseReason.FULL, places_used=10, tube_size=10
)


def envelope(seq: int, kiosk: str = KIOSK, epoch: str = EPOCH) -> bytes:
    header = record_header(
        kiosk=kiosk,
        epoch=epoch,
        seq=seq,
        record_id=f"{kiosk}:{seq}",
        key_id=SITE_KEY.key_id,
        clock=CLOCK,
    )
    return encode_envelope(seal_record(BODY, header, SITE_KEY.public_key, KIOSK_KEY))


ENVELOPES = tuple(envelope(seq) for seq in range(1, 13))
BUNDLE = encode_bundle(ENVELOPES[:3], kiosk=KIOSK, epoch=EPOCH, signing_key=KIOSK_KEY)


def enrolled(kiosk: str) -> VerifyKey | None:
    return KIOSK_KEY.verify_key if kiosk == KIOSK else None


def signed(body: bytes, domain: Domain = Domain.BUNDLE, key: SigningKey = KIOSK_KEY) -> bytes:
    return sign_text(domain, body, key)


@given(st.sets(st.integers(0, 11), min_size=1))
@settings(max_examples=25, deadline=None)
def test_every_choice_of_records_comes_back_byte_for_byte(chosen: set[int]) -> None:
    raws = [ENVELOPES[index] for index in sorted(chosen)]
    bundle = decode_bundle(
        encode_bundle(raws, kiosk=KIOSK, epoch=EPOCH, signing_key=KIOSK_KEY), enrolled
    )
    assert (bundle.kiosk, bundle.epoch) == (KIOSK, EPOCH)
    assert [record.raw for record in bundle.records] == raws
    assert [record.head.seq for record in bundle.records] == [i + 1 for i in sorted(chosen)]


def test_largest_bundle_of_largest_records_fits_its_own_limit() -> None:
    raws = [envelope(seq) for seq in (1,)]
    padding = 8 * 1024 - len(raws[0])
    largest = raws[0][:-1] + b" " * padding + b"}"
    one = encode_bundle([largest], kiosk=KIOSK, epoch=EPOCH, signing_key=KIOSK_KEY)
    overhead = len(one) - len(largest)
    assert overhead + MAX_BUNDLE_RECORDS * (len(largest) + 1) <= MAX_BUNDLE_BYTES


@given(st.integers(0, len(BUNDLE) - 1), st.integers(1, 255))
@settings(max_examples=120, deadline=None)
def test_any_changed_byte_is_refused(position: int, flip: int) -> None:
    changed = bytearray(BUNDLE)
    changed[position] ^= flip
    with pytest.raises(BundleRefused):
        decode_bundle(bytes(changed), enrolled)


@given(st.integers(0, len(BUNDLE) - 1))
@settings(max_examples=60, deadline=None)
def test_any_cut_is_refused(length: int) -> None:
    with pytest.raises(BundleRefused):
        decode_bundle(BUNDLE[:length], enrolled)


@given(st.binary(max_size=300))
@settings(max_examples=50, deadline=None)
def test_any_bytes_are_refused_by_name(noise: bytes) -> None:
    for payload in (noise, signed(noise), BUNDLE[:87] + noise):
        with pytest.raises(BundleRefused):
            decode_bundle(payload, enrolled)


def test_deep_nesting_is_refused_by_name() -> None:
    deep = b'{"kiosk":"330106-0007-k03","epoch":"e","records":[' + b"[" * 100_000
    with pytest.raises(BundleRefused, match="nested too deeply"):
        decode_bundle(signed(deep), enrolled)
    inside = b'{"x":' + b"[" * 4_000 + b"]" * 4_000 + b"}"
    with pytest.raises(BundleRefused, match="not a record"):
        encode_bundle([inside], kiosk=KIOSK, epoch=EPOCH, signing_key=KIOSK_KEY)


def test_oversize_is_refused_before_it_is_read() -> None:
    with pytest.raises(BundleRefused, match="at most"):
        decode_bundle(BUNDLE[:87] + b" " * MAX_BUNDLE_BYTES, enrolled)


@pytest.mark.parametrize("domain", [d for d in Domain if d is not Domain.BUNDLE])
def test_a_signature_of_another_domain_does_not_count(domain: Domain) -> None:
    body = BUNDLE[87:]
    assert decode_bundle(signed(body), enrolled).kiosk == KIOSK
    with pytest.raises(BundleRefused, match="did not sign"):
        decode_bundle(signed(body, domain), enrolled)


def test_another_kiosks_key_does_not_count() -> None:
    with pytest.raises(BundleRefused, match="did not sign"):
        decode_bundle(signed(BUNDLE[87:], key=SigningKey.generate()), enrolled)


def test_a_kiosk_that_is_not_enrolled_is_refused() -> None:
    with pytest.raises(BundleRefused, match="not enrolled"):
        decode_bundle(BUNDLE, lambda kiosk: None)


Broken = Callable[[], list[bytes]]


@pytest.mark.parametrize(
    ("raws", "reason"),
    [
        (lambda: [], "1 to 500"),
        (lambda: [ENVELOPES[0]] * 501, "1 to 500"),
        (lambda: [ENVELOPES[1], ENVELOPES[0]], "does not ascend"),
        (lambda: [ENVELOPES[0], ENVELOPES[0]], "does not ascend"),
        (lambda: [ENVELOPES[0], envelope(2, kiosk="330106-0007-k04")], "another kiosk"),
        (lambda: [ENVELOPES[0], envelope(2, epoch="epoch-2")], "another kiosk or epoch"),
        (lambda: [b"[]"], "not a record"),
    ],
)
def test_both_ends_refuse_what_is_no_bundle(raws: Broken, reason: str) -> None:
    with pytest.raises(BundleRefused, match=reason):
        encode_bundle(raws(), kiosk=KIOSK, epoch=EPOCH, signing_key=KIOSK_KEY)
    head = f'{{"kiosk":"{KIOSK}","epoch":"{EPOCH}","records":['.encode()
    with pytest.raises(BundleRefused):
        decode_bundle(signed(head + b",".join(raws()) + b"]}"), enrolled)


def test_a_refusal_carries_nothing_of_the_payload() -> None:
    canary = b"110101199003071233"
    with pytest.raises(BundleRefused) as refused:
        decode_bundle(signed(b'{"kiosk":"' + canary + b'","epoch":"e","records":[1]}'), enrolled)
    assert canary.decode() not in str(refused.value)
