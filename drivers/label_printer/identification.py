"""Who a printer says it is: GS I, asked once a connection, one question at a time.

Owns the order of the questions and the sentence that the answers make. An answer does not say which
question it answers, so the next one waits for it; a printer that leaves one unanswered is asked no
more on this connection. Must not send and must not look at a clock.
"""

from __future__ import annotations

from firmware_bridge.codecs.escpos_frames import InfoQuery, InfoTopic, PrinterInfo

PATIENCE_S = 3.0
"""GS I waits in the printer's buffer behind a label that is being printed."""
_LONGEST = 128
_ORDER = (
    InfoTopic.MAKER,
    InfoTopic.MODEL,
    InfoTopic.FIRMWARE,
    InfoTopic.SERIAL_NUMBER,
    InfoTopic.FONTS,
)


class Identification:
    """Of one connection: make a new one for the next."""

    def __init__(self) -> None:
        self._answers: dict[InfoTopic, str] = {}
        self._left = list(_ORDER)
        self._asked: InfoTopic | None = None
        self._asked_s = 0.0

    @property
    def done(self) -> bool:
        """Every question was answered, or the printer stopped answering."""
        return not self._left and self._asked is None

    def next_question(self, now_s: float) -> InfoQuery | None:
        """What to ask now; None while an answer is awaited and when nothing is left."""
        if self._asked is not None:
            if now_s - self._asked_s < PATIENCE_S:
                return None
            self._left, self._asked = [], None
        if not self._left:
            return None
        self._asked, self._asked_s = self._left.pop(0), now_s
        return InfoQuery(self._asked)

    def heard(self, frame: object) -> None:
        """Takes the answer to the question that is open; anything else changes nothing."""
        if isinstance(frame, PrinterInfo) and frame.topic is self._asked:
            self._asked = None
            self._answers[frame.topic] = frame.text.strip()

    @property
    def about(self) -> str:
        """Such as ``EPSON TM-L90, firmware 1.04, serial number T0000001``; "" when it said nothing.

        At most 128 characters, printable ASCII.
        """
        name = " ".join(
            self._answers[topic]
            for topic in (InfoTopic.MAKER, InfoTopic.MODEL)
            if self._answers.get(topic)
        )
        words = {
            InfoTopic.FIRMWARE: "firmware",
            InfoTopic.SERIAL_NUMBER: "serial number",
            InfoTopic.FONTS: "fonts",
        }
        rest = [f"{word} {self._answers[t]}" for t, word in words.items() if self._answers.get(t)]
        return ", ".join([name] * bool(name) + rest)[:_LONGEST]
