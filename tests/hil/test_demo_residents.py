"""Synthetic residents: reproducible, valid, of every kind, and never a real region."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.record import CodeColour
from contracts.registration_code import (
    CodeRefusal,
    RegistrationRefused,
    read_registration_code,
)
from contracts.signing import SigningKey
from hil.demo.facts import EXPECTED
from hil.demo.residents import CHECKED_IN_KINDS, Crowd, Kind, Resident, code_of, plan_residents
from kiosk.identity.documents import check_document

NOW_UNIX_S = 1_669_100_000.0


def resident_of(kind: Kind) -> Resident:
    crowd = Crowd(3)
    crowd.arrive(Kind.ORDINARY)
    return crowd.arrive(kind)


def test_same_seed_same_residents() -> None:
    assert plan_residents(7, 50) == plan_residents(7, 50)
    assert plan_residents(7, 50) != plan_residents(8, 50)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 80))
def test_plan_is_of_the_asked_size_and_mostly_ordinary(seed: int, count: int) -> None:
    plan = plan_residents(seed, count)
    kinds = Counter(resident.kind for resident in plan)
    assert [resident.number for resident in plan] == list(range(1, count + 1))
    assert kinds[Kind.ORDINARY] * 2 >= count
    assert plan[0].kind in CHECKED_IN_KINDS
    if count >= 16:
        assert set(kinds) == set(Kind)


def test_document_numbers_are_valid_and_of_the_synthetic_region() -> None:
    people = {resident.person for resident in plan_residents(11, 200)}
    for person in people:
        assert person.document_number.startswith("110101")
        assert check_document(person.document_kind, person.document_number).valid
        assert person.phone.startswith("1990000")
    assert len({person.document_number for person in people}) == len(people)


def test_repeat_visitor_is_an_earlier_arrival_with_the_same_code() -> None:
    plan = plan_residents(5, 60)
    repeats = [resident for resident in plan if resident.kind is Kind.REPEAT]
    assert repeats
    for resident in repeats:
        assert resident.repeats is not None
        earlier = plan[resident.repeats - 1]
        assert earlier.number < resident.number
        assert (earlier.person, earlier.code_id) == (resident.person, resident.code_id)
        assert earlier.kind in CHECKED_IN_KINDS


def test_every_kind_has_an_expected_ending() -> None:
    assert set(EXPECTED) == set(Kind)


@pytest.mark.parametrize(
    ("kind", "colour"),
    [
        (Kind.ORDINARY, CodeColour.GREEN),
        (Kind.FEVER, CodeColour.GREEN),
        (Kind.RED, CodeColour.RED),
        (Kind.YELLOW, CodeColour.YELLOW),
        (Kind.UNKNOWN_COLOUR, CodeColour.UNKNOWN),
    ],
)
def test_code_reads_back_with_its_person_and_colour(kind: Kind, colour: CodeColour) -> None:
    key, resident = SigningKey.generate(), resident_of(kind)
    text = code_of(resident, key, NOW_UNIX_S)
    code = read_registration_code(text, [key.verify_key], NOW_UNIX_S)
    assert code.colour is colour
    assert code.document_number == resident.person.document_number


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (Kind.NOT_OURS, CodeRefusal.NOT_OURS),
        (Kind.EXPIRED, CodeRefusal.EXPIRED),
        (Kind.FORGED, CodeRefusal.FORGED),
    ],
)
def test_bad_codes_are_bad_in_the_way_they_say(kind: Kind, reason: CodeRefusal) -> None:
    key = SigningKey.generate()
    text = code_of(resident_of(kind), key, NOW_UNIX_S)
    with pytest.raises(RegistrationRefused) as refused:
        read_registration_code(text, [key.verify_key], NOW_UNIX_S)
    assert refused.value.reason is reason


def test_resident_prints_no_person() -> None:
    resident = resident_of(Kind.ORDINARY)
    assert resident.person.name not in repr(resident)
    assert resident.person.document_number not in repr(resident)
    assert resident.code_id not in repr(resident)
