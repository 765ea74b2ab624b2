"""A GM65 scanner with a code before its window (reference: devices, 3.1).

Owns the zones, the four modes, the pace of the line and the scanner's side of the protocol. Written
from the manual; must not import our codec.

Host to scanner ``7E 00 TYPE LEN ADDR_hi ADDR_lo DATA CRC``, where ``AB CD`` in place of the CRC
means "do not check"; scanner to host ``02 00 00 LEN DATA CRC``, heartbeat ``03 00 ..``, or the
bytes of a code and CR, with nothing to tell the two apart.
"""

from __future__ import annotations

from dataclasses import dataclass

_SCAN_S = 0.15
_ANSWER_S = 0.01
_PIECE_BYTES = 24
_PIECE_S = 0.025  # 9600 baud
_SINGLE_READ_S = 5.0
_UNCHECKED = bytes.fromhex("ABCD")
_READ, _WRITE, _SAVE, _HEARTBEAT = 0x07, 0x08, 0x09, 0x0A
_MODE, _TRIGGER, _SETTING_CODES = 0x0000, 0x0002, 0x0003
_MANUAL, _COMMAND = 0b00, 0b01
_OPEN, _CLOSED_BUT_TOLD = 0x00, 0x03
_FACTORY = {_MODE: 0xD4, _SETTING_CODES: _OPEN}


def crc16_xmodem(data: bytes) -> int:
    """Polynomial 1021, beginning with 0, bit by bit as the manual says it."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def answer(head: int, data: bytes) -> bytes:
    """One answer; ``head`` is 02, or 03 for a heartbeat."""
    counted = bytes((0x00, len(data))) + data
    return bytes((head, 0x00)) + counted + crc16_xmodem(counted).to_bytes(2, "big")


@dataclass(frozen=True, slots=True)
class SettingCode:
    """A code that is meant for the scanner itself: anybody can print one."""

    zone: int
    value: int
    content: bytes


class ScannerModel:
    """One scanner, as the factory sends it: setting codes open, nothing read by itself."""

    def __init__(self, *, baud: int = 9600) -> None:
        self.baud = baud
        self._flash = dict(_FACTORY)
        self._zones = dict(_FACTORY)
        self._shown: bytes | SettingCode | None = None
        self._scan_at_s: float | None = None
        self._triggered_until_s = float("-inf")
        self._heard = bytearray()
        self._said: list[tuple[float, bytes]] = []

    @property
    def mode(self) -> int:
        """The low two bits of zone 0000: 0 manual, 1 command, 2 continuous, 3 sense."""
        return self._zones[_MODE] & 0b11

    @property
    def setting_codes_closed(self) -> bool:
        return self._zones[_SETTING_CODES] != _OPEN

    def power_up(self, now_s: float) -> None:
        """Power returns: what was set and not saved is forgotten."""
        self._zones = dict(self._flash)
        self._heard.clear()
        self._said.clear()
        self._triggered_until_s = float("-inf")
        self._look(now_s)

    def show(self, what: bytes | SettingCode | None, now_s: float) -> None:
        """Somebody holds a code before the window, or takes it away."""
        self._shown = what
        self._look(now_s)

    def _look(self, now_s: float) -> None:
        looking = self.mode not in (_MANUAL, _COMMAND) or now_s < self._triggered_until_s
        self._scan_at_s = now_s + _SCAN_S if looking and self._shown is not None else None

    def receive(self, data: bytes, now_s: float) -> None:
        """Bytes from the host; what is no frame, or has a wrong CRC, is skipped."""
        self._heard += data
        while len(self._heard) >= 4:
            if self._heard[:2] != b"\x7e\x00":
                del self._heard[:1]
                continue
            kind = self._heard[2]
            length = 6 + self._heard[3] + 2
            if len(self._heard) < length:
                return
            body, check = (
                bytes(self._heard[2 : length - 2]),
                bytes(self._heard[length - 2 : length]),
            )
            if check not in (_UNCHECKED, crc16_xmodem(body).to_bytes(2, "big")):
                del self._heard[:1]
                continue
            del self._heard[:length]
            self._obey(kind, int.from_bytes(body[2:4], "big"), body[4:], now_s)

    def _obey(self, kind: int, zone: int, data: bytes, now_s: float) -> None:
        said = b"\x00"
        if kind == _READ:
            said = bytes(self._zones.get(zone + at, 0x00) for at in range(data[0]))
        elif kind == _WRITE:
            self._zones |= {zone + at: value for at, value in enumerate(data)}
            if zone == _TRIGGER and self.mode == _COMMAND:
                self._triggered_until_s = now_s + _SINGLE_READ_S
            if zone in (_MODE, _TRIGGER) and self._scan_at_s is None:
                self._look(now_s)
        elif kind == _SAVE:
            self._flash = dict(self._zones)
        elif kind != _HEARTBEAT:
            return
        self._said.append((now_s + _ANSWER_S, answer(3 if kind == _HEARTBEAT else 2, said)))

    def advance(self, now_s: float) -> bytes:
        """Answers and pieces of codes that are due, in the order of their times."""
        if self._scan_at_s is not None and now_s >= self._scan_at_s:
            self._scan_at_s = None
            self._scanned(now_s)
        due = sorted(said for said in self._said if said[0] <= now_s)
        self._said = [said for said in self._said if said[0] > now_s]
        return b"".join(data for _, data in due)

    def _scanned(self, now_s: float) -> None:
        shown, self._shown = self._shown, None  # the same code is not read again while it stays
        self._triggered_until_s = float("-inf")
        if isinstance(shown, SettingCode):
            if self._zones[_SETTING_CODES] == _OPEN:
                self._zones[shown.zone] = shown.value
                self._look(now_s)
            if self._zones[_SETTING_CODES] != _CLOSED_BUT_TOLD:
                return
            shown = shown.content
        said = (shown or b"") + b"\r"
        for at in range(0, len(said), _PIECE_BYTES):
            piece = said[at : at + _PIECE_BYTES]
            self._said.append((now_s + at // _PIECE_BYTES * _PIECE_S, piece))

    def next_due_s(self) -> float | None:
        times = [at_s for at_s, _ in self._said]
        if self._scan_at_s is not None:
            times.append(self._scan_at_s)
        return min(times, default=None)
