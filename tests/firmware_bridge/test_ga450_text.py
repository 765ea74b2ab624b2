"""The four layouts of a card's text, by the manual's offsets, and texts that are none."""

from __future__ import annotations

import random

import pytest

from firmware_bridge.codecs.ga450_text import CardFields, CardLayout, TextProblem, read_text


def block(fields: dict[int, str]) -> bytes:
    """256 bytes of spaces, with texts at byte offsets."""
    text = bytearray(" ".encode("utf-16-le") * 128)
    for offset, words in fields.items():
        raw = words.encode("utf-16-le", "surrogatepass")
        text[offset : offset + len(raw)] = raw
    return bytes(text)


RESIDENT = {
    0: "测试甲",
    30: "1",
    32: "01",
    36: "19900307",
    52: "某市某区测试路1号",
    122: "110101199003071233",
    158: "某市公安局",
    188: "20200101",
    204: "长期",
}
HKMT = {
    0: "陳測試",
    30: "2",
    36: "19850101",
    52: "某市某区测试路2号",
    122: "810000198501010010",
    158: "某市公安局",
    188: "20200102",
    204: "20250102",
    220: "H12345678",
    238: "01",
    248: "J",
}
FOREIGNER_2017 = {
    0: "TEST, ALEX MORGAN",
    120: "1",
    122: "XXX330185031201",
    152: "XXX",
    158: "测试乙",
    188: "20190103",
    204: "20290103",
    220: "19850312",
    236: "01",
    240: "1500",
    248: "I",
}
FOREIGNER_2023 = {
    0: "测试丙",
    30: "2",
    32: "01",
    36: "19880607",
    52: "A" * 35,
    122: "911101198806070028",
    188: "20240104",
    204: "20340104",
    220: "B" * 11,
    242: "XXX",
    248: "Y",
    250: "123",
}


def read(fields: dict[int, str]) -> CardFields:
    found = read_text(block(fields))
    assert isinstance(found, CardFields), found
    return found


def test_a_resident() -> None:
    assert read(RESIDENT) == CardFields(
        layout=CardLayout.RESIDENT,
        name="测试甲",
        latin_name="",
        number="110101199003071233",
        sex="1",
        birth="19900307",
        valid_from="20200101",
        valid_to="长期",
    )


def test_a_permit_of_hong_kong_macau_or_taiwan() -> None:
    found = read(HKMT)
    assert (found.layout, found.name) == (CardLayout.HKMT_PERMIT, "陳測試")
    assert (found.number, found.valid_to) == ("810000198501010010", "20250102")


def test_a_foreigner_of_2017() -> None:
    found = read(FOREIGNER_2017)
    assert (found.layout, found.sex, found.birth) == (CardLayout.FOREIGNER_2017, "1", "19850312")
    assert (found.name, found.latin_name) == ("测试乙", "TEST, ALEX MORGAN")
    assert (found.number, found.valid_from) == ("XXX330185031201", "20190103")


def test_a_foreigner_of_2023_has_the_latin_name_in_two_parts() -> None:
    found = read(FOREIGNER_2023)
    assert (found.layout, found.name) == (CardLayout.FOREIGNER_2023, "测试丙")
    assert found.latin_name == "A" * 35 + "B" * 11
    assert (found.number, found.birth) == ("911101198806070028", "19880607")


@pytest.mark.parametrize("letter", ["A", "j", "1", "\0", "Ÿ", "\u4a20", "\u0149", "　"])
def test_an_unknown_type_is_refused_and_never_a_resident(letter: str) -> None:
    assert read_text(block({**RESIDENT, 248: letter})) is TextProblem.UNKNOWN_TYPE


def test_a_rare_name_of_surrogate_pairs() -> None:
    rare = "𬭊𫖯" + "𠮷" * 5  # 14 of 15 units
    assert read({**RESIDENT, 0: rare}).name == rare


def test_a_private_use_character_is_writing() -> None:
    assert read({**RESIDENT, 0: "测\ue863"}).name == "测\ue863"


@pytest.mark.parametrize("bad", ["\ud842", "\udfb7", "甲\x1b[2J", "甲\u202e乙", "甲\n", "甲\u2028"])
def test_half_a_pair_and_control_characters_are_no_name(bad: str) -> None:
    found = read_text(block({**RESIDENT, 0: bad + "测试"}))
    assert found is TextProblem.NOT_TEXT


def test_a_pair_torn_by_the_end_of_its_field() -> None:
    assert read_text(block({**RESIDENT, 0: "甲" * 14 + "𠮷"})) is TextProblem.NOT_TEXT


@pytest.mark.parametrize("size", [0, 1, 255, 257, 2048])
def test_another_length_is_refused(size: int) -> None:
    assert read_text(bytes(size)) is TextProblem.LENGTH


def test_fields_print_masked_and_problems_hold_nothing_personal() -> None:
    printed = f"{read(RESIDENT)!r} {read(RESIDENT)}"
    assert printed == "CardFields(resident, ***) CardFields(resident, ***)"


def test_any_256_bytes_are_fields_or_a_problem() -> None:
    chance = random.Random(490)
    letters = [" ", "I", "J", "Y"]
    outcomes = set()
    for _ in range(2000):
        text = bytearray(chance.randbytes(256))
        text[248:250] = chance.choice(letters).encode("utf-16-le")
        outcomes.add(type(read_text(bytes(text))))
    assert outcomes <= {CardFields, TextProblem}
    assert TextProblem in outcomes
