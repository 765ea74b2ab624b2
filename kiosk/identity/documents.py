"""Is this a well-formed document number? GB 11643 with its check character, passports, others.

Owns the rules of form and the sentences about them. Must not look anybody up; a well-formed number
may still be nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from contracts.record import DocumentKind

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"  # ISO 7064 MOD 11-2
# GB/T 2260, first two digits: 11–15 north, 21–23, 31–37 east, 41–46, 50–54, 61–65, 71 Taiwan.
_PROVINCES = frozenset(
    str(province)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71))
    for province in range(first, last + 1)
)
_HKMT_REGIONS = frozenset({"810000", "820000", "830000"})
_OLDEST_YEARS = 120


class DocumentProblem(StrEnum):
    """What is wrong with a number. `SENTENCES` says it to people."""

    EMPTY = "empty"
    LENGTH = "length"
    CHARACTERS = "characters"
    REGION = "region"
    BIRTH_DATE = "birth-date"
    BIRTH_FUTURE = "birth-future"
    BIRTH_LONG_AGO = "birth-long-ago"
    CHECK_CHARACTER = "check-character"


SENTENCES: dict[DocumentProblem, str] = {
    DocumentProblem.EMPTY: "there is no number",
    DocumentProblem.LENGTH: "the number has the wrong length for this kind of document",
    DocumentProblem.CHARACTERS: "the number holds a character that does not belong there",
    DocumentProblem.REGION: "the first digits are not a region of this kind of document",
    DocumentProblem.BIRTH_DATE: "the date of birth in the number is not in any calendar",
    DocumentProblem.BIRTH_FUTURE: "the date of birth in the number lies in the future",
    DocumentProblem.BIRTH_LONG_AGO: f"the number says an age above {_OLDEST_YEARS} years",
    DocumentProblem.CHECK_CHARACTER: (
        "the check character does not fit: a digit is wrong or two are swapped"
    ),
}


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """``number`` is the number in its usual form, without spaces and with a capital X."""

    kind: DocumentKind
    number: str = field(repr=False)
    problem: DocumentProblem | None = None

    @property
    def valid(self) -> bool:
        return self.problem is None

    @property
    def reason(self) -> str:
        """One sentence without the number; empty when it is valid."""
        return SENTENCES[self.problem] if self.problem else ""


def check_document(kind: DocumentKind, number: str, *, today: date | None = None) -> DocumentCheck:
    """Check form and, for GB 11643 numbers, region, birth and check character.

    Without ``today`` nothing is said about a birth in the future or an impossible age.
    """
    tidy = "".join(number.split()).upper()
    return DocumentCheck(kind, tidy, _problem(kind, tidy, today))


def kind_of(number: str) -> DocumentKind:
    """The kind a bare number looks like, for tools that are given nothing else."""
    tidy = "".join(number.split()).upper()
    if len(tidy) == 18 and tidy[:17].isascii() and tidy[:17].isdigit():
        hkmt = tidy[:6] in _HKMT_REGIONS
        return DocumentKind.HKMT_RESIDENCE if hkmt else DocumentKind.RESIDENT_ID
    if 5 <= len(tidy) <= 15 and tidy[:1].isalpha() and tidy.isascii() and tidy.isalnum():
        return DocumentKind.PASSPORT
    return DocumentKind.RESIDENT_ID if tidy.isdigit() else DocumentKind.OTHER


def check_character(digits: str) -> str:
    """The 18th character for 17 ASCII digits. Raises `ValueError` on anything else."""
    if len(digits) != 17 or not (digits.isascii() and digits.isdigit()):
        raise ValueError("a check character is made from exactly 17 digits")
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def _problem(kind: DocumentKind, number: str, today: date | None) -> DocumentProblem | None:
    if not number:
        return DocumentProblem.EMPTY
    match kind:
        case DocumentKind.RESIDENT_ID:
            return _gb11643_problem(number, number[:2] in _PROVINCES, today)
        case DocumentKind.HKMT_RESIDENCE:
            return _gb11643_problem(number, number[:6] in _HKMT_REGIONS, today)
        case DocumentKind.PASSPORT:
            return _alphanumeric_problem(number, 5, 15)
        case DocumentKind.OTHER:
            return _other_problem(number)


def _gb11643_problem(number: str, region_known: bool, today: date | None) -> DocumentProblem | None:
    if len(number) != 18:
        return DocumentProblem.LENGTH
    digits, last = number[:17], number[17]
    if not (digits.isascii() and digits.isdigit()) or last not in _CHECK_CHARACTERS:
        return DocumentProblem.CHARACTERS
    if not region_known:
        return DocumentProblem.REGION
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return DocumentProblem.BIRTH_DATE
    if today is not None and born > today:
        return DocumentProblem.BIRTH_FUTURE
    if today is not None and today.year - born.year > _OLDEST_YEARS:
        return DocumentProblem.BIRTH_LONG_AGO
    if check_character(digits) != last:
        return DocumentProblem.CHECK_CHARACTER
    return None


def _alphanumeric_problem(number: str, shortest: int, longest: int) -> DocumentProblem | None:
    if not shortest <= len(number) <= longest:
        return DocumentProblem.LENGTH
    return None if number.isascii() and number.isalnum() else DocumentProblem.CHARACTERS


def _other_problem(number: str) -> DocumentProblem | None:
    if len(number) > 30:
        return DocumentProblem.LENGTH
    return None if number.isprintable() else DocumentProblem.CHARACTERS
