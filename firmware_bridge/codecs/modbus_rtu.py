"""Infrared thermometers that speak Modbus-RTU, with their registers as data.

Owns the bytes on the wire and the maps of known sensors: Calex PyroUSB and Omega OS-MINIUSB (their
manuals; the same family, shifted by one register). One question reads every register of the map.

    host -> sensor   ADDRESS | 04 | FIRST hi lo | COUNT hi lo | CRC lo hi
    sensor -> host   ADDRESS | 04 | BYTES | registers, hi lo each | CRC lo hi
    or               ADDRESS | 84 | EXCEPTION | CRC lo hi

CRC-16/MODBUS. 8N1 at 9600 baud, address 1 from the factory. A set status bit (measuring error,
sensor or object out of range) makes the answer a refusal, never a temperature.
"""

from __future__ import annotations

from msgspec import Struct

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.frame_search import FrameSearch
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame

READ_HOLDING = 3
READ_INPUT = 4
WRITE_REGISTER = 6
MOST_REGISTERS = 125
_EXCEPTION = 0x80
# An answer of 13 bytes takes 14 ms at 9600 baud; adapters may tear it, not for this long.
_PATIENCE_S = 0.25


class RegisterMap(Struct, frozen=True, kw_only=True):
    """Where a sensor keeps what. Temperatures are signed, in units of ``unit_c`` degrees.

    ``ambient_register`` None: it does not tell. In ``status_register`` any of ``error_bits`` voids
    the measurement. The registers must lie within 125 of each other: one question reads them.
    """

    object_register: int
    ambient_register: int | None = None
    status_register: int | None = None
    error_bits: int = 0b11111
    unit_c: float = 0.1
    function: int = READ_INPUT

    @property
    def first(self) -> int:
        return min(self._used)

    @property
    def count(self) -> int:
        return max(self._used) - self.first + 1

    @property
    def _used(self) -> list[int]:
        places = (self.object_register, self.ambient_register, self.status_register)
        return [place for place in places if place is not None]


# Object filtered, sensor as ambient, status: 0 measuring error, 1-2 sensor, 3-4 object low, high.
CALEX_PYRO_USB = RegisterMap(object_register=0x12, ambient_register=0x14, status_register=0x15)
OMEGA_OS_MINIUSB = RegisterMap(object_register=0x0E, ambient_register=0x10, status_register=0x11)


class AskRegisters(Struct, frozen=True):
    """All registers of the map."""


class WriteRegister(Struct, frozen=True):
    """One register, for example the volatile emissivity in units of 0.0001."""

    register: int
    value: int


class RegisterWritten(Struct, frozen=True):
    """The sensor took the value."""

    register: int
    value: int


ModbusCommand = AskRegisters | WriteRegister
ModbusFrame = TemperatureFrame | RegisterWritten


class ModbusCodec:
    """One sensor at ``address`` (1 to 247). What it says proves itself, asked or not."""

    def __init__(self, registers: RegisterMap = CALEX_PYRO_USB, address: int = 1) -> None:
        if registers.count > MOST_REGISTERS:
            raise ValueError(
                f"the map spans {registers.count} registers, one question reads {MOST_REGISTERS}"
            )
        self._registers = registers
        self._address = address
        self._search = FrameSearch[ModbusFrame](_Answer(address, registers), _PATIENCE_S)

    def feed(self, data: bytes, now_s: float) -> list[ModbusFrame | Noise]:
        """Frames and noise in wire order; an exception or a set status bit is noise."""
        return self._search.feed(data, now_s)

    def encode(self, command: ModbusCommand) -> bytes:
        """A whole message with its CRC."""
        match command:
            case AskRegisters():
                first, count = self._registers.first, self._registers.count
                return self._message(self._registers.function, first, count)
            case WriteRegister(register, value):
                return self._message(WRITE_REGISTER, register, value)

    def deadline(self) -> float | None:
        return self._search.deadline()

    def expire(self, now_s: float) -> list[ModbusFrame | Noise]:
        return [*self._search.expire(now_s)]

    def _message(self, function: int, *words: int) -> bytes:
        body = bytes((self._address, function)) + b"".join(w.to_bytes(2, "big") for w in words)
        return body + crc16(body).to_bytes(2, "little")


class _Answer:
    """What the sensor may say. See `firmware_bridge.frame_search.FrameLayout`."""

    def __init__(self, address: int, registers: RegisterMap) -> None:
        self.anchor = bytes((address,))
        self.longest = max(8, 5 + 2 * registers.count)
        self._function = registers.function
        self._data_bytes = 2 * registers.count
        self._unit_c = registers.unit_c
        self._error_bits = registers.error_bits
        self._object = self._place(registers, registers.object_register)
        self._ambient, self._status = (
            None if register is None else self._place(registers, register)
            for register in (registers.ambient_register, registers.status_register)
        )

    @staticmethod
    def _place(registers: RegisterMap, register: int) -> int:
        """Where in an answer ``register`` stands."""
        return 3 + 2 * (register - registers.first)

    def length(self, stream: bytes, start: int) -> int | None:
        if len(stream) - start < 3:
            return None
        function = stream[start + 1]
        if function == self._function:
            return 5 + self._data_bytes if stream[start + 2] == self._data_bytes else 0
        if function == WRITE_REGISTER:
            return 8
        return 5 if function in (self._function | _EXCEPTION, WRITE_REGISTER | _EXCEPTION) else 0

    def read(self, stream: bytes, start: int, now_s: float) -> ModbusFrame | NoiseReason:
        frame = stream[start : start + (self.length(stream, start) or 0)]
        if crc16(frame):  # a message followed by its own CRC leaves nothing
            return NoiseReason.WRONG_CHECKSUM
        if frame[1] == WRITE_REGISTER:
            return RegisterWritten(_word(frame, 2), _word(frame, 4))
        if frame[1] & _EXCEPTION:
            return NoiseReason.REFUSED
        if self._status is not None and _word(frame, self._status) & self._error_bits:
            return NoiseReason.REFUSED
        object_c = self._celsius(frame, self._object)
        ambient_c = None if self._ambient is None else self._celsius(frame, self._ambient)
        if not (object_c or ambient_c):
            return NoiseReason.ZEROS
        return TemperatureFrame(object_c, ambient_c, now_s, MeasuringMode.POLLED)

    def _celsius(self, frame: bytes, at: int) -> float:
        raw = int.from_bytes(frame[at : at + 2], "big", signed=True)
        return round(raw * self._unit_c, 3)


def crc16(message: bytes) -> int:
    """CRC-16/MODBUS; on the wire its low byte comes first."""
    crc = 0xFFFF
    for byte in message:
        crc = crc >> 8 ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


def _word(frame: bytes, at: int) -> int:
    return int.from_bytes(frame[at : at + 2], "big")


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


_CRC_TABLE = tuple(_crc_of(byte) for byte in range(256))
