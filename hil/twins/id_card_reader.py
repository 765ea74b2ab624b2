"""A GA 450 ID-card reader with a card on it, on a pseudo terminal or a TCP port."""

from __future__ import annotations

from hil.faults import FaultWord, InstrumentKind, fault_word
from hil.models.id_card_reader import IdCardReaderModel, Laid
from hil.skins.wired import wired_skin
from hil.twins.line import Instrument, TwinLine
from hil.twins.line_faults import LineFaults
from hil.twins.wired import WiredTwin


class IdCardReaderTwin(WiredTwin):
    """``url`` is what the kiosk is configured with. Every method may be called from any thread."""

    def __init__(
        self, url: str, *, seed: int = 0, baud: int = 115200, asks_for_lift: bool = True
    ) -> None:
        self._model = IdCardReaderModel(seed=seed, baud=baud, asks_for_lift=asks_for_lift)
        instrument = Instrument(
            receive=self._model.receive,
            advance=self._model.advance,
            next_due_s=self._model.next_due_s,
            plugged=self._model.power_up,
            baud=lambda: self._model.baud,
        )
        super().__init__(TwinLine("id-card-reader", instrument, wired_skin(url), LineFaults(seed)))

    def lay(self, kind: str) -> None:
        """Somebody lays a card down: a word of `hil.models.id_card_reader.Laid`."""
        card = Laid(kind)
        self._line.ask(lambda _: self._model.lay(card))

    def lift(self) -> None:
        self._line.ask(lambda _: self._model.lift())

    def set_authorised(self, *, authorised: bool) -> None:
        """Whether the security module may work at all."""
        self._line.ask(lambda _: setattr(self._model, "authorised", authorised))

    def fault(self, word: str) -> None:
        """Begin a fault of the vocabulary; raises `hil.faults.NotExpressible`."""
        self._line.fault(fault_word(word, InstrumentKind.ID_CARD_READER, self._line.skin_kind))

    def heal(self, word: str | None = None) -> None:
        """End one fault, or all that hold."""
        for held in self.faults if word is None else {FaultWord(word)}:
            self._line.heal(held)
