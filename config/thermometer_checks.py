"""What the settings of a thermometer must mean together: its protocol, its registers, its pattern.

Owns these rules. Must not know a codec: `kiosk.devices.thermometers` joins settings and codecs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.complaint import Complaint
from config.devices import (
    EXPERIMENTAL_CODECS,
    ModbusMap,
    ModbusSection,
    ThermometerCodec,
    ThermometerSection,
)
from config.sentences import quoted

MODBUS_SPAN = 125
"""One question reads so many registers."""

_GROUPS = frozenset({"object", "ambient"})
# A repeated group and a reference back can take for ever on a line that nearly fits, and the line
# of a thermometer needs neither.
_ENDLESS = re.compile(r"(?<!\\)\)[*+{]|\\[1-9]|\(\?P=")


def thermometer_complaints(thermometer: ThermometerSection) -> Iterator[Complaint]:
    """What is wrong with the protocol's settings."""
    codec = thermometer.codec
    if codec in EXPERIMENTAL_CODECS and not thermometer.experimental:
        yield Complaint(
            ("thermometer", "codec"),
            f'codec "{codec.value}" is experimental, its bytes are known from a single source;'
            " write experimental = true to try it, and never judge people by it alone",
        )
    if codec is ThermometerCodec.MODBUS:
        yield from _registers(thermometer.modbus)
    if codec is ThermometerCodec.TEXT_LINES and thermometer.text_lines is None:
        yield Complaint(
            ("thermometer", "codec"),
            'codec "text-lines" needs to know the lines: write [thermometer.text_lines] and in it'
            " pattern = '(?P<object>[0-9.]+) C'",
        )
    if thermometer.text_lines is not None:
        why = pattern_fault(thermometer.text_lines.pattern)
        if why:
            yield Complaint(("thermometer", "text_lines", "pattern"), why)


def pattern_fault(pattern: str) -> str:
    """Why no temperature can be read with ``pattern``, or ""."""
    try:
        groups = re.compile(pattern, re.ASCII).groupindex.keys()
    except (re.error, OverflowError, RecursionError) as error:
        return f"pattern is {quoted(pattern)} and no regular expression: {quoted(str(error))}"
    if "object" not in groups or groups - _GROUPS:
        return (
            f"pattern is {quoted(pattern)} and must name the number (?P<object>...), may name"
            " (?P<ambient>...), and no other group"
        )
    if _ENDLESS.search(pattern):
        return (
            f"pattern is {quoted(pattern)} and repeats a group or refers back to one, which can"
            " take for ever; write it without"
        )
    return ""


def _registers(modbus: ModbusSection) -> Iterator[Complaint]:
    path = ("thermometer", "modbus")
    places = {
        "object_register": modbus.object_register,
        "ambient_register": modbus.ambient_register,
        "status_register": modbus.status_register,
    }
    named = {key: place for key, place in places.items() if place is not None}
    if modbus.map is not ModbusMap.GENERIC:
        for key in named:
            yield Complaint(
                (*path, key),
                f'{key} is known for map "{modbus.map.value}"; leave it out, or write'
                ' map = "generic" and name all registers',
            )
        return
    if "object_register" not in named:
        yield Complaint(
            (*path, "map"),
            'map "generic" needs object_register; the manual of the sensor names it',
        )
    elif max(named.values()) - min(named.values()) >= MODBUS_SPAN:
        yield Complaint(
            (*path, "object_register"),
            f"object_register and the others lie more than {MODBUS_SPAN - 1} apart;"
            " one question cannot read them together",
        )
