"""Names on paper: no character is lost in silence, none commands the printer, none hides."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.pool_class import PoolClass
from drivers.label_printer.content import VisitSlip, pool_class_words
from drivers.label_printer.escpos_label import escpos_label
from drivers.label_printer.font import simplified_chinese
from drivers.label_printer.pen import GlyphMissing, missing_glyphs
from drivers.label_printer.printable import is_printable, printable
from drivers.label_printer.realtime import hidden_commands
from drivers.label_printer.render import render_label
from drivers.label_printer.template import TEMPLATES, LabelDoesNotFit

SLIP = VisitSlip("330106-0007-k03-1", "00070332604179", "0007 03 326 0417 9", 2, 7, "11-22 08:41")


@pytest.mark.parametrize(
    ("given_text", "printed"),
    [
        ("张三", "张三"),
        ("张\x1b@三", "张@三"),
        ("\x10\x04\x01张\x1d(H三\x00", "张(H三"),
        ("张\u202e三\u2066", "张三"),  # text direction turned round
        ("张\u200b\ufeff三", "张三"),  # nothing that can be seen
        ("张\r\n\t三", "张 三"),
        ("  张\u3000三\u2028", "张 三"),
        ("葛\U000e0100城", "葛城"),  # the face has one form
        ("e\u0301", "é"),
        ("\ud800", ""),
        ("ÀÉ·阿依", "ÀÉ·阿依"),
    ],
)
def test_what_of_a_name_is_printed(given_text: str, printed: str) -> None:
    assert printable(given_text) == printed
    assert is_printable(printed)
    assert is_printable(given_text) is (given_text == printed)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_nothing_that_commands_or_hides_is_left(text: str) -> None:
    cleaned = printable(text)
    assert all(ord(letter) >= 32 and letter.isprintable() for letter in cleaned) or any(
        # private and unassigned ones are no commands; the face refuses them
        not letter.isprintable() and ord(letter) > 0x9F
        for letter in cleaned
    )
    assert printable(cleaned) == cleaned


@pytest.mark.parametrize("letter", [*"䶮㛃𬭊𫖯℃", "\U0003106c", "é", "·", "１"])
def test_rare_characters_of_names_have_a_picture(letter: str) -> None:
    assert missing_glyphs(simplified_chinese(), letter) == ()
    plain = np.asarray(render_label(SLIP, "visit-40x30").image())
    named = np.asarray(render_label(replace(SLIP, name=letter), "visit-40x30").image())
    assert (plain != named).sum() > 20


def test_rare_characters_are_not_all_the_same_box() -> None:
    pictures = {
        np.asarray(render_label(replace(SLIP, name=letter), "visit-40x30").image()).tobytes()
        for letter in "䶮㛃𬭊𫖯℃"
    }
    assert len(pictures) == 5


@pytest.mark.parametrize(
    ("name", "missing"), [("张\ue000", "U+E000"), ("\U0002cea1*", "U+2CEA1"), ("a\u0378", "U+0378")]
)
def test_a_character_without_a_picture_is_refused_by_its_number(name: str, missing: str) -> None:
    sentence = rf"^the label font has no picture of {re.escape(missing)}: .*fonts-noto-cjk"
    with pytest.raises(GlyphMissing, match=sentence) as refused:
        render_label(replace(SLIP, name=name), "visit-40x30")
    assert not set(name) & set(str(refused.value)) - set("a")  # a number, not a part of a name


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=12))
@example("\u2800")  # a letter without ink
@example("\u3164")
@example("张" * 30)
def test_any_name_is_printed_or_refused_in_a_sentence(name: str) -> None:
    try:
        bitmap = render_label(replace(SLIP, name=name), "visit-40x30")
    except (GlyphMissing, LabelDoesNotFit):
        return
    assert hidden_commands(bitmap.rows) == []


def test_every_letter_that_our_templates_say_has_a_picture() -> None:
    said = [part.say for template in TEMPLATES.values() for part in template.text]
    said += [pool_class_words(pool.value) for pool in PoolClass] + ["补打 2"]
    assert missing_glyphs(simplified_chinese(), "".join(said)) == ()


@pytest.mark.parametrize("name", ["\x1b@\x1dV\x00", "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08张"])
def test_a_name_cannot_command_the_printer(name: str) -> None:
    job = escpos_label(render_label(replace(SLIP, name=name), "visit-40x30"), None, cut=False)
    assert hidden_commands(job) == []
    harmless = replace(SLIP, name=printable(name))
    assert job == escpos_label(render_label(harmless, "visit-40x30"), None, cut=False)
    header = b"\x1b@" + b"\x1dv0\x00" + bytes((40, 0, 240, 0))
    assert job[: len(header)] == header and len(job) == len(header) + 40 * 240
