"""The search for persons finds every encoding anywhere, and nothing in sealed noise."""

from __future__ import annotations

import base64
import random
from pathlib import Path

import pytest

from contracts.record import DocumentKind, Person
from hil.demo.canaries import canaries_of, find_in, key_canaries, search

PERSON = Person(
    name="欧阳测试",
    document_kind=DocumentKind.RESIDENT_ID,
    document_number="110101199003071233",
    phone="19900000001",
)
NUMBER = PERSON.document_number.encode()


@pytest.mark.parametrize(
    "written",
    [
        NUMBER,
        NUMBER.hex().encode(),
        NUMBER.hex().upper().encode(),
        base64.b64encode(NUMBER),
        base64.b64encode(b"x" + NUMBER),
        base64.b64encode(b"xy" + NUMBER + b"z"),
        PERSON.document_number.encode("utf-16-le"),
        PERSON.document_number.encode("utf-16-be"),
        PERSON.name.encode(),
        PERSON.name.encode("gb18030"),
        PERSON.name.encode("utf-16-le"),
        PERSON.phone.encode(),
    ],
)
@pytest.mark.parametrize("before", [0, 1, 5, (1 << 20) - 3])
def test_finds_a_person_in_every_encoding_and_place(written: bytes, before: int) -> None:
    assert find_in(b"\0" * before + written + b"\xff" * 9, canaries_of([PERSON]))


def test_finds_nothing_in_noise() -> None:
    noise = random.Random(1).randbytes(1 << 20)
    data = noise + base64.b64encode(noise) + noise.hex().encode()
    assert find_in(data, canaries_of([PERSON])) == []


def test_finds_nothing_without_canaries() -> None:
    assert find_in(NUMBER, ()) == []


def test_search_counts_what_it_read_and_quotes_nothing(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "core.log").write_bytes(b"seen " + NUMBER)
    (tmp_path / "clean.log").write_bytes(b"nothing here")
    found = search([tmp_path, tmp_path / "absent"], canaries_of([PERSON]))
    assert (found.files, found.searched_bytes) == (2, 5 + len(NUMBER) + 12)
    assert {leak.fact for leak in found.leaks} == {"document number"}
    assert PERSON.document_number not in repr(found)


def test_secrets_are_found_raw_and_encoded() -> None:
    secret = bytes(range(32))
    for written in (secret, secret.hex().encode(), base64.b64encode(secret)):
        assert find_in(written, key_canaries("key", secret))
