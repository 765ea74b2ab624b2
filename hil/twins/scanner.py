"""A GM65 scanner with somebody's code before it, on a pseudo terminal or a TCP port."""

from __future__ import annotations

from types import TracebackType

from hil.faults import FaultWord, InstrumentKind, fault_word
from hil.models.scanner import ScannerModel, SettingCode
from hil.skins.wired import wired_skin
from hil.twins.line import Instrument, TwinLine, WireBytes
from hil.twins.line_faults import LineFaults

HOSTILE = SettingCode(zone=0x0000, value=0xD4, content=b"^#SC^manual mode")
"""Whoever holds it up would switch the scanner off."""


class ScannerTwin:
    """``url`` is what the kiosk is configured with. Every method may be called from any thread."""

    def __init__(self, url: str, *, seed: int = 0, baud: int = 9600) -> None:
        self._model = ScannerModel(baud=baud)
        instrument = Instrument(
            receive=self._model.receive,
            advance=self._model.advance,
            next_due_s=self._model.next_due_s,
            plugged=self._model.power_up,
            baud=lambda: self._model.baud,
        )
        self._line = TwinLine("scanner", instrument, wired_skin(url), LineFaults(seed))

    def __enter__(self) -> ScannerTwin:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """With the port that was really taken, once started."""
        return self._line.url

    @property
    def wire(self) -> tuple[WireBytes, ...]:
        """The newest bytes of the wire, oldest first."""
        return self._line.wire

    @property
    def faults(self) -> frozenset[FaultWord]:
        """Faults that hold now."""
        return frozenset(self._line.faults.active)

    @property
    def mode(self) -> int:
        """The low two bits of zone 0000."""
        return self._model.mode

    def start(self) -> None:
        self._line.start()

    def stop(self) -> None:
        self._line.stop()

    def show(self, text: str | bytes) -> None:
        """Somebody holds this code before the window."""
        data = text.encode() if isinstance(text, str) else text
        self._line.ask(lambda now_s: self._model.show(data, now_s))

    def show_setting_code(self) -> None:
        """Somebody tries to reprogram the scanner."""
        self._line.ask(lambda now_s: self._model.show(HOSTILE, now_s))

    def lose_power(self) -> None:
        """A blink of the supply: the port stays, what was set is forgotten."""
        self._line.ask(self._model.power_up)

    def fault(self, word: str) -> None:
        """Begin a fault of the vocabulary; raises `hil.faults.NotExpressible`."""
        self._line.fault(fault_word(word, InstrumentKind.SCANNER, self._line.skin_kind))

    def heal(self, word: str | None = None) -> None:
        """End one fault, or all that hold."""
        for held in self.faults if word is None else {FaultWord(word)}:
            self._line.heal(held)
