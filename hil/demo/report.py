"""The JSON report of a headless run. Pure: counts, percentiles and verdicts from the evidence.

Holds no person: a report may be mailed around.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import quantiles

from contracts.record import LabelOutcome, LabelReported
from hil.demo.facts import Evidence, Outcome
from hil.demo.invariants import Verdict
from kiosk.ipc.messages import VisitTimed

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Run:
    """How the run was asked for and how long it took."""

    seed: int
    started_at: str
    start_s: float  # from the first process to the first page
    visits_s: float
    settle_s: float  # until everything was acknowledged and purged
    broken_on_purpose: str
    killed: tuple[str, ...] = ()


def report(
    run: Run, evidence: Evidence, timings: Sequence[VisitTimed], verdicts: Sequence[Verdict]
) -> Json:
    """The whole report, ready for JSON."""
    return {
        "kiosk": evidence.ledger.kiosk,
        "epoch": evidence.ledger.epoch,
        "seed": run.seed,
        "started_at": run.started_at,
        "broken_on_purpose": run.broken_on_purpose or None,
        "killed": dict(Counter(run.killed)),
        "visits_begun_anew": sum(visit.restarts for visit in evidence.seen),
        "seconds": {
            "start": round(run.start_s, 2),
            "visits": round(run.visits_s, 2),
            "settle": round(run.settle_s, 2),
            "total": round(run.start_s + run.visits_s + run.settle_s, 2),
        },
        "residents": _residents(evidence),
        "tubes": _tubes(evidence),
        "labels": _labels(evidence),
        "records": _records(evidence),
        "software_ms": _software_ms(timings),
        "search_for_persons": {
            "facts": evidence.search.canaries,
            "files": evidence.search.files,
            "messages": evidence.search.messages,
            "bytes": evidence.search.searched_bytes,
            "found": len(evidence.search.leaks),
        },
        "invariants": [
            {
                "name": verdict.name,
                "passed": verdict.passed,
                "violations": verdict.violations,
                "sentence": verdict.sentence,
            }
            for verdict in verdicts
        ],
        "passed": all(verdict.passed for verdict in verdicts),
    }


def _residents(evidence: Evidence) -> Json:
    outcomes = Counter(visit.outcome for visit in evidence.seen)
    kinds = Counter(visit.kind.value for visit in evidence.seen)
    return {
        "arrived": len(evidence.seen),
        "checked_in": outcomes[Outcome.CHECKED_IN],
        "fever": outcomes[Outcome.FEVER],
        "refused": outcomes[Outcome.REFUSED],
        "already": outcomes[Outcome.ALREADY],
        "sent_to_staff": outcomes[Outcome.STAFF],
        "lost": outcomes[Outcome.LOST],
        "by_kind": dict(sorted(kinds.items())),
    }


def _tubes(evidence: Evidence) -> Json:
    by_class: dict[str, Counter[str]] = defaultdict(Counter)
    for tube in evidence.ledger.tubes:
        by_class[tube.pool_class][tube.state] += 1
    return {
        "opened": len(evidence.ledger.tubes),
        "sampled": len(evidence.coordinator.sampled),
        "by_class_and_state": {name: dict(states) for name, states in sorted(by_class.items())},
    }


def _labels(evidence: Evidence) -> Json:
    """Confirmed and verified are milestones: a verified label was confirmed on its way."""
    outcomes: dict[LabelOutcome, set[str]] = defaultdict(set)
    for record in evidence.coordinator.records:
        if isinstance(record.body, LabelReported):
            outcomes[record.body.outcome].add(record.body.job)
    return {
        "printed": len(evidence.papers),
        "confirmed": len(outcomes[LabelOutcome.CONFIRMED]),
        "verified": len(outcomes[LabelOutcome.VERIFIED]),
        "void": len(outcomes[LabelOutcome.VOID]),
        "by_state": dict(Counter(label.state for label in evidence.ledger.labels)),
    }


def _records(evidence: Evidence) -> Json:
    ledger, stored = evidence.ledger, evidence.coordinator.records
    kinds = Counter(type(record.body).__struct_config__.tag for record in stored)
    return {
        "committed": ledger.last_seq,
        "acknowledged": ledger.last_seq - len(ledger.waiting) - len(ledger.rejected),
        "rejected": len(ledger.rejected),
        "kept_too_long": len(ledger.kept),
        "at_coordinator": len({(r.kiosk, r.epoch, r.seq) for r in stored}),
        "duplicates": len(stored) - len({(r.kiosk, r.epoch, r.seq) for r in stored}),
        "by_kind": {str(kind): count for kind, count in sorted(kinds.items(), key=str)},
    }


def _software_ms(timings: Sequence[VisitTimed]) -> Json:
    by_stage: dict[str, list[float]] = defaultdict(list)
    for timed in timings:
        for stage, took_ms in timed.stages_ms.items():
            by_stage[stage].append(took_ms)
    return {
        "visits": len(timings),
        "stages": {stage: _spread(values) for stage, values in by_stage.items()},
        "total": _spread([sum(timed.stages_ms.values()) for timed in timings]),
    }


def _spread(values: Iterable[float]) -> Json:
    """Median and 95th percentile, by linear interpolation; empty without values."""
    known = sorted(values)
    if not known:
        return {}
    cuts = quantiles(known, n=100, method="inclusive") if len(known) > 1 else known * 99
    return {
        "p50": round(cuts[49], 2),
        "p95": round(cuts[94], 2),
        "max": round(known[-1], 2),
        "count": len(known),
    }
