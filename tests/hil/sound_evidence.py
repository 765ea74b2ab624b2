"""A sound run as evidence, and small changes of it for tests to break."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from msgspec.structs import replace as with_fields

from contracts.pool_class import PoolClass
from contracts.record import (
    AnyRecordBody,
    CheckedIn,
    CodeColour,
    DocumentKind,
    FeverHeld,
    LabelOutcome,
    LabelReported,
    Person,
    TemperatureSource,
    TemperatureTaken,
    TubeClosed,
    TubeCloseReason,
)
from contracts.tube_number import TubeNumber
from hil.demo.facts import (
    CoordinatorSide,
    Evidence,
    LedgerLabel,
    LedgerPlace,
    LedgerSide,
    LedgerTube,
    Outcome,
    Paper,
    Search,
    SeenPlace,
    SeenVisit,
    StoredRecord,
)
from hil.demo.residents import Kind

KIOSK, EPOCH, ROUND = "330106-0007-k03", "epoch-1", "2022-11-22"
TUBE = TubeNumber("0007", "03", 326, 1).text
OTHER_TUBE = TubeNumber("0007", "03", 326, 2).text
AT = "2022-11-22T08:41:00+08:00"
PEOPLE = tuple(
    Person(
        name=f"测试{letter}",
        document_kind=DocumentKind.RESIDENT_ID,
        document_number=number,
        phone=f"1990000000{index}",
    )
    for index, (letter, number) in enumerate(
        (("甲", "110101199003071233"), ("乙", "110101199003074530"), ("丙", "110101198507140022"))
    )
)
WARM = TemperatureTaken(
    source=TemperatureSource.INSTRUMENT,
    object_c=36.9,
    ambient_c=24.0,
    body_c=38.6,
    calibration="test",
    mode="continuous",
    samples=4,
    spread_c=0.1,
)


def checked_in(person: Person, place: int) -> CheckedIn:
    return CheckedIn(
        at=AT,
        visit=f"visit-{place}",
        person=person,
        temperature=with_fields(WARM, body_c=36.4),
        code_scheme="ncs1",
        code_colour=CodeColour.GREEN,
        round_id=ROUND,
        tube=TUBE,
        pool_class=PoolClass.TEN,
        tube_size=10,
        lane=2,
        place=place,
        opens_tube=place == 1,
    )


def label_reported(outcome: LabelOutcome) -> LabelReported:
    return LabelReported(at=AT, tube=TUBE, job="job-1", copy=1, outcome=outcome)


BODIES: tuple[AnyRecordBody, ...] = (
    checked_in(PEOPLE[0], 1),
    label_reported(LabelOutcome.CONFIRMED),
    label_reported(LabelOutcome.VERIFIED),
    checked_in(PEOPLE[1], 2),
    FeverHeld(at=AT, visit="visit-3", person=PEOPLE[2], temperature=WARM, ticket="F03-001"),
    TubeClosed(at=AT, tube=TUBE, reason=TubeCloseReason.SHIFT_END, places_used=2, tube_size=10),
)


def seen_place(place: int) -> SeenPlace:
    first = place == 1
    return SeenPlace(2, TUBE, place, 10, first, "verified" if first else "none")


def seen_visit(number: int, kind: Kind, person: Person, outcome: Outcome) -> SeenVisit:
    fever = kind is Kind.FEVER
    return SeenVisit(number, kind, person, outcome, body_c=38.5 if fever else 36.5)


def sound() -> Evidence:
    """Two people in one tube, one fever, one repeat visitor, one stranger's code."""
    return Evidence(
        seen=(
            replace(
                seen_visit(1, Kind.ORDINARY, PEOPLE[0], Outcome.CHECKED_IN), place=seen_place(1)
            ),
            replace(
                seen_visit(2, Kind.ORDINARY, PEOPLE[1], Outcome.CHECKED_IN), place=seen_place(2)
            ),
            replace(seen_visit(3, Kind.FEVER, PEOPLE[2], Outcome.FEVER), ticket="F03-001"),
            replace(
                seen_visit(4, Kind.REPEAT, PEOPLE[0], Outcome.ALREADY),
                place=replace(seen_place(1), label="none"),
            ),
            seen_visit(5, Kind.NOT_OURS, PEOPLE[2], Outcome.REFUSED),
        ),
        ledger=LedgerSide(
            kiosk=KIOSK,
            epoch=EPOCH,
            last_seq=len(BODIES),
            waiting=(),
            rejected=(),
            kept=(),
            places=(
                LedgerPlace(1, ROUND, TUBE, 1, 2, "aa"),
                LedgerPlace(4, ROUND, TUBE, 2, 2, "bb"),
            ),
            tubes=(LedgerTube(TUBE, "10", 2, 10, "closed-short"),),
            labels=(LedgerLabel("job-1", TUBE, 1, "verified"),),
            fever_tickets=("F03-001",),
        ),
        coordinator=CoordinatorSide(
            tuple(StoredRecord(KIOSK, EPOCH, seq, body) for seq, body in enumerate(BODIES, 1)),
            sampled=(TUBE,),
        ),
        papers=(Paper(1, (TUBE,), committed=1),),
        swabbed=(TUBE,),
        deaths=(),
        search=Search(canaries=30, files=12, messages=40, searched_bytes=10_000, leaks=()),
    )


def with_body(evidence: Evidence, seq: int, body: AnyRecordBody) -> Evidence:
    records = list(evidence.coordinator.records)
    records[seq - 1] = replace(records[seq - 1], body=body)
    return with_records(evidence, *records)


def with_records(evidence: Evidence, *records: StoredRecord) -> Evidence:
    return replace(evidence, coordinator=replace(evidence.coordinator, records=records))


def with_check_in(evidence: Evidence, seq: int, **changes: Any) -> Evidence:
    body = evidence.coordinator.records[seq - 1].body
    return with_body(evidence, seq, with_fields(body, **changes))


def with_ledger(evidence: Evidence, **changes: Any) -> Evidence:
    return replace(evidence, ledger=replace(evidence.ledger, **changes))


def with_seen(evidence: Evidence, index: int, **changes: Any) -> Evidence:
    seen = list(evidence.seen)
    seen[index] = replace(seen[index], **changes)
    return replace(evidence, seen=tuple(seen))


def with_paper(evidence: Evidence, *papers: Paper) -> Evidence:
    return replace(evidence, papers=(*evidence.papers, *papers))


def with_search(evidence: Evidence, **changes: Any) -> Evidence:
    return replace(evidence, search=replace(evidence.search, **changes))


def with_coordinator(evidence: Evidence, **changes: Any) -> Evidence:
    return replace(evidence, coordinator=replace(evidence.coordinator, **changes))


def records_of(evidence: Evidence) -> tuple[StoredRecord, ...]:
    return evidence.coordinator.records
