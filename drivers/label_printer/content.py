"""What stands on labels and slips. No name and no document number ever on a tube: it is anonymous.

Owns the fields and their limits; must not know how they are drawn. A name on a slip is masked by
whoever prints it; here it only loses what cannot be printed.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.label_printer.printable import is_printable, printable
from drivers.label_printer.template import TemplateKind

_DIGITS_OF_A_TUBE = 14
_MAX_TEXT = 16
_MAX_MARKS = 3

_POOL_CLASS_WORDS = {
    "20": "20:1 混采",
    "10": "10:1 混采",
    "5": "5:1 混采",
    "household": "家庭 混采",
    "1": "1:1 单采",
}


def pool_class_words(pool_class: str) -> str:
    """Printed words of a pool class, for example ``10`` becomes ``10:1 混采``.

    Raises ValueError naming the allowed classes.
    """
    try:
        return _POOL_CLASS_WORDS[pool_class]
    except KeyError:
        allowed = ", ".join(_POOL_CLASS_WORDS)
        raise ValueError(f"no pool class {pool_class!r}; allowed: {allowed}") from None


@dataclass(frozen=True, slots=True)
class LabelContent:
    """One label. ``tube`` is the bare 14 digits of the barcode, ``grouped`` the same for people.

    ``pool_class`` is printed as given (see `pool_class_words`); ``lane`` is 1..99; ``opened_at`` is
    local wall time such as ``11-22 08:41``; ``copy`` counts from 1 and everything above 1 is marked
    as a reprint; ``marks`` are short remarks such as ``短管``.
    """

    tube: str
    grouped: str
    pool_class: str
    lane: int
    opened_at: str
    copy: int = 1
    marks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.tube) != _DIGITS_OF_A_TUBE or not (self.tube.isascii() and self.tube.isdigit()):
            raise ValueError(f"tube number {self.tube!r} is not {_DIGITS_OF_A_TUBE} digits")
        if self.grouped.replace(" ", "") != self.tube:
            raise ValueError(f"{self.grouped!r} does not read as tube {self.tube}")
        if not 1 <= self.lane <= 99:
            raise ValueError(f"lane {self.lane} is not in 1..99")
        if not 1 <= self.copy <= 99:
            raise ValueError(f"copy {self.copy} is not in 1..99")
        if len(self.marks) > _MAX_MARKS:
            raise ValueError(f"{len(self.marks)} marks; a label has room for {_MAX_MARKS}")
        for text in (self.pool_class, self.opened_at, *self.marks):
            _refuse_unprintable(text, _MAX_TEXT)

    @property
    def short(self) -> str:
        """The serial that people say aloud: digits 10 to 13."""
        return self.tube[9:13]

    @property
    def kind(self) -> TemplateKind:
        return TemplateKind.TUBE

    def fields(self) -> dict[str, str]:
        return {
            "tube": self.tube,
            "grouped": self.grouped,
            "short": self.short,
            "pool_class": self.pool_class,
            "lane": str(self.lane),
            "opened_at": self.opened_at,
        }

    def framed(self) -> list[tuple[str, bool]]:
        """The reprint's mark first."""
        reprint = [(f"补打 {self.copy}", True)] if self.copy > 1 else []
        return reprint + [(mark, False) for mark in self.marks]


@dataclass(frozen=True, slots=True)
class VisitSlip:
    """What a resident takes to the lane. ``visit`` is the QR code's text, an opaque id.

    ``place`` counts from 1 in the tube; ``name`` is masked and may be empty; ``at`` is local time.
    """

    visit: str
    tube: str
    grouped: str
    lane: int
    place: int
    at: str
    name: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.lane <= 99:
            raise ValueError(f"lane {self.lane} is not in 1..99")
        if not 1 <= self.place <= 20:
            raise ValueError(f"place {self.place} is not in 1..20")
        if self.grouped.replace(" ", "") != self.tube:
            raise ValueError(f"{self.grouped!r} does not read as tube {self.tube}")
        _refuse_unprintable(self.at, _MAX_TEXT)

    @property
    def kind(self) -> TemplateKind:
        return TemplateKind.VISIT

    def fields(self) -> dict[str, str]:
        return {
            "visit": self.visit,
            "tube": self.tube,
            "grouped": self.grouped,
            "short": self.tube[9:13],
            "lane": str(self.lane),
            "place": str(self.place),
            "at": self.at,
            "name": printable(self.name),
        }

    def framed(self) -> list[tuple[str, bool]]:
        return []


@dataclass(frozen=True, slots=True)
class FeverSlip:
    """The rest ticket. ``temperature`` such as ``37.6℃`` and ``name`` (masked) may be empty."""

    ticket: str
    area: str
    recheck_at: str
    at: str
    temperature: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        for text in (self.ticket, self.area, self.recheck_at, self.at, self.temperature):
            _refuse_unprintable(text, _MAX_TEXT)
        if not (self.ticket and self.area and self.recheck_at):
            raise ValueError("a fever slip needs a ticket, an area and the time of the recheck")

    @property
    def kind(self) -> TemplateKind:
        return TemplateKind.FEVER

    def fields(self) -> dict[str, str]:
        return {
            "ticket": self.ticket,
            "area": self.area,
            "recheck_at": self.recheck_at,
            "at": self.at,
            "temperature": self.temperature,
            "name": printable(self.name),
        }

    def framed(self) -> list[tuple[str, bool]]:
        return []


@dataclass(frozen=True, slots=True)
class ProofPage:
    """The selftest's page. ``code`` (digits) and ``challenge`` are drawn anew for each page."""

    code: str
    challenge: str
    kiosk: str
    at: str

    def __post_init__(self) -> None:
        _refuse_unprintable(self.kiosk, 2 * _MAX_TEXT)
        _refuse_unprintable(self.at, _MAX_TEXT)

    @property
    def kind(self) -> TemplateKind:
        return TemplateKind.TEST

    def fields(self) -> dict[str, str]:
        return {
            "code": self.code,
            "challenge": self.challenge,
            "kiosk": self.kiosk,
            "at": self.at,
        }

    def framed(self) -> list[tuple[str, bool]]:
        return []


def _refuse_unprintable(text: str, longest: int) -> None:
    if len(text) > longest or not is_printable(text):
        raise ValueError(f"{text!r} is not a printable text of at most {longest} letters")
