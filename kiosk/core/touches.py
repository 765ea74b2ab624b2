"""What a touch means to the visit: one event for each action of the screen."""

from __future__ import annotations

from kiosk.flow.visit_state import (
    Confirmed,
    Finished,
    LanguageToggled,
    LargeTextToggled,
    MoreTimeAsked,
    NotMe,
    StaffCalled,
    Started,
    WentBack,
)
from kiosk.ipc.messages import Action

TOUCHES: dict[Action, type] = {
    Action.START: Started,
    Action.CONFIRM: Confirmed,
    Action.NOT_ME: NotMe,
    Action.BACK: WentBack,
    Action.DONE: Finished,
    Action.CALL_STAFF: StaffCalled,
    Action.MORE_TIME: MoreTimeAsked,
    Action.LANGUAGE: LanguageToggled,
    Action.LARGE_TEXT: LargeTextToggled,
}
