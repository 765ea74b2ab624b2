"""A GA 450 ID-card reader with somebody's card on it (reference: devices, 2).

Owns the card's memory, the radio's pace and the reader's side of the protocol. Written from the
manual; must not import our codec.

Host to reader ``AA AA AA 96 69 LEN_hi LEN_lo CMD PARA CHK``; reader to host the same with ``SW1 SW2
SW3 DATA``. LEN counts from behind itself to CHK, CHK is the XOR of everything behind the preamble.
A read needs a find and a select before it; after a good one nothing is found until the card is
lifted. People are synthetic, photos are noise.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

_PREAMBLE = bytes.fromhex("AAAAAA9669")
_ANSWER_S = 0.03
_READ_S = 0.7
_PHOTO_BYTES = 1024
_SAM_ID = bytes.fromhex("05000100D5AF340187D61200B168DE3A")
_OK, _FOUND, _NONE, _NOT_SELECTED = 0x90, 0x9F, 0x80, 0x81
_BAD_SUM, _BAD_LENGTH, _BAD_COMMAND, _WRONG_CARD, _NOT_READ = 0x10, 0x11, 0x21, 0x40, 0x41
_UNAUTHORISED = 0x66


class Laid(StrEnum):
    """What may lie on the reader."""

    RESIDENT = "resident"
    OTHER_RESIDENT = "other-resident"
    HKMT = "hkmt"
    FOREIGNER_2017 = "foreigner-2017"
    FOREIGNER_2023 = "foreigner-2023"
    UNKNOWN_LETTER = "unknown-letter"
    BANK_CARD = "bank-card"


_SAME_OFFICE = {158: "某市公安局", 188: "20200101"}
_RESIDENT = {
    0: "测试甲",
    30: "1",
    32: "01",
    36: "19900307",
    52: "某市某区测试路1号",
    122: "110101199003071233",
    204: "长期",
    **_SAME_OFFICE,
}
_FIELDS: dict[Laid, dict[int, str]] = {
    Laid.RESIDENT: _RESIDENT,
    Laid.OTHER_RESIDENT: _RESIDENT
    | {0: "𬭊测乙", 36: "19650101", 122: "110101196501010026", 204: "20400101"},
    Laid.HKMT: _RESIDENT
    | {0: "陳測試", 32: "  ", 122: "810000198501010010", 220: "H12345678", 238: "01", 248: "J"},
    Laid.FOREIGNER_2017: {
        0: "TEST, ALEX MORGAN",
        120: "1",
        122: "XXX330185031201",
        152: "XXX",
        158: "测试丙",
        188: "20190103",
        204: "20290103",
        220: "19850312",
        236: "01",
        240: "1500",
        248: "I",
    },
    Laid.FOREIGNER_2023: _RESIDENT
    | {0: "测试丁", 52: "TEST, SAM RILEY", 122: "911101198806070028", 242: "XXX", 248: "Y"},
    Laid.UNKNOWN_LETTER: _RESIDENT | {248: "Q"},
}


def text_block(fields: dict[int, str]) -> bytes:
    """256 bytes of UTF-16LE spaces with texts at byte offsets."""
    block = bytearray(" ".encode("utf-16-le") * 128)
    for offset, text in fields.items():
        raw = text.encode("utf-16-le")
        block[offset : offset + len(raw)] = raw
    return bytes(block)


def answer_frame(body: bytes) -> bytes:
    """Preamble, LEN and CHK around SW1 SW2 SW3 DATA."""
    counted = (len(body) + 1).to_bytes(2, "big") + body
    return _PREAMBLE + counted + bytes((_xor(counted),))


def card_frame(text: bytes, photo: bytes) -> bytes:
    """The answer to a read."""
    sizes = len(text).to_bytes(2, "big") + len(photo).to_bytes(2, "big")
    return answer_frame(bytes((0, 0, _OK)) + sizes + text + photo)


def _xor(data: bytes) -> int:
    check = 0
    for byte in data:
        check ^= byte
    return check


@dataclass(slots=True)
class _Card:
    kind: Laid
    found: bool = False
    selected: bool = False
    read: bool = False


class IdCardReaderModel:
    """One reader. With ``asks_for_lift`` False it finds a card that was read again and again."""

    def __init__(self, *, seed: int, baud: int = 115200, asks_for_lift: bool = True) -> None:
        self.baud = baud
        self.authorised = True
        self._asks_for_lift = asks_for_lift
        self._noise = random.Random(seed)
        self._photo = self._noise.randbytes(_PHOTO_BYTES)
        self._card: _Card | None = None
        self._heard = bytearray()
        self._said: list[tuple[float, bytes]] = []

    @property
    def photo(self) -> bytes:
        """What must never be seen behind the wire."""
        return self._photo

    def power_up(self, now_s: float) -> None:
        """Power returns: the reader has forgotten that a card was found, selected or read."""
        self._heard.clear()
        self._said.clear()
        if self._card is not None:
            self._card = _Card(self._card.kind)

    def lay(self, kind: Laid) -> None:
        """Somebody lays a card down; the one before is taken away."""
        self._card = _Card(kind)

    def lift(self) -> None:
        self._card = None

    def receive(self, data: bytes, now_s: float) -> None:
        """Bytes from the host; what is no frame is skipped."""
        self._heard += data
        while True:
            start = self._heard.find(_PREAMBLE)
            if start < 0:
                del self._heard[: -len(_PREAMBLE) + 1]
                return
            del self._heard[:start]
            length = int.from_bytes(self._heard[5:7], "big")
            if len(self._heard) < 7 or len(self._heard) < 7 + length:
                return
            counted, check = bytes(self._heard[5 : 6 + length]), self._heard[6 + length]
            del self._heard[: 7 + length]
            body, wait_s = self._answer(counted, check)
            self._said.append((now_s + wait_s, answer_frame(b"\x00\x00" + body)))

    def _answer(self, counted: bytes, check: int) -> tuple[bytes, float]:
        """SW3 and DATA, and after how long."""
        if _xor(counted) != check:
            return bytes((_BAD_SUM,)), _ANSWER_S
        if len(counted) != 4:
            return bytes((_BAD_LENGTH,)), _ANSWER_S
        if not self.authorised:
            return bytes((_UNAUTHORISED,)), _ANSWER_S
        match counted[2:]:
            case b"\x11\xff":
                return bytes((_OK,)), _ANSWER_S
            case b"\x12\xff":
                return bytes((_OK,)) + _SAM_ID, _ANSWER_S
            case b"\x20\x01":
                return self._find(), _ANSWER_S
            case b"\x20\x02":
                return self._select(), _ANSWER_S
            case b"\x30\x01":
                return self._read(), _READ_S
        return bytes((_BAD_COMMAND,)), _ANSWER_S

    def _find(self) -> bytes:
        card = self._card
        if card is None or (card.read and self._asks_for_lift):
            return bytes((_NONE,))
        card.found, card.selected = True, False
        return bytes((_FOUND,)) + bytes(4)

    def _select(self) -> bytes:
        card = self._card
        if card is None or not card.found:
            return bytes((_NOT_SELECTED,))
        card.selected = True
        return bytes((_OK,)) + bytes(8)

    def _read(self) -> bytes:
        card = self._card
        if card is None or not card.selected:
            return bytes((_NOT_READ,))
        card.found = card.selected = False
        if card.kind is Laid.BANK_CARD:
            return bytes((_WRONG_CARD,))
        card.read = True
        text = text_block(_FIELDS[card.kind])
        return card_frame(text, self._photo)[len(_PREAMBLE) + 4 : -1]

    def advance(self, now_s: float) -> bytes:
        """Answers that are due."""
        due = [said for at_s, said in self._said if at_s <= now_s]
        self._said = [(at_s, said) for at_s, said in self._said if at_s > now_s]
        return b"".join(due)

    def next_due_s(self) -> float | None:
        return min((at_s for at_s, _ in self._said), default=None)
