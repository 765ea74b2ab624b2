"""A scanner with somebody's code before it, on a pseudo terminal or a TCP port.

Owns which of the three kinds of scanner it is.
"""

from __future__ import annotations

from enum import StrEnum

from hil.faults import FaultWord, InstrumentKind, fault_word
from hil.models.scanner import ScannerModel, SettingCode
from hil.models.scanner_keyboard import TypingScannerModel
from hil.models.scanner_newland import NewlandScannerModel
from hil.skins.wired import wired_skin
from hil.twins.line import Instrument, TwinLine
from hil.twins.line_faults import LineFaults
from hil.twins.wired import WiredTwin

HOSTILE = SettingCode(zone=0x0000, value=0xD4, content=b"^#SC^manual mode")
"""Whoever holds it up would switch the scanner off."""


class TwinKind(StrEnum):
    GM65 = "gm65"
    NEWLAND = "newland"
    KEYBOARD = "keyboard"
    KEYBOARD_BY_NUMBER = "keyboard-by-number"


def _model(kind: TwinKind) -> ScannerModel | NewlandScannerModel | TypingScannerModel:
    match kind:
        case TwinKind.GM65:
            return ScannerModel()
        case TwinKind.NEWLAND:
            return NewlandScannerModel()
        case TwinKind.KEYBOARD | TwinKind.KEYBOARD_BY_NUMBER:
            return TypingScannerModel(by_number=kind is TwinKind.KEYBOARD_BY_NUMBER)


class ScannerTwin(WiredTwin):
    """``url`` is what the kiosk is configured with. Every method may be called from any thread."""

    def __init__(self, url: str, *, seed: int = 0, kind: str = TwinKind.GM65) -> None:
        self._kind = TwinKind(kind)
        self._model = _model(self._kind)
        instrument = Instrument(
            receive=self._model.receive,
            advance=self._model.advance,
            next_due_s=self._model.next_due_s,
            plugged=self._model.power_up,
            # Input events have no speed; the pseudo terminal that carries them here has one.
            baud=None if self._kind.startswith("keyboard") else lambda: self._model.baud,
        )
        super().__init__(TwinLine("scanner", instrument, wired_skin(url), LineFaults(seed)))

    @property
    def mode(self) -> int | None:
        """The low two bits of zone 0000; None for a scanner without zones."""
        return self._model.mode if isinstance(self._model, ScannerModel) else None

    def show(self, text: str | bytes) -> None:
        """Somebody holds this code before the window."""
        data = text.encode() if isinstance(text, str) else text
        self._line.ask(lambda now_s: self._model.show(data, now_s))

    def show_setting_code(self) -> None:
        """Somebody tries to reprogram a GM65."""
        model = self._model
        if isinstance(model, ScannerModel):
            self._line.ask(lambda now_s: model.show(HOSTILE, now_s))

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
