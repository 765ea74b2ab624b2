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

from struct import Struct as Layout

from msgspec import Struct

from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.frame_search import FrameSearch
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame

READ_HOLDING = 3
READ_INPUT = 4
WRITE_REGISTER = 6
MOST_REGISTERS = 125
_EXCEPTION = 0x80
_PAIR = Layout(">HH")
# An answer of 13 bytes takes 14 ms at 9600 baud; adapters may tear it, not for this long.
_PATIENCE_S = 0.25


class RegisterMap(Struct, frozen=True, kw_only=True):
    """Where a sensor keeps what. Temperatures are signed, ``counts_per_degree`` to a degree.

    ``ambient_register`` None: it does not tell. In ``status_register`` any of ``error_bits`` voids
    the measurement. The registers must lie within 125 of each other: one question reads them.
    """

    object_register: int
    ambient_register: int | None = None
    status_register: int | None = None
    error_bits: int = 0b11111
    counts_per_degree: int = 10
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
        first, count = registers.first, registers.count
        self.anchor = bytes((address,))
        self.longest = max(8, 5 + 2 * count)
        self._map = registers
        self._function = registers.function
        self._data_bytes = 2 * count
        self._words = Layout(f">{count}h")
        self._object = registers.object_register - first
        self._ambient = _place(registers.ambient_register, first)
        self._status = _place(registers.status_register, first)

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
        function = stream[start + 1]
        if function != self._function:
            return self._read_other(stream, start, function)
        if crc16(stream[start : start + 5 + self._data_bytes]):
            return NoiseReason.WRONG_CHECKSUM
        words = self._words.unpack_from(stream, start + 3)
        if self._status is not None and words[self._status] & self._map.error_bits:
            return NoiseReason.REFUSED
        counts = self._map.counts_per_degree
        object_c = words[self._object] / counts
        ambient_c = None if self._ambient is None else words[self._ambient] / counts
        if not (object_c or ambient_c):
            return NoiseReason.ZEROS
        return TemperatureFrame(object_c, ambient_c, now_s, MeasuringMode.POLLED)

    def _read_other(self, stream: bytes, start: int, function: int) -> ModbusFrame | NoiseReason:
        if function == WRITE_REGISTER:
            frame = stream[start : start + 8]
            if crc16(frame):
                return NoiseReason.WRONG_CHECKSUM
            return RegisterWritten(*_PAIR.unpack_from(frame, 2))
        frame = stream[start : start + 5]
        return NoiseReason.WRONG_CHECKSUM if crc16(frame) else NoiseReason.REFUSED


def _place(register: int | None, first: int) -> int | None:
    """Which word of an answer it is."""
    return None if register is None else register - first


def crc16(message: bytes) -> int:
    """CRC-16/MODBUS, on the wire low byte first. Of a message and its own CRC it is 0."""
    crc, table = 0xFFFF, _CRC_TABLE
    for byte in message:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


_CRC_TABLE = tuple(_crc_of(byte) for byte in range(256))
