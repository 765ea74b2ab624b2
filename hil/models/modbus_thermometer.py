"""Calex PyroUSB and Omega OS-MINIUSB sensors, Modbus-RTU (reference: devices, 1.7).

Written from the manuals. Owns registers, CRC and the reply delay. The two makers' maps are the
same, one register apart.
"""

from __future__ import annotations

from collections import deque

from hil.models.forehead import ForeheadScene

_REPLY_S = 0.02
_READ = (3, 4)
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS = 1, 2
_REQUEST_BYTES = 8


def modbus_crc(message: bytes) -> bytes:
    """Bit by bit as the specification draws it, low byte first."""
    register = 0xFFFF
    for byte in message:
        register ^= byte
        for _ in range(8):
            carry = register & 1
            register >>= 1
            if carry:
                register ^= 0xA001
    return bytes((register & 0xFF, register >> 8))


class ModbusThermometerModel(ForeheadScene):
    """One sensor at ``address``. ``first_average`` is the register of its average temperature.

    From there on: average, minimum, maximum, filtered, unfiltered, sensor, status.
    """

    CALEX_AVERAGE = 0x0F
    OMEGA_AVERAGE = 0x0B

    def __init__(
        self,
        *,
        seed: int,
        ambient_c: float = 24.0,
        baud: int = 9600,
        address: int = 1,
        first_average: int = CALEX_AVERAGE,
    ) -> None:
        super().__init__(seed=seed, ambient_c=ambient_c)
        self.baud = baud
        self._address = address
        self._first = first_average
        self._heard = bytearray()
        self._replies: deque[tuple[float, bytes]] = deque()

    def power_up(self, now_s: float) -> None:
        self._heard.clear()
        self._replies.clear()

    def receive(self, data: bytes, now_s: float) -> None:
        """Requests of eight bytes to this address; whatever proves nothing is skipped."""
        self._heard += data
        while len(self._heard) >= _REQUEST_BYTES:
            request = bytes(self._heard[:_REQUEST_BYTES])
            if request[0] == self._address and modbus_crc(request[:-2]) == request[-2:]:
                del self._heard[:_REQUEST_BYTES]
                body = self._obey(request, now_s)
                self._replies.append((now_s + _REPLY_S, body + modbus_crc(body)))
            else:
                del self._heard[:1]

    def _obey(self, request: bytes, now_s: float) -> bytes:
        function = request[1]
        first, count = (int.from_bytes(request[at : at + 2], "big") for at in (2, 4))
        if function not in _READ:
            return bytes((self._address, function | 0x80, _ILLEGAL_FUNCTION))
        registers = self._registers(now_s)
        wanted = [registers.get(place) for place in range(first, first + count)]
        known = [value for value in wanted if value is not None]
        if len(known) < count or not known:
            return bytes((self._address, function | 0x80, _ILLEGAL_ADDRESS))
        data = b"".join((value & 0xFFFF).to_bytes(2, "big") for value in known)
        return bytes((self._address, function, len(data))) + data

    def _registers(self, now_s: float) -> dict[int, int]:
        object_c, ambient_c = self.measured(now_s)
        seen, sensor = round(object_c * 10), round(ambient_c * 10)
        values = (seen, seen, seen, seen, seen, sensor, 0)
        return {self._first + place: value for place, value in enumerate(values)}

    def advance(self, now_s: float) -> bytes:
        said = b""
        while self._replies and self._replies[0][0] <= now_s:
            said += self._replies.popleft()[1]
        return said

    def next_due_s(self) -> float | None:
        return self._replies[0][0] if self._replies else None
