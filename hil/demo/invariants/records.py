"""Invariants of the way from ledger to coordinator. Pure; see `hil.demo.invariants`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hil.demo.facts import Evidence, LedgerPlace


def exactly_once(evidence: Evidence) -> Iterator[str]:
    ledger = evidence.ledger
    times = Counter((r.kiosk, r.epoch, r.seq) for r in evidence.coordinator.records)
    for (kiosk, epoch, seq), count in times.items():
        if count > 1:
            yield f"The coordinator holds record {seq} {count} times."
        if (kiosk, epoch) != (ledger.kiosk, ledger.epoch):
            yield f"The coordinator holds record {seq} of a kiosk or epoch that is not ours."
    for seq in range(1, ledger.last_seq + 1):
        if (ledger.kiosk, ledger.epoch, seq) not in times:
            yield f"Record {seq} was committed at the kiosk and is not at the coordinator."


def contiguous_sequence(evidence: Evidence) -> Iterator[str]:
    stored = sorted({record.seq for record in evidence.coordinator.records})
    for before, after in zip([0, *stored], stored, strict=False):
        if after != before + 1:
            yield f"After record {before} the coordinator holds {after}: a gap."
    newest = stored[-1] if stored else 0
    if newest != evidence.ledger.last_seq:
        yield (
            f"The newest record is {evidence.ledger.last_seq} at the kiosk"
            f" and {newest} at the coordinator."
        )


def all_acknowledged(evidence: Evidence) -> Iterator[str]:
    for seq in evidence.ledger.waiting:
        yield f"No acknowledgement covers record {seq}."
    for seq in evidence.ledger.rejected:
        yield f"The coordinator rejected record {seq}."


def acknowledged_are_purged(evidence: Evidence) -> Iterator[str]:
    for seq in evidence.ledger.kept:
        yield f"Record {seq} is acknowledged and still lies sealed on the kiosk after its grace."


def every_record_opens(evidence: Evidence) -> Iterator[str]:
    if not evidence.coordinator.records:
        yield "The coordinator holds no record at all: nothing was proved."
    if evidence.coordinator.unreadable:
        yield (
            f"{evidence.coordinator.unreadable} stored records do not open:"
            " signature, header or seal does not hold."
        )


def ledger_is_coordinator(evidence: Evidence) -> Iterator[str]:
    kiosk = {_key(place) for place in evidence.ledger.places}
    site = {
        (seq, body.round_id, body.tube, body.place, body.lane)
        for seq, body in evidence.coordinator.check_ins
    }
    for seq, _, tube, place, lane in sorted(kiosk - site):
        yield (
            f"The ledger gave place {place} of tube {tube} on lane {lane} in record {seq};"
            " the coordinator does not say so."
        )
    for seq, _, tube, place, lane in sorted(site - kiosk):
        yield (
            f"The coordinator has place {place} of tube {tube} on lane {lane} in record {seq};"
            " the ledger does not say so."
        )


def no_process_died(evidence: Evidence) -> Iterator[str]:
    for name, times in Counter(evidence.deaths).items():
        yield f"{name} ended by itself {times} times; its log says why."


def _key(place: LedgerPlace) -> tuple[int, str, str, int, int]:
    return (place.seq, place.round_id, place.tube, place.place, place.lane)
