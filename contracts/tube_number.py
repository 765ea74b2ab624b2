"""The number on a specimen tube: 14 digits, the last one a Damm check digit.

Owns layout and check digit. Must not draw serials (the ledger does) nor print bars (the label
printer does). Layout: site 4, kiosk 2, day of year 3, serial 4, check 1. It carries no year: a tube
lives for hours, and serials come from a range that is granted once.
"""

from __future__ import annotations

from dataclasses import dataclass

TUBE_NUMBER_DIGITS = 14

# The totally anti-symmetric quasigroup of order 10 from H. M. Damm's thesis (2004). Its zero
# diagonal makes the check digit of a valid number come out as 0; every single wrong digit and every
# swap of two neighbours changes it.
_QUASIGROUP = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


class TubeNumberError(ValueError):
    """The text or the parts are not a tube number; the sentence says what is wrong with it."""


def damm_digit(digits: str) -> str:
    """The check digit to append to ``digits``: ``572`` gives ``4``. Only ASCII digits count."""
    if not _is_digits(digits):
        raise TubeNumberError("a check digit is made from the digits 0 to 9 and nothing else")
    interim = 0
    for digit in digits:
        interim = _QUASIGROUP[interim][int(digit)]
    return str(interim)


@dataclass(frozen=True, slots=True)
class TubeNumber:
    """One specimen tube. ``site`` 4 digits, ``kiosk`` 2 digits, day 1–366, serial 0–9999."""

    site: str
    kiosk: str
    day_of_year: int
    serial: int

    def __post_init__(self) -> None:
        if len(self.site) != 4 or not _is_digits(self.site):
            raise TubeNumberError(f"site {self.site!r} must be four digits")
        if len(self.kiosk) != 2 or not _is_digits(self.kiosk):
            raise TubeNumberError(f"kiosk {self.kiosk!r} must be two digits")
        if not 1 <= self.day_of_year <= 366:
            raise TubeNumberError(f"day of year {self.day_of_year} must lie between 1 and 366")
        if not 0 <= self.serial <= 9999:
            raise TubeNumberError(f"serial {self.serial} must lie between 0 and 9999")

    @property
    def text(self) -> str:
        """All 14 digits, as the bars carry them."""
        digits = f"{self.site}{self.kiosk}{self.day_of_year:03d}{self.serial:04d}"
        return digits + damm_digit(digits)

    @property
    def short(self) -> str:
        """The four digits people say aloud: ``0417``."""
        return f"{self.serial:04d}"

    @property
    def grouped(self) -> str:
        """For people to read: ``0007 03 326 0417 9``."""
        digits = self.text
        return f"{digits[:4]} {digits[4:6]} {digits[6:9]} {digits[9:13]} {digits[13]}"

    @classmethod
    def parse(cls, text: str) -> TubeNumber:
        """Read a scanned or typed number; spaces are ignored. Raises `TubeNumberError`."""
        digits = text.replace(" ", "")
        if len(digits) != TUBE_NUMBER_DIGITS:
            raise TubeNumberError(
                f"a tube number has {TUBE_NUMBER_DIGITS} digits, this has {len(digits)} characters:"
                " scan the label again"
            )
        if not _is_digits(digits):
            raise TubeNumberError("a tube number has digits only: scan the label again")
        if damm_digit(digits[:-1]) != digits[-1]:
            raise TubeNumberError(
                "the check digit does not fit, a digit is wrong or two are swapped:"
                " scan the label again or compare every digit"
            )
        return cls(digits[:4], digits[4:6], int(digits[6:9]), int(digits[9:13]))

    def __str__(self) -> str:
        return self.text


def _is_digits(text: str) -> bool:
    """ASCII only: ``str.isdigit`` alone also accepts Arabic-Indic and full-width digits."""
    return text.isascii() and text.isdigit()
