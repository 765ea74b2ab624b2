"""Seeded synthetic residents: who comes to the demo site, with which body and which code.

Owns the invention of people: region 110101, phones 1990000xxxx, births of a made-up calendar. Pure:
the same seed gives the same people. Must not know how a visit goes; `robot` plays it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from uuid import UUID

from contracts.record import CodeColour, DocumentKind, Person
from contracts.registration_code import RegistrationCode, issue_registration_code
from contracts.signing import SigningKey

REGION = "110101"
CODE_LIFE_S = 12 * 3600
EXPIRED_SINCE_S = 3600
FEVER_FROM_C, FEVER_TO_C = 37.8, 39.2  # clear of the 37.3 °C threshold by more than sensor noise
WELL_FROM_C, WELL_TO_C = 36.1, 36.9

# Rare characters on purpose: extension A, extension B beyond the BMP, variants, names with a dot.
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗逄仝㛃䶮"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英喆镕昇堃犇頔翀𬭎𠅤燚"
DOT_NAMES = ("阿卜杜拉·买买提", "古丽娜尔·艾尼瓦尔", "迪丽拜尔·吐尔逊")

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


class Kind(StrEnum):
    """What is special about a resident. Each kind has one expected ending."""

    ORDINARY = "ordinary"
    FEVER = "fever"
    REPEAT = "repeat"  # was checked in already in this round
    NOT_OURS = "not-ours"  # shows some other QR code
    RED = "red"
    YELLOW = "yellow"
    EXPIRED = "expired"
    FORGED = "forged"  # a code like ours, signed with a key that is not the site's
    UNKNOWN_COLOUR = "unknown-colour"


SHARES: dict[Kind, float] = {
    Kind.FEVER: 0.06,
    Kind.REPEAT: 0.06,
    Kind.NOT_OURS: 0.04,
    Kind.RED: 0.02,
    Kind.YELLOW: 0.04,
    Kind.EXPIRED: 0.02,
    Kind.FORGED: 0.02,
    Kind.UNKNOWN_COLOUR: 0.06,
}
CHECKED_IN_KINDS = frozenset({Kind.ORDINARY, Kind.UNKNOWN_COLOUR})
COLOURS = {
    Kind.RED: CodeColour.RED,
    Kind.YELLOW: CodeColour.YELLOW,
    Kind.UNKNOWN_COLOUR: CodeColour.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody uses the kiosk. ``hesitates``: says "not me" once before going on."""

    forehead_first: bool
    hesitates: bool
    english: bool
    confirms: bool  # else waits for the confirmation to come by itself


@dataclass(frozen=True, slots=True)
class Resident:
    """One arrival. ``number`` counts from 1; ``repeats`` is the number of the earlier arrival."""

    number: int
    kind: Kind
    person: Person
    household: str
    code_id: str = field(repr=False)
    body_c: float
    distance_cm: float
    habit: Habit
    repeats: int | None = None


def identity_number(birth: date, order: int) -> str:
    """A valid GB 11643 number of region 110101. ``order`` 0–999; odd is male."""
    digits = f"{REGION}{birth:%Y%m%d}{order:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + _CHECKS[total % 11]


class Crowd:
    """Everybody who comes to one site, one after the other. Not shared between threads."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._people = _people(self._random)
        self._served: list[Resident] = []
        self._number = 0

    def anybody(self) -> Resident:
        """The next arrival, in the shares of `SHARES`."""
        kinds = [Kind.ORDINARY, *SHARES]
        shares = [1 - sum(SHARES.values()), *SHARES.values()]
        return self.arrive(self._random.choices(kinds, shares)[0])

    def arrive(self, kind: Kind) -> Resident:
        """An arrival of this kind. A repeat visitor is an earlier one; the very first is new."""
        self._number += 1
        random = self._random
        if kind is Kind.REPEAT and self._served:
            before = random.choice(self._served)
            return replace(
                before,
                number=self._number,
                kind=Kind.REPEAT,
                body_c=_well(random),
                distance_cm=_distance(random),
                habit=_habit(random),
                repeats=before.number,
            )
        person, household = next(self._people)
        fever = kind is Kind.FEVER
        resident = Resident(
            number=self._number,
            kind=Kind.ORDINARY if kind is Kind.REPEAT else kind,
            person=person,
            household=household,
            code_id=str(UUID(int=random.getrandbits(128), version=4)),
            body_c=round(random.uniform(FEVER_FROM_C, FEVER_TO_C), 1) if fever else _well(random),
            distance_cm=_distance(random),
            habit=_habit(random),
        )
        if resident.kind in CHECKED_IN_KINDS:
            self._served.append(resident)
        return resident


def plan_residents(seed: int, count: int) -> tuple[Resident, ...]:
    """``count`` arrivals, half of them ordinary at least. From 16 on every kind comes."""
    crowd = Crowd(seed)
    return tuple(crowd.arrive(kind) for kind in _kinds(count, Random(seed)))


def code_of(resident: Resident, key: SigningKey, now_unix_s: float) -> str:
    """The QR text on this resident's phone at ``now_unix_s``; ``key`` is the site's own."""
    if resident.kind is Kind.NOT_OURS:
        return f"https://pay.example/{resident.code_id[:12]}"
    expires_s = -EXPIRED_SINCE_S if resident.kind is Kind.EXPIRED else CODE_LIFE_S
    code = RegistrationCode(
        id=resident.code_id,
        name=resident.person.name,
        document_kind=resident.person.document_kind,
        document_number=resident.person.document_number,
        phone=resident.person.phone,
        household=resident.household,
        colour=COLOURS.get(resident.kind, CodeColour.GREEN),
        expires_at=int(now_unix_s) + expires_s,
    )
    forged = resident.kind is Kind.FORGED
    return issue_registration_code(code, SigningKey.generate() if forged else key)


def _kinds(count: int, random: Random) -> Sequence[Kind]:
    special = [kind for kind, share in SHARES.items() for _ in range(max(round(share * count), 1))]
    kinds = [*special[: count // 2], *[Kind.ORDINARY] * count][:count]
    random.shuffle(kinds)
    first = next((i for i, kind in enumerate(kinds) if kind in CHECKED_IN_KINDS), None)
    if first:  # somebody must have been checked in before anybody can come again
        kinds[0], kinds[first] = kinds[first], kinds[0]
    return kinds


def _well(random: Random) -> float:
    return round(random.uniform(WELL_FROM_C, WELL_TO_C), 1)


def _distance(random: Random) -> float:
    """Between forehead and sensor: inside the 2 to 5 cm the instrument asks for."""
    return round(random.uniform(2.5, 4.5), 1)


def _habit(random: Random) -> Habit:
    return Habit(
        forehead_first=random.random() < 0.5,
        hesitates=random.random() < 0.08,
        english=random.random() < 0.15,
        confirms=random.random() < 0.85,
    )


def _people(random: Random) -> Iterator[tuple[Person, str]]:
    """Endless different people in households of one to five who share a surname."""
    numbers: set[str] = set()
    phones = random.sample(range(10_000), 10_000)
    family = 0
    while True:
        family += 1
        surname = random.choice(SURNAMES)
        for _ in range(random.choice((1, 1, 2, 2, 3, 4, 5))):
            birth = date(1936, 1, 1) + timedelta(days=random.randrange(29_000))
            number = identity_number(birth, random.randrange(1000))
            if number in numbers:
                continue
            numbers.add(number)
            phone = phones[len(numbers) % len(phones)]
            person = Person(
                name=_name(surname, random),
                document_kind=DocumentKind.RESIDENT_ID,
                document_number=number,
                phone=f"1990000{phone:04d}",
            )
            yield person, f"110101-{family:05d}"


def _name(surname: str, random: Random) -> str:
    if random.random() < 0.06:
        return random.choice(DOT_NAMES)
    return surname + "".join(random.choices(GIVEN, k=random.choice((1, 2, 2))))
