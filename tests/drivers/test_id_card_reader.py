"""A card counts once each time that it is laid down, and says how long it holds."""

from __future__ import annotations

from datetime import date

import pytest

from drivers.id_card_reader.card import CardProblem, IdCard, Validity, make_card
from drivers.id_card_reader.reader import (
    TROUBLE_GAP_S,
    CardLaid,
    CardRefused,
    CardTrouble,
    IdCardReader,
)
from firmware_bridge.codecs.ga450 import CardText, ReaderAnswer
from firmware_bridge.codecs.ga450_dialogue import ReadLost
from firmware_bridge.codecs.ga450_text import CardFields, CardLayout

NUMBER, OTHER_NUMBER = "110101199003071233", "110101196501010024"


def block(number: str = NUMBER, name: str = "测试甲", kind: str = " ", to: str = "长期") -> bytes:
    text = bytearray(" ".encode("utf-16-le") * 128)
    for offset, words in (
        (0, name),
        (36, "19900307"),
        (122, number),
        (188, "20200101"),
        (204, to),
        (248, kind),
    ):
        raw = words.encode("utf-16-le")
        text[offset : offset + len(raw)] = raw
    return bytes(text)


class Laying:
    """A reader that is asked a few times a second."""

    def __init__(self) -> None:
        self.driver = IdCardReader()
        self.now_s = 100.0

    def hears(self, status: int, times: int = 1) -> list[CardLaid | CardRefused]:
        found = []
        for _ in range(times):
            self.now_s += 0.2
            found += self.driver.feed(ReaderAnswer(status, "", "", self.now_s))
        return found

    def reads(self, text: bytes | None = None) -> list[CardLaid | CardRefused]:
        found = self.hears(0x9F) + self.hears(0x90)
        self.now_s += 1.0
        return found + self.driver.feed(CardText(text or block(), self.now_s))

    def numbers(self, *texts: bytes) -> list[str]:
        news = [item for text in texts for item in self.reads(text)]
        return [item.card.number for item in news if isinstance(item, CardLaid)]


def test_a_card_is_laid_once() -> None:
    laying = Laying()
    (news,) = laying.reads()
    assert isinstance(news, CardLaid)
    assert (news.card.number, news.card.name, news.at_s) == (NUMBER, "测试甲", laying.now_s)


def test_a_reader_that_finds_nothing_until_the_card_is_lifted() -> None:
    laying = Laying()
    assert laying.numbers(block()) == [NUMBER]
    assert laying.hears(0x80, times=20) == []
    assert laying.numbers(block()) == [NUMBER]  # it can only be read again after a lift


def test_a_reader_that_finds_the_same_card_for_ever_counts_it_once() -> None:
    laying = Laying()
    assert laying.numbers(*[block()] * 10) == [NUMBER]
    laying.hears(0x80, times=4)
    assert laying.numbers(*[block()] * 10) == [NUMBER]


def test_one_miss_is_bad_radio_and_no_lift() -> None:
    laying = Laying()
    assert laying.numbers(block()) == [NUMBER]
    for _ in range(5):
        laying.hears(0x80, times=2)
        assert laying.numbers(block()) == []


def test_another_card_counts_at_once() -> None:
    laying = Laying()
    assert laying.numbers(block(), block(OTHER_NUMBER), block(OTHER_NUMBER)) == [
        NUMBER,
        OTHER_NUMBER,
    ]


def test_a_card_left_lying_through_a_loss_of_the_reader_does_not_count_again() -> None:
    laying = Laying()
    laying.reads()
    laying.hears(0x80, times=20)
    laying.driver.link_opened()
    assert laying.numbers(block()) == []
    assert laying.numbers(block(OTHER_NUMBER)) == [OTHER_NUMBER]


def test_silence_is_no_lift() -> None:
    laying = Laying()
    laying.reads()
    laying.hears(0x80)
    laying.now_s += 5.0
    laying.hears(0x80)
    assert laying.numbers(block()) == []


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (0x40, CardTrouble.WRONG_KIND),
        (0x41, CardTrouble.NOT_READ),
        (0x81, CardTrouble.NOT_READ),
        (0x31, CardTrouble.NOT_READ),
        (0x33, CardTrouble.NOT_READ),
    ],
)
def test_trouble_with_a_card_is_told_once_for_a_while(status: int, why: CardTrouble) -> None:
    laying = Laying()
    assert laying.hears(status, times=5) == [CardRefused(why)]
    laying.now_s += TROUBLE_GAP_S
    assert laying.hears(status) == [CardRefused(why)]
    laying.hears(0x80, times=4)  # lifted: the next card is news
    assert laying.hears(status) == [CardRefused(why)]


def test_a_read_without_an_answer_is_trouble() -> None:
    assert IdCardReader().feed(ReadLost(1.0)) == [CardRefused(CardTrouble.NOT_READ)]


@pytest.mark.parametrize("status", [0x60, 0x66])
def test_a_reader_that_says_it_is_broken_is_unfit_until_it_works(status: int) -> None:
    laying = Laying()
    laying.hears(status)
    assert laying.driver.unfit
    laying.hears(0x80)
    assert not laying.driver.unfit


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (block(kind="Q"), CardTrouble.WRONG_KIND),
        (block(name="甲\x1b"), CardTrouble.UNREADABLE),
        (block(name=""), CardTrouble.UNREADABLE),
        (block(number=""), CardTrouble.UNREADABLE),
        (block(to="20250231"), CardTrouble.UNREADABLE),
        (block(to="长期有效"), CardTrouble.UNREADABLE),
    ],
)
def test_a_card_that_is_none_is_refused(text: bytes, why: CardTrouble) -> None:
    assert Laying().reads(text) == [CardRefused(why)]


def fields(valid_from: str = "20200101", valid_to: str = "20300101") -> CardFields:
    return CardFields(
        layout=CardLayout.RESIDENT,
        name="测试甲",
        latin_name="",
        number=NUMBER,
        sex="1",
        birth="19900307",
        valid_from=valid_from,
        valid_to=valid_to,
    )


def card(valid_from: str = "20200101", valid_to: str = "20300101") -> IdCard:
    made = make_card(fields(valid_from, valid_to))
    assert isinstance(made, IdCard)
    return made


@pytest.mark.parametrize(
    ("made", "today", "validity"),
    [
        (card(), date(2020, 1, 1), Validity.VALID),
        (card(), date(2030, 1, 1), Validity.VALID),
        (card(), date(2030, 1, 2), Validity.EXPIRED),
        (card(), date(2019, 12, 31), Validity.NOT_YET),
        (card(valid_to="长期"), date(2999, 1, 1), Validity.VALID),
        (card(valid_to=""), date(2022, 1, 1), Validity.UNKNOWN),
        (card(valid_from=""), date(2022, 1, 1), Validity.UNKNOWN),
        (card(valid_from="", valid_to=""), date(2022, 1, 1), Validity.UNKNOWN),
    ],
)
def test_validity(made: IdCard, today: date, validity: Validity) -> None:
    assert made.validity(today) is validity


@pytest.mark.parametrize(
    "bad", ["2020010", "202001011", "20201301", "２０２００１０１", "2020-1-1"]
)
def test_a_date_that_no_calendar_has(bad: str) -> None:
    assert make_card(fields(valid_from=bad)) is CardProblem.BAD_DATE


def test_nothing_of_a_card_is_printed() -> None:
    printed = f"{card()!r} {card()} {CardLaid(card(), 1.0)!r}"
    for secret in (NUMBER, "测试甲", "1990", "2030"):
        assert secret not in printed
