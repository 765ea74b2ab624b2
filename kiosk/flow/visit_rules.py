"""What a visit does with each event: the handlers behind `kiosk.flow.visit`.

Each handler takes (visit, event, moment) and gives the new visit and its effects. Which of them may
run in which state is the table's matter.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from contracts.record import CodeColour, Flag
from contracts.report import AlertKind
from kiosk.flow.effects import (
    CheckIn,
    CountRefusal,
    Effect,
    ForgetVisit,
    HoldFever,
    RaiseAlert,
    RearmThermometer,
    VerifyLabel,
)
from kiosk.flow.table import Step
from kiosk.flow.temperature import TemperatureVerdict, judge
from kiosk.flow.visit_state import (
    CheckInFailed,
    CodeAccepted,
    CodeRefused,
    DevicesChanged,
    FeverTicketGiven,
    Forehead,
    ForeheadSeen,
    LabelChanged,
    LabelSeen,
    LabelView,
    Moment,
    Placed,
    SeenBefore,
    TemperatureRead,
    TimePassed,
    Timer,
    Visit,
    VisitState,
)

S = VisitState
V: TypeAlias = Step[Visit]


# ── beginnings and ends ──────────────────────────────────────────────────────────────────────


def _begin(visit: Visit, moment: Moment) -> Visit:
    fresh = replace(_blank(visit, moment), number=visit.number + 1)
    if visit.state is S.ATTRACT:  # what was chosen before the first step is this resident's choice
        fresh = replace(fresh, language=visit.language, large_text=visit.large_text)
    return _screening(fresh, moment)


def _blank(visit: Visit, moment: Moment) -> Visit:
    """The same kiosk with nobody in front of it: only device facts and the count survive."""
    return Visit(
        number=visit.number,
        language=moment.policy.default_language,
        forehead=visit.forehead,
        thermometer_works=visit.thermometer_works,
        camera_works=visit.camera_works,
    )


def _leave(visit: Visit, moment: Moment) -> V:
    return _blank(visit, moment), (ForgetVisit(), RearmThermometer())


def _screening(visit: Visit, moment: Moment) -> Visit:
    return _hold_up(_timed(replace(visit, state=S.SCREENING), moment, moment.policy.idle_s), moment)


def _timed(visit: Visit, moment: Moment, lasts_s: float) -> Visit:
    return replace(visit, timer=Timer(moment.now_s, moment.now_s + lasts_s))


def _staff(visit: Visit, moment: Moment, reason: str) -> V:
    after = _timed(replace(visit, state=S.STAFF, reason=reason), moment, moment.policy.result_s)
    alert = RaiseAlert(AlertKind.STAFF_NEEDED, reason, f"visit-{visit.number}")
    return replace(after, waiting_since_s=None), (alert, CountRefusal(reason))


# ── the rules, in order ──────────────────────────────────────────────────────────────────────


def _decide(visit: Visit, moment: Moment) -> V:
    """Where a visit in SCREENING goes with what is known now. Fever needs no code."""
    temperature, code = visit.temperature, visit.code
    if temperature is not None and temperature.verdict is TemperatureVerdict.FEVER:
        person = code.person if code else None
        after = _timed(replace(visit, state=S.FEVER), moment, moment.policy.fever_page_s)
        return after, (HoldFever(person, temperature.taken),)
    if temperature is None or code is None:
        return _screening(visit, moment), ()
    if temperature.verdict is TemperatureVerdict.UNKNOWN:
        return _staff(visit, moment, temperature.reason)
    if code.colour in (CodeColour.RED, CodeColour.YELLOW):
        return _staff(visit, moment, f"reason.code-{code.colour.value}")
    if code.colour is CodeColour.UNKNOWN and moment.policy.unknown_colour_to_staff:
        return _staff(visit, moment, "reason.code-unknown")
    if code.before is not None:
        return _already(visit, moment)
    after = replace(visit, state=S.CONFIRM, notice="", waiting_since_s=None)
    return _timed(after, moment, moment.policy.auto_confirm_s), ()


def _already(visit: Visit, moment: Moment) -> V:
    after = _timed(replace(visit, state=S.ALREADY), moment, moment.policy.result_s)
    return after, (CountRefusal("reason.already"),)


def check_in(visit: Visit, event: object, moment: Moment) -> V:
    """CONFIRM is only reached with both; the rules above have held."""
    code, temperature = visit.code, visit.temperature
    assert code is not None and temperature is not None
    flags = (Flag.CODE_COLOUR_UNKNOWN,) if code.colour is CodeColour.UNKNOWN else ()
    effect = CheckIn(
        person=code.person,
        code_id=code.code_id,
        code_scheme=code.scheme,
        code_colour=code.colour,
        temperature=temperature.taken,
        pool_class=moment.policy.pool_class,
        flags=flags,
    )
    return replace(visit, state=S.SAVING, timer=None), (effect,)


# ── what devices say ─────────────────────────────────────────────────────────────────────────


def begin_with_forehead(visit: Visit, event: TemperatureRead, moment: Moment) -> V:
    return take_temperature(_begin(visit, moment), event, moment)


def take_temperature(visit: Visit, event: TemperatureRead, moment: Moment) -> V:
    judged = judge(event.reading, moment.policy.temperature)
    return _decide(replace(visit, temperature=judged), moment)


def see_forehead(visit: Visit, event: ForeheadSeen, moment: Moment) -> V:
    """In SCREENING: somebody moving before the instrument is activity; leaving forgets."""
    after = replace(visit, forehead=event.forehead)
    if event.forehead is not Forehead.NOBODY:
        return _screening(after, moment), ()
    if visit.temperature is not None and visit.code is None:
        after = replace(after, temperature=None)
    return after, ()


def wake_by_forehead(visit: Visit, event: ForeheadSeen, moment: Moment) -> V:
    """Somebody moves before the instrument: that is an answer to "still there?"."""
    after = replace(visit, forehead=event.forehead)
    if event.forehead is Forehead.NOBODY:
        return after, ()
    return resume(after, event, moment)


def note_forehead(visit: Visit, event: ForeheadSeen, moment: Moment) -> V:
    return replace(visit, forehead=event.forehead), ()


def begin_with_code(visit: Visit, event: CodeAccepted, moment: Moment) -> V:
    return take_code(_begin(visit, moment), event, moment)


def take_code(visit: Visit, event: CodeAccepted, moment: Moment) -> V:
    return _decide(replace(visit, code=event.code, notice="", code_errors=0), moment)


def next_resident(visit: Visit, event: CodeAccepted, moment: Moment) -> V:
    """Another person's code on an end page: the one before has gone. The same code lingers."""
    if visit.code is not None and visit.code.code_id == event.code.code_id:
        return visit, ()
    after, effects = begin_with_code(visit, event, moment)
    return after, (ForgetVisit(), RearmThermometer(), *effects)


def begin_with_refused_code(visit: Visit, event: CodeRefused, moment: Moment) -> V:
    return refuse_code(_begin(visit, moment), event, moment)


def refuse_code(visit: Visit, event: CodeRefused, moment: Moment) -> V:
    errors = visit.code_errors + 1
    after = _screening(replace(visit, notice=event.notice, code_errors=errors), moment)
    effects: tuple[Effect, ...] = (CountRefusal(event.notice),) if errors == 1 else ()
    if errors == moment.policy.code_errors_before_help:
        subject = f"visit-{visit.number}"
        effects += (RaiseAlert(AlertKind.STAFF_NEEDED, "alert.code-trouble", subject),)
    return after, effects


def see_label(visit: Visit, event: LabelSeen, moment: Moment) -> V:
    placed = visit.placed
    if visit.state is S.RESULT and placed is not None and placed.first_of_tube:
        if placed.tube != event.tube:
            return replace(visit, notice="notice.other-label"), ()
        after = replace(visit, label=LabelView.VERIFIED, notice="")
        return _timed(after, moment, moment.policy.result_s), (VerifyLabel(event.tube),)
    return visit, (VerifyLabel(event.tube),)


def change_label(visit: Visit, event: LabelChanged, moment: Moment) -> V:
    placed = visit.placed
    ours = placed is not None and placed.first_of_tube and placed.tube == event.tube
    if visit.state is not S.RESULT or not ours or visit.label is LabelView.VERIFIED:
        return visit, ()
    after = replace(visit, label=event.label, notice=event.notice)
    return _timed(after, moment, moment.policy.result_s), ()


def change_devices(visit: Visit, event: DevicesChanged, moment: Moment) -> V:
    after = replace(
        visit, thermometer_works=event.thermometer_works, camera_works=event.camera_works
    )
    return (_hold_up(after, moment), ()) if visit.state is S.SCREENING else (after, ())


def _hold_up(visit: Visit, moment: Moment) -> Visit:
    """Start or stop the grace of a device that this visit waits for."""
    no_temperature = visit.temperature is None and not visit.thermometer_works
    no_code = visit.code is None and not visit.camera_works
    if not (no_temperature or no_code):
        return replace(visit, waiting_since_s=None)
    if visit.waiting_since_s is None:
        return replace(visit, waiting_since_s=moment.now_s)
    return visit


# ── what the core answers ────────────────────────────────────────────────────────────────────


def show_place(visit: Visit, event: Placed, moment: Moment) -> V:
    label = LabelView.WAITING if event.place.first_of_tube else LabelView.NONE
    after = replace(visit, state=S.RESULT, placed=event.place, label=label)
    return _timed(after, moment, moment.policy.result_s), ()


def show_before(visit: Visit, event: SeenBefore, moment: Moment) -> V:
    code = replace(visit.code, before=event.before) if visit.code else None
    return _already(replace(visit, code=code), moment)


def fail_check_in(visit: Visit, event: CheckInFailed, moment: Moment) -> V:
    return _staff(visit, moment, event.reason)


def give_ticket(visit: Visit, event: FeverTicketGiven, moment: Moment) -> V:
    return replace(visit, ticket=event.ticket), ()


# ── what the resident touches ────────────────────────────────────────────────────────────────


def start(visit: Visit, event: object, moment: Moment) -> V:
    return _begin(visit, moment), ()


def not_me(visit: Visit, event: object, moment: Moment) -> V:
    return _screening(replace(visit, code=None, notice="notice.not-me"), moment), (ForgetVisit(),)


def end(visit: Visit, event: object, moment: Moment) -> V:
    return _leave(visit, moment)


def call_staff(visit: Visit, event: object, moment: Moment) -> V:
    resume = visit.resume if visit.state is S.STILL_THERE else visit.state
    after = replace(visit, state=S.HELP, resume=resume, help_called=True)
    alert = RaiseAlert(AlertKind.HELP, "alert.help", f"visit-{visit.number}")
    return _timed(after, moment, moment.policy.help_page_s), (alert,)


def resume(visit: Visit, event: object, moment: Moment) -> V:
    """Back from HELP or STILL_THERE, with the time that the state below grants anew."""
    if visit.resume is S.ATTRACT:
        return _leave(visit, moment)
    if visit.resume is S.SCREENING:
        return _decide(visit, moment)
    lasts_s = {
        S.CONFIRM: moment.policy.idle_s,  # they asked for time: no auto-confirm under their hands
        S.FEVER: moment.policy.fever_page_s,
    }.get(visit.resume, moment.policy.result_s)
    return _timed(replace(visit, state=visit.resume), moment, lasts_s), ()


def more_time(visit: Visit, event: object, moment: Moment) -> V:
    return resume(replace(visit, extensions=visit.extensions + 1), event, moment)


def toggle_language(visit: Visit, event: object, moment: Moment) -> V:
    return replace(visit, language="en" if visit.language == "zh" else "zh"), ()


def toggle_large_text(visit: Visit, event: object, moment: Moment) -> V:
    return replace(visit, large_text=not visit.large_text), ()


def choose_language_early(visit: Visit, event: object, moment: Moment) -> V:
    """On the attract page: kept for the visit that begins, given up when nobody begins one."""
    after, effects = toggle_language(visit, event, moment)
    return _timed(after, moment, moment.policy.idle_s), effects


def choose_large_text_early(visit: Visit, event: object, moment: Moment) -> V:
    after, effects = toggle_large_text(visit, event, moment)
    return _timed(after, moment, moment.policy.idle_s), effects


# ── time ─────────────────────────────────────────────────────────────────────────────────────


def next_deadline(visit: Visit, policy_grace_s: float) -> float | None:
    """When `TimePassed` is due, CLOCK_MONOTONIC seconds; None: nothing is running."""
    deadlines = [visit.timer.ends_s] if visit.timer else []
    if visit.state is S.SCREENING and visit.waiting_since_s is not None:
        deadlines.append(visit.waiting_since_s + policy_grace_s)
    return min(deadlines, default=None)


def screening_time(visit: Visit, event: TimePassed, moment: Moment) -> V:
    waited_s = moment.now_s - (visit.waiting_since_s or moment.now_s)
    if visit.waiting_since_s is not None and waited_s >= moment.policy.device_grace_s:
        missing = visit.temperature is None and not visit.thermometer_works
        return _staff(visit, moment, "reason.no-thermometer" if missing else "reason.no-camera")
    if visit.timer is None or moment.now_s < visit.timer.ends_s:
        return visit, ()
    if visit.extensions >= moment.policy.extensions_max:
        return _leave(visit, moment)
    after = replace(visit, state=S.STILL_THERE, resume=S.SCREENING)
    return _timed(after, moment, moment.policy.still_there_s), ()


def confirm_time(visit: Visit, event: TimePassed, moment: Moment) -> V:
    """Silence confirms, except after a call for staff: then silence means nobody is there."""
    if visit.timer is None or moment.now_s < visit.timer.ends_s:
        return visit, ()
    if visit.help_called:
        return _leave(visit, moment)
    return check_in(visit, event, moment)


def end_time(visit: Visit, event: TimePassed, moment: Moment) -> V:
    if visit.timer is None or moment.now_s < visit.timer.ends_s:
        return visit, ()
    return _leave(visit, moment)


def help_time(visit: Visit, event: TimePassed, moment: Moment) -> V:
    if visit.timer is None or moment.now_s < visit.timer.ends_s:
        return visit, ()
    return resume(visit, event, moment)


def stay(visit: Visit, event: object, moment: Moment) -> V:
    """Listed, and without meaning here: for example a forehead before a result page."""
    return visit, ()
