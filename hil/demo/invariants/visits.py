"""Invariants of what residents were told. Pure; see `hil.demo.invariants`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from contracts.record import CheckedIn, Person
from hil.demo.facts import EXPECTED, Evidence, Outcome, SeenVisit

TOLERANCE_C = 0.5  # sensor noise and the last of the approach; far less than between two people


def seen_is_recorded(evidence: Evidence) -> Iterator[str]:
    recorded = {_who(body.person): body for _, body in evidence.coordinator.check_ins}
    placed = [visit for visit in evidence.seen if visit.outcome is Outcome.CHECKED_IN]
    for visit in placed:
        body = recorded.get(_who(visit.person))
        if body is None:
            yield f"Resident {visit.resident} was shown a place and is not recorded."
        elif body.person != visit.person:
            yield f"The record of resident {visit.resident} tells another name or phone."
        else:
            yield from _same_place(visit, body)
    for visit in evidence.seen:
        if visit.outcome is Outcome.ALREADY:
            body = recorded.get(_who(visit.person))
            if body is None:
                yield f'Resident {visit.resident} was told "already" and is not recorded.'
            else:
                yield from _same_place(visit, body)
    cut_off = [visit for visit in evidence.seen if visit.restarts]
    told = {_who(visit.person) for visit in (*placed, *cut_off)}
    for who, body in recorded.items():
        if who not in told:
            yield f"Place {body.place} of tube {body.tube} is recorded; nobody was shown it."


def everybody_answered(evidence: Evidence) -> Iterator[str]:
    if not evidence.seen:
        yield "Nobody came: nothing was proved."
    for visit in evidence.seen:
        wanted = EXPECTED[visit.kind]
        if visit.restarts and wanted is Outcome.CHECKED_IN and visit.outcome is Outcome.ALREADY:
            continue  # committed before the core ended: shown again, told the same place
        if visit.outcome is not wanted:
            why = f" ({visit.detail})" if visit.detail else ""
            yield (
                f"Resident {visit.resident} came as {visit.kind} and should end as {wanted},"
                f" but ended as {visit.outcome}{why}."
            )


def fever_is_held(evidence: Evidence) -> Iterator[str]:
    placed = {_who(body.person) for _, body in evidence.coordinator.check_ins}
    recorded = Counter(body.ticket for body in evidence.coordinator.fevers)
    in_ledger = set(evidence.ledger.fever_tickets)
    seen: Counter[str] = Counter()
    for visit in evidence.seen:
        if visit.outcome is not Outcome.FEVER:
            continue
        seen[visit.ticket] += 1
        if not visit.ticket:
            yield f"Resident {visit.resident} has a fever and got no ticket."
        elif not recorded[visit.ticket]:
            yield f"Ticket {visit.ticket} was given out and is not at the coordinator."
        elif visit.ticket not in in_ledger:
            yield f"Ticket {visit.ticket} was given out and is not in the ledger."
        if _who(visit.person) in placed:
            yield f"Resident {visit.resident} has a fever and got a place in a tube."
    for ticket, count in (seen | recorded).items():
        if count > 1:
            yield f"Ticket {ticket} was given to {count} people."
    cut_off = sum(visit.restarts for visit in evidence.seen if visit.outcome is Outcome.FEVER)
    for ticket in sorted(set(recorded) - set(seen))[cut_off:]:
        yield f"Ticket {ticket} is recorded; nobody was given it."


def temperature_is_theirs(evidence: Evidence) -> Iterator[str]:
    taken = {_who(body.person): body.temperature for _, body in evidence.coordinator.check_ins}
    held = {body.ticket: body.temperature for body in evidence.coordinator.fevers}
    for visit in evidence.seen:
        if visit.outcome is Outcome.CHECKED_IN:
            reading = taken.get(_who(visit.person))
        elif visit.outcome is Outcome.FEVER:
            reading = held.get(visit.ticket)
        else:
            continue
        if reading is None or reading.body_c is None:
            yield f"No temperature is recorded of resident {visit.resident}."
        elif abs(reading.body_c - visit.body_c) > TOLERANCE_C:
            yield (
                f"Resident {visit.resident} has {visit.body_c:.1f} °C"
                f" and {reading.body_c:.1f} °C is recorded."
            )


def _same_place(visit: SeenVisit, body: CheckedIn) -> Iterator[str]:
    seen = visit.place
    if seen is None:
        yield f"Resident {visit.resident} was told no place, but tube {body.tube} is recorded."
    elif (seen.tube, seen.place, seen.lane) != (body.tube, body.place, body.lane):
        yield (
            f"Resident {visit.resident} was shown place {seen.place} of tube {seen.tube} on lane"
            f" {seen.lane}; recorded is place {body.place} of tube {body.tube} on lane {body.lane}."
        )


def _who(person: Person) -> tuple[str, str]:
    return (person.document_kind, person.document_number)
