"""The protocol of the thermometer in a site's file: what is refused, and with which words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.devices import ModbusMap, ThermometerCodec
from config.load import load_kiosk
from config.thermometer_checks import pattern_fault

Write = Callable[[str], Path]
Sentence = Callable[[Path], str]
PLACE = "site.toml, section [thermometer"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('codec = "gy-mcu9061"', '; did you mean "gy-mcu90615"?'),
        ('codec = "gd60914"', "write experimental = true to try it"),
        ('codec = "gy-614v3"', "write experimental = true to try it"),
        ('codec = "text-lines"', "write [thermometer.text_lines]"),
        ('codec = "modbus"\n[thermometer.modbus]\nmap = "generic"', "needs object_register"),
        ('codec = "modbus"\n[thermometer.modbus]\nobject_register = 3', 'known for map "calex"'),
        (
            'codec = "modbus"\n[thermometer.modbus]\nmap = "generic"\nobject_register = 1\n'
            "status_register = 126",
            "lie more than 124 apart",
        ),
        ('[thermometer.modbus]\nmap = "galex"', 'did you mean "calex"?'),
        ("[thermometer.modbus]\naddress = 0", "a whole number from 1 to 247"),
        ('[thermometer.modbus]\nobject_register = "x"', "a whole number from 0 to 65535"),
        ("[thermometer.optris]\naddress = 16", "a whole number from 0 to 15"),
        ("[thermometer.text_lines]\npattern = '([0-9.]+)'", "must name the number (?P<object>...)"),
        (
            '[thermometer.body]\nk = 0.1\nversion = "1"\ncalibrated_on = "2026-11-20"\n'
            'due_on = "2026-13-01"',
            'due_on is "2026-13-01", which no calendar has',
        ),
    ],
)
def test_a_wrong_setting_is_one_sentence(
    write: Write, text: str, expected: str, sentence: Sentence
) -> None:
    said = sentence(write(f"[thermometer]\n{text}\n"))
    assert said.startswith(PLACE) and expected in said


def test_an_experimental_codec_is_allowed_when_somebody_says_so(write: Write) -> None:
    file = write('[thermometer]\ncodec = "gd60914"\nexperimental = true\n')
    assert load_kiosk("sampling-site", [file]).thermometer.codec is ThermometerCodec.GD60914


def test_a_generic_map_is_read(write: Write) -> None:
    file = write(
        '[thermometer]\ncodec = "modbus"\n[thermometer.modbus]\nmap = "generic"\naddress = 7\n'
        "object_register = 100\nambient_register = 102\ncounts_per_degree = 100\nfunction = 3\n"
    )
    modbus = load_kiosk("sampling-site", [file]).thermometer.modbus
    assert (modbus.map, modbus.object_register, modbus.status_register) == (
        ModbusMap.GENERIC,
        100,
        None,
    )


@pytest.mark.parametrize(
    "pattern",
    [
        "(?P<object>[0-9]+([.][0-9]+)?) C",
        "body = (?P<object>-?[0-9.]+) C, room (?P<ambient>[0-9.]+)",
        r"T\)+ (?P<object>[0-9.]+)",
    ],
)
def test_patterns_that_are_fine(pattern: str) -> None:
    assert pattern_fault(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(", "no regular expression"),
        ("a{99999999999999999999}", "no regular expression"),
        ("(?P<temperature>[0-9.]+)", "must name the number"),
        ("(?P<object>[0-9.]+)(?P<name>.)", "and no other group"),
        ("((a+)b)+(?P<object>[0-9]+)", "can take for ever"),
        ("(?P<object>[0-9]+)*", "can take for ever"),
        (r"(?P<object>[0-9]+)\1", "can take for ever"),
        ("(?P<object>[0-9]+)(?P=object)", "can take for ever"),
    ],
)
def test_patterns_that_are_not(pattern: str, why: str) -> None:
    assert why in pattern_fault(pattern)
