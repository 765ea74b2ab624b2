"""The report counts what the evidence holds and names nobody."""

from __future__ import annotations

import json

from contracts.record import (
    AnyRecordBody,
    DocumentKind,
    FeverHeld,
    LabelOutcome,
    LabelReported,
    Person,
    TemperatureSource,
    TemperatureTaken,
)
from hil.demo.facts import (
    CoordinatorSide,
    Evidence,
    LedgerSide,
    LedgerTube,
    Outcome,
    Search,
    SeenVisit,
    StoredRecord,
)
from hil.demo.invariants import Verdict
from hil.demo.report import Run, report
from hil.demo.residents import Kind
from kiosk.ipc.messages import VisitTimed

AT = "2022-11-22T08:41:00+08:00"
PERSON = Person(
    name="测试", document_kind=DocumentKind.RESIDENT_ID, document_number="110101199003071233"
)
FEVER = FeverHeld(
    at=AT,
    visit="visit-2",
    person=PERSON,
    temperature=TemperatureTaken(
        source=TemperatureSource.INSTRUMENT,
        object_c=36.9,
        ambient_c=24.0,
        body_c=38.6,
        calibration="test",
        mode="continuous",
        samples=4,
        spread_c=0.1,
    ),
    ticket="F03-001",
)
RUN = Run(seed=7, started_at=AT, start_s=1.0, visits_s=10.0, settle_s=2.0, broken_on_purpose="")
PASSED = (Verdict("exactly-once", True, "It holds.", 0),)
BROKEN = (*PASSED, Verdict("no-place-twice", False, "Two people.", 2))


def label(job: str, outcome: LabelOutcome) -> LabelReported:
    return LabelReported(at=AT, tube="00070332600018", job=job, copy=1, outcome=outcome)


def evidence() -> Evidence:
    bodies: tuple[AnyRecordBody, ...] = (
        FEVER,
        label("one", LabelOutcome.CONFIRMED),
        label("one", LabelOutcome.VERIFIED),
        label("two", LabelOutcome.CONFIRMED),
        label("two", LabelOutcome.VOID),
    )
    records = [StoredRecord("k", "e", seq, body) for seq, body in enumerate(bodies, 1)]
    outcomes = (Outcome.CHECKED_IN, Outcome.FEVER, Outcome.REFUSED, Outcome.STAFF, Outcome.LOST)
    return Evidence(
        seen=tuple(
            SeenVisit(number, Kind.ORDINARY, PERSON, outcome, 36.5)
            for number, outcome in enumerate(outcomes, 1)
        ),
        ledger=LedgerSide(
            kiosk="k",
            epoch="e",
            last_seq=7,
            waiting=(7,),
            rejected=(6,),
            kept=(1, 2),
            places=(),
            tubes=(
                LedgerTube("00070332600018", "10", 1, 10, "full"),
                LedgerTube("00070332600026", "10", 2, 10, "open"),
                LedgerTube("00070332600039", "1", 2, 1, "full"),
            ),
            labels=(),
            fever_tickets=("F03-001",),
        ),
        coordinator=CoordinatorSide((*records, records[0]), sampled=("00070332600018",)),
        papers=(),
        swabbed=(),
        deaths=(),
        search=Search(9, 3, 5, 1000, ()),
    )


def test_counts() -> None:
    told = report(RUN, evidence(), [], PASSED)
    assert told["passed"] is True
    assert told["residents"] == {
        "arrived": 5,
        "checked_in": 1,
        "fever": 1,
        "refused": 1,
        "already": 0,
        "sent_to_staff": 1,
        "lost": 1,
        "by_kind": {"ordinary": 5},
    }
    assert told["tubes"] == {
        "opened": 3,
        "sampled": 1,
        "by_class_and_state": {"1": {"full": 1}, "10": {"full": 1, "open": 1}},
    }
    assert told["records"] == {
        "committed": 7,
        "acknowledged": 5,
        "rejected": 1,
        "kept_too_long": 2,
        "at_coordinator": 5,
        "duplicates": 1,
        "by_kind": {"fever-held": 2, "label-reported": 4},
    }
    assert told["labels"] == {
        "printed": 0,
        "confirmed": 2,
        "verified": 1,
        "void": 1,
        "by_state": {},
    }


def test_one_broken_invariant_fails_the_report() -> None:
    told = report(RUN, evidence(), [], BROKEN)
    assert told["passed"] is False
    assert told["invariants"] == [
        {"name": "exactly-once", "passed": True, "violations": 0, "sentence": "It holds."},
        {"name": "no-place-twice", "passed": False, "violations": 2, "sentence": "Two people."},
    ]


def test_software_time_is_spread_by_stage_and_in_total() -> None:
    timings = [
        VisitTimed(visit=number, stages_ms={"code": float(number), "commit": 10.0})
        for number in range(1, 102)
    ]
    told = report(RUN, evidence(), timings, PASSED)["software_ms"]
    assert told == {
        "visits": 101,
        "stages": {
            "code": {"p50": 51.0, "p95": 96.0, "max": 101.0, "count": 101},
            "commit": {"p50": 10.0, "p95": 10.0, "max": 10.0, "count": 101},
        },
        "total": {"p50": 61.0, "p95": 106.0, "max": 111.0, "count": 101},
    }


def test_one_visit_alone_is_its_own_median() -> None:
    told = report(RUN, evidence(), [VisitTimed(visit=1, stages_ms={"code": 4.0})], PASSED)
    assert told["software_ms"] == {
        "visits": 1,
        "stages": {"code": {"p50": 4.0, "p95": 4.0, "max": 4.0, "count": 1}},
        "total": {"p50": 4.0, "p95": 4.0, "max": 4.0, "count": 1},
    }


def test_report_is_json_and_names_nobody() -> None:
    text = json.dumps(report(RUN, evidence(), [], BROKEN), ensure_ascii=False)
    assert PERSON.name not in text
    assert PERSON.document_number not in text
