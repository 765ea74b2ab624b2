"""What the screen may know of a visit: a pure function from the flow's data to a `Snapshot`.

Must not let anything personal through: names and numbers come masked or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.model import Language
from contracts.tube_number import TubeNumber
from kiosk.flow.intake import Intake, IntakePhase
from kiosk.flow.temperature import TemperatureVerdict
from kiosk.flow.visit_state import Forehead, Visit, VisitState
from kiosk.ipc.messages import (
    CodeState,
    Countdown,
    CountdownKind,
    LabelState,
    Page,
    Placement,
    Snapshot,
    Temperature,
    TemperatureState,
)

_INTAKE_PAGES = {
    IntakePhase.PAUSED: Page.PAUSED,
    IntakePhase.CLOSED: Page.CLOSED,
    IntakePhase.OUT_OF_ORDER: Page.OUT_OF_ORDER,
}
_FOREHEADS = {
    Forehead.NOBODY: TemperatureState.WAITING,
    Forehead.MEASURING: TemperatureState.MEASURING,
    Forehead.TOO_FAR: TemperatureState.TOO_FAR,
}
_VERDICTS = {
    TemperatureVerdict.NORMAL: TemperatureState.NORMAL,
    TemperatureVerdict.FEVER: TemperatureState.FEVER,
    TemperatureVerdict.UNKNOWN: TemperatureState.UNKNOWN,
}
_COUNTDOWNS = {
    VisitState.STILL_THERE: CountdownKind.IDLE,
    VisitState.CONFIRM: CountdownKind.AUTO_CONFIRM,
    VisitState.RESULT: CountdownKind.RESULT,
    VisitState.FEVER: CountdownKind.RESULT,
    VisitState.ALREADY: CountdownKind.RESULT,
    VisitState.STAFF: CountdownKind.RESULT,
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a snapshot shows beside the visit. ``faults`` come worst first."""

    faults: tuple[str, ...]
    fever_area: str
    site_name: str


def view(number: int, visit: Visit, intake: Intake, around: Surroundings) -> Snapshot:
    """Snapshot ``number``. A visit under way is shown to its end even when intake has stopped."""
    page = Page(visit.state.value)
    if visit.state is VisitState.ATTRACT:
        page = _INTAKE_PAGES.get(intake.state, Page.ATTRACT)
    before = visit.code.before if visit.code else None
    placement = _placement(visit)
    if visit.state is VisitState.ALREADY and before is not None:
        placement = Placement(
            lane=before.lane,
            tube_number=before.tube,
            tube_short=TubeNumber.parse(before.tube).short,
            place=before.place,
            size=before.size,
            first_of_tube=False,
        )
    return Snapshot(
        number=number,
        page=page,
        language=Language(visit.language),
        visit=0 if visit.state is VisitState.ATTRACT else visit.number,
        large_text=visit.large_text,
        temperature=_temperature(visit),
        code=_code(visit),
        masked_name=visit.code.masked_name if visit.code else "",
        masked_number=visit.code.masked_number if visit.code else "",
        placement=placement,
        ticket=visit.ticket,
        area=around.fever_area if visit.state is VisitState.FEVER else "",
        checked_in_at=before.checked_in_at if before else "",
        notice=visit.notice,
        reason=intake.reason if page is Page.OUT_OF_ORDER else visit.reason,
        countdown=_countdown(visit),
        help_called=visit.help_called,
        faults=around.faults,
        site_name=around.site_name,
    )


def _temperature(visit: Visit) -> Temperature:
    if visit.temperature is not None:
        judged = visit.temperature
        return Temperature(_VERDICTS[judged.verdict], judged.taken.body_c)
    if not visit.thermometer_works:
        return Temperature(TemperatureState.UNAVAILABLE)
    return Temperature(_FOREHEADS[visit.forehead])


def _code(visit: Visit) -> CodeState:
    if visit.code is not None:
        return CodeState.READ
    if not visit.camera_works:
        return CodeState.UNAVAILABLE
    return CodeState.REFUSED if visit.notice.startswith("notice.code-") else CodeState.WAITING


def _placement(visit: Visit) -> Placement | None:
    placed = visit.placed
    if placed is None:
        return None
    return Placement(
        lane=placed.lane,
        tube_number=placed.tube,
        tube_short=TubeNumber.parse(placed.tube).short,
        place=placed.place,
        size=placed.size,
        first_of_tube=placed.first_of_tube,
        label=LabelState(visit.label.value),
    )


def _countdown(visit: Visit) -> Countdown | None:
    kind = _COUNTDOWNS.get(visit.state)
    if kind is None or visit.timer is None:
        return None
    if visit.state is VisitState.CONFIRM and visit.help_called:
        kind = CountdownKind.IDLE  # after a call for staff silence does not confirm
    return Countdown(kind, visit.timer.starts_s, visit.timer.ends_s)
