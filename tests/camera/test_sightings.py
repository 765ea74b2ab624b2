"""Which codes are news."""

from __future__ import annotations

from drivers.camera.code_reader import Box, CodeSymbology, ReadCode
from kiosk.camera.sightings import REPEAT_AFTER_S, Sightings

BOX = Box(0, 0, 10, 10)
SECRET = b"NCS1.a-secret"


def code(data: bytes, symbology: CodeSymbology = CodeSymbology.QR) -> ReadCode:
    return ReadCode(symbology, data, False, BOX)


def test_a_code_that_stays_is_told_about_once_a_second() -> None:
    sightings = Sightings()
    told = [
        frame / 15 for frame in range(60) if sightings.is_news([code(SECRET)], 100 + frame / 15)
    ]
    assert told == [0.0, 1.0, 2.0, 3.0]


def test_another_code_is_news_at_once() -> None:
    sightings = Sightings()
    assert sightings.is_news([code(b"one")], 10.0)
    assert sightings.is_news([code(b"two")], 10.1)
    assert not sightings.is_news([code(b"one")], 10.2)


def test_a_second_code_beside_the_first_is_news() -> None:
    sightings = Sightings()
    assert sightings.is_news([code(b"one")], 10.0)
    assert sightings.is_news([code(b"one"), code(b"two")], 10.1)
    assert not sightings.is_news([code(b"two"), code(b"one")], 10.2)


def test_the_same_bytes_in_another_symbology_are_another_code() -> None:
    sightings = Sightings()
    assert sightings.is_news([code(b"1234")], 10.0)
    assert sightings.is_news([code(b"1234", CodeSymbology.CODE_128)], 10.1)


def test_a_code_too_long_and_an_empty_one_are_not_the_same() -> None:
    sightings = Sightings()
    assert sightings.is_news([code(b"")], 10.0)
    assert sightings.is_news([ReadCode(CodeSymbology.QR, b"", True, BOX)], 10.1)


def test_after_forgetting_everything_is_news() -> None:
    sightings = Sightings()
    assert sightings.is_news([code(SECRET)], 10.0)
    sightings.forget()
    assert sightings.is_news([code(SECRET)], 10.1)


def test_nothing_that_was_read_is_kept_and_the_memory_is_short() -> None:
    sightings = Sightings()
    for number in range(1000):
        sightings.is_news([code(b"secret-%d" % number)], number * REPEAT_AFTER_S / 4)
    kept = vars(sightings)["_told_s"]
    assert len(kept) <= 5
    assert b"secret" not in b"".join(kept)
