"""Optris CS, CSmicro and CT infrared thermometers, binary protocol (manufacturer's manuals).

Owns the bytes, and what makes up for the missing checksum: an answer is two bare bytes, so a torn
one is a wrong temperature. A measurement is therefore a round of three questions, one at a time:
target, head, target again. It counts only when both looks at the target agree and every value is
one that such a head can have before a person.

    host -> sensor   [B0 + address] | CODE | value hi lo (a setting) | XOR (a setting, CT only)
    sensor -> host   hi lo

Temperatures are (value - 1000) / 10 degrees, of "hs" models (value - 10000) / 100; emissivity is
value / 1000. 8N1 at 115200 to 9600 baud. The XOR covers the command bytes, not the address.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, IntEnum

from msgspec import Struct

from firmware_bridge.answers import AnswerBuffer
from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.temperature_frame import MeasuringMode, TemperatureFrame

ANSWER_BYTES = 2
ANSWER_PATIENCE_S = 0.05
REPEAT_AGREES_C = 0.5
"""Two looks at the same forehead, a tenth of a second apart, differ by less."""
PLAUSIBLE_C = (-20.0, 100.0)
"""Nothing before a kiosk, and no head in its housing, is colder or hotter."""
_ADDRESS = 0xB0


class OptrisFamily(Enum):
    """CT sensors want a checksum behind every setting."""

    CS = "cs"
    CT = "ct"


class OptrisCode(IntEnum):
    TARGET = 0x01
    HEAD = 0x02
    EMISSIVITY = 0x04
    SET_EMISSIVITY = 0x84


class AskNext(Struct, frozen=True):
    """The next question of the round."""


class AskEmissivity(Struct, frozen=True):
    pass


class SetEmissivity(Struct, frozen=True):
    """Stored by the sensor, 0.100 to 1.100."""

    emissivity: float


class EmissivityTold(Struct, frozen=True):
    """The sensor's answer to a question for its emissivity, or to a new one."""

    emissivity: float


OptrisCommand = AskNext | AskEmissivity | SetEmissivity
OptrisFrame = TemperatureFrame | EmissivityTold
_ROUND = (OptrisCode.TARGET, OptrisCode.HEAD, OptrisCode.TARGET)


class OptrisCodec:
    """One sensor. ``address`` is its RS-485 address 1 to 15, None on a line of its own."""

    def __init__(
        self,
        family: OptrisFamily = OptrisFamily.CS,
        *,
        hundredths: bool = False,
        address: int | None = None,
    ) -> None:
        self._family = family
        self._celsius: Callable[[bytes], float] = _hundredths if hundredths else _tenths
        self._prefix = b"" if address is None else bytes((_ADDRESS + address,))
        self._answers = AnswerBuffer(ANSWER_BYTES, ANSWER_PATIENCE_S)
        self._asked = OptrisCode.TARGET
        self._round: list[bytes] = []
        self._broken = b""

    def feed(self, data: bytes, now_s: float) -> list[OptrisFrame | Noise]:
        """Frames and noise in wire order. Excess bytes void the round: it is out of step."""
        answer, before, behind = self._answers.feed(data, now_s)
        found: list[OptrisFrame | Noise] = [*self._told_broken(), *before]
        if answer:
            found += self._answered(answer, now_s)
        if before or behind:
            found += self._void(NoiseReason.NOT_REPEATED)
        return [*found, *behind]

    def encode(self, command: OptrisCommand) -> bytes:
        """The bytes of a question or setting. An unanswered question voids its round."""
        if self._answers.waiting:
            self._broken += b"".join(self._round)
            self._round = []
        self._answers.ask(ANSWER_BYTES)
        match command:
            case AskNext():
                self._asked = _ROUND[len(self._round)]
                return self._prefix + bytes((self._asked,))
            case AskEmissivity():
                self._asked = OptrisCode.EMISSIVITY
                return self._prefix + bytes((self._asked,))
            case SetEmissivity(emissivity):
                self._asked = OptrisCode.SET_EMISSIVITY
                words = bytes((self._asked,)) + round(emissivity * 1000).to_bytes(2, "big")
                return self._prefix + words + self._check(words)

    def deadline(self) -> float | None:
        return 0.0 if self._broken else self._answers.deadline()

    def expire(self, now_s: float) -> list[OptrisFrame | Noise]:
        """Half an answer is noise, and with it the round."""
        torn = self._answers.expire(now_s)
        found: list[OptrisFrame | Noise] = [*self._told_broken()]
        if torn:
            found += self._void(NoiseReason.NOT_REPEATED)
        return [*found, *torn]

    def _answered(self, answer: bytes, now_s: float) -> list[OptrisFrame | Noise]:
        if self._asked in (OptrisCode.EMISSIVITY, OptrisCode.SET_EMISSIVITY):
            return [EmissivityTold(int.from_bytes(answer, "big") / 1000)]
        self._round.append(answer)
        if not PLAUSIBLE_C[0] <= self._celsius(answer) <= PLAUSIBLE_C[1]:
            return [*self._void(NoiseReason.IMPLAUSIBLE)]
        if len(self._round) < len(_ROUND):
            return []
        first_c, head_c, again_c = (self._celsius(told) for told in self._round)
        if abs(first_c - again_c) > REPEAT_AGREES_C:
            return [*self._void(NoiseReason.NOT_REPEATED)]
        self._round = []
        return [TemperatureFrame(again_c, head_c, now_s, MeasuringMode.POLLED)]

    def _void(self, why: NoiseReason) -> list[Noise]:
        """The round so far as noise; the next question begins a new one."""
        told, self._round = b"".join(self._round), []
        return [Noise(told, why)] if told else []

    def _told_broken(self) -> list[Noise]:
        broken, self._broken = self._broken, b""
        return [Noise(broken, NoiseReason.NOT_REPEATED)] if broken else []

    def _check(self, words: bytes) -> bytes:
        if self._family is OptrisFamily.CS:
            return b""
        check = 0
        for byte in words:
            check ^= byte
        return bytes((check,))


def _tenths(told: bytes) -> float:
    return (int.from_bytes(told, "big") - 1000) / 10


def _hundredths(told: bytes) -> float:
    return (int.from_bytes(told, "big") - 10000) / 100
