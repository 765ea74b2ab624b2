"""Every invariant holds on a sound run and fails on a run that is broken in exactly its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from msgspec.structs import replace as with_fields

from contracts.pool_class import PoolClass
from contracts.record import (
    Flag,
    LabelOutcome,
)
from hil.demo.facts import (
    Evidence,
    Leak,
    LedgerLabel,
    LedgerTube,
    Outcome,
    Paper,
    StoredRecord,
)
from hil.demo.invariants import INVARIANTS, judge
from hil.demo.residents import Kind
from tests.hil.sound_evidence import (
    BODIES,
    EPOCH,
    KIOSK,
    OTHER_TUBE,
    PEOPLE,
    TUBE,
    WARM,
    label_reported,
    records_of,
    seen_place,
    sound,
    with_body,
    with_check_in,
    with_coordinator,
    with_ledger,
    with_paper,
    with_records,
    with_search,
    with_seen,
)

TUBE_ROW = LedgerTube(TUBE, "10", 2, 10, "closed-short")
Breaking = Callable[[Evidence], Evidence]

BREAKS: tuple[tuple[str, str, Breaking], ...] = (
    (
        "record-before-label",
        "a label out before its record",
        lambda e: replace(e, papers=(Paper(1, (TUBE,), committed=0),)),
    ),
    (
        "record-before-label",
        "a label whose tube no record opens",
        lambda e: with_check_in(e, 1, opens_tube=False),
    ),
    ("exactly-once", "a record twice", lambda e: with_records(e, *records_of(e), records_of(e)[0])),
    ("exactly-once", "a record lost", lambda e: with_records(e, *records_of(e)[:-1])),
    (
        "exactly-once",
        "a record of another epoch",
        lambda e: with_records(e, *records_of(e), replace(records_of(e)[0], epoch="epoch-0")),
    ),
    (
        "contiguous-sequence",
        "a gap",
        lambda e: with_records(e, *records_of(e)[:2], *records_of(e)[3:]),
    ),
    ("contiguous-sequence", "a newer record here", lambda e: with_ledger(e, last_seq=7)),
    ("all-acknowledged", "one waits", lambda e: with_ledger(e, waiting=(6,))),
    ("all-acknowledged", "one rejected", lambda e: with_ledger(e, rejected=(6,))),
    ("acknowledged-are-purged", "one kept", lambda e: with_ledger(e, kept=(3,))),
    ("every-record-opens", "a broken seal", lambda e: with_coordinator(e, unreadable=1)),
    ("every-record-opens", "nothing at all", with_records),
    ("ledger-is-coordinator", "another place", lambda e: with_check_in(e, 4, place=3)),
    ("ledger-is-coordinator", "a place less", lambda e: with_ledger(e, places=e.ledger.places[:1])),
    (
        "ledger-is-coordinator",
        "another round",
        lambda e: with_check_in(e, 1, round_id="2022-11-23"),
    ),
    ("no-person-twice", "at the site", lambda e: with_check_in(e, 4, person=PEOPLE[0])),
    (
        "no-person-twice",
        "in the ledger",
        lambda e: with_ledger(
            e, places=(e.ledger.places[0], replace(e.ledger.places[1], person="aa"))
        ),
    ),
    ("no-place-twice", "at the site", lambda e: with_check_in(e, 4, place=1)),
    (
        "no-place-twice",
        "in the ledger",
        lambda e: with_ledger(e, places=(e.ledger.places[0], replace(e.ledger.places[1], place=1))),
    ),
    ("no-place-twice", "on the screen", lambda e: with_seen(e, 1, place=seen_place(1))),
    (
        "places-in-order",
        "a place left out",
        lambda e: with_ledger(e, places=(e.ledger.places[0], replace(e.ledger.places[1], place=3))),
    ),
    (
        "places-in-order",
        "more people than places",
        lambda e: with_ledger(e, tubes=(replace(TUBE_ROW, size=1),)),
    ),
    (
        "places-in-order",
        "full and not full",
        lambda e: with_ledger(e, tubes=(replace(TUBE_ROW, state="full"),)),
    ),
    ("places-in-order", "a tube nobody opened", lambda e: with_ledger(e, tubes=())),
    (
        "places-in-order",
        "closed with another count",
        lambda e: with_body(e, 6, with_fields(BODIES[5], places_used=3)),
    ),
    ("nothing-mixed", "another lane", lambda e: with_check_in(e, 4, lane=3)),
    ("nothing-mixed", "another class", lambda e: with_check_in(e, 4, pool_class=PoolClass.FIVE)),
    ("nothing-mixed", "another size", lambda e: with_check_in(e, 4, tube_size=20)),
    ("nothing-mixed", "a tube nobody opened", lambda e: with_check_in(e, 4, tube=OTHER_TUBE)),
    (
        "seen-is-recorded",
        "two people swapped",
        lambda e: with_check_in(with_check_in(e, 1, person=PEOPLE[1]), 4, person=PEOPLE[0]),
    ),
    (
        "seen-is-recorded",
        "another phone",
        lambda e: with_check_in(e, 1, person=with_fields(PEOPLE[0], phone="19900009999")),
    ),
    (
        "seen-is-recorded",
        "shown and not recorded",
        lambda e: with_check_in(e, 4, person=PEOPLE[2]),
    ),
    (
        "seen-is-recorded",
        "recorded and not shown",
        lambda e: replace(e, seen=(e.seen[0], *e.seen[2:])),
    ),
    (
        "seen-is-recorded",
        "another lane on the screen",
        lambda e: with_seen(e, 1, place=replace(seen_place(2), lane=1)),
    ),
    (
        "seen-is-recorded",
        "the repeat visitor was sent elsewhere",
        lambda e: with_seen(e, 3, place=seen_place(2)),
    ),
    ("seen-is-recorded", "the repeat visitor has no place", lambda e: with_seen(e, 3, place=None)),
    ("everybody-answered", "no answer", lambda e: with_seen(e, 4, outcome=Outcome.LOST)),
    ("everybody-answered", "a wrong answer", lambda e: with_seen(e, 2, kind=Kind.RED)),
    ("everybody-answered", "expired and accepted", lambda e: with_seen(e, 1, kind=Kind.EXPIRED)),
    ("temperature-is-theirs", "another person's", lambda e: with_seen(e, 0, body_c=37.2)),
    ("temperature-is-theirs", "another fever's", lambda e: with_seen(e, 2, body_c=39.3)),
    ("temperature-is-theirs", "none recorded", lambda e: with_check_in(e, 1, temperature=None)),
    (
        "temperature-is-theirs",
        "not judged",
        lambda e: with_check_in(e, 1, temperature=with_fields(WARM, body_c=None)),
    ),
    ("no-process-died", "the screen died", lambda e: replace(e, deaths=("kiosk-screen",))),
    ("everybody-answered", "nobody came", lambda e: replace(e, seen=())),
    ("fever-is-held", "no ticket", lambda e: with_seen(e, 2, ticket="")),
    (
        "fever-is-held",
        "another ticket at the site",
        lambda e: with_body(e, 5, with_fields(BODIES[4], ticket="F03-009")),
    ),
    ("fever-is-held", "not in the ledger", lambda e: with_ledger(e, fever_tickets=())),
    ("fever-is-held", "a place all the same", lambda e: with_seen(e, 2, person=PEOPLE[1])),
    (
        "fever-is-held",
        "one ticket for two",
        lambda e: replace(e, seen=(*e.seen, replace(e.seen[2], resident=6))),
    ),
    (
        "fever-is-held",
        "a ticket nobody got",
        lambda e: replace(e, seen=(*e.seen[:2], *e.seen[3:])),
    ),
    ("one-valid-label", "printed twice", lambda e: with_paper(e, Paper(2, (TUBE,), 6))),
    (
        "one-valid-label",
        "two valid copies",
        lambda e: with_ledger(
            e, labels=(*e.ledger.labels, LedgerLabel("job-2", TUBE, 2, "confirmed"))
        ),
    ),
    ("label-is-the-tube", "unknown tube", lambda e: with_paper(e, Paper(2, (OTHER_TUBE,), 6))),
    ("label-is-the-tube", "blank label", lambda e: with_paper(e, Paper(2, (), 6))),
    (
        "label-is-the-tube",
        "two numbers",
        lambda e: replace(e, papers=(Paper(1, (TUBE, OTHER_TUBE), 1),)),
    ),
    (
        "label-is-the-tube",
        "no tube number",
        lambda e: with_paper(e, Paper(2, ("00070332600019",), 6)),
    ),
    ("label-is-the-tube", "no paper came out", lambda e: replace(e, papers=())),
    ("label-is-the-tube", "no label known", lambda e: with_ledger(e, labels=())),
    (
        "verified-is-scanned",
        "not so in the ledger",
        lambda e: with_ledger(e, labels=(LedgerLabel("job-1", TUBE, 1, "confirmed"),)),
    ),
    (
        "verified-is-scanned",
        "not so at the site",
        lambda e: with_body(e, 3, label_reported(LabelOutcome.UNKNOWN)),
    ),
    ("only-the-lane-samples", "sampled by nobody", lambda e: replace(e, swabbed=())),
    ("only-the-lane-samples", "a lane unheard", lambda e: with_coordinator(e, sampled=())),
    (
        "nobody-in-clear",
        "a name in a log",
        lambda e: with_search(e, leaks=(Leak("kiosk-core.log", "name", "utf-8"),)),
    ),
    ("nobody-in-clear", "searched for nobody", lambda e: with_search(e, canaries=0)),
    ("nobody-in-clear", "searched nowhere", lambda e: with_search(e, files=0)),
    ("nobody-in-clear", "heard nothing", lambda e: with_search(e, messages=0)),
)


def test_a_sound_run_passes_every_invariant() -> None:
    broken = [verdict for verdict in judge(sound()) if not verdict.passed]
    assert broken == []


@pytest.mark.parametrize(
    ("name", "how", "breaking"), BREAKS, ids=[f"{name}: {how}" for name, how, _ in BREAKS]
)
def test_invariant_fails_when_it_is_broken(name: str, how: str, breaking: Breaking) -> None:
    verdict = next(verdict for verdict in judge(breaking(sound())) if verdict.name == name)
    assert not verdict.passed, how
    assert verdict.violations >= 1
    assert verdict.sentence.endswith(".")


def test_every_invariant_was_broken_by_some_test() -> None:
    assert {name for name, _, _ in BREAKS} == {invariant.name for invariant in INVARIANTS}


def test_verdicts_never_name_a_person() -> None:
    """A report may be mailed around: whatever is broken, its sentences stay anonymous."""
    for _, _, breaking in BREAKS:
        for verdict in judge(breaking(sound())):
            for person in PEOPLE:
                for fact in (person.name, person.document_number, person.phone):
                    assert fact not in verdict.sentence


def test_an_expired_code_may_not_pass_whatever_the_clock_was() -> None:
    flagged = with_check_in(
        with_seen(sound(), 1, kind=Kind.EXPIRED), 4, flags=(Flag.CLOCK_NOT_SYNCHRONISED,)
    )
    broken = [verdict.name for verdict in judge(flagged) if not verdict.passed]
    assert broken == ["everybody-answered"]


def test_a_visit_cut_off_after_its_commit_may_end_as_already() -> None:
    """The core ended between commit and result page: shown again, told the same place."""
    cut_off = with_seen(sound(), 1, outcome=Outcome.ALREADY, restarts=1)
    assert [verdict.name for verdict in judge(cut_off) if not verdict.passed] == []
    unexplained = with_seen(sound(), 1, outcome=Outcome.ALREADY)
    broken = [verdict.name for verdict in judge(unexplained) if not verdict.passed]
    assert broken == ["seen-is-recorded", "everybody-answered"]


def test_a_fever_cut_off_after_its_commit_may_leave_a_second_ticket() -> None:
    evidence = with_seen(sound(), 2, restarts=1)
    again = StoredRecord(KIOSK, EPOCH, 7, with_fields(BODIES[4], ticket="F03-002"))
    evidence = with_ledger(
        with_records(evidence, *records_of(evidence), again),
        last_seq=7,
        fever_tickets=("F03-001", "F03-002"),
    )
    assert [verdict.name for verdict in judge(evidence) if not verdict.passed] == []
    once = with_seen(evidence, 2, restarts=0)
    assert [v.name for v in judge(once) if not v.passed] == ["fever-is-held"]


def test_a_tube_whose_label_staff_are_asked_about_breaks_nothing() -> None:
    evidence = with_body(sound(), 3, label_reported(LabelOutcome.UNKNOWN))
    evidence = with_seen(evidence, 0, place=replace(seen_place(1), label="unknown"))
    asked = with_ledger(evidence, labels=(LedgerLabel("job-1", TUBE, 1, "unknown"),))
    assert [verdict.name for verdict in judge(asked) if not verdict.passed] == []


def test_second_copy_is_valid_once_the_first_is_void() -> None:
    reprinted = with_ledger(
        with_paper(sound(), Paper(2, (TUBE,), 6)),
        labels=(
            LedgerLabel("job-1", TUBE, 1, "void"),
            LedgerLabel("job-2", TUBE, 2, "verified"),
        ),
    )
    broken = [verdict.name for verdict in judge(reprinted) if not verdict.passed]
    assert broken == []
