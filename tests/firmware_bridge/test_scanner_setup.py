"""The first words to a scanner: setting codes closed, mode set, both proved."""

from __future__ import annotations

from binascii import crc_hqx
from collections.abc import Callable

import pytest

from firmware_bridge.codecs.gm65 import ScanMode
from firmware_bridge.codecs.newland import NewlandSetting
from firmware_bridge.errors import LinkError
from firmware_bridge.gm65_setup import ATTEMPTS, Gm65Setup
from firmware_bridge.newland_setup import NewlandSetup


class Scanner:
    """A transport with the zones of a GM65 behind it; each answer may be lost."""

    def __init__(self, zones: bytes = bytes.fromhex("D4000000")) -> None:
        self.zones = bytearray(zones)
        self.heard: list[bytes] = []
        self.lose = 0
        self.keeps_settings = True
        self.noise = b""
        self._said = b""
        self.now_s = 0.0

    def write(self, data: bytes, timeout_s: float) -> None:
        self.heard.append(data)
        if data[2] == 0x08 and self.keeps_settings:
            self.zones[data[5]] = data[6]
        body = self.zones[: data[6]] if data[2] == 0x07 else b"\x00"
        counted = bytes((0x00, len(body))) + body
        answer = b"\x02\x00" + counted + crc_hqx(counted, 0).to_bytes(2, "big")
        self.lose -= 1
        self._said = self.noise + (b"" if self.lose >= 0 else answer)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        said, self._said = self._said, b""
        if not said:
            self.now_s += timeout_s
        return said

    def set_baud(self, baud: int) -> None: ...

    def close(self) -> None: ...


class Silent(Scanner):
    def write(self, data: bytes, timeout_s: float) -> None:
        self.heard.append(data)


def set_up(scanner: Scanner, mode: ScanMode = ScanMode.CONTINUOUS) -> bytes:
    return Gm65Setup(mode, now=lambda: scanner.now_s)(scanner)


CLOSE = bytes.fromhex("7E 00 08 01 00 03 02 01 88")
READ = bytes.fromhex("7E 00 07 01 00 00 04")


def test_setting_codes_are_closed_before_anything_else() -> None:
    scanner = Scanner()
    assert set_up(scanner) == b""
    assert scanner.heard[0] == CLOSE
    assert scanner.zones == bytes.fromhex("D6000002")


def test_the_mode_is_written_only_when_it_is_another() -> None:
    scanner = Scanner(bytes.fromhex("D6000000"))
    set_up(scanner)
    assert [sent[2] for sent in scanner.heard] == [0x08, 0x07]
    set_up(scanner, ScanMode.COMMAND)
    assert scanner.zones[0] == 0xD5
    assert scanner.heard[-1][:7] == READ  # and read back


def test_what_was_said_meanwhile_does_not_hide_the_answers() -> None:
    scanner = Scanner()
    scanner.noise = b"a code that somebody holds up\r"
    set_up(scanner)
    assert scanner.zones == bytes.fromhex("D6000002")


def test_lost_answers_are_asked_for_again() -> None:
    scanner = Scanner()
    scanner.lose = ATTEMPTS - 1
    set_up(scanner)
    assert scanner.zones == bytes.fromhex("D6000002")


def test_a_silent_scanner_is_left_in_peace() -> None:
    scanner = Silent()
    assert set_up(scanner) == b""
    assert scanner.heard == [CLOSE] * ATTEMPTS


def test_a_scanner_that_does_not_keep_its_settings_is_not_used() -> None:
    scanner = Scanner()
    scanner.keeps_settings = False
    with pytest.raises(LinkError, match="a code could change them") as caught:
        set_up(scanner)
    assert not caught.value.permanent


class Newland(Silent):
    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        super().__init__()
        self._answer = answer

    def write(self, data: bytes, timeout_s: float) -> None:
        super().write(data, timeout_s)
        self._said = self._answer(data)


def acknowledged(status: bytes) -> Callable[[bytes], bytes]:
    return lambda data: b"\x02" + data[1:-2] + status + data[-2:]


SETTINGS = [NewlandSetting("ABCDEF1"), NewlandSetting("GHIJKL0")]


def test_each_newland_setting_is_sent_until_power_off_and_must_be_taken() -> None:
    scanner = Newland(acknowledged(b"\x06"))
    assert NewlandSetup(SETTINGS, now=lambda: scanner.now_s)(scanner) == b""
    assert scanner.heard == [b"\x7e\x010000#ABCDEF1;\x03", b"\x7e\x010000#GHIJKL0;\x03"]


@pytest.mark.parametrize(
    ("answer", "words", "permanent"),
    [
        (acknowledged(b"\x15"), "refused the setting ABCDEF1", True),
        (lambda data: b"", "did not answer the setting ABCDEF1", False),
    ],
)
def test_a_newland_setting_that_is_not_taken_is_named(
    answer: Callable[[bytes], bytes], words: str, permanent: bool
) -> None:
    scanner = Newland(answer)
    with pytest.raises(LinkError, match=words) as caught:
        NewlandSetup(SETTINGS, now=lambda: scanner.now_s)(scanner)
    assert caught.value.permanent is permanent


def test_without_settings_nothing_is_said() -> None:
    scanner = Silent()
    assert NewlandSetup([])(scanner) == b""
    assert scanner.heard == []
