"""The serial scanners against the bytes of their manuals, and against hostile codes."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.gm65 import (
    ANSWER_S,
    READ_BACK,
    Gm65Codec,
    Gm65Command,
    Heartbeat,
    ReadZone,
    SaveSettings,
    ScanMode,
    ScannerAnswer,
    Trigger,
    WriteZone,
    stands,
)
from firmware_bridge.codecs.newland import NewlandCodec, NewlandSetting, SettingAnswer
from firmware_bridge.codecs.scan_assembly import (
    GAP_S,
    LATE_S,
    LONGEST_CODE_BYTES,
    MAX_CODE_BYTES,
    ScannedCode,
    holds_controls,
)

TAKEN = bytes.fromhex("02 00 00 01 00 33 31")
ALIVE = bytes.fromhex("03 00 00 01 00 33 31")
BAUD = bytes.fromhex("02 00 00 02 39 01 C1 4C")
CODE = b"NCS1.abcdefghijklmnop.0123"
PUBLISHED_SETTING = bytes.fromhex(
    "7E 01 30 30 30 30 40 44 46 4D 41 44 44 30 36 39 39 39 30 30 33 39 39 39 39 46 31 34 31 3B 03"
)
SETTING_TAKEN = b"\x02\x010000@DFMADD0699900399\x06;\x03"
SETTING_REFUSED = b"\x02\x010000@DFMADD0699900399\x15;\x03"

AnyCodec = Gm65Codec | NewlandCodec
BOTH = pytest.mark.parametrize("make", [Gm65Codec, NewlandCodec])


def codes(found: list[object]) -> list[bytes]:
    return [item.data for item in found if isinstance(item, ScannedCode) and not item.too_long]


def quiet(codec: AnyCodec, at_s: float) -> list[object]:
    """Everything that comes once the line has been quiet."""
    found: list[object] = []
    while (deadline_s := codec.deadline()) is not None:
        at_s = max(at_s, deadline_s)
        found += codec.expire(at_s)
    return found


@pytest.mark.parametrize(
    ("command", "sent"),
    [
        (Trigger(), "7E 00 08 01 00 02 01 02 DA"),
        (WriteZone(0x0000, 0xD6), "7E 00 08 01 00 00 D6 DF 22"),
        (WriteZone(0x0000, 0xD5), "7E 00 08 01 00 00 D5 EF 41"),
        (ReadZone(0x0000), "7E 00 07 01 00 00 01 01 41"),
        (SaveSettings(), "7E 00 09 01 00 00 00 DE C8"),
        (WriteZone(0x00D9, 0xD3), "7E 00 08 01 00 D9 D3 20 38"),
        (ReadZone(0x002A, 2), "7E 00 07 01 00 2A 02 D8 0F"),
        (WriteZone(0x00D9, 0x50), "7E 00 08 01 00 D9 50 81 D3"),
        (Heartbeat(), "7E 00 0A 01 00 00 00 30 1A"),
    ],
)
def test_gm65_commands_of_the_manuals(command: Gm65Command, sent: str) -> None:
    assert Gm65Codec().encode(command) == bytes.fromhex(sent)


@pytest.mark.parametrize(
    ("command", "answer", "data"),
    [
        (Trigger(), TAKEN, b"\x00"),
        (WriteZone(3, 2), TAKEN, b"\x00"),
        (Heartbeat(), ALIVE, b"\x00"),
        (ReadZone(0x002A, 2), BAUD, b"\x39\x01"),
    ],
)
def test_gm65_answers_of_the_manuals(command: Gm65Command, answer: bytes, data: bytes) -> None:
    codec = Gm65Codec()
    codec.encode(command)
    assert codec.feed(answer, 3.0) == [ScannerAnswer(type(command).__name__, data, 3.0)]
    assert codec.deadline() is None


def test_the_newland_setting_of_the_manual() -> None:
    assert NewlandCodec().encode(NewlandSetting("DFMADD0699900399" + "99F141", True)) == (
        PUBLISHED_SETTING
    )
    temporary = NewlandCodec().encode(NewlandSetting("DFMADD1"))
    assert temporary == b"\x7e\x010000#DFMADD1;\x03"


@pytest.mark.parametrize(("answer", "taken"), [(SETTING_TAKEN, True), (SETTING_REFUSED, False)])
def test_newland_answers(answer: bytes, taken: bool) -> None:
    codec = NewlandCodec()
    codec.encode(NewlandSetting("DFMADD0699900399"))
    assert codec.feed(answer, 3.0) == [SettingAnswer("DFMADD0699900399", taken, 3.0)]


@pytest.mark.parametrize("text", ["", "ABCDE", "abcdef1", "ABCDEF1;ABCDEF2", "ABCDEF\x03"])
def test_a_setting_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="six capital letters"):
        NewlandSetting(text)


@BOTH
@pytest.mark.parametrize("line_end", [b"", b"\r", b"\r\n", b"\n", b"\t"])
def test_a_code_ends_with_the_pause_whatever_its_end_mark(
    make: Callable[[], AnyCodec], line_end: bytes
) -> None:
    codec = make()
    assert codec.feed(CODE + line_end, 5.0) == []
    assert codec.deadline() == 5.0 + GAP_S
    assert codec.expire(5.0 + GAP_S / 2) == []
    assert codec.expire(5.0 + GAP_S) == [ScannedCode(CODE, too_long=False, at_s=5.0)]
    assert codec.deadline() is None


@BOTH
def test_line_ends_inside_a_code_belong_to_it(make: Callable[[], AnyCodec]) -> None:
    codec = make()
    codec.feed(b"one\r\ntwo\r", 1.0)
    assert codes(quiet(codec, 1.0)) == [b"one\r\ntwo"]


@BOTH
def test_a_slow_line_is_one_code_and_two_scans_are_two(make: Callable[[], AnyCodec]) -> None:
    codec, found, now_s = make(), [], 0.0
    for byte in CODE + b"\r":
        now_s += 0.05
        found += codec.feed(bytes((byte,)), now_s)
    found += codec.feed(b"second", now_s + 1.0)
    assert codes(found + quiet(codec, now_s + 1.0)) == [CODE, b"second"]


@BOTH
def test_bytes_that_waited_for_a_busy_machine_are_no_pause(make: Callable[[], AnyCodec]) -> None:
    codec = make()
    assert codec.feed(CODE[:9], 1.0) == []
    assert codec.feed(CODE[9:], 1.0 + LATE_S - 0.01) == []  # read late, said at once
    assert codes(quiet(codec, 2.0)) == [CODE]
    assert codec.feed(CODE[:9], 5.0) == []
    assert codes(codec.feed(CODE[9:], 5.0 + LATE_S)) == [CODE[:9]]


@BOTH
def test_a_code_prints_masked(make: Callable[[], AnyCodec]) -> None:
    codec = make()
    codec.feed(CODE, 1.0)
    assert repr(quiet(codec, 1.0)) == "[ScannedCode(***)]"


@pytest.mark.parametrize("cut", range(len(TAKEN) + len(CODE) + 2))
def test_gm65_acknowledgement_and_code_without_a_separator(cut: int) -> None:
    codec = Gm65Codec()
    codec.encode(Trigger())
    stream = TAKEN + CODE + b"\r"
    found = codec.feed(stream[:cut], 1.0) + codec.feed(stream[cut:], 1.01)
    assert isinstance(found[0], ScannerAnswer)
    assert codes(found + quiet(codec, 1.1)) == [CODE]


@pytest.mark.parametrize("cut", range(len(CODE) + len(TAKEN)))
def test_gm65_an_answer_in_the_middle_of_a_code(cut: int) -> None:
    stream = CODE[:10] + TAKEN + CODE[10:]
    codec = Gm65Codec()
    codec.encode(Trigger())
    found = codec.feed(stream[:cut], 1.0) + codec.feed(stream[cut:], 1.02)
    assert [type(item) for item in found] == [ScannerAnswer]
    assert codes(quiet(codec, 1.1)) == [CODE]


@pytest.mark.parametrize("cut", range(len(SETTING_TAKEN)))
def test_newland_answer_in_every_chunking(cut: int) -> None:
    codec = NewlandCodec()
    codec.encode(NewlandSetting("DFMADD0699900399"))
    found = codec.feed(SETTING_TAKEN[:cut], 1.0) + codec.feed(SETTING_TAKEN[cut:] + CODE, 1.01)
    assert isinstance(found[0], SettingAnswer)
    assert codes(found + quiet(codec, 1.1)) == [CODE]


@pytest.mark.parametrize(
    ("make", "answer"), [(Gm65Codec, TAKEN), (Gm65Codec, ALIVE), (NewlandCodec, SETTING_TAKEN)]
)
def test_a_code_that_looks_like_an_answer_is_a_code_when_nothing_was_asked(
    make: Callable[[], AnyCodec], answer: bytes
) -> None:
    codec = make()
    assert codec.feed(answer, 1.0) == []
    assert codes(quiet(codec, 1.0)) == [answer]


def test_gm65_a_wrong_checksum_is_no_answer() -> None:
    codec = Gm65Codec()
    codec.encode(Trigger())
    found = codec.feed(TAKEN[:-1] + b"\x30", 1.0) + quiet(codec, 1.0)
    assert [type(item) for item in found] == [Noise]


def test_gm65_an_answer_of_another_length_is_no_answer() -> None:
    codec = Gm65Codec()
    codec.encode(READ_BACK)
    found = codec.feed(TAKEN, 1.0) + quiet(codec, 1.0)
    assert not any(isinstance(item, ScannerAnswer) for item in found)


@BOTH
def test_nonsense_beside_an_unanswered_question_is_noise_and_no_code(
    make: Callable[[], AnyCodec],
) -> None:
    nonsense = b"\x00\x86\x18\x7f\x41"
    codec = make()
    codec.encode(Trigger() if make is Gm65Codec else NewlandSetting("DFMADD1"))  # type: ignore[arg-type]
    codec.feed(nonsense, 1.0)
    assert quiet(codec, 1.0) == [Noise(nonsense, NoiseReason.NOT_A_FRAME)]
    codec.feed(nonsense, 5.0)
    assert codes(quiet(codec, 5.0)) == [nonsense]


def test_an_unanswered_question_is_forgotten() -> None:
    codec = Gm65Codec()
    codec.encode(Trigger())
    assert codec.deadline() == 0.0
    codec.expire(10.0)
    assert codec.deadline() == 10.0 + ANSWER_S
    codec.expire(10.0 + ANSWER_S)
    assert codec.deadline() is None
    codec.feed(TAKEN, 10.6)
    assert codes(quiet(codec, 10.6)) == [TAKEN]


@BOTH
def test_a_long_text_is_told_once_and_its_rest_is_swallowed(
    make: Callable[[], AnyCodec],
) -> None:
    codec, found = make(), []
    for _ in range(50):
        found += codec.feed(b"x" * 64, 1.0)
    assert found + quiet(codec, 1.0) == [ScannedCode(b"", too_long=True, at_s=1.0)]
    codec.feed(CODE, 2.0)
    assert codes(quiet(codec, 2.0)) == [CODE]


@BOTH
@pytest.mark.parametrize("extra", [0, 1])
def test_the_longest_code(make: Callable[[], AnyCodec], extra: int) -> None:
    codec = make()
    found = codec.feed(b"x" * (MAX_CODE_BYTES + extra), 1.0) + quiet(codec, 1.0)
    assert [item.too_long for item in found if isinstance(item, ScannedCode)] == [bool(extra)]


@BOTH
def test_a_babbling_line_is_noise_in_bounded_memory(make: Callable[[], AnyCodec]) -> None:
    chance, codec = random.Random(65), make()
    noise = held = 0
    for turn in range(1000):
        found = codec.feed(chance.randbytes(24), turn * 0.02)
        noise += sum(len(item.data) for item in found if isinstance(item, Noise))
        assert not any(isinstance(item, ScannedCode) for item in found)
        held = max(held, len(codec._assembly._data))
    assert noise > 20_000 and held <= MAX_CODE_BYTES


@BOTH
def test_text_without_end_becomes_noise(make: Callable[[], AnyCodec]) -> None:
    codec = make()
    found = [item for _ in range(200) for item in codec.feed(b"y" * 64, 1.0)]
    assert isinstance(found[0], ScannedCode)
    assert {type(item) for item in found[1:]} == {Noise}
    assert len(found) > (200 * 64 - LONGEST_CODE_BYTES) // 64 - 2


@BOTH
@pytest.mark.parametrize("data", [b"\r", b"\r\n", b"\t"])
def test_a_line_end_alone_is_no_code(make: Callable[[], AnyCodec], data: bytes) -> None:
    codec = make()
    codec.feed(data, 1.0)
    assert quiet(codec, 1.0) == [Noise(data, NoiseReason.NOT_A_FRAME)]


@BOTH
def test_zeros_are_no_code(make: Callable[[], AnyCodec]) -> None:
    codec = make()
    codec.feed(bytes(30), 1.0)
    assert quiet(codec, 1.0) == [Noise(bytes(30), NoiseReason.ZEROS)]


@pytest.mark.parametrize(
    ("zones", "holds"),
    [
        ("D6 00 00 02", True),
        ("02 00 00 02", True),
        ("D5 00 00 02", False),
        ("D6 00 00 00", False),
        ("D6 00 00 03", False),
    ],
)
def test_what_must_stand_in_the_zones_of_a_scanner(zones: str, holds: bool) -> None:
    assert stands(bytes.fromhex(zones), ScanMode.CONTINUOUS) is holds


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("02 00 00 04 D6 00 00 02 26 DE", ScannerAnswer),
        ("02 00 00 04 D4 00 00 02 CB B6", Noise),
        ("02 00 00 04 D6 00 00 00 06 9C", Noise),
    ],
)
def test_a_scanner_that_lost_its_settings_has_not_answered(answer: str, kind: type) -> None:
    codec = Gm65Codec(mode=ScanMode.CONTINUOUS)
    codec.encode(READ_BACK)
    found = codec.feed(bytes.fromhex(answer), 1.0)
    assert [type(item) for item in found] == [kind]


def test_only_the_low_bits_of_zone_zero_are_the_mode() -> None:
    assert ScanMode.COMMAND.within(0xD6) == 0xD5
    assert ScanMode.SENSE.within(0x00) == 0x03


PART = st.one_of(
    st.binary(max_size=12), st.sampled_from([TAKEN, ALIVE, SETTING_TAKEN, CODE, b"\r", b"\x02"])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PART, max_size=8), st.lists(st.integers(0, 120), max_size=8), st.booleans())
def test_any_bytes_in_any_pieces_lose_nothing(
    parts: list[bytes], cuts: list[int], asking: bool
) -> None:
    stream = b"".join(parts)
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    for make in (Gm65Codec, NewlandCodec):
        pieces, whole = make(), make()
        if asking:
            for codec in (pieces, whole):
                codec.encode(Trigger() if make is Gm65Codec else NewlandSetting("DFMADD1"))  # type: ignore[arg-type]
        found: list[object] = []
        for a, b in pairwise(places):
            found += pieces.feed(stream[a:b], 1.0)
        found += quiet(pieces, 1.0)
        at_once = [*whole.feed(stream, 1.0), *quiet(whole, 1.0)]
        assert found == at_once
        answers = sum(isinstance(item, ScannerAnswer | SettingAnswer) for item in found)
        assert answers <= asking


def test_which_characters_no_text_has() -> None:
    assert not holds_controls("姓名 a\tb\r\n".encode())
    for byte in (0x00, 0x02, 0x1B, 0x1D, 0x7F):
        assert holds_controls(bytes((byte,)))
