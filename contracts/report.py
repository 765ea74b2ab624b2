"""What staff see of a kiosk: devices, alerts, intake, outbox. Not sealed: it names no person.

A report is complete and replaces the one before; lost reports cost nothing but freshness. It is not
signed either: it is shown, and decides nothing.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from contracts.decoding import NotReadable, decode
from contracts.field_types import KioskId

MAX_REPORT_BYTES = 64 * 1024

ShortText = Annotated[str, Meta(max_length=128)]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class ReportRefused(Exception):
    """The payload is not a report."""


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
    """``fault`` is an id of ``config/translations``, such as ``printer.paper-out``, or empty.

    ``about`` is what the device says of itself: maker, model, firmware, serial number.
    """

    role: ShortText
    state: DeviceState
    fault: ShortText = ""
    generation: Count = 0
    about: ShortText = ""


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

    id: ShortText
    kind: AlertKind
    text: ShortText
    subject: ShortText = ""
    since: ShortText = ""


class IntakeState(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    OUT_OF_ORDER = "out-of-order"
    CLOSED = "closed"


class KioskReport(Struct, frozen=True, kw_only=True):
    """One kiosk at one moment. ``at`` is RFC 3339 wall time."""

    kiosk: KioskId
    epoch: ShortText
    number: Count
    at: ShortText
    intake: IntakeState
    devices: tuple[DeviceReport, ...]
    alerts: tuple[Alert, ...]
    visits: Count
    checked_in: Count
    fever: Count
    refused: Count
    outbox_waiting: Count
    outbox_rejected: Count
    ledger_bytes: Count = 0
    ledger_quota_bytes: Count = 0


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(KioskReport)


def encode_report(report: KioskReport) -> bytes:
    """JSON for the wire."""
    return _encoder.encode(report)


def decode_report(payload: bytes) -> KioskReport:
    """Raises `ReportRefused`. The caller compares ``kiosk`` with the topic."""
    if len(payload) > MAX_REPORT_BYTES:
        raise ReportRefused(f"a report has at most {MAX_REPORT_BYTES} bytes")
    try:
        return decode(_decoder, payload)
    except NotReadable as error:
        raise ReportRefused(f"this is not a report: {error}") from None
