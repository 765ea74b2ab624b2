"""From an overview to the list of what a person must look at, worst first. Pure.

Owns ranking and doubles. Texts are message ids of ``staff.LANGUAGE.po`` (``staff.…``) or of
``faults.LANGUAGE.po``; the page phrases them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from contracts.report import Alert, AlertKind, IntakeState
from coordinator.overview import Kiosk, Overview


class Urgency(IntEnum):
    """A person waits for help; something stands still; somebody should know."""

    NOW = 0
    SOON = 1
    KNOW = 2


@dataclass(frozen=True, slots=True)
class Notice:
    """``what`` and ``action`` are message ids with ``values``; ``action`` may be empty."""

    urgency: Urgency
    what: str
    action: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    subject: str = ""
    kiosk: str = ""
    since: float | None = None


_URGENCY = {
    AlertKind.FEVER: Urgency.NOW,
    AlertKind.HELP: Urgency.NOW,
    AlertKind.STAFF_NEEDED: Urgency.NOW,
    AlertKind.LABEL: Urgency.SOON,
    AlertKind.RECORD_REJECTED: Urgency.SOON,
    AlertKind.DISK: Urgency.SOON,
    AlertKind.DEVICE: Urgency.SOON,
}


def notices(overview: Overview) -> tuple[Notice, ...]:
    """Worst first; within an urgency the one that has waited longest."""
    found = [*_of_site(overview), *_of_records(overview)]
    for kiosk in overview.kiosks:
        found += _of_kiosk(kiosk, overview.now)
    return tuple(sorted(found, key=lambda notice: (notice.urgency, notice.since or overview.now)))


def _of_site(overview: Overview) -> Iterator[Notice]:
    if not overview.ingest_lives:
        yield Notice(Urgency.NOW, "staff.site.ingest-silent", "staff.site.ingest-silent.action")
    elif overview.broker_trouble:
        yield Notice(Urgency.NOW, "staff.site.no-broker", "staff.site.no-broker.action")


def _of_records(overview: Overview) -> Iterator[Notice]:
    for conflict in overview.conflicts:
        places = " · ".join(
            f"{kiosk.rsplit('-', 1)[-1]} {tube[9:13]}-{place}"
            for kiosk, tube, place in conflict.places
        )
        yield Notice(
            Urgency.SOON,
            "staff.record.person-twice",
            "staff.record.person-twice.action",
            {"name": conflict.masked_name, "count": len(conflict.places)},
            subject=places,
        )
    if overview.refusals.count:
        yield Notice(
            Urgency.SOON,
            "staff.record.refused",
            "staff.record.refused.action",
            {"count": overview.refusals.count},
            subject=overview.refusals.first,
        )
    if overview.unreadable:
        yield Notice(
            Urgency.SOON,
            "staff.record.unreadable",
            "staff.record.unreadable.action",
            {"count": overview.unreadable},
        )
    for kiosk in overview.gaps:
        yield Notice(Urgency.SOON, "staff.record.gap", "staff.record.gap.action", kiosk=kiosk)


def _of_kiosk(kiosk: Kiosk, now: float) -> Iterator[Notice]:
    if kiosk.online is False or kiosk.silent:
        since = None if kiosk.report_age_s is None else now - kiosk.report_age_s
        yield Notice(
            Urgency.SOON,
            "staff.kiosk.away",
            "staff.kiosk.away.action",
            kiosk=kiosk.kiosk,
            since=since,
        )
        return  # what it said before it went is old news
    if kiosk.report is None:
        return
    if kiosk.report.intake is IntakeState.OUT_OF_ORDER:
        yield Notice(
            Urgency.NOW, "staff.kiosk.closed", "staff.kiosk.closed.action", kiosk=kiosk.kiosk
        )
    faults = {device.fault for device in kiosk.report.devices if device.fault}
    for fault in sorted(faults):
        yield Notice(Urgency.SOON, f"{fault}.what", f"{fault}.action", kiosk=kiosk.kiosk)
    for alert in kiosk.report.alerts:
        if alert.kind is AlertKind.DEVICE and alert.text.removesuffix(".what") in faults:
            continue
        yield _of_alert(alert, kiosk.kiosk)


def _of_alert(alert: Alert, kiosk: str) -> Notice:
    return Notice(
        _URGENCY[alert.kind],
        f"staff.{alert.text}",
        f"staff.{alert.text}.action",
        subject=alert.subject,
        kiosk=kiosk,
        since=_unix_s(alert.since),
    )


def _unix_s(wall: str) -> float | None:
    try:
        return datetime.fromisoformat(wall).timestamp()
    except ValueError:
        return None
