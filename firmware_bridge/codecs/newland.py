"""Newland scanners with the setting protocol of capital letters (HR52 manual and its relatives).

Owns the serial protocol. Which settings a model has is data of the site, from its own manual.

    host -> scanner   7E 01 30 30 30 30 | 40 '@' for good, 23 '#' until power-off | SETTING | 3B 03
    scanner -> host   02 01 30 30 30 30 | 40 or 23 | SETTING 06 (taken) or 15 (refused) | 3B 03
    scanner -> host   the bytes of a code, as they are, perhaps with CR behind them

No question is published that every model answers, so a scanner that rests proves nothing of itself.
As with `gm65`, bytes count as an answer only while a question waits for one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from msgspec import Struct

from firmware_bridge.codec import Noise
from firmware_bridge.codecs.scan_assembly import MAX_CODE_BYTES, ScanAssembly, ScannedCode

ANSWER_S = 0.5
MAX_ANSWER_BYTES = 128
SETTING = re.compile(r"[A-Z]{6}[0-9A-Z]{0,40}")
"""TAG and SUBTAG of three letters each, and DATA."""

_ANSWER = re.compile(rb"\x02\x010000[@#]([\x20-\x3a\x3c-\x7e]{0,100})([\x06\x15]);\x03")
_SENT = re.compile(rb"\x7e\x010000([@#])([A-Z]{6}[0-9A-Z]{0,40});\x03")
_BEGUN = re.compile(rb"\x02(?:\x01[0@#\x20-\x7e\x06\x15]*)?\Z")


@dataclass(frozen=True, slots=True)
class NewlandSetting:
    """``text`` such as ``DFMADD0699900399``; ``for_good`` writes it to the scanner's flash."""

    text: str
    for_good: bool = False

    def __post_init__(self) -> None:
        if not SETTING.fullmatch(self.text):
            raise ValueError("a Newland setting is six capital letters and then letters or digits")


class SettingAnswer(Struct, frozen=True, gc=False):
    """The scanner took a setting, or refused it."""

    setting: str
    taken: bool
    at_s: float


class NewlandCodec:
    """Tells answers from codes. Keeps one unfinished answer and one unfinished code."""

    def __init__(self, max_code_bytes: int = MAX_CODE_BYTES) -> None:
        self._assembly = ScanAssembly(max_code_bytes)
        self._begun = b""
        self._asking = False
        self._until_s = 0.0

    def feed(self, data: bytes, now_s: float) -> list[SettingAnswer | ScannedCode | Noise]:
        """Answers at once; codes when the pause behind them is over, here or in `expire`."""
        found = self._settle(now_s, reading=True)
        stream, self._begun = self._begun + data, b""
        if self._asking and (answer := _ANSWER.search(stream)):
            self._asking = False
            found += self._assembly.add(stream[: answer.start()], now_s)
            found.append(SettingAnswer(answer[1].decode("ascii"), answer[2] == b"\x06", now_s))
            stream = stream[answer.end() :]
        elif self._asking:
            stream, self._begun = _split_begun(stream)
        found += self._assembly.add(stream, now_s)
        return found

    def encode(self, command: NewlandSetting) -> bytes:
        """The frame of a setting. An earlier one is no longer waited for."""
        self._asking, self._until_s = True, 0.0
        keep = b"@" if command.for_good else b"#"
        return b"\x7e\x010000" + keep + command.text.encode("ascii") + b";\x03"

    def deadline(self) -> float | None:
        code_s = self._assembly.deadline()
        if not self._asking:
            return code_s
        return min(self._until_s, code_s or self._until_s)

    def expire(self, now_s: float) -> list[SettingAnswer | ScannedCode | Noise]:
        """Codes whose pause is over; a setting that got no answer is forgotten."""
        return self._settle(now_s, reading=False)

    def _settle(self, now_s: float, *, reading: bool) -> list[SettingAnswer | ScannedCode | Noise]:
        found: list[SettingAnswer | ScannedCode | Noise] = []
        doubtful = self._asking
        if self._asking and not self._until_s:
            # The first call after a setting brings the time from which its answer is awaited.
            self._until_s = now_s + ANSWER_S
        elif self._asking and now_s >= self._until_s:
            self._asking = False
            found += self._assembly.add(self._begun, now_s)
            self._begun = b""
        if self._assembly.due(now_s, reading=reading):
            found += self._assembly.end(doubtful=doubtful)
        return found


def setting_in(data: bytes) -> NewlandSetting | None:
    """The setting that the kiosk sent with these bytes, for recordings; None: none."""
    found = _SENT.fullmatch(data)
    return NewlandSetting(found[2].decode("ascii"), found[1] == b"@") if found else None


def _split_begun(stream: bytes) -> tuple[bytes, bytes]:
    """What is no answer, and what may yet become one."""
    begun = _BEGUN.search(stream)
    if begun is None or len(stream) - begun.start() > MAX_ANSWER_BYTES:
        return stream, b""
    return stream[: begun.start()], stream[begun.start() :]
