"""Modbus-RTU thermometers against the manuals' messages and published CRCs."""

from __future__ import annotations

import pytest

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.modbus_rtu import (
    CALEX_PYRO_USB,
    OMEGA_OS_MINIUSB,
    READ_HOLDING,
    AskRegisters,
    ModbusCodec,
    RegisterMap,
    RegisterWritten,
    WriteRegister,
    crc16,
)
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame

ONE_REGISTER = RegisterMap(object_register=0x12)
HOLDING = RegisterMap(object_register=0x12, function=READ_HOLDING)


def reply(*registers: int, address: int = 1, function: int = 4) -> bytes:
    data = b"".join((register & 0xFFFF).to_bytes(2, "big") for register in registers)
    body = bytes((address, function, len(data))) + data
    return body + crc16(body).to_bytes(2, "little")


@pytest.mark.parametrize(
    "message",
    [
        "40 03 10 06 00 01 6F DA",
        "40 03 02 08 B1 43 FF",
        "01 03 15 4A 00 07 21 D2",
        "01 83 02 C0 F1",
    ],
)
def test_published_checksums(message: str) -> None:
    data = bytes.fromhex(message)
    assert crc16(data[:-2]).to_bytes(2, "little") == data[-2:]
    assert crc16(data) == 0


def test_the_question_of_the_manual() -> None:
    sent = ModbusCodec(ONE_REGISTER).encode(AskRegisters())
    assert sent.hex(" ") == "01 04 00 12 00 01 91 cf"


def test_the_reply_of_the_manual() -> None:
    found = ModbusCodec(HOLDING).feed(bytes.fromhex("01 03 02 01 6E 38 38"), 1.0)
    assert found == [TemperatureFrame(36.6, None, 1.0, MeasuringMode.POLLED)]


def test_an_exception_is_a_refusal() -> None:
    refusal = bytes.fromhex("01 83 02 C0 F1")
    assert ModbusCodec(HOLDING).feed(refusal, 1.0) == [Noise(refusal, NoiseReason.REFUSED)]


def test_a_setting_of_the_manual_and_its_echo() -> None:
    codec = ModbusCodec(CALEX_PYRO_USB)
    message = bytes.fromhex("01 06 00 18 26 48 13 9B")
    assert codec.encode(WriteRegister(0x18, 9800)) == message
    assert codec.feed(message, 1.0) == [RegisterWritten(0x18, 9800)]


@pytest.mark.parametrize(
    ("registers", "question"),
    [(CALEX_PYRO_USB, "01 04 00 12 00 04"), (OMEGA_OS_MINIUSB, "01 04 00 0e 00 04")],
)
def test_one_question_reads_object_sensor_and_status(registers: RegisterMap, question: str) -> None:
    codec = ModbusCodec(registers)
    assert codec.encode(AskRegisters())[:6].hex(" ") == question
    assert codec.feed(reply(366, 367, 241, 0), 1.0) == [
        TemperatureFrame(36.6, 24.1, 1.0, MeasuringMode.POLLED)
    ]


@pytest.mark.parametrize("bit", range(5))
def test_each_status_bit_voids_the_measurement(bit: int) -> None:
    data = reply(366, 367, 241, 1 << bit)
    assert ModbusCodec().feed(data, 1.0) == [Noise(data, NoiseReason.REFUSED)]


def test_other_status_bits_mean_nothing() -> None:
    assert [type(item) for item in ModbusCodec().feed(reply(366, 367, 241, 32), 1.0)] == [
        TemperatureFrame
    ]


def test_below_zero_and_another_unit() -> None:
    registers = RegisterMap(object_register=3, ambient_register=1, counts_per_degree=100)
    (frame,) = ModbusCodec(registers, 9).feed(reply(2110, 0, -525, address=9), 1.0)
    assert isinstance(frame, TemperatureFrame)
    assert (frame.object_c, frame.ambient_c) == (-5.25, 21.1)


def test_the_answer_of_another_sensor_is_noise() -> None:
    data = reply(366, 367, 241, 0, address=2)
    assert [type(item) for item in ModbusCodec().feed(data, 1.0)] == [Noise]


def test_the_echo_of_the_question_is_noise_and_hides_nothing() -> None:
    codec = ModbusCodec()
    echo = codec.encode(AskRegisters())
    found = codec.feed(echo + reply(366, 367, 241, 0), 1.0)
    assert [type(item) for item in found] == [Noise, TemperatureFrame]


def test_zeros_are_no_temperature() -> None:
    data = reply(0, 0, 0, 0)
    assert ModbusCodec().feed(data, 1.0) == [Noise(data, NoiseReason.ZEROS)]


def test_a_map_that_no_question_can_read_is_refused() -> None:
    with pytest.raises(ValueError, match="spans 126 registers"):
        ModbusCodec(RegisterMap(object_register=0, status_register=125))
