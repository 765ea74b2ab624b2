"""How the kiosk stands with its site, as one state and one sentence. Pure.

Owns the order in which troubles count: no broker hides everything behind it, a refusal is louder
than an absent coordinator. Must not watch anything itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.ipc.messages import UplinkState, UplinkStatus

PATIENCE = 3  # bundles sent this often without an answer: the coordinator ignores us


@dataclass(frozen=True, slots=True)
class Facts:
    """What the uplink knows at one moment. ``refusal`` is the newest sentence that refused us."""

    connected: bool
    refused: bool
    trouble: str
    refusal: str
    host_online: bool | None
    host_store: str
    enrolled_store: str | None
    unanswered: int
    set_aside: tuple[int, ...]
    waiting: int


def standing(facts: Facts) -> UplinkStatus:
    """The state for staff and core, with a sentence that says what to do about it."""
    if not facts.connected:
        state = UplinkState.REFUSED if facts.refused else UplinkState.OFFLINE
        return UplinkStatus(state, facts.trouble)
    if facts.refusal:
        return UplinkStatus(UplinkState.REFUSED, facts.refusal)
    if not facts.host_online:
        known = "is away" if facts.host_online is False else "was not seen yet"
        return UplinkStatus(
            UplinkState.NO_COORDINATOR,
            f"The broker is there, the coordinator {known}. Records wait here and are safe.",
        )
    if not at_enrolled_store(facts.host_store, facts.enrolled_store):
        return UplinkStatus(
            UplinkState.REFUSED,
            f"The coordinator keeps its records in another store ({facts.host_store}) than the one"
            f" this kiosk is enrolled at ({facts.enrolled_store}). Records wait here; ask the site"
            " before anything is deleted, and enrol again if the store was replaced on purpose.",
        )
    if facts.unanswered > PATIENCE:
        return UplinkStatus(
            UplinkState.REFUSED,
            "The coordinator is there and acknowledges nothing. Check that this kiosk is enrolled"
            " at it and that its acknowledgement key is the one this kiosk holds.",
        )
    if facts.set_aside:
        first = ", ".join(map(str, facts.set_aside[:5]))
        return UplinkStatus(
            UplinkState.ONLINE,
            f"The coordinator takes all but record {first}: it stays here, keep this kiosk.",
        )
    return UplinkStatus(
        UplinkState.ONLINE, f"{facts.waiting} records wait" if facts.waiting else ""
    )


def at_enrolled_store(host_store: str, enrolled_store: str | None) -> bool:
    """True while this coordinator may be sent to: the first one, or the one from before."""
    return enrolled_store is None or host_store == enrolled_store
