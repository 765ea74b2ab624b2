"""A scanner that types: recorded input events in, codes out."""

from __future__ import annotations

import random
import string
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.keyboard_wedge import LOST, KeyboardWedgeCodec
from firmware_bridge.codecs.scan_assembly import GAP_S, MAX_CODE_BYTES, ScannedCode

SHIFT, ALT, CONTROL, CAPS, NUM_LOCK, ENTER, KP_ENTER, TAB = 42, 56, 29, 58, 69, 28, 96, 15
KEYPAD = {
    "0": 82,
    "1": 79,
    "2": 80,
    "3": 81,
    "4": 75,
    "5": 76,
    "6": 77,
    "7": 71,
    "8": 72,
    "9": 73,
}
# input-event-codes.h, key by key: the table of the codec is built otherwise.
KEYS = {
    **{digit: 2 + at for at, digit in enumerate("1234567890")},
    **dict(zip("qwertyuiop", range(16, 26), strict=True)),
    **dict(zip("asdfghjkl", range(30, 39), strict=True)),
    **dict(zip("zxcvbnm", range(44, 51), strict=True)),
    **{"-": 12, "=": 13, "[": 26, "]": 27, ";": 39, "'": 40, "`": 41, "\\": 43},
    **{",": 51, ".": 52, "/": 53, " ": 57},
}
UPPER = dict(zip('!@#$%^&*()_+{}:"~|<>?', "1234567890-=[];'`\\,./", strict=True))

# `sudo evtest`-style dump of a gun in ALT mode typing "4" (Alt+052), as the kernel writes it.
RECORDED_ALT_052 = bytes.fromhex(
    "8f3c7d6300000000" "a086010000000000" "0400" "0400" "53000700"
    "8f3c7d6300000000" "a086010000000000" "0100" "4500" "01000000"
    "8f3c7d6300000000" "a086010000000000" "0000" "0000" "00000000"
    "8f3c7d6300000000" "708e010000000000" "0100" "4500" "00000000"
    "8f3c7d6300000000" "708e010000000000" "0100" "3800" "01000000"
    "8f3c7d6300000000" "4096010000000000" "0100" "5200" "01000000"
    "8f3c7d6300000000" "4096010000000000" "0100" "5200" "00000000"
    "8f3c7d6300000000" "109e010000000000" "0100" "4c00" "01000000"
    "8f3c7d6300000000" "109e010000000000" "0100" "4c00" "00000000"
    "8f3c7d6300000000" "e0a5010000000000" "0100" "5000" "01000000"
    "8f3c7d6300000000" "e0a5010000000000" "0100" "5000" "00000000"
    "8f3c7d6300000000" "b0ad010000000000" "0100" "3800" "00000000"
)  # fmt: skip


def event(kind: int, code: int, value: int) -> bytes:
    return struct.pack("<qqHHi", 1_669_100_000, 250_000, kind, code, value)


def press(code: int) -> bytes:
    """Down and up, with the scan code and the report marks that a real keyboard sends."""
    return b"".join(
        (
            event(4, 4, 0x70000 + code),
            event(1, code, 1),
            event(0, 0, 0),
            event(1, code, 0),
            event(0, 0, 0),
        )
    )


def held(modifier: int, *presses: bytes) -> bytes:
    return event(1, modifier, 1) + b"".join(presses) + event(1, modifier, 0)


def typed(text: str) -> bytes:
    """As a scanner with a US layout types it."""
    return b"".join(
        held(SHIFT, press(KEYS[UPPER.get(letter, letter.lower())]))
        if letter in UPPER or letter.isupper()
        else press(KEYS[letter])
        for letter in text
    )


def by_alt(text: str) -> bytes:
    return b"".join(
        press(NUM_LOCK) + held(ALT, *(press(KEYPAD[digit]) for digit in f"{ord(letter):03d}"))
        for letter in text
    )


def codes(found: list[ScannedCode | Noise]) -> list[bytes]:
    return [item.data for item in found if isinstance(item, ScannedCode) and not item.too_long]


PRINTABLE = "".join(chr(number) for number in range(0x20, 0x7F))


@pytest.mark.parametrize("enter", [ENTER, KP_ENTER])
def test_every_printable_character_of_ascii(enter: int) -> None:
    found = KeyboardWedgeCodec().feed(typed(PRINTABLE) + press(enter), 1.0)
    assert found == [ScannedCode(PRINTABLE.encode(), too_long=False, at_s=1.0)]


def test_the_recorded_gun_in_alt_mode() -> None:
    found = KeyboardWedgeCodec().feed(RECORDED_ALT_052 * 5 + press(ENTER), 1.0)
    assert codes(found) == [b"44444"]


def test_every_printable_character_by_its_number() -> None:
    assert codes(KeyboardWedgeCodec().feed(by_alt(PRINTABLE) + press(ENTER), 1.0)) == [
        PRINTABLE.encode()
    ]


def test_a_separator_by_its_number_is_kept_as_it_is() -> None:
    found = KeyboardWedgeCodec().feed(by_alt("01\x1d10") + press(ENTER), 1.0)
    assert codes(found) == [b"01\x1d10"]


@pytest.mark.parametrize("number", ["127", "128", "0128", "955", "99999", "22120"])
def test_a_number_beyond_ascii_leaves_the_mark_of_a_loss(number: str) -> None:
    keys = held(ALT, *(press(KEYPAD[digit]) for digit in number))
    found = KeyboardWedgeCodec().feed(typed("abcd") + keys + press(ENTER), 1.0)
    assert codes(found) == [b"abcd" + LOST]


def test_caps_lock_turns_letters_and_only_letters() -> None:
    codec = KeyboardWedgeCodec()
    text = press(CAPS) + typed("aB1!") + press(CAPS) + typed("aB1!") + press(ENTER)
    assert codes(codec.feed(text, 1.0)) == [b"Ab1!aB1!"]


def test_the_light_of_caps_lock_at_the_beginning_counts() -> None:
    codec = KeyboardWedgeCodec()
    assert codes(codec.feed(event(0x11, 1, 1) + typed("abcd") + press(ENTER), 1.0)) == [b"ABCD"]
    assert codes(codec.feed(event(0x11, 1, 0) + typed("abcd") + press(ENTER), 2.0)) == [b"abcd"]
    assert codes(codec.feed(event(0x11, 0, 1) + typed("abcd") + press(ENTER), 3.0)) == [b"abcd"]


def test_both_shifts() -> None:
    data = held(54, press(KEYS["a"])) + event(1, 42, 1) + held(54, press(KEYS["b"]))
    data += press(KEYS["c"]) + event(1, 42, 0) + press(KEYS["d"]) + press(ENTER)
    assert codes(KeyboardWedgeCodec().feed(data, 1.0)) == [b"ABCd"]


def test_auto_repeat_counts_for_nothing() -> None:
    repeats = event(1, KEYS["a"], 1) + event(1, KEYS["a"], 2) * 50 + event(1, KEYS["a"], 0)
    found = KeyboardWedgeCodec().feed(repeats + typed("bcd") + press(ENTER), 1.0)
    assert codes(found) == [b"abcd"]


@pytest.mark.parametrize("modifier", [CONTROL, 97, 125])
def test_a_key_with_control_is_no_letter(modifier: int) -> None:
    data = typed("abc") + held(modifier, press(KEYS["v"])) + typed("d") + press(ENTER)
    assert codes(KeyboardWedgeCodec().feed(data, 1.0)) == [b"abc" + LOST + b"d"]


@pytest.mark.parametrize("code", [1, 59, 103, 111, 113, 240, 767])
def test_a_key_without_a_character_leaves_the_mark_of_a_loss(code: int) -> None:
    data = typed("abc") + press(code) + press(ENTER)
    assert codes(KeyboardWedgeCodec().feed(data, 1.0)) == [b"abc" + LOST]


def test_digits_of_the_keypad_without_alt() -> None:
    data = b"".join(press(KEYPAD[digit]) for digit in "0123456789") + press(ENTER)
    assert codes(KeyboardWedgeCodec().feed(data, 1.0)) == [b"0123456789"]


def test_a_pause_ends_a_code_and_a_tab_behind_it_is_taken_off() -> None:
    codec = KeyboardWedgeCodec()
    assert codec.feed(typed("abcd") + press(TAB), 1.0) == []
    assert codec.deadline() == 1.0 + GAP_S
    assert codes(codec.expire(1.0 + GAP_S)) == [b"abcd"]
    assert 0.05 <= GAP_S <= 0.1


def test_a_slow_gun_in_alt_mode_types_one_code() -> None:
    """At a poll every 10 ms a character takes longer than the pause that would end the code."""
    codec, found, now_s = KeyboardWedgeCodec(), [], 0.0
    stream = by_alt("slow") + press(ENTER)
    for at in range(0, len(stream), 24):
        now_s += 0.01
        found += codec.feed(stream[at : at + 24], now_s)
    assert codes(found) == [b"slow"]
    assert now_s / 4 > GAP_S


def test_a_key_that_is_held_down_does_not_keep_a_code_open() -> None:
    codec = KeyboardWedgeCodec()
    codec.feed(typed("abcd") + event(1, KEYS["e"], 1), 1.0)
    codec.feed(event(1, KEYS["e"], 2), 1.0 + GAP_S / 2)
    assert codes(codec.expire(1.0 + GAP_S)) == [b"abcde"]


def test_a_person_who_types_is_no_scanner() -> None:
    codec, found = KeyboardWedgeCodec(), []
    for at, letter in enumerate("hello there"):
        found += codec.feed(typed(letter), at * 0.2)
        found += codec.expire(at * 0.2 + GAP_S)
    found += codec.feed(press(ENTER), 9.0)
    assert codes(found) == [] and len(found) == len("hello there")
    assert all(item.why is NoiseReason.CUT_SHORT for item in found if isinstance(item, Noise))


def test_events_that_the_kernel_dropped_spoil_the_code() -> None:
    codec = KeyboardWedgeCodec()
    found = codec.feed(typed("abcd") + event(0, 3, 0) + typed("efgh") + press(ENTER), 1.0)
    assert found[0] == Noise(b"abcd", NoiseReason.CUT_SHORT)
    assert codes(found) == [b"efgh"]  # what came after it is its own code, refused as not ours


def test_a_long_code_is_told_and_not_kept() -> None:
    codec = KeyboardWedgeCodec()
    found = codec.feed(typed("a") * (MAX_CODE_BYTES + 5) + press(ENTER), 1.0)
    assert found == [ScannedCode(b"", too_long=True, at_s=1.0)]
    assert codes(codec.feed(typed("abcd") + press(ENTER), 2.0)) == [b"abcd"]


def test_nothing_is_ever_said_to_a_keyboard() -> None:
    assert KeyboardWedgeCodec().encode("anything") == b""


@pytest.mark.parametrize("size", [1, 5, 23, 24, 25, 100])
def test_every_chunking(size: int) -> None:
    codec, stream = KeyboardWedgeCodec(), typed("Ab(1)") + by_alt("X~") + press(ENTER)
    found = [
        item
        for at in range(0, len(stream), size)
        for item in codec.feed(stream[at : at + size], 1.0)
    ]
    assert codes(found) == [b"Ab(1)X~"]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(1, 60))
def test_any_bytes_are_codes_or_noise(data: bytes, size: int) -> None:
    pieces, whole = KeyboardWedgeCodec(), KeyboardWedgeCodec()
    found = [
        item for at in range(0, len(data), size) for item in pieces.feed(data[at : at + size], 1.0)
    ]
    assert found + pieces.expire(9.0) == whole.feed(data, 1.0) + whole.expire(9.0)


def test_any_events_end_in_bounded_memory() -> None:
    chance, codec = random.Random(3), KeyboardWedgeCodec()
    for turn in range(20_000):
        code = chance.choice((*KEYS.values(), SHIFT, ALT, CAPS, 82, 79, 999))
        codec.feed(event(1, code, chance.choice((0, 1, 1, 2))), turn * 0.001)
    assert len(codec._assembly._data) <= MAX_CODE_BYTES
    assert len(codec._alt_digits) <= 5 and len(codec._held) <= 13


def test_the_table_of_this_test_knows_every_character() -> None:
    assert set(KEYS) | set(UPPER) | set(string.ascii_uppercase) == set(PRINTABLE)
