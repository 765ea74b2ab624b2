"""GA 450 resident ID-card reader (SAM module): its frames, in both directions.

Owns the framing; in which order the questions go is `ga450_dialogue`, what stands in a card's text
is `ga450_text`.

    host -> reader   AA AA AA 96 69 | LEN_hi LEN_lo | CMD PARA | CHK
    reader -> host   AA AA AA 96 69 | LEN_hi LEN_lo | 00 00 STATUS | DATA | CHK

8N1 at 115200 baud (slower ones exist). LEN counts the bytes behind it; CHK is the XOR of LEN to the
end of DATA. The answer to a read brings 256 bytes of text and a photo in a closed format: the photo
(and fingerprints, which are never asked for) are dropped here and reach nobody. The reader answers
each question once and says nothing by itself, so a new question ends whatever had begun.
"""

from __future__ import annotations

from enum import StrEnum
from struct import Struct as Layout

from msgspec import Struct

from firmware_bridge.buffer import UnfinishedFrame
from firmware_bridge.codec import Noise, NoiseReason

HEADER = bytes.fromhex("AAAAAA9669")
TEXT_BYTES = 256
MAX_LENGTH = 0x090A  # text, photo and two fingerprints: the longest answer of the manual
_HEADER_ENDS = (HEADER[:1], HEADER[:4])
"""A header that has begun ends in one of these."""
_SHORTEST_LENGTH = 4
_BEFORE_LENGTH = len(HEADER) + 2
# USB adapters and busy kernels tear frames, not for this long; counted from the newest byte.
FRAME_PATIENCE_S = 0.3
_SAM_ID = Layout("<HHIII")


class ReaderCommand(StrEnum):
    """The questions of the manual that a kiosk asks, CMD and PARA."""

    STATUS = "11FF"
    SAM_ID = "12FF"
    FIND = "2001"
    SELECT = "2002"
    READ = "3001"


STATUS_OK, STATUS_FOUND, STATUS_NO_CARD = 0x90, 0x9F, 0x80
STATUS_WORDS: dict[int, str] = {
    0x90: "done",
    0x9F: "a card is there",
    0x91: "the card has no such content",
    0x10: "the question had a wrong checksum",
    0x11: "the question had a wrong length",
    0x21: "unknown command",
    0x23: "not permitted",
    0x24: "unknown error",
    0x31: "the card does not accept the reader",
    0x32: "the reader does not accept the card",
    0x33: "what the card holds could not be verified",
    0x40: "not an ID card",
    0x41: "reading failed",
    0x47: "the random number failed",
    0x60: "the reader failed its self-test",
    0x66: "the reader is not authorised",
    0x80: "no card, or it was read and not lifted",
    0x81: "selecting the card failed",
}


class ReaderAnswer(Struct, frozen=True, gc=False):
    """Any answer but a card's text. ``sam_id`` is set by the answer to `ReaderCommand.SAM_ID`."""

    status: int
    meaning: str
    sam_id: str
    at_s: float


class CardText(Struct, frozen=True, gc=False):
    """The 256 bytes of text of a card. Personal: prints masked, must not be logged or stored."""

    text: bytes
    at_s: float

    def __repr__(self) -> str:
        return "CardText(***)"


class Ga450Codec:
    """Finds answers in whatever arrives. Keeps one unfinished frame, of 2.3 kB at most."""

    def __init__(self) -> None:
        self._unfinished = UnfinishedFrame(_BEFORE_LENGTH + MAX_LENGTH - 1, FRAME_PATIENCE_S)
        self._asked_anew = False

    def feed(self, data: bytes, now_s: float) -> list[ReaderAnswer | CardText | Noise]:
        """Answers and noise in wire order; every byte but a photo's ends in one, or is held."""
        found = self.expire(now_s)
        stream = self._unfinished.join(data)
        size = len(stream)
        undecided = search = 0
        why = NoiseReason.NOT_A_FRAME
        while True:
            start = stream.find(HEADER, search)
            if start < 0:
                start = size - _header_begun(stream, search)
                break
            body = start + _BEFORE_LENGTH
            if size < body:
                break
            length = stream[body - 2] << 8 | stream[body - 1]
            if not _SHORTEST_LENGTH <= length <= MAX_LENGTH:
                search = start + 1
                continue
            if size - body < length:
                break
            if _xor(stream[body - 2 : body + length]):
                why = NoiseReason.WRONG_CHECKSUM
                search = start + 1
                continue
            answer = _answer(stream[body : body + length - 1], now_s)
            search = body + length
            if answer is None:
                why = NoiseReason.OTHER_LAYOUT
                continue
            if start > undecided:
                found.append(_noise(stream[undecided:start], why))
                why = NoiseReason.NOT_A_FRAME
            found.append(answer)
            undecided = search
        if start > undecided:
            found.append(_noise(stream[undecided:start], why))
        self._unfinished.hold(stream[start:], now_s)
        return found

    def encode(self, command: ReaderCommand) -> bytes:
        """The frame of a question. What an earlier one had begun to answer is given up."""
        self._asked_anew = True
        body = b"\x00\x03" + bytes.fromhex(command.value)
        return HEADER + body + bytes((_xor(body),))

    def deadline(self) -> float | None:
        return self._unfinished.deadline()

    def expire(self, now_s: float) -> list[ReaderAnswer | CardText | Noise]:
        """A frame that stopped half-way, or that a new question overtook, is noise."""
        begun = self._unfinished.join(b"") if self._asked_anew else b""
        self._asked_anew = False
        if begun:
            return [Noise(begun, NoiseReason.CUT_SHORT)]
        return [*self._unfinished.expire(now_s)]


def _answer(body: bytes, at_s: float) -> ReaderAnswer | CardText | None:
    """What the bytes between LEN and CHK say; None when they are laid out otherwise."""
    if body[0] or body[1]:
        return None
    status, data = body[2], body[3:]
    if status != STATUS_OK:
        return ReaderAnswer(status, STATUS_WORDS.get(status, "unknown status"), "", at_s)
    if len(data) > TEXT_BYTES:
        text = _text_of(data)
        return None if text is None else CardText(text, at_s)
    sam_id = ""
    if len(data) == _SAM_ID.size:
        first, second, day, high, low = _SAM_ID.unpack(data)
        sam_id = f"{first:02d}.{second:02d}-{day}-{high:09d}-{low:09d}"
    return ReaderAnswer(status, STATUS_WORDS[status], sam_id, at_s)


def _text_of(data: bytes) -> bytes | None:
    """The text out of text, photo and perhaps fingerprints, when their lengths add up."""
    text_bytes, photo_bytes = int.from_bytes(data[:2], "big"), int.from_bytes(data[2:4], "big")
    if text_bytes != TEXT_BYTES:
        return None
    if len(data) == 4 + text_bytes + photo_bytes:
        return data[4 : 4 + TEXT_BYTES]
    finger_bytes = int.from_bytes(data[4:6], "big")
    if len(data) == 6 + text_bytes + photo_bytes + finger_bytes:
        return data[6 : 6 + TEXT_BYTES]
    return None


def _xor(data: bytes) -> int:
    """All bytes XORed, by folding one long number: a photo's kilobyte costs microseconds."""
    folded, bits = int.from_bytes(data, "big"), 1 << max(3, (len(data) * 8 - 1).bit_length())
    while bits > 8:
        bits >>= 1
        folded ^= folded >> bits
    return folded & 0xFF


def _header_begun(stream: bytes, search: int) -> int:
    """How many bytes at the end of ``stream``, from ``search`` on, may be the start of a header."""
    if not stream.endswith(_HEADER_ENDS):
        return 0
    for count in range(min(len(HEADER) - 1, len(stream) - search), 0, -1):
        if stream.endswith(HEADER[:count]):
            return count
    return 0


def _noise(data: bytes, why: NoiseReason) -> Noise:
    if why is NoiseReason.NOT_A_FRAME and not any(data):
        why = NoiseReason.ZEROS
    return Noise(data, why)
