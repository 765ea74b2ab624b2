"""Where a visit is, as seven steps that a newcomer understands. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from config.model import Language
from kiosk.ipc.messages import CodeState, LabelState, Page, Snapshot, TemperatureState


class StepState(StrEnum):
    WAITING = "waiting"
    NOW = "now"
    DONE = "done"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class JourneyStep:
    """``ms`` is what the software took here in the visit that was finished last."""

    title: str
    state: StepState
    text: str
    ms: float | None = None


_AFTER_RULES = {
    Page.FEVER: "fever: rest area, no place",
    Page.ALREADY: "checked in before in this round",
    Page.STAFF: "the manual desk goes on",
}
_LABELS = {
    LabelState.NONE: (StepState.DONE, "not the first of its tube"),
    LabelState.WAITING: (StepState.NOW, "printing"),
    LabelState.PRINTED: (StepState.DONE, "the printer says finished"),
    LabelState.UNKNOWN: (StepState.BAD, "sent, no proof"),
    LabelState.VERIFIED: (StepState.DONE, "the printer said finished"),
    LabelState.FAILED: (StepState.BAD, "no label came out"),
}


def journey(
    snap: Snapshot | None, outbox_waiting: int | None, stages_ms: Mapping[str, float]
) -> tuple[JourneyStep, ...]:
    """Code, forehead, rules, ledger, label, scan, site."""
    if snap is None:
        snap = Snapshot(number=0, page=Page.ATTRACT, language=Language.ZH)
    steps = (
        ("Code", *_code(snap), "code"),
        ("Forehead", *_forehead(snap), "temperature"),
        ("Rules", *_rules(snap), ""),
        ("Ledger", *_ledger(snap), "commit"),
        ("Label", *_label(snap), "label"),
        ("Scanned back", *_scanned(snap), ""),
        ("Site", *_site(outbox_waiting), ""),
    )
    return tuple(
        JourneyStep(title, state, text, _rounded(stages_ms.get(stage)))
        for title, state, text, stage in steps
    )


Told = tuple[StepState, str]


def _code(snap: Snapshot) -> Told:
    if snap.page is Page.ATTRACT:
        return StepState.WAITING, "hold up a phone"
    return {
        CodeState.WAITING: (StepState.NOW, "looking for a code"),
        CodeState.READ: (StepState.DONE, "read, signature proved"),
        CodeState.REFUSED: (StepState.BAD, _plain(snap.notice)),
        CodeState.UNAVAILABLE: (StepState.BAD, "no camera"),
    }[snap.code]


def _forehead(snap: Snapshot) -> Told:
    if snap.page is Page.ATTRACT:
        return StepState.WAITING, "step before the sensor"
    body_c = snap.temperature.body_c
    shown = f"{body_c:.1f} °C" if body_c is not None else ""
    return {
        TemperatureState.WAITING: (StepState.NOW, "nobody there"),
        TemperatureState.MEASURING: (StepState.NOW, "measuring"),
        TemperatureState.TOO_FAR: (StepState.NOW, "too far away"),
        TemperatureState.NORMAL: (StepState.DONE, f"{shown} normal"),
        TemperatureState.FEVER: (StepState.BAD, f"{shown} fever"),
        TemperatureState.UNKNOWN: (StepState.BAD, "not to be judged"),
        TemperatureState.UNAVAILABLE: (StepState.BAD, "no thermometer"),
    }[snap.temperature.state]


def _rules(snap: Snapshot) -> Told:
    if snap.page in _AFTER_RULES:
        return StepState.BAD, _AFTER_RULES[snap.page]
    if snap.page is Page.CONFIRM:
        return StepState.NOW, "is that you?"
    if snap.page in (Page.SAVING, Page.RESULT):
        return StepState.DONE, "one place for one person"
    return StepState.WAITING, "fever, colour, round, place"


def _ledger(snap: Snapshot) -> Told:
    if snap.page is Page.SAVING:
        return StepState.NOW, "sealed, committed, fsynced"
    if snap.placement is not None and snap.page is Page.RESULT:
        placed = snap.placement
        return StepState.DONE, f"lane {placed.lane}, tube {placed.tube_short}, {_place(snap)}"
    return StepState.WAITING, "record before label"


def _label(snap: Snapshot) -> Told:
    if snap.page is not Page.RESULT or snap.placement is None:
        return StepState.WAITING, "one for each tube"
    return _LABELS[snap.placement.label]


def _scanned(snap: Snapshot) -> Told:
    label = snap.placement.label if snap.page is Page.RESULT and snap.placement else None
    if label is LabelState.VERIFIED:
        return StepState.DONE, "label and tube are one"
    if label in (LabelState.PRINTED, LabelState.UNKNOWN):
        return StepState.NOW, "hold up the label"
    return StepState.WAITING, "proves the label"


def _site(waiting: int | None) -> Told:
    if waiting is None:
        return StepState.WAITING, "no ledger yet"
    if waiting:
        return StepState.NOW, f"{waiting} waiting for the signature"
    return StepState.DONE, "all acknowledged, signed"


def _place(snap: Snapshot) -> str:
    assert snap.placement is not None
    return f"place {snap.placement.place} of {snap.placement.size}"


def _plain(message_id: str) -> str:
    """``notice.code-not-ours`` as words: ``not ours``."""
    return message_id.partition(".")[2].removeprefix("code-").replace("-", " ")


def _rounded(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 1)
