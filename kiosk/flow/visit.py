"""The Visit machine: from an empty place before the kiosk to a lane, a tube and a place.

Theory of operation. A visit begins in ATTRACT with a touch, a code or a forehead, whichever comes
first (zero-touch). SCREENING collects a judged temperature and an accepted code in any order; once
both are there `_decide` applies the site's rules in their fixed order: fever, code colour, already
checked in, place. CONFIRM shows the masked name and confirms by itself. SAVING lasts as long as the
commit. RESULT, FEVER, ALREADY and STAFF are ends: each tells a place or a person to go to and
falls back to ATTRACT. HELP and STILL_THERE lie over another state and return to it.

A temperature belongs to whoever stands there: when the forehead leaves before a code was shown it
is forgotten, so that it can never be bound to the next person.
"""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.flow import visit_rules as do
from kiosk.flow.table import Rule, Table, rule
from kiosk.flow.visit_state import (
    VISIT_EVENTS,
    CheckInFailed,
    CodeAccepted,
    CodeRefused,
    Confirmed,
    DevicesChanged,
    FeverTicketGiven,
    Finished,
    ForeheadSeen,
    LabelChanged,
    LabelSeen,
    LanguageToggled,
    LargeTextToggled,
    Moment,
    MoreTimeAsked,
    NotMe,
    Placed,
    SeenBefore,
    StaffCalled,
    Started,
    TemperatureRead,
    TimePassed,
    Visit,
    VisitState,
    WentBack,
)

S = VisitState
Rules = Mapping[type, Rule[Visit, Moment]]

DECIDED = (S.SCREENING, S.CONFIRM, S.FEVER, S.ALREADY, S.STAFF)
"""Where the rules of a visit may lead once something new is known."""


def _everywhere(state: VisitState) -> Rules:
    """What every state knows: the screen's comforts, device facts, labels, late events."""
    stay = rule(do.stay, state)
    return {
        LanguageToggled: rule(do.toggle_language, state),
        LargeTextToggled: rule(do.toggle_large_text, state),
        DevicesChanged: rule(do.change_devices, state),
        LabelSeen: rule(do.see_label, state),
        LabelChanged: rule(do.change_label, state),
        ForeheadSeen: rule(do.note_forehead, state),
        TemperatureRead: stay,
        CodeAccepted: stay,
        CodeRefused: stay,
        TimePassed: stay,
    }


def _end_page(state: VisitState) -> Rules:
    """RESULT, FEVER, ALREADY and STAFF: a page that tells where to go, then makes room."""
    return {
        **_everywhere(state),
        CodeAccepted: rule(do.next_resident, state, *DECIDED),
        Finished: rule(do.end, S.ATTRACT),
        WentBack: rule(do.end, S.ATTRACT),
        StaffCalled: rule(do.call_staff, S.HELP),
        TimePassed: rule(do.end_time, state, S.ATTRACT),
    }


_RULES: Mapping[VisitState, Rules] = {
    S.ATTRACT: {
        **_everywhere(S.ATTRACT),
        Started: rule(do.start, S.SCREENING),
        TemperatureRead: rule(do.begin_with_forehead, *DECIDED),
        CodeAccepted: rule(do.begin_with_code, *DECIDED),
        CodeRefused: rule(do.begin_with_refused_code, S.SCREENING),
        LanguageToggled: rule(do.choose_language_early, S.ATTRACT),
        LargeTextToggled: rule(do.choose_large_text_early, S.ATTRACT),
        StaffCalled: rule(do.call_staff, S.HELP),
        TimePassed: rule(do.end_time, S.ATTRACT),
    },
    S.SCREENING: {
        **_everywhere(S.SCREENING),
        ForeheadSeen: rule(do.see_forehead, S.SCREENING),
        TemperatureRead: rule(do.take_temperature, *DECIDED),
        CodeAccepted: rule(do.take_code, *DECIDED),
        CodeRefused: rule(do.refuse_code, S.SCREENING),
        WentBack: rule(do.end, S.ATTRACT),
        StaffCalled: rule(do.call_staff, S.HELP),
        TimePassed: rule(do.screening_time, S.SCREENING, S.STILL_THERE, S.STAFF, S.ATTRACT),
    },
    S.CONFIRM: {
        **_everywhere(S.CONFIRM),
        Confirmed: rule(do.check_in, S.SAVING),
        NotMe: rule(do.not_me, S.SCREENING),
        WentBack: rule(do.end, S.ATTRACT),
        StaffCalled: rule(do.call_staff, S.HELP),
        TimePassed: rule(do.confirm_time, S.CONFIRM, S.SAVING, S.ATTRACT),
    },
    S.SAVING: {
        **_everywhere(S.SAVING),
        Placed: rule(do.show_place, S.RESULT),
        SeenBefore: rule(do.show_before, S.ALREADY),
        CheckInFailed: rule(do.fail_check_in, S.STAFF),
    },
    S.RESULT: _end_page(S.RESULT),
    S.FEVER: {**_end_page(S.FEVER), FeverTicketGiven: rule(do.give_ticket, S.FEVER)},
    S.ALREADY: _end_page(S.ALREADY),
    S.STAFF: _end_page(S.STAFF),
    S.HELP: {
        **_everywhere(S.HELP),
        FeverTicketGiven: rule(do.give_ticket, S.HELP),
        WentBack: rule(do.resume, S.ATTRACT, S.RESULT, *DECIDED),
        TimePassed: rule(do.help_time, S.HELP, S.ATTRACT, S.RESULT, *DECIDED),
    },
    S.STILL_THERE: {
        **_everywhere(S.STILL_THERE),
        MoreTimeAsked: rule(do.more_time, *DECIDED),
        ForeheadSeen: rule(do.wake_by_forehead, S.STILL_THERE, *DECIDED),
        TemperatureRead: rule(do.take_temperature, *DECIDED),
        CodeAccepted: rule(do.take_code, *DECIDED),
        CodeRefused: rule(do.refuse_code, S.SCREENING),
        WentBack: rule(do.end, S.ATTRACT),
        StaffCalled: rule(do.call_staff, S.HELP),
        TimePassed: rule(do.end_time, S.STILL_THERE, S.ATTRACT),
    },
}

VISIT: Table[Visit, Moment] = Table("Visit", VisitState, VISIT_EVENTS, _RULES)

next_deadline = do.next_deadline
