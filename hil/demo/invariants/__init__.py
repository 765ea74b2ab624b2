"""What must hold after any run, each as one pure check over the evidence.

Owns the list. A check yields one sentence per violation and nothing when it holds; a sentence names
tubes, places, sequence and arrival numbers, never a person. Must not read anything itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hil.demo.facts import Evidence
from hil.demo.invariants import labels, places, privacy, records, visits

Check = Callable[[Evidence], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """``holds`` is the sentence that is true as long as ``check`` yields nothing."""

    name: str
    holds: str
    check: Check


@dataclass(frozen=True, slots=True)
class Verdict:
    """``sentence`` says what holds, or what was found instead; ``violations`` counts."""

    name: str
    passed: bool
    sentence: str
    violations: int


INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        "record-before-label",
        "Every label came out after the record that opens its tube was committed.",
        labels.record_before_label,
    ),
    Invariant(
        "exactly-once",
        "The coordinator holds every record of the kiosk exactly once.",
        records.exactly_once,
    ),
    Invariant(
        "contiguous-sequence",
        "Sequence numbers run from 1 to the newest record without a gap.",
        records.contiguous_sequence,
    ),
    Invariant(
        "all-acknowledged",
        "Every record is acknowledged with a signature, none is waiting or rejected.",
        records.all_acknowledged,
    ),
    Invariant(
        "acknowledged-are-purged",
        "The kiosk has deleted every sealed record whose grace is over.",
        records.acknowledged_are_purged,
    ),
    Invariant(
        "every-record-opens",
        "Every stored record carries the kiosk's signature and opens under its own header.",
        records.every_record_opens,
    ),
    Invariant(
        "ledger-is-coordinator",
        "Kiosk and coordinator tell the same places, record by record.",
        records.ledger_is_coordinator,
    ),
    Invariant(
        "no-person-twice",
        "Nobody has two places in one round.",
        places.no_person_twice,
    ),
    Invariant(
        "no-place-twice",
        "No place of a tube was given to two people.",
        places.no_place_twice,
    ),
    Invariant(
        "places-in-order",
        "Places of a tube are given as 1, 2, 3 … up to its size, and full means full.",
        places.places_in_order,
    ),
    Invariant(
        "nothing-mixed",
        "No tube mixes pool classes, lanes or sizes.",
        places.nothing_mixed,
    ),
    Invariant(
        "seen-is-recorded",
        "What each resident read on the screen is what is recorded about that very person.",
        visits.seen_is_recorded,
    ),
    Invariant(
        "everybody-answered",
        "Every resident got the answer that the rules give for what they brought.",
        visits.everybody_answered,
    ),
    Invariant(
        "temperature-is-theirs",
        "Every recorded temperature is that of the person who stood there.",
        visits.temperature_is_theirs,
    ),
    Invariant(
        "fever-is-held",
        "Every fever has its own ticket and its record, and no place in a tube.",
        visits.fever_is_held,
    ),
    Invariant(
        "one-valid-label",
        "No tube has two valid labels.",
        labels.one_valid_label,
    ),
    Invariant(
        "label-is-the-tube",
        "Every tube has its label or staff are asked, and every label names a tube of the ledger.",
        labels.label_is_the_tube,
    ),
    Invariant(
        "verified-is-scanned",
        "Every label that a resident saw verified is verified in the ledger and at the site.",
        labels.verified_is_scanned,
    ),
    Invariant(
        "only-the-lane-samples",
        "Exactly the tubes that a lane reported count as sampled.",
        places.only_the_lane_samples,
    ),
    Invariant(
        "nobody-in-clear",
        "No file, log, topic or message holds a person in clear.",
        privacy.nobody_in_clear,
    ),
    Invariant(
        "no-process-died",
        "No process ended by itself.",
        records.no_process_died,
    ),
)


def judge(evidence: Evidence) -> tuple[Verdict, ...]:
    """Every invariant's verdict, in the order of `INVARIANTS`."""
    return tuple(_verdict(invariant, list(invariant.check(evidence))) for invariant in INVARIANTS)


def _verdict(invariant: Invariant, violations: list[str]) -> Verdict:
    if not violations:
        return Verdict(invariant.name, True, invariant.holds, 0)
    more = f" And {len(violations) - 1} more." if len(violations) > 1 else ""
    return Verdict(invariant.name, False, violations[0] + more, len(violations))
