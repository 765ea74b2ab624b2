"""Invariants of people, places and tubes. Pure; see `hil.demo.invariants`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from hil.demo.facts import Evidence


def no_person_twice(evidence: Evidence) -> Iterator[str]:
    at_site: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for seq, body in evidence.coordinator.check_ins:
        who = body.person
        at_site[body.round_id, who.document_kind, who.document_number].append(seq)
    for seqs in at_site.values():
        if len(seqs) > 1:
            yield f"One person was checked in twice, in records {_and(seqs)} of the coordinator."
    at_kiosk: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place in evidence.ledger.places:
        at_kiosk[place.round_id, place.person].append(place.seq)
    for seqs in at_kiosk.values():
        if len(seqs) > 1:
            yield f"One person was checked in twice, in records {_and(seqs)} of the ledger."


def no_place_twice(evidence: Evidence) -> Iterator[str]:
    sides = {
        "The coordinator": [(body.tube, body.place) for _, body in evidence.coordinator.check_ins],
        "The ledger": [(place.tube, place.place) for place in evidence.ledger.places],
        "The screen": [
            (visit.place.tube, visit.place.place)
            for visit in evidence.seen
            if visit.place is not None and visit.outcome == "checked-in"
        ],
    }
    for side, given in sides.items():
        for (tube, place), count in Counter(given).items():
            if count > 1:
                yield f"{side} gives place {place} of tube {tube} to {count} people."


def places_in_order(evidence: Evidence) -> Iterator[str]:
    taken: dict[str, list[int]] = defaultdict(list)
    given: Counter[str] = Counter()
    for place in sorted(evidence.ledger.places, key=lambda place: place.seq):
        taken[place.tube].append(place.place)
    for tube in evidence.ledger.tubes:
        places = taken.pop(tube.tube, [])
        if places != list(range(1, len(places) + 1)):
            yield f"Tube {tube.tube} was filled in the order {_and(places)}."
        if len(places) > tube.size:
            yield f"Tube {tube.tube} has {tube.size} places and {len(places)} people."
        if (tube.state == "full") != (len(places) == tube.size):
            yield f"Tube {tube.tube} is {tube.state} with {len(places)} of {tube.size} places."
        given[tube.tube] = len(places)
    for number in taken:
        yield f"Places were given in tube {number}, which the ledger never opened."
    for closed in evidence.coordinator.closed_tubes:
        if closed.places_used != given[closed.tube]:
            yield (
                f"Tube {closed.tube} was closed with {closed.places_used} people;"
                f" the ledger gave {given[closed.tube]} places."
            )


def nothing_mixed(evidence: Evidence) -> Iterator[str]:
    tubes = {tube.tube: tube for tube in evidence.ledger.tubes}
    for seq, body in evidence.coordinator.check_ins:
        tube = tubes.get(body.tube)
        if tube is None:
            yield f"Record {seq} names tube {body.tube}, which the ledger never opened."
            continue
        if body.pool_class.value != tube.pool_class:
            yield (
                f"Tube {tube.tube} is of class {tube.pool_class};"
                f" record {seq} puts class {body.pool_class.value} into it."
            )
        if body.lane != tube.lane:
            yield f"Tube {tube.tube} stands on lane {tube.lane}; record {seq} says {body.lane}."
        if body.tube_size != tube.size:
            yield f"Tube {tube.tube} has {tube.size} places; record {seq} says {body.tube_size}."


def only_the_lane_samples(evidence: Evidence) -> Iterator[str]:
    sampled, swabbed = set(evidence.coordinator.sampled), set(evidence.swabbed)
    for tube in sorted(sampled - swabbed):
        yield f"The site counts tube {tube} as sampled; no lane said so."
    for tube in sorted(swabbed - sampled):
        yield f"A lane reported tube {tube} as sampled; the site does not know it."


def _and(numbers: list[int]) -> str:
    return ", ".join(str(number) for number in numbers) or "nothing"
