"""What leaves the site: check-ins with identities as CSV, tubes without them as a manifest.

Owns both layouts. The CSV opens the sealed records and is the only place where a person stands in
clear: it goes where the caller says, and nowhere else. Must not log what it writes.
"""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from typing import TextIO

from contracts.envelope import EnvelopeError, decode_envelope
from contracts.record import CheckedIn
from contracts.record_sealing import open_record
from contracts.sealing import SealError
from contracts.signing import SignatureRefused
from contracts.tube_number import TubeNumber, TubeNumberError
from coordinator.key_files import EnrolledKiosks, SiteKeys

CSV_COLUMNS = (
    "round", "tube", "place", "pool_class", "lane", "name", "document_kind", "document_number",
    "phone", "body_c", "temperature_source", "code_colour", "flags", "checked_in_at", "kiosk",
    "epoch", "seq",
)  # fmt: skip

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(
    connection: sqlite3.Connection, keys: SiteKeys, kiosks: EnrolledKiosks, out: TextIO
) -> tuple[int, int]:
    """One line a check-in; returns (written, records that could not be opened)."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    written = closed = 0
    rows = connection.execute(
        "SELECT kiosk, epoch, seq, envelope FROM stored_records ORDER BY kiosk, epoch, seq"
    )
    for row in rows:
        verify_key = kiosks.verify_key_of(row["kiosk"])
        try:
            if verify_key is None:
                raise SignatureRefused("the kiosk is not enrolled any more")
            body = open_record(decode_envelope(bytes(row["envelope"])), keys.sealing, verify_key)
        except (EnvelopeError, SealError, SignatureRefused):
            closed += 1
            continue
        if isinstance(body, CheckedIn):
            cells = (*_cells(body), row["kiosk"], row["epoch"], row["seq"])
            writer.writerow([_harmless(cell) for cell in cells])
            written += 1
    return written, closed


def manifest(connection: sqlite3.Connection) -> Iterator[str]:
    """One JSON object a tube, nobody named: for the boxes and for the laboratory."""
    rows = connection.execute(
        "SELECT tubes.*, (SELECT places FROM sampled WHERE sampled.tube = tubes.tube"
        " ORDER BY number DESC LIMIT 1) AS sampled FROM tubes ORDER BY round_id, tube"
    )
    for row in rows:
        yield json.dumps(
            {
                "tube": row["tube"],
                "tube_grouped": _grouped(row["tube"]),
                "round": row["round_id"],
                "kiosk": row["kiosk"],
                "lane": row["lane"],
                "pool_class": row["pool_class"],
                "size": row["size"],
                "checked_in": row["places"],
                "sampled": row["sampled"] or 0,
                "state": row["close_reason"] or "open",
                "short": bool(row["close_reason"]) and row["places"] < row["size"],
                "label": row["label"] or "unknown",
            },
            ensure_ascii=False,
        )


def _cells(body: CheckedIn) -> tuple[object, ...]:
    taken = body.temperature
    return (
        body.round_id,
        body.tube,
        body.place,
        body.pool_class,
        body.lane,
        body.person.name,
        body.person.document_kind,
        body.person.document_number,
        body.person.phone,
        "" if taken is None or taken.body_c is None else f"{taken.body_c:.1f}",
        "" if taken is None else taken.source,
        body.code_colour,
        " ".join(body.flags),
        body.at,
    )


def _harmless(cell: object) -> str:
    """A spreadsheet must not take a name for a formula."""
    text = str(cell)
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def _grouped(tube: str) -> str:
    try:
        return TubeNumber.parse(tube).grouped
    except TubeNumberError:
        return tube
