"""One snapshot of every page and of each thing that looks different: for the sheet and the tests.

Synthetic people only. Times are those of `NOW_S`, so that the same picture comes out every time.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from config.model import Language
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

NOW_S = 1_000.0

_NORMAL = Temperature(state=TemperatureState.NORMAL, body_c=36.5)
_PLACEMENT = Placement(
    lane=3, tube_number="00070332604173", tube_short="0417", place=7, size=10, first_of_tube=False
)


def _idle(left_s: float, lasts_s: float = 45.0) -> Countdown:
    return Countdown(
        kind=CountdownKind.IDLE, starts_s=NOW_S + left_s - lasts_s, ends_s=NOW_S + left_s
    )


def _result(left_s: float = 9.0) -> Countdown:
    return Countdown(kind=CountdownKind.RESULT, starts_s=NOW_S + left_s - 12, ends_s=NOW_S + left_s)


def samples(language: Language, large_text: bool = False) -> Mapping[str, Snapshot]:
    """Name to snapshot; every `Page` is among them."""
    site = "幸福路采样点" if language is Language.ZH else "Xingfu Road site"
    base = Snapshot(
        number=1,
        page=Page.ATTRACT,
        language=language,
        visit=1,
        large_text=large_text,
        site_name=site,
    )
    screening = replace(base, page=Page.SCREENING, countdown=_idle(38))
    known = replace(
        base,
        temperature=_NORMAL,
        code=CodeState.READ,
        masked_name="王*芳",
        masked_number="1101****12*3",
    )
    placed = replace(known, page=Page.RESULT, placement=_PLACEMENT, countdown=_result())
    first = replace(_PLACEMENT, place=1, first_of_tube=True)

    def label(state: LabelState, size: int = 10) -> Snapshot:
        return replace(placed, placement=replace(first, label=state, size=size))

    def measured(state: TemperatureState, body_c: float | None = None) -> Snapshot:
        return replace(screening, temperature=Temperature(state=state, body_c=body_c))

    auto = Countdown(kind=CountdownKind.AUTO_CONFIRM, starts_s=NOW_S - 1, ends_s=NOW_S + 2)
    return {
        "attract": replace(base, visit=0),
        "attract-fault": replace(base, visit=0, faults=("printer.paper-out",), training=True),
        "screening": screening,
        "screening-measuring": measured(TemperatureState.MEASURING),
        "screening-temperature": replace(screening, temperature=_NORMAL),
        "screening-too-far": measured(TemperatureState.TOO_FAR),
        "screening-no-thermometer": measured(TemperatureState.UNAVAILABLE),
        "screening-unknown": measured(TemperatureState.UNKNOWN, 36.4),
        "screening-code": replace(screening, code=CodeState.READ),
        "screening-refused": replace(
            screening, code=CodeState.REFUSED, notice="notice.code-expired"
        ),
        "screening-no-camera": replace(
            screening, code=CodeState.UNAVAILABLE, temperature=_NORMAL, faults=("camera.absent",)
        ),
        "confirm": replace(known, page=Page.CONFIRM, countdown=auto),
        "confirm-after-help": replace(
            known, page=Page.CONFIRM, countdown=_idle(40), help_called=True
        ),
        "saving": replace(known, page=Page.SAVING),
        "result": placed,
        "result-label-waiting": label(LabelState.WAITING),
        "result-label-printed": label(LabelState.PRINTED),
        "result-label-unknown": label(LabelState.UNKNOWN, size=20),
        "result-label-verified": label(LabelState.VERIFIED, size=5),
        "result-label-failed": label(LabelState.FAILED, size=1),
        "fever": replace(
            base,
            page=Page.FEVER,
            temperature=Temperature(state=TemperatureState.FEVER, body_c=37.8),
            ticket="F012",
            area="B",
            countdown=_idle(26, 30),
        ),
        "already": replace(
            known,
            page=Page.ALREADY,
            placement=replace(_PLACEMENT, place=3, size=0),
            checked_in_at="08:41",
            countdown=_result(),
        ),
        "already-no-place": replace(known, page=Page.ALREADY, countdown=_result()),
        "staff": replace(
            known, page=Page.STAFF, reason="reason.no-thermometer", countdown=_result()
        ),
        "help": replace(known, page=Page.HELP, help_called=True, countdown=_idle(50, 60)),
        "still-there": replace(screening, page=Page.STILL_THERE, countdown=_idle(14, 20)),
        "paused": replace(base, visit=0, page=Page.PAUSED),
        "closed": replace(base, visit=0, page=Page.CLOSED),
        "out-of-order": replace(base, visit=0, page=Page.OUT_OF_ORDER, reason="reason.ledger-full"),
    }
