"""What an ESC/POS printer can be asked, and what it can say (Epson command reference).

Owns the frames and commands of `escpos_status` and the meaning of their bits. Folding many answers
into one printer status is the driver's work. All times are those of the answer's last byte.
"""

from __future__ import annotations

from enum import IntEnum

from msgspec import Struct


class StatusTopic(IntEnum):
    """The n of DLE EOT n."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    PAPER = 4


class InfoTopic(IntEnum):
    """The n of GS I n, text replies only: the one-byte replies of n = 1-3 look like other bytes."""

    FIRMWARE = 0x41
    MAKER = 0x42
    MODEL = 0x43
    SERIAL_NUMBER = 0x44
    FONTS = 0x45


class StatusQuery(Struct, frozen=True):
    """One batch of real-time questions; answered all together or not at all."""

    topics: tuple[StatusTopic, ...] = tuple(StatusTopic)

    def __post_init__(self) -> None:
        if not self.topics:
            raise ValueError("a status query asks about at least one topic")


class InfoQuery(Struct, frozen=True):
    """One question about the printer itself (GS I n). Buffered: unanswered while offline."""

    topic: InfoTopic


class ReportChanges(Struct, frozen=True):
    """Automatic status (GS a n): sent at once, then at every change; ``enabled=False`` ends it."""

    enabled: bool = True


class ClearBuffers(Struct, frozen=True):
    """DLE DC4 8: drop everything received and unprinted. Send nothing until `BuffersCleared`."""


class RecoverAndDrop(Struct, frozen=True):
    """DLE ENQ 2: leave a recoverable error and drop the failed job: nothing prints twice."""


PrinterCommand = StatusQuery | InfoQuery | ReportChanges | ClearBuffers | RecoverAndDrop


class RealTimeStatus(Struct, frozen=True, gc=False):
    """One reply to DLE EOT n. A property is None when this topic says nothing about it."""

    topic: StatusTopic
    raw: int
    at_s: float

    def _bit(self, topic: StatusTopic, mask: int) -> bool | None:
        return bool(self.raw & mask) if self.topic is topic else None

    @property
    def offline(self) -> bool | None:
        return self._bit(StatusTopic.PRINTER, 0x08)

    @property
    def waiting_online(self) -> bool | None:
        """It waits for somebody to bring it online again."""
        return self._bit(StatusTopic.PRINTER, 0x20)

    @property
    def button_pressed(self) -> bool | None:
        return self._bit(StatusTopic.PRINTER, 0x40)

    @property
    def cover_open(self) -> bool | None:
        return self._bit(StatusTopic.OFFLINE_CAUSE, 0x04)

    @property
    def feeding_by_button(self) -> bool | None:
        return self._bit(StatusTopic.OFFLINE_CAUSE, 0x08)

    @property
    def stopped_for_paper(self) -> bool | None:
        return self._bit(StatusTopic.OFFLINE_CAUSE, 0x20)

    @property
    def error_present(self) -> bool | None:
        return self._bit(StatusTopic.OFFLINE_CAUSE, 0x40)

    @property
    def mechanical_error(self) -> bool | None:
        return self._bit(StatusTopic.ERROR_CAUSE, 0x04)

    @property
    def cutter_error(self) -> bool | None:
        return self._bit(StatusTopic.ERROR_CAUSE, 0x08)

    @property
    def unrecoverable_error(self) -> bool | None:
        return self._bit(StatusTopic.ERROR_CAUSE, 0x20)

    @property
    def recoverable_error(self) -> bool | None:
        return self._bit(StatusTopic.ERROR_CAUSE, 0x40)

    @property
    def paper_near_end(self) -> bool | None:
        return self._bit(StatusTopic.PAPER, 0x0C)

    @property
    def paper_end(self) -> bool | None:
        return self._bit(StatusTopic.PAPER, 0x60)


class AutomaticStatus(Struct, frozen=True, gc=False):
    """The four bytes of an automatic status (ASB), whole."""

    raw: bytes
    at_s: float

    @property
    def offline(self) -> bool:
        return bool(self.raw[0] & 0x08)

    @property
    def cover_open(self) -> bool:
        return bool(self.raw[0] & 0x20)

    @property
    def feeding_by_button(self) -> bool:
        return bool(self.raw[0] & 0x40)

    @property
    def mechanical_error(self) -> bool:
        return bool(self.raw[1] & 0x04)

    @property
    def cutter_error(self) -> bool:
        return bool(self.raw[1] & 0x08)

    @property
    def unrecoverable_error(self) -> bool:
        return bool(self.raw[1] & 0x20)

    @property
    def recoverable_error(self) -> bool:
        return bool(self.raw[1] & 0x40)

    @property
    def paper_near_end(self) -> bool:
        return bool(self.raw[2] & 0x03)

    @property
    def paper_end(self) -> bool:
        return bool(self.raw[2] & 0x0C)


class ProcessIdDone(Struct, frozen=True, gc=False):
    """GS ( H: everything sent before this id has left the print head. Four printable characters."""

    process_id: str
    at_s: float


class PrinterInfo(Struct, frozen=True, gc=False):
    """The answer to one `InfoQuery`, for example ``EPSON`` for the maker."""

    topic: InfoTopic
    text: str
    at_s: float


class BuffersCleared(Struct, frozen=True, gc=False):
    """The answer to `ClearBuffers`."""

    at_s: float


class FlowControl(Struct, frozen=True, gc=False):
    """XOFF (``paused``) or XON: the printer's buffer is full, or has room again."""

    paused: bool
    at_s: float


PrinterFrame = (
    RealTimeStatus | AutomaticStatus | ProcessIdDone | PrinterInfo | BuffersCleared | FlowControl
)
