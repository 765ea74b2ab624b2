"""What ``kioskctl label`` prints on each kind of template, from its options.

Owns which options a kind needs. Must not draw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from contracts.pool_class import PoolClass
from contracts.tube_number import TubeNumber
from drivers.label_printer.content import (
    FeverSlip,
    LabelContent,
    ProofPage,
    VisitSlip,
    pool_class_words,
)
from drivers.label_printer.render import Content
from drivers.label_printer.template import TemplateKind

SPECIMEN_CODE = "00000000000000"
SPECIMEN_CHALLENGE = "NCS1 0000000000000000"


class OptionMissing(Exception):
    """The template needs an option that was not given; ``option`` as it is written."""

    def __init__(self, option: str, kind: TemplateKind) -> None:
        super().__init__(f"a {kind} label needs {option}")
        self.option = option


@dataclass(frozen=True, slots=True)
class LabelOptions:
    """As typed; None or "" is not given. ``at`` is the printed local time."""

    at: str
    tube: str = ""
    pool: PoolClass | None = None
    lane: int | None = None
    copy: int = 1
    visit: str = ""
    place: int | None = None
    name: str = ""
    ticket: str = ""
    area: str = ""
    recheck_at: str = ""
    temperature: str = ""
    kiosk: str = ""


_NEEDED = {
    TemplateKind.TUBE: ("tube", "pool", "lane"),
    TemplateKind.VISIT: ("visit", "tube", "lane", "place"),
    TemplateKind.FEVER: ("ticket", "area", "recheck_at"),
    TemplateKind.TEST: (),
}


def content_for(kind: TemplateKind, options: LabelOptions) -> Content:
    """Raises `OptionMissing`, `TubeNumberError` and ValueError."""
    given = {field.name: getattr(options, field.name) for field in fields(options)}
    for name in _NEEDED[kind]:
        if given[name] in (None, ""):
            raise OptionMissing(f"--{name.replace('_', '-')}", kind)
    return _MAKERS[kind](options)


def _tube(options: LabelOptions) -> Content:
    number = TubeNumber.parse(options.tube)
    assert options.pool is not None and options.lane is not None
    return LabelContent(
        tube=number.text,
        grouped=number.grouped,
        pool_class=pool_class_words(options.pool.value),
        lane=options.lane,
        opened_at=options.at,
        copy=options.copy,
    )


def _visit(options: LabelOptions) -> Content:
    number = TubeNumber.parse(options.tube)
    assert options.lane is not None and options.place is not None
    return VisitSlip(
        visit=options.visit,
        tube=number.text,
        grouped=number.grouped,
        lane=options.lane,
        place=options.place,
        at=options.at,
        name=options.name,
    )


def _fever(options: LabelOptions) -> Content:
    return FeverSlip(
        ticket=options.ticket,
        area=options.area,
        recheck_at=options.recheck_at,
        at=options.at,
        temperature=options.temperature,
        name=options.name,
    )


def _test(options: LabelOptions) -> Content:
    return ProofPage(
        code=SPECIMEN_CODE, challenge=SPECIMEN_CHALLENGE, kiosk=options.kiosk, at=options.at
    )


_MAKERS: dict[TemplateKind, Callable[[LabelOptions], Content]] = {
    TemplateKind.TUBE: _tube,
    TemplateKind.VISIT: _visit,
    TemplateKind.FEVER: _fever,
    TemplateKind.TEST: _test,
}
