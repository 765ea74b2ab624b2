"""The wire protocols that the tools can decode, by name.

Owns the names. Answers that only make sense with their question (DLE EOT) need the question, which
a recording holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from firmware_bridge.codec import Codec
from firmware_bridge.codecs.cjmcu90614 import Cjmcu90614Codec
from firmware_bridge.codecs.escpos_frames import InfoQuery, InfoTopic, StatusQuery, StatusTopic
from firmware_bridge.codecs.escpos_status import EscposStatusCodec
from firmware_bridge.codecs.ga450 import Ga450Codec
from firmware_bridge.codecs.gd60914 import Gd60914Codec, Gd60914Command
from firmware_bridge.codecs.gm65 import Gm65Codec, command_in
from firmware_bridge.codecs.gy614v3 import Gy614V3Codec
from firmware_bridge.codecs.gy_mcu90615 import Gy90615Codec, ThermometerCommand
from firmware_bridge.codecs.gymcu90640 import Gymcu90640Codec
from firmware_bridge.codecs.keyboard_wedge import KeyboardWedgeCodec
from firmware_bridge.codecs.modbus_rtu import CALEX_PYRO_USB, OMEGA_OS_MINIUSB, ModbusCodec
from firmware_bridge.codecs.newland import NewlandCodec, setting_in
from firmware_bridge.codecs.optris import (
    AskEmissivity,
    AskNext,
    OptrisCode,
    OptrisCodec,
    OptrisFamily,
)
from firmware_bridge.codecs.text_lines import TextLinesCodec
from firmware_bridge.codecs.tspl_status import TsplQuery, TsplStatusCodec

_DLE_EOT = re.compile(rb"\x10\x04([\x01-\x04])")
_GS_I = re.compile(rb"\x1dI([\x41-\x45])")


@dataclass(frozen=True, slots=True)
class WireProtocol:
    """``note_question`` tells a codec what the kiosk had asked in these bytes."""

    make_codec: Callable[[], Codec[Any]]
    note_question: Callable[[Codec[Any], bytes], None]


def _gy_asked(codec: Codec[Any], data: bytes) -> None:
    if data.hex().upper() == ThermometerCommand.QUERY.value:
        codec.encode(ThermometerCommand.QUERY)


def _optris_asked(codec: Codec[Any], data: bytes) -> None:
    """Questions are one byte, on RS-485 behind an address."""
    for code in data:
        if code in (OptrisCode.TARGET, OptrisCode.HEAD):
            codec.encode(AskNext())
        elif code == OptrisCode.EMISSIVITY:
            codec.encode(AskEmissivity())


def _gd_asked(codec: Codec[Any], data: bytes) -> None:
    if data == bytes.fromhex(Gd60914Command.OBJECT.value):
        codec.encode(Gd60914Command.OBJECT)


def _self_describing(codec: Codec[Any], data: bytes) -> None:
    """The answers say what they are."""


def _printer_asked(codec: Codec[Any], data: bytes) -> None:
    topics = tuple(StatusTopic(found[1][0]) for found in _DLE_EOT.finditer(data))
    if topics:
        codec.encode(StatusQuery(topics))
    for found in _GS_I.finditer(data):
        codec.encode(InfoQuery(InfoTopic(found[1][0])))


def _tspl_printer_asked(codec: Codec[Any], data: bytes) -> None:
    if b"\x1b!?" in data:
        codec.encode(TsplQuery())


def _gm65_asked(codec: Codec[Any], data: bytes) -> None:
    if (command := command_in(data)) is not None:
        codec.encode(command)


def _newland_asked(codec: Codec[Any], data: bytes) -> None:
    if (setting := setting_in(data)) is not None:
        codec.encode(setting)


def _asked_nothing_that_matters(codec: Codec[Any], data: bytes) -> None:
    """Every answer of such a protocol says by itself what it answers."""


# Any number in a line, for a first look at a board; its own pattern stands in the settings.
_ANY_NUMBER = r"(?P<object>-?[0-9]+[.,][0-9]+)"


def lines_of_text(pattern: str) -> WireProtocol:
    """A board that prints text; ``pattern`` was checked by `config.thermometer_checks`."""
    return WireProtocol(partial(TextLinesCodec, re.compile(pattern, re.ASCII)), _self_describing)


PROTOCOLS = {
    "gy-mcu90615": WireProtocol(Gy90615Codec, _gy_asked),
    "gy-mcu90614": WireProtocol(Gy90615Codec, _gy_asked),
    "cjmcu-90614": WireProtocol(Cjmcu90614Codec, _self_describing),
    "gymcu90640": WireProtocol(Gymcu90640Codec, _self_describing),
    "optris-cs": WireProtocol(OptrisCodec, _optris_asked),
    "optris-ct": WireProtocol(partial(OptrisCodec, OptrisFamily.CT), _optris_asked),
    "modbus-calex": WireProtocol(partial(ModbusCodec, CALEX_PYRO_USB), _self_describing),
    "modbus-omega": WireProtocol(partial(ModbusCodec, OMEGA_OS_MINIUSB), _self_describing),
    "text-lines": lines_of_text(_ANY_NUMBER),
    "gd60914": WireProtocol(Gd60914Codec, _gd_asked),
    "gy-614v3": WireProtocol(Gy614V3Codec, _self_describing),
    "escpos-status": WireProtocol(EscposStatusCodec, _printer_asked),
    "tspl-status": WireProtocol(TsplStatusCodec, _tspl_printer_asked),
    "ga450": WireProtocol(Ga450Codec, _asked_nothing_that_matters),
    "gm65": WireProtocol(Gm65Codec, _gm65_asked),
    "newland": WireProtocol(NewlandCodec, _newland_asked),
    "keyboard": WireProtocol(KeyboardWedgeCodec, _asked_nothing_that_matters),
}
