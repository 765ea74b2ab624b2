"""What stands on a tube label. No name and no document number ever: a tube is anonymous.

Owns the fields and their limits; must not know how they are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

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
            if len(text) > _MAX_TEXT or any(ord(letter) < 32 for letter in text):
                raise ValueError(f"{text!r} is not a printable text of at most {_MAX_TEXT} letters")

    @property
    def short(self) -> str:
        """The serial that people say aloud: digits 10 to 13."""
        return self.tube[9:13]
