"""A scenario file: what is given, what happens, what must be seen and by when.

Owns the format (TOML, strict) and its errors. Must not know how a device is driven.

    title = "A pulled cable is noticed and heals"
    device = "thermometer"            # or printer, camera, scanner, id-card-reader
    skins = ["pty", "tcp"]            # the scenario runs once on each

    [given]                           # how the instrument is made; optional
    ambient_c = 22.0

    [[step]]
    when = { fault = "drop_link" }    # what happens, all at once; optional
    expect = { link = "absent" }      # what must hold together within the deadline
    within_s = 2.0
    for_s = 0.0                       # and must then go on holding for so long
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from hil.faults import FaultWord, InstrumentKind, SkinKind, fault_word
from hil.models.id_card_reader import Laid

FOLDER = Path(__file__).with_name("scenarios")
LONGEST_S = 20.0

Seconds = Annotated[float, Meta(ge=0, le=LONGEST_S)]


class ScenarioBad(Exception):
    """The file is not a scenario. The text says which file, where and why."""


class Given(Struct, frozen=True, forbid_unknown_fields=True):
    """How the instrument is made. A device takes what it knows of these."""

    ambient_c: float = 24.0
    baud: int = 115200
    protocol: str = "gy-mcu90615"
    process_ids: bool = True
    language: Literal["escpos", "tspl"] = "escpos"
    scanner_kind: Literal["gm65", "newland", "keyboard", "keyboard-by-number"] = "gm65"
    scanner_mode: Literal["continuous", "sense", "command"] = "continuous"
    scanner_settings: tuple[str, ...] = ()
    asks_for_lift: bool = True


class When(Struct, frozen=True, forbid_unknown_fields=True):
    """What happens: first what people do, then the fault, then the healing."""

    present_c: float | None = None
    distance_cm: float = 6.0
    leave: bool = False
    print_label: bool = False
    print_half: bool = False
    load_paper_mm: float | None = None
    show: str | None = None
    show_tube: bool = False
    take_away: bool = False
    light: float | None = None
    hold_still: bool | None = None
    scan: str | None = None
    scan_setting_code: bool = False
    blink: bool = False
    lay: Laid | None = None
    lift: bool = False
    authorised: bool | None = None
    fault: FaultWord | None = None
    heal: FaultWord | None = None


class Expect(Struct, frozen=True, forbid_unknown_fields=True):
    """What must be seen; what is left out does not matter. Words are those of links and drivers."""

    link: str | None = None
    generation_above: int | None = None
    forehead: str | None = None
    body_c: float | None = None
    readings: int | None = None
    quality: str | None = None
    trouble: str | None = None
    wrong_frames: int | None = None
    printer_fault: str | None = None
    job: str | None = None
    papers: int | None = None
    readable: bool | None = None
    as_drawn: bool | None = None
    mishaps: int | None = None
    camera: str | None = None
    code: str | None = None
    scanned: str | None = None
    scans: int | None = None
    unreadable: bool | None = None
    scanner_mode: int | None = None
    card: str | None = None
    cards: int | None = None
    refused: str | None = None
    wrong_cards: int | None = None
    unfit: bool | None = None


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """Durations in seconds. ``within_s`` counts from the end of what happens."""

    expect: Expect
    when: When = When()
    within_s: Seconds = 2.0
    for_s: Seconds = 0.0


_ALL = frozenset({"fault", "heal"})
_SERIAL = _ALL | {"link", "generation_above"}
_KNOWS: dict[InstrumentKind, frozenset[str]] = {
    InstrumentKind.THERMOMETER: _SERIAL
    | {"ambient_c", "baud", "protocol", "present_c", "distance_cm", "leave"}
    | {"forehead", "body_c", "readings", "quality", "trouble", "wrong_frames"},
    InstrumentKind.PRINTER: _SERIAL
    | {"process_ids", "language", "print_label", "print_half", "load_paper_mm"}
    | {"printer_fault", "job", "papers", "readable", "as_drawn", "mishaps"},
    InstrumentKind.CAMERA: _ALL
    | {"show", "show_tube", "take_away", "light", "hold_still"}
    | {"camera", "code"},
    InstrumentKind.SCANNER: _SERIAL
    | {"scanner_kind", "scanner_mode", "scanner_settings"}
    | {"scan", "scan_setting_code", "blink"}
    | {"scanned", "scans", "unreadable"},
    InstrumentKind.ID_CARD_READER: _SERIAL
    | {"asks_for_lift", "lay", "lift", "authorised"}
    | {"card", "cards", "refused", "wrong_cards", "unfit"},
}
"""The words of `Given`, `When` and `Expect` that mean something for a device."""


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """One file. Refuses words that mean nothing for its device and faults it cannot have."""

    title: Annotated[str, Meta(min_length=1)]
    device: InstrumentKind
    skins: Annotated[tuple[SkinKind, ...], Meta(min_length=1)]
    step: Annotated[tuple[Step, ...], Meta(min_length=1)]
    given: Given = Given()
    seed: int = 1

    def __post_init__(self) -> None:
        for step in self.step:
            spoken = _spoken(self.given) | _spoken(step.when) | _spoken(step.expect)
            for word in sorted(spoken - _KNOWS[self.device]):
                raise ValueError(f"{word!r} means nothing for a {self.device}")
        for skin in self.skins:
            for word in self.faults:
                fault_word(word, self.device, skin)

    @property
    def faults(self) -> tuple[FaultWord, ...]:
        """The fault words that this scenario speaks."""
        return tuple(step.when.fault for step in self.step if step.when.fault is not None)


def _spoken(table: Struct) -> set[str]:
    """Names that were given another value than the default."""
    plain = type(table)()
    names = table.__struct_fields__
    return {name for name in names if getattr(table, name) != getattr(plain, name)}


def load(path: Path) -> Scenario:
    """Read one file. Raises `ScenarioBad`."""
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Scenario)
    except OSError as error:
        raise ScenarioBad(f"{path.name} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ScenarioBad(f"{path.name} is no scenario: {error}") from error


def find(names: list[str]) -> list[Path]:
    """Files of scenarios by name (``printer-cover``) or path; all of them without a name.

    Raises `ScenarioBad` naming those that exist.
    """
    known = {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}
    if not names:
        return list(known.values())
    found = []
    for name in names:
        path = known.get(name) or Path(name)
        if not path.is_file():
            raise ScenarioBad(f"there is no scenario {name!r}; there are {', '.join(known)}")
        found.append(path)
    return found
