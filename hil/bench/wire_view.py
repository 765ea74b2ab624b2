"""Wire bytes as rows to read: hexadecimal, and what they mean. Pure.

Must never show what a picture says: of a raster only its size is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hil.faults import InstrumentKind
from hil.twins import WireBytes

_SHOWN_BYTES = 9
_FRAME_BYTES = 9


def wire_rows(kind: InstrumentKind, records: Sequence[WireBytes]) -> list[dict[str, str]]:
    """One row a record, oldest first; ``from`` is ``kiosk`` or ``instrument``."""
    return [_row(kind, record) for record in records]


def _row(kind: InstrumentKind, record: WireBytes) -> dict[str, str]:
    from_kiosk = record.direction == "heard"
    means = _MEANINGS[kind, from_kiosk]
    shown = record.data[:_SHOWN_BYTES].hex(" ").upper()
    more = f" … {len(record.data)} bytes" if len(record.data) > _SHOWN_BYTES else ""
    return {
        "from": "kiosk" if from_kiosk else "instrument",
        "hex": shown + more,
        "means": means(record.data),
    }


def _measurement(data: bytes) -> str:
    """What a thermometer says, by the first bytes of its protocol (reference: devices, 1)."""
    if data[:4] == b"\x5a\x5a\x45\x04" and len(data) == _FRAME_BYTES:
        return _object_and_ambient(data, sum(data[:-1]))
    if data[:2] == b"\x66\x66" and len(data) == _FRAME_BYTES:
        return _object_and_ambient(data, sum(data[4:-1]))
    if data[:4] == b"\x5a\x5a\x02\x06":
        return "a thermal picture of 32 x 24 pixels"
    if data[1:2] in (b"\x03", b"\x04") and data[2:3] == bytes((len(data) - 5 & 0xFF,)):
        return "registers"
    if data[:1] == b"T" and data.endswith(b"\r\n"):
        return "a line of text"
    if len(data) == 2:
        return f"{(int.from_bytes(data, 'big') - 1000) / 10:.1f} °C"
    return "part of a frame"


def _object_and_ambient(data: bytes, total: int) -> str:
    """Signed big-endian hundredths of a degree behind a head of four bytes."""
    if total & 0xFF != data[-1]:
        return "the check sum is wrong"
    object_c = int.from_bytes(data[4:6], "big", signed=True) / 100
    ambient_c = int.from_bytes(data[6:8], "big", signed=True) / 100
    return f"skin {object_c:.2f} °C, room {ambient_c:.2f} °C"


def _thermometer_command(data: bytes) -> str:
    if len(data) == 8 and data[1:2] in (b"\x03", b"\x04"):
        return "read registers"
    return {
        b"\xa5\x45\xea": "send continuously",
        b"\xa5\x15\xba": "measure once",
        b"\x66\x66\x01\x56": "send continuously",
        b"\x66\x66\x02\x56": "measure once",
        b"\x01": "how warm is the target?",
        b"\x02": "how warm is the head?",
    }.get(data, "command")


_PRINTER_COMMANDS: tuple[tuple[bytes, str], ...] = (
    (b"\x10\x04", "DLE EOT: how are you?"),
    (b"\x10\x14\x08", "DLE DC4: forget what was begun"),
    (b"\x1dv0", "GS v 0: a picture"),
    (b"\x1d(L", "GS ( L: a picture"),
    (b"\x1d(H", "GS ( H: say when this is done"),
    (b"\x1da", "GS a: say what changes"),
    (b"\x1dI", "GS I: who are you?"),
    (b"\x1dV", "GS V: cut"),
    (b"\x1b@", "ESC @: begin anew"),
)


def _printer_command(data: bytes) -> str:
    named = [meaning for start, meaning in _PRINTER_COMMANDS if data.startswith(start)]
    return named[0] if named else ""


def _printer_answer(data: bytes) -> str:
    if data[:2] == b"7\x22" and data.endswith(b"\0"):
        return "all before this number is on paper"
    if data == b"7\x25\0":
        return "forgotten"
    if len(data) == 4 and data[0] & 0x93 == 0x10:
        return "something changed"
    if data and all(byte & 0x93 == 0x12 for byte in data):
        return "all is well" if set(data) == {0x12} else "something is wrong"
    return ""


_MEANINGS: dict[tuple[InstrumentKind, bool], Callable[[bytes], str]] = {
    (InstrumentKind.THERMOMETER, False): _measurement,
    (InstrumentKind.THERMOMETER, True): _thermometer_command,
    (InstrumentKind.PRINTER, False): _printer_answer,
    (InstrumentKind.PRINTER, True): _printer_command,
}
