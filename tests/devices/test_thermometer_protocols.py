"""From the settings to a codec, its first words and its questions, for every protocol."""

from __future__ import annotations

import pytest

from config.devices import (
    ModbusMap,
    ModbusSection,
    OptrisSection,
    TextLinesSection,
    ThermometerCodec,
    ThermometerMode,
    ThermometerSection,
)
from firmware_bridge.autobaud import AskingAutoBaud, AutoBaud
from firmware_bridge.codecs.modbus_rtu import CALEX_PYRO_USB, OMEGA_OS_MINIUSB, RegisterMap
from kiosk.devices.thermometers import register_map, thermometer_protocol
from kiosk.technician.wire_protocols import PROTOCOLS

LINES = TextLinesSection(pattern="(?P<object>[0-9.]+)")


def section(codec: ThermometerCodec, **settings: object) -> ThermometerSection:
    return ThermometerSection(codec=codec, text_lines=LINES, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("codec", ThermometerCodec)
def test_every_codec_of_the_settings_is_wired(codec: ThermometerCodec) -> None:
    protocol = thermometer_protocol(section(codec))
    handshake = protocol.handshake(section(codec))
    assert isinstance(handshake, AskingAutoBaud if protocol.bare_answers else AutoBaud)
    assert protocol.make_codec() is not protocol.make_codec()
    assert protocol.polled(ThermometerMode.CONTINUOUS) is protocol.only_polled


@pytest.mark.parametrize("codec", ThermometerCodec)
def test_the_wire_of_every_codec_can_be_decoded(codec: ThermometerCodec) -> None:
    assert any(name == codec or name.startswith(f"{codec}-") for name in PROTOCOLS)


@pytest.mark.parametrize(
    ("codec", "mode", "words"),
    [
        ("gy-mcu90615", "continuous", "a5 45 ea"),
        ("gy-mcu90614", "polled", "a5 15 ba"),
        ("cjmcu-90614", "continuous", "66 66 01 56"),
        ("cjmcu-90614", "polled", "66 66 02 56"),
        ("gymcu90640", "continuous", "a5 25 03 cd a5 35 02 dc"),
        ("gymcu90640", "polled", "a5 25 03 cd a5 35 02 dc"),
        ("optris-ct", "continuous", "01"),
        ("modbus", "continuous", "01 04 00 12 00 04"),
        ("text-lines", "polled", ""),
        ("gy-614v3", "continuous", ""),
        ("gd60914", "continuous", "aa"),
    ],
)
def test_the_first_words(codec: str, mode: str, words: str) -> None:
    protocol = thermometer_protocol(section(ThermometerCodec(codec)))
    said = protocol.first_words(ThermometerMode(mode)).hex(" ")
    assert said.startswith(words) if words else said == ""


def test_an_optris_on_rs485_is_called_by_its_address() -> None:
    settings = section(ThermometerCodec.OPTRIS_CS, optris=OptrisSection(address=5))
    assert thermometer_protocol(settings).first_words(settings.mode).hex(" ") == "b5 01"


def test_register_maps_by_name_and_from_the_settings() -> None:
    assert register_map(ModbusSection()) is CALEX_PYRO_USB
    assert register_map(ModbusSection(map=ModbusMap.OMEGA)) is OMEGA_OS_MINIUSB
    own = ModbusSection(map=ModbusMap.GENERIC, object_register=7, counts_per_degree=100, function=3)
    assert register_map(own) == RegisterMap(object_register=7, counts_per_degree=100, function=3)
