"""The models of scanner and ID-card reader against the bytes of the manuals, not our codecs."""

from __future__ import annotations

import hashlib

import pytest

from hil.models.id_card_reader import (
    IdCardReaderModel,
    Laid,
    answer_frame,
    card_frame,
    text_block,
)
from hil.models.scanner import ScannerModel, SettingCode, answer, crc16_xmodem

FIND = bytes.fromhex("AA AA AA 96 69 00 03 20 01 22")
SELECT = bytes.fromhex("AA AA AA 96 69 00 03 20 02 21")
READ = bytes.fromhex("AA AA AA 96 69 00 03 30 01 32")
STATUS = bytes.fromhex("AA AA AA 96 69 00 03 11 FF ED")
SAM = bytes.fromhex("AA AA AA 96 69 00 03 12 FF EE")

FIND_OK = bytes.fromhex("AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97")
SELECT_OK = bytes.fromhex("AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C")
NO_CARD = bytes.fromhex("AA AA AA 96 69 00 04 00 00 80 84")
SELECT_FAILED = bytes.fromhex("AA AA AA 96 69 00 04 00 00 81 85")
READ_FAILED = bytes.fromhex("AA AA AA 96 69 00 04 00 00 41 45")
BAD_SUM = bytes.fromhex("AA AA AA 96 69 00 04 00 00 10 14")
WRONG_CARD = answer_frame(b"\x00\x00\x40")


def asked(model: IdCardReaderModel, question: bytes, now_s: float = 1.0) -> bytes:
    model.receive(question, now_s)
    return model.advance(now_s + 5.0)


def read(model: IdCardReaderModel) -> bytes:
    assert asked(model, FIND) == FIND_OK
    assert asked(model, SELECT) == SELECT_OK
    return asked(model, READ)


def with_card(kind: Laid = Laid.RESIDENT, **options: bool) -> IdCardReaderModel:
    model = IdCardReaderModel(seed=1, **options)
    model.lay(kind)
    return model


def test_the_published_card_of_the_manual() -> None:
    frame = card_frame(
        text_block(
            {
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
        ),
        bytes(1024),
    )
    assert (len(frame), frame[5:7].hex(), frame[-1]) == (1295, "0508", 0xA4)
    assert hashlib.sha256(frame).hexdigest().startswith("42786135b67139b5")


def test_find_select_read_and_then_nothing_until_the_card_is_lifted() -> None:
    model = with_card()
    frame = read(model)
    assert len(frame) == 1295 and frame[7:10] == b"\x00\x00\x90"
    assert model.photo in frame
    assert asked(model, FIND) == NO_CARD
    model.lift()
    assert asked(model, FIND) == NO_CARD
    model.lay(Laid.RESIDENT)
    assert read(model) == frame


def test_a_reader_that_does_not_ask_for_a_lift() -> None:
    model = with_card(asks_for_lift=False)
    assert read(model) == read(model)


def test_each_read_needs_a_find_and_a_select_before_it() -> None:
    model = with_card()
    assert asked(model, SELECT) == SELECT_FAILED
    assert asked(model, READ) == READ_FAILED
    asked(model, FIND)
    assert asked(model, READ) == READ_FAILED


def test_a_bank_card_is_found_and_refused() -> None:
    assert read(with_card(Laid.BANK_CARD)) == WRONG_CARD


@pytest.mark.parametrize(
    ("kind", "letter"),
    [
        (Laid.RESIDENT, " "),
        (Laid.HKMT, "J"),
        (Laid.FOREIGNER_2017, "I"),
        (Laid.FOREIGNER_2023, "Y"),
        (Laid.UNKNOWN_LETTER, "Q"),
    ],
)
def test_the_letter_of_each_kind_stands_where_the_manual_says(kind: Laid, letter: str) -> None:
    frame = read(with_card(kind))
    assert frame[14 + 248 : 14 + 250].decode("utf-16-le") == letter


def test_state_and_number_of_the_security_module() -> None:
    model = IdCardReaderModel(seed=1)
    assert asked(model, STATUS) == answer_frame(b"\x00\x00\x90")
    assert asked(model, SAM) == bytes.fromhex(
        "AA AA AA 96 69 00 14 00 00 90 05 00 01 00 D5 AF 34 01 87 D6 12 00 B1 68 DE 3A B1"
    )
    model.authorised = False
    assert asked(model, STATUS) == answer_frame(b"\x00\x00\x66")


@pytest.mark.parametrize("size", [1, 3, 7])
def test_questions_in_every_chunking_amid_noise(size: int) -> None:
    model, heard = with_card(), b"\xaa\xaa\x00" + FIND + b"\x96\x69" + SELECT
    for at in range(0, len(heard), size):
        model.receive(heard[at : at + size], 1.0)
    assert model.advance(2.0) == FIND_OK + SELECT_OK


def test_wrong_questions_are_told() -> None:
    model = with_card()
    assert asked(model, FIND[:-1] + b"\x23") == BAD_SUM
    assert asked(model, answer_frame(b"\x20\x01\x00")) == answer_frame(b"\x00\x00\x11")
    assert asked(model, answer_frame(b"\x77\x01")) == answer_frame(b"\x00\x00\x21")


def test_a_read_takes_its_time() -> None:
    model = with_card()
    asked(model, FIND)
    asked(model, SELECT)
    model.receive(READ, 10.0)
    due_s = model.next_due_s()
    assert due_s is not None and due_s > 10.5
    assert model.advance(10.4) == b""
    assert len(model.advance(due_s)) == 1295


def test_power_is_forgetting() -> None:
    model = with_card()
    read(model)
    model.power_up(20.0)
    assert asked(model, FIND, 21.0) == FIND_OK  # it does not know that it has read this card


# ── the scanner ──────────────────────────────────────────────────────────────────────────────

TAKEN = bytes.fromhex("02 00 00 01 00 33 31")
CONTINUOUS = bytes.fromhex("7E 00 08 01 00 00 D6 DF 22")
COMMAND = bytes.fromhex("7E 00 08 01 00 00 D5 EF 41")
TRIGGER_UNCHECKED = bytes.fromhex("7E 00 08 01 00 02 01 AB CD")
CLOSE_SETTINGS = bytes.fromhex("7E 00 08 01 00 03 02 AB CD")
READ_ZONE = bytes.fromhex("7E 00 07 01 00 00 01 01 41")
SAVE = bytes.fromhex("7E 00 09 01 00 00 00 DE C8")
HEARTBEAT = bytes.fromhex("7E 00 0A 01 00 00 00 30 1A")
HOSTILE = SettingCode(0x0000, 0xD4, b"content of the code")


def told(model: ScannerModel, *words: bytes, now_s: float = 1.0) -> bytes:
    for word in words:
        model.receive(word, now_s)
    return model.advance(now_s + 0.1)


def scanned(model: ScannerModel, what: bytes | SettingCode, now_s: float = 5.0) -> bytes:
    model.show(what, now_s)
    said = b""
    while (due_s := model.next_due_s()) is not None:
        said += model.advance(due_s)
    return said


@pytest.mark.parametrize(
    ("frame", "crc"),
    [("0801000201", 0x02DA), ("08010000D6", 0xDF22), ("0701002A02", 0xD80F), ("000100", 0x3331)],
)
def test_checksums_of_the_manual(frame: str, crc: int) -> None:
    assert crc16_xmodem(bytes.fromhex(frame)) == crc


def test_answers_of_the_manual() -> None:
    assert answer(2, b"\x39\x01") == bytes.fromhex("02 00 00 02 39 01 C1 4C")
    assert told(ScannerModel(), HEARTBEAT) == bytes.fromhex("03 00 00 01 00 33 31")
    assert told(ScannerModel(), CONTINUOUS, SAVE) == TAKEN * 2


def test_a_scanner_from_the_factory_reads_nothing_by_itself() -> None:
    assert scanned(ScannerModel(), b"CODE") == b""


def test_in_continuous_mode_a_code_is_read_once() -> None:
    model = ScannerModel()
    told(model, CONTINUOUS)
    assert scanned(model, b"CODE") == b"CODE\r"
    assert model.next_due_s() is None


def test_a_long_code_comes_in_pieces_at_the_pace_of_the_line() -> None:
    model = ScannerModel()
    told(model, CONTINUOUS)
    model.show(b"x" * 240, 5.0)
    pieces = []
    while (due_s := model.next_due_s()) is not None:
        pieces.append(model.advance(due_s))
    assert [len(piece) for piece in pieces if piece] == [24] * 10 + [1]
    assert b"".join(pieces) == b"x" * 240 + b"\r"


def test_in_command_mode_a_trigger_reads_one_code() -> None:
    model = ScannerModel()
    told(model, COMMAND)
    model.show(b"CODE", 2.0)
    assert model.advance(4.0) == b""
    assert told(model, TRIGGER_UNCHECKED, now_s=5.0) == TAKEN
    assert model.advance(6.0) == b"CODE\r"


def test_a_wrong_checksum_is_not_heard() -> None:
    model = ScannerModel()
    assert told(model, CONTINUOUS[:-1] + b"\x23") == b""
    assert model.mode == 0


@pytest.mark.parametrize(
    ("zone_3", "mode_after", "said"), [(0, 0, b""), (2, 2, b""), (3, 2, b"content of the code\r")]
)
def test_a_setting_code_is_obeyed_ignored_or_told(
    zone_3: int, mode_after: int, said: bytes
) -> None:
    model = ScannerModel()
    told(model, CONTINUOUS, bytes.fromhex(f"7E 00 08 01 00 03 {zone_3:02X} AB CD"))
    assert model.setting_codes_closed is (zone_3 != 0)
    assert scanned(model, HOSTILE) == said
    assert model.mode == mode_after


def test_what_was_not_saved_is_forgotten_without_power() -> None:
    model = ScannerModel()
    told(model, CONTINUOUS, CLOSE_SETTINGS)
    model.power_up(9.0)
    assert (model.mode, model.setting_codes_closed) == (0, False)
    told(model, CONTINUOUS, CLOSE_SETTINGS, SAVE)
    model.power_up(9.0)
    assert (model.mode, model.setting_codes_closed) == (2, True)
    assert told(model, READ_ZONE)[4] == 0xD6


@pytest.mark.parametrize("size", [1, 2, 5])
def test_commands_in_every_chunking_amid_noise(size: int) -> None:
    model, heard = ScannerModel(), b"\x7e\x7e" + CONTINUOUS + b"\x00" + READ_ZONE
    for at in range(0, len(heard), size):
        model.receive(heard[at : at + size], 1.0)
    assert model.advance(2.0) == TAKEN + answer(2, b"\xd6")
