"""Acknowledgements: cumulative and selective, signed, and never covering what is not settled."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.acknowledgement import (
    MAX_ACKNOWLEDGEMENT_BYTES,
    MAX_RANGES,
    MAX_REJECTED,
    Acknowledgement,
    AcknowledgementRefused,
    Rejection,
    acknowledge,
    sign_acknowledgement,
    verify_acknowledgement,
)
from contracts.signed_text import sign_text
from contracts.signing import Domain, SigningKey

KIOSK, EPOCH, STORE = "330106-0007-k03", "epoch-1", "store-1"
SITE = SigningKey.generate()
SEQS = st.sets(st.integers(1, 60))


def acknowledgement(
    high_water: int = 10,
    selective: tuple[tuple[int, int], ...] = ((12, 14), (20, 20)),
    rejected: tuple[Rejection, ...] = (Rejection(4, "its seal does not open"),),
) -> Acknowledgement:
    return Acknowledgement(
        kiosk=KIOSK,
        epoch=EPOCH,
        high_water=high_water,
        selective=selective,
        rejected=rejected,
        database_id=STORE,
        at="2026-11-22T08:00:00+08:00",
    )


SIGNED = sign_acknowledgement(acknowledgement(), SITE)


def verify(text: str, *, database_id: str | None = STORE, epoch: str = EPOCH) -> Acknowledgement:
    return verify_acknowledgement(
        text, SITE.verify_key, kiosk=KIOSK, epoch=epoch, database_id=database_id
    )


@given(SEQS)
@settings(max_examples=60, deadline=None)
def test_exactly_what_is_committed_is_covered(committed: set[int]) -> None:
    high_water, selective = acknowledge(0, committed)
    text = sign_acknowledgement(acknowledgement(high_water, selective, ()), SITE)
    says = verify(text)
    assert {seq for seq in range(-1, 70) if says.covers(seq)} == committed


@given(st.lists(SEQS, max_size=5))
@settings(max_examples=50, deadline=None)
def test_step_by_step_ends_where_all_at_once_does(batches: list[set[int]]) -> None:
    high_water = 0
    settled: set[int] = set()
    for batch in batches:
        settled |= batch
        before = high_water
        high_water, selective = acknowledge(high_water, settled)
        assert high_water >= before
    if batches:
        assert (high_water, selective) == acknowledge(0, settled)


@given(st.integers(0, 50), SEQS)
@settings(max_examples=50, deadline=None)
def test_the_high_water_never_falls_and_ranges_stay_above(high: int, committed: set[int]) -> None:
    high_water, selective = acknowledge(high, committed)
    assert high_water >= high
    last = high_water
    for low, upper in selective:
        assert last + 1 < low <= upper
        last = upper


@given(SEQS, SEQS)
@settings(max_examples=50, deadline=None)
def test_a_rejected_record_is_never_covered(committed: set[int], refused: set[int]) -> None:
    high_water, selective = acknowledge(0, committed | refused)
    rejections = tuple(Rejection(seq, "refused") for seq in sorted(refused))
    says = verify(sign_acknowledgement(acknowledgement(high_water, selective, rejections), SITE))
    assert {seq for seq in range(70) if says.covers(seq)} == committed - refused


def test_too_many_ranges_say_less_and_never_more() -> None:
    every_other = range(2, 2 * MAX_RANGES + 100, 2)
    high_water, selective = acknowledge(0, every_other)
    assert high_water == 0 and len(selective) == MAX_RANGES
    says = verify(sign_acknowledgement(acknowledgement(high_water, selective, ()), SITE))
    assert says.covers(2) and not says.covers(3) and not says.covers(2 * MAX_RANGES + 2)


def test_an_acknowledgement_of_everything_rejected_still_fits() -> None:
    rejections = tuple(Rejection(seq, "x" * 200) for seq in range(1, MAX_REJECTED + 1))
    assert verify(sign_acknowledgement(acknowledgement(2000, (), rejections), SITE)).rejected


@given(st.integers(0, len(SIGNED) - 1), st.characters(min_codepoint=1, max_codepoint=0x2FFF))
@settings(max_examples=120, deadline=None)
def test_any_changed_character_is_refused(position: int, character: str) -> None:
    changed = SIGNED[:position] + character + SIGNED[position + 1 :]
    if changed == SIGNED:
        return
    with pytest.raises(AcknowledgementRefused):
        verify(changed)


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_is_refused_by_name(noise: str) -> None:
    body = noise.encode("utf-8", "surrogatepass")
    for text in (noise, SIGNED[:87] + noise, SIGNED[: len(noise)]):
        with pytest.raises(AcknowledgementRefused):
            verify(text)
    resigned = sign_text(Domain.ACKNOWLEDGEMENT, body, SITE)
    with pytest.raises(AcknowledgementRefused):
        verify(resigned.decode("utf-8", "surrogateescape"))


@pytest.mark.parametrize("text", ["", "\ud800", SIGNED[:86] + "." + "[" * 100_000, "." * 600_000])
def test_broken_texts_are_refused_by_name(text: str) -> None:
    with pytest.raises(AcknowledgementRefused):
        verify(text)


@pytest.mark.parametrize("domain", [d for d in Domain if d is not Domain.ACKNOWLEDGEMENT])
def test_a_signature_of_another_domain_deletes_nothing(domain: Domain) -> None:
    body = SIGNED.partition(".")[2].encode()
    assert verify(sign_text(Domain.ACKNOWLEDGEMENT, body, SITE).decode()) == acknowledgement()
    with pytest.raises(AcknowledgementRefused, match="not the coordinator's"):
        verify(sign_text(domain, body, SITE).decode())


def test_another_signer_deletes_nothing() -> None:
    forged = sign_acknowledgement(acknowledgement(), SigningKey.generate())
    with pytest.raises(AcknowledgementRefused, match="not the coordinator's"):
        verify(forged)


def test_another_epoch_kiosk_or_store_deletes_nothing() -> None:
    with pytest.raises(AcknowledgementRefused, match="epoch"):
        verify(SIGNED, epoch="epoch-2")
    with pytest.raises(AcknowledgementRefused, match="for kiosk"):
        verify_acknowledgement(
            SIGNED, SITE.verify_key, kiosk="330106-0007-k04", epoch=EPOCH, database_id=STORE
        )
    with pytest.raises(AcknowledgementRefused, match="store"):
        verify(SIGNED, database_id="store-2")


def test_oversize_is_refused_even_when_it_is_signed() -> None:
    body = SIGNED.partition(".")[2].encode()
    padded = sign_text(Domain.ACKNOWLEDGEMENT, body + b" " * MAX_ACKNOWLEDGEMENT_BYTES, SITE)
    with pytest.raises(AcknowledgementRefused, match="too long"):
        verify(padded.decode())


def test_the_first_acknowledgement_tells_the_store() -> None:
    assert verify(SIGNED, database_id=None).database_id == STORE


@pytest.mark.parametrize(
    "broken",
    [
        acknowledgement(selective=((11, 12),)),  # touches the high water
        acknowledgement(selective=((9, 12),)),  # below it
        acknowledgement(selective=((14, 12),)),  # backwards
        acknowledgement(selective=((12, 14), (15, 16))),  # no gap
        acknowledgement(selective=((20, 20), (12, 14))),  # descends
        acknowledgement(rejected=(Rejection(5, "x"), Rejection(5, "y"))),
        acknowledgement(rejected=(Rejection(6, "x"), Rejection(5, "y"))),
        acknowledgement(rejected=(Rejection(5, ""),)),
        acknowledgement(high_water=-1),
    ],
)
def test_what_contradicts_itself_is_neither_signed_nor_believed(broken: Acknowledgement) -> None:
    with pytest.raises(AcknowledgementRefused):
        sign_acknowledgement(broken, SITE)
    body = sign_text(Domain.ACKNOWLEDGEMENT, msgspec.json.encode(broken), SITE)
    with pytest.raises(AcknowledgementRefused):
        verify(body.decode())
