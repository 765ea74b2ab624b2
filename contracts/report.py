"""What staff see of a kiosk: devices, alerts, intake, outbox. Not sealed: it names no person.

A report is complete and replaces the one before; lost reports cost nothing but freshness.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class DeviceState(StrEnum):
    """Every device is exactly one of these; UNKNOWN is what silence means."""

    READY = "ready"
    OPENING = "opening"
    ABSENT = "absent"
    SILENT = "silent"
    BABBLING = "babbling"
    FAULT = "fault"
    UNKNOWN = "unknown"


class DeviceReport(Struct, frozen=True, kw_only=True):
    """``fault`` is an id of ``config/translations``, such as ``printer.paper-out``, or empty."""

    role: str
    state: DeviceState
    fault: str = ""
    generation: int = 0


class AlertKind(StrEnum):
    FEVER = "fever"
    HELP = "help"
    STAFF_NEEDED = "staff-needed"
    DEVICE = "device"
    LABEL = "label"
    RECORD_REJECTED = "record-rejected"
    DISK = "disk"


class Alert(Struct, frozen=True, kw_only=True):
    """What a person must look at. ``text`` is a message id, ``subject`` a ticket, tube or role."""

    id: str
    kind: AlertKind
    text: str
    subject: str = ""
    since: str = ""


class IntakeState(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    OUT_OF_ORDER = "out-of-order"
    CLOSED = "closed"


class KioskReport(Struct, frozen=True, kw_only=True):
    """One kiosk at one moment. ``at`` is RFC 3339 wall time."""

    kiosk: str
    epoch: str
    number: int
    at: str
    intake: IntakeState
    devices: tuple[DeviceReport, ...]
    alerts: tuple[Alert, ...]
    visits: int
    checked_in: int
    fever: int
    refused: int
    outbox_waiting: int
    outbox_rejected: int
    ledger_bytes: int = 0
    ledger_quota_bytes: int = 0
