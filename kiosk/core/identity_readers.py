"""The scanner and the ID-card reader of the core: what they say, in the words of the visit.

Owns the two drivers. A scanned text goes the way of a code that the camera saw; a scanner seldom
tells the symbology, so a text that is a whole tube number counts as the bars on a tube.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from config.devices import IdCardReaderSection
from config.model import KioskConfig
from contracts.record import Person
from contracts.tube_number import TubeNumber, TubeNumberError
from drivers.code_scanner import ScannedSymbology, ScannedText, scanned_text
from drivers.id_card_reader.reader import CardLaid, IdCardReader
from firmware_bridge.codecs.ga450 import CardText, ReaderAnswer
from firmware_bridge.codecs.ga450_dialogue import ReadLost
from firmware_bridge.codecs.ga450_text import CardLayout
from firmware_bridge.codecs.scan_assembly import ScannedCode
from firmware_bridge.link import LinkState, LinkStatus
from kiosk.core.card_desk import CardDesk
from kiosk.core.device_desk import ID_CARD_READER, SCANNER
from kiosk.flow.visit_state import Before, CodeAccepted, CodeRefused
from kiosk.ipc.messages import CodeSeen, SeenCode, Symbology

_SYMBOLOGIES = {
    ScannedSymbology.QR: Symbology.QR,
    ScannedSymbology.CODE_128: Symbology.CODE_128,
    ScannedSymbology.OTHER: Symbology.OTHER,
}


def configured(config: KioskConfig) -> list[str]:
    """The roles of those that this kiosk has."""
    sections = {SCANNER: config.scanner, ID_CARD_READER: config.id_card_reader}
    return [role for role, section in sections.items() if section is not None]


class IdentityReaders:
    """``section`` None: there is no card reader, and no card is taken."""

    def __init__(
        self, section: IdCardReaderSection | None, before: Callable[[Person], Before | None]
    ) -> None:
        layouts = [CardLayout(layout.value) for layout in section.layouts] if section else []
        self._cards = CardDesk(layouts, before)
        self._reader = IdCardReader()

    @property
    def card_reader_fit(self) -> bool:
        """False while the card reader says of itself that it cannot work."""
        return not self._reader.unfit

    def link_changed(self, status: LinkStatus) -> None:
        """A card that lies on a reader which came back was counted before."""
        if status.name == ID_CARD_READER and status.state is LinkState.READY:
            self._reader.link_opened()

    def hear(self, frame: object, today: date) -> Iterator[CodeSeen | CodeAccepted | CodeRefused]:
        """What a frame of either device means; nothing for answers that are conversation only."""
        match frame:
            case ScannedCode():
                yield as_seen(scanned_text(frame))
            case ReaderAnswer() | CardText() | ReadLost():
                for news in self._reader.feed(frame):
                    if isinstance(news, CardLaid):
                        yield self._cards.read(news.card, today)
                    else:
                        yield self._cards.refuse(news.why)


def as_seen(scanned: ScannedText) -> CodeSeen:
    """The same message as the camera process sends."""
    symbology = _SYMBOLOGIES.get(scanned.symbology) or _guess(scanned.text)
    code = SeenCode(symbology, scanned.text, binary=scanned.binary, too_long=scanned.too_long)
    return CodeSeen(codes=(code,), captured_s=scanned.at_s, decode_cpu_ms=0.0)


def _guess(text: str) -> Symbology:
    try:
        TubeNumber.parse(text)
    except TubeNumberError:
        return Symbology.QR
    return Symbology.CODE_128
