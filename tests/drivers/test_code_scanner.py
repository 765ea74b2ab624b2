"""What a scanner read becomes a text, whatever its bytes are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.code_scanner import ScannedSymbology, scanned_text
from firmware_bridge.codecs.scan_assembly import ScannedCode


def scanned(data: bytes, too_long: bool = False) -> ScannedCode:
    return ScannedCode(data, too_long, 7.0)


def test_a_text_is_a_text() -> None:
    found = scanned_text(scanned("NCS1.甲".encode()))
    assert (found.text, found.binary, found.too_long) == ("NCS1.甲", False, False)
    assert (found.symbology, found.at_s) == (ScannedSymbology.UNTOLD, 7.0)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xff\xfeA", "��A"),
        ("健康码".encode("gbk"), None),
        (b"abc\x00", "abc\x00"),
        (b"01\x1d10", "01\x1d10"),
        (b"abc\x1a", "abc\x1a"),
    ],
)
def test_bytes_that_are_no_text_are_binary(data: bytes, text: str | None) -> None:
    found = scanned_text(scanned(data))
    assert found.binary
    assert text is None or found.text == text


@pytest.mark.parametrize(
    ("data", "symbology", "text"),
    [
        (b"]Q1NCS1.a", ScannedSymbology.QR, "NCS1.a"),
        (b"]C000070312345678", ScannedSymbology.CODE_128, "00070312345678"),
        (b"]E06901234567892", ScannedSymbology.OTHER, "6901234567892"),
        (b"]", ScannedSymbology.UNTOLD, "]"),
        (b"]Q", ScannedSymbology.UNTOLD, "]Q"),
        (b"]]]abc", ScannedSymbology.UNTOLD, "]]]abc"),
    ],
)
def test_the_aim_prefix_tells_the_symbology(
    data: bytes, symbology: ScannedSymbology, text: str
) -> None:
    found = scanned_text(scanned(data))
    assert (found.symbology, found.text) == (symbology, text)


def test_too_long_stays_too_long() -> None:
    assert scanned_text(scanned(b"", too_long=True)).too_long


def test_a_text_prints_masked() -> None:
    assert "secret" not in repr(scanned_text(scanned(b"secret")))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    found = scanned_text(scanned(data))
    found.text.encode()  # no half surrogates
    assert found.binary or found.text in data.decode()
