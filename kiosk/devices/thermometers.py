"""Every thermometer a kiosk may have: which codec its settings mean, and what is said to it.

Owns the table of protocols and the link made of it, for the core and for the technician's tools.
Must not know what a temperature means.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from config.devices import (
    ModbusMap,
    ModbusSection,
    OptrisSection,
    ThermometerCodec,
    ThermometerMode,
    ThermometerSection,
)
from firmware_bridge.autobaud import LISTEN_S, AskingAutoBaud, AutoBaud
from firmware_bridge.codec import Codec
from firmware_bridge.codecs.cjmcu90614 import Cjmcu90614Codec, CjmcuCommand
from firmware_bridge.codecs.gd60914 import Gd60914Codec, Gd60914Command
from firmware_bridge.codecs.gy614v3 import Gy614V3Codec
from firmware_bridge.codecs.gy_mcu90615 import Gy90615Codec, ThermometerCommand
from firmware_bridge.codecs.gymcu90640 import Gymcu90640Codec, ThermalArrayCommand
from firmware_bridge.codecs.modbus_rtu import (
    CALEX_PYRO_USB,
    OMEGA_OS_MINIUSB,
    AskRegisters,
    ModbusCodec,
    RegisterMap,
)
from firmware_bridge.codecs.optris import AskNext, OptrisCodec, OptrisFamily
from firmware_bridge.codecs.text_lines import TextLinesCodec
from firmware_bridge.handshake import Handshake
from firmware_bridge.link import Link, LinkEvent
from firmware_bridge.transport import open_transport
from kiosk.devices.address import backoff_last_s

ROLE = "thermometer"
SILENCE_S = 1.0
POLL_S = 0.1
_ROUND_POLL_S = 0.05  # three questions make one measurement, an answer takes 50 ms at most
_PICTURE_SILENCE_S = 1.5  # four pictures a second, each 134 ms long on the wire
_PICTURE_LISTEN_S = 0.8
_TEXT_SILENCE_S = 1.7  # boards that print at least once a second
_TEXT_LISTEN_S = 1.2


@dataclass(frozen=True, slots=True)
class ThermometerProtocol:
    """One protocol with its settings applied.

    ``begin`` makes the device talk by itself (empty: it does, or never will); ``query`` asks for a
    measurement, None where nothing can be asked. ``bare_answers`` mean nothing without their
    question.
    """

    make_codec: Callable[[], Codec[Any]]
    begin: tuple[object, ...] = ()
    query: object | None = None
    only_polled: bool = False
    bare_answers: bool = False
    poll_s: float = POLL_S
    silence_s: float = SILENCE_S
    listen_s: float = LISTEN_S

    @property
    def check_s(self) -> float:
        """How long to listen before it is called silent."""
        return max(0.7, 2 * self.listen_s)

    def polled(self, mode: ThermometerMode) -> bool:
        """Whether it is asked: ``mode`` decides where the protocol has both."""
        wanted = self.only_polled or mode is ThermometerMode.POLLED
        return wanted and self.query is not None

    def first_words(self, mode: ThermometerMode) -> bytes:
        """The bytes after which a measurement arrives; may be empty."""
        commands = (self.query,) if self.polled(mode) else self.begin
        return b"".join(self.make_codec().encode(command) for command in commands)

    def handshake(self, section: ThermometerSection) -> Handshake:
        """Finds the speed by asking for a measurement at each."""
        if self.bare_answers:
            return AskingAutoBaud(section.bauds, self.query, self.make_codec)
        words = self.first_words(section.mode)
        return AutoBaud(section.bauds, words, self.make_codec, listen_s=self.listen_s)


_GY = ThermometerProtocol(
    Gy90615Codec, begin=(ThermometerCommand.CONTINUOUS,), query=ThermometerCommand.QUERY
)


def thermometer_protocol(section: ThermometerSection) -> ThermometerProtocol:
    """The protocol that the settings mean. They were checked by `config.cross_checks`."""
    match section.codec:
        case ThermometerCodec.GY_MCU90615 | ThermometerCodec.GY_MCU90614:
            return _GY
        case ThermometerCodec.CJMCU_90614:
            return ThermometerProtocol(
                Cjmcu90614Codec, begin=(CjmcuCommand.CONTINUOUS,), query=CjmcuCommand.QUERY
            )
        case ThermometerCodec.GYMCU90640:
            return ThermometerProtocol(
                Gymcu90640Codec,
                begin=(ThermalArrayCommand.RATE_4_HZ, ThermalArrayCommand.CONTINUOUS),
                silence_s=_PICTURE_SILENCE_S,
                listen_s=_PICTURE_LISTEN_S,
            )
        case ThermometerCodec.OPTRIS_CS | ThermometerCodec.OPTRIS_CT:
            return ThermometerProtocol(
                _optris(section.codec, section.optris),
                query=AskNext(),
                only_polled=True,
                bare_answers=True,
                poll_s=_ROUND_POLL_S,
            )
        case ThermometerCodec.MODBUS:
            return ThermometerProtocol(
                partial(ModbusCodec, register_map(section.modbus), section.modbus.address),
                query=AskRegisters(),
                only_polled=True,
            )
        case ThermometerCodec.TEXT_LINES:
            if section.text_lines is None:
                raise ValueError("text lines have no pattern: the settings were not checked")
            pattern = re.compile(section.text_lines.pattern, re.ASCII)
            return ThermometerProtocol(
                partial(TextLinesCodec, pattern),
                silence_s=_TEXT_SILENCE_S,
                listen_s=_TEXT_LISTEN_S,
            )
        case ThermometerCodec.GD60914:
            return ThermometerProtocol(
                Gd60914Codec, query=Gd60914Command.OBJECT, only_polled=True, bare_answers=True
            )
        case ThermometerCodec.GY_614V3:
            return ThermometerProtocol(Gy614V3Codec)


def thermometer_link(section: ThermometerSection, on_event: Callable[[LinkEvent], None]) -> Link:
    """Finds the speed by itself; asks again and again where the protocol or the mode wants it."""
    protocol = thermometer_protocol(section)
    return Link(
        ROLE,
        partial(open_transport, section.url, section.bauds[0]),
        protocol.make_codec,
        on_event,
        handshake=protocol.handshake(section),
        silence_s=protocol.silence_s,
        polls=(protocol.query,) if protocol.polled(section.mode) else (),
        poll_s=protocol.poll_s,
        backoff_last_s=backoff_last_s(section.url),
    )


def register_map(modbus: ModbusSection) -> RegisterMap:
    """A published map, or the one written in the settings."""
    match modbus.map:
        case ModbusMap.CALEX:
            return CALEX_PYRO_USB
        case ModbusMap.OMEGA:
            return OMEGA_OS_MINIUSB
    if modbus.object_register is None:
        raise ValueError("the map names no object register: the settings were not checked")
    return RegisterMap(
        object_register=modbus.object_register,
        ambient_register=modbus.ambient_register,
        status_register=modbus.status_register,
        error_bits=modbus.error_bits,
        counts_per_degree=modbus.counts_per_degree,
        function=modbus.function,
    )


def _optris(codec: ThermometerCodec, optris: OptrisSection) -> Callable[[], OptrisCodec]:
    family = OptrisFamily.CT if codec is ThermometerCodec.OPTRIS_CT else OptrisFamily.CS
    return partial(
        OptrisCodec, family, hundredths=optris.hundredths, address=optris.address or None
    )
