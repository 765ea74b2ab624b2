"""Boards of which little is known: printed text, GY-614V3, GD60914 (reference: devices, 1.4, 1.5).

Owns their side of the wire as far as anybody published it. A twin of a guess proves that the kiosk
handles the guess, not that the guess is right.
"""

from __future__ import annotations

from hil.models.forehead import ForeheadScene, OutputPace

BOARD_PATTERN = r"surface = (?P<object>[0-9.]+) C, room (?P<ambient>[0-9.]+) C"
"""What a technician writes into the settings for the board that prints text."""

_INTERVAL_S = 0.1
_POWER_UP_S = 0.05


class TextBoardModel(ForeheadScene):
    """Prints a line ten times a second, whatever it is told."""

    def __init__(self, *, seed: int, ambient_c: float = 24.0, baud: int = 115200) -> None:
        super().__init__(seed=seed, ambient_c=ambient_c)
        self.baud = baud
        self._pace = OutputPace(_INTERVAL_S)

    def power_up(self, now_s: float) -> None:
        self._pace.next_due_s = now_s + _POWER_UP_S

    def receive(self, data: bytes, now_s: float) -> None:
        """It listens to nobody."""

    def advance(self, now_s: float) -> bytes:
        return self._say(now_s) if self._pace.due(now_s) else b""

    def next_due_s(self) -> float | None:
        return self._pace.next_due_s

    def _say(self, now_s: float) -> bytes:
        object_c, ambient_c = self.measured(now_s)
        return f"T surface = {object_c:.2f} C, room {ambient_c:.2f} C, ok\r\n".encode("ascii")


class Gy614V3Model(TextBoardModel):
    """``A4 03 07 08``, emissivity, object, ambient, "body", sum of all bytes before."""

    def _say(self, now_s: float) -> bytes:
        object_c, ambient_c = self.measured(now_s)
        body_c = object_c + 0.08
        head = bytes((0xA4, 0x03, 0x07, 0x08, 97))
        words = (round(value * 100) for value in (object_c, ambient_c, body_c))
        said = head + b"".join(word.to_bytes(2, "big", signed=True) for word in words)
        return said + bytes((sum(said) & 0xFF,))


class Gd60914Model(ForeheadScene):
    """Answers ``AA`` with the object temperature: seven characters, tenths of a degree."""

    def __init__(self, *, seed: int, ambient_c: float = 24.0, baud: int = 115200) -> None:
        super().__init__(seed=seed, ambient_c=ambient_c)
        self.baud = baud
        self._asked_s: list[float] = []

    def power_up(self, now_s: float) -> None:
        self._asked_s.clear()

    def receive(self, data: bytes, now_s: float) -> None:
        self._asked_s += [now_s] * data.count(b"\xaa")

    def advance(self, now_s: float) -> bytes:
        tenths = [round(self.measured(at_s)[0] * 10) for at_s in self._asked_s]
        self._asked_s.clear()
        return b"".join(b"%7d" % value for value in tenths)

    def next_due_s(self) -> float | None:
        return 0.0 if self._asked_s else None
