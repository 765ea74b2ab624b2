"""Invariants of what came out of the printer. Pure; see `hil.demo.invariants`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from contracts.record import LabelOutcome, LabelReported
from contracts.tube_number import TubeNumber, TubeNumberError
from hil.demo.facts import Evidence, Paper

_PAPER_OUT = frozenset({"confirmed", "verified", "attached"})


def record_before_label(evidence: Evidence) -> Iterator[str]:
    opened = {body.tube: seq for seq, body in evidence.coordinator.check_ins if body.opens_tube}
    for paper, tube in _labels(evidence):
        seq = opened.get(tube)
        if seq is None:
            yield f"Label {paper.number} names tube {tube}; no record opens that tube."
        elif seq > paper.committed:
            yield (
                f"Label {paper.number} of tube {tube} came out when record {paper.committed}"
                f" was the newest; the tube is opened by record {seq}."
            )


def one_valid_label(evidence: Evidence) -> Iterator[str]:
    copies: dict[str, list[str]] = defaultdict(list)
    void: Counter[str] = Counter()
    for label in evidence.ledger.labels:
        if label.state == "void":
            void[label.tube] += 1
        else:
            copies[label.tube].append(label.job)
    for tube, jobs in copies.items():
        if len(jobs) > 1:
            yield f"Tube {tube} has {len(jobs)} labels in the ledger that are not void."
    papers = Counter(tube for _, tube in _labels(evidence))
    for tube, count in papers.items():
        if count - void[tube] > 1:
            yield (
                f"{count} labels of tube {tube} came out of the printer"
                f" and {void[tube]} of them are void."
            )


def label_is_the_tube(evidence: Evidence) -> Iterator[str]:
    printed = set()
    for paper in evidence.papers:
        numbers = set(paper.decoded)
        if len(numbers) != 1:
            found = "none" if not numbers else f"{len(numbers)} different ones"
            yield f"Label {paper.number} must carry one tube number and carries {found}."
        for number in numbers:
            if not _is_tube_number(number):
                yield f"Label {paper.number} carries a number that is no tube number."
        printed |= numbers
    tubes = {tube.tube for tube in evidence.ledger.tubes}
    for number in sorted(printed - tubes):
        yield f"A label names tube {number}, which the ledger never opened."
    finished = {label.tube for label in evidence.ledger.labels if label.state in _PAPER_OUT}
    for number in sorted(finished - printed):
        yield f"The label of tube {number} counts as printed; no such paper came out."
    asked = {label.tube for label in evidence.ledger.labels if label.state == "unknown"}
    for number in sorted(tubes - finished - asked):
        yield f"Tube {number} has no label that is known to be printed, and nobody is asked."


def verified_is_scanned(evidence: Evidence) -> Iterator[str]:
    ledger = {label.tube for label in evidence.ledger.labels if label.state == "verified"}
    site = {
        record.body.tube
        for record in evidence.coordinator.records
        if isinstance(record.body, LabelReported) and record.body.outcome is LabelOutcome.VERIFIED
    }
    seen = {
        visit.place.tube
        for visit in evidence.seen
        if visit.place is not None and visit.place.label == "verified"
    }
    for tube in sorted(seen - ledger):
        yield f"A resident saw the label of tube {tube} verified; the ledger does not say so."
    for tube in sorted(ledger - site):
        yield f"The ledger has the label of tube {tube} verified; the coordinator does not."
    for tube in sorted(site - ledger):
        yield f"The coordinator has the label of tube {tube} verified; the ledger does not."


def _labels(evidence: Evidence) -> Iterator[tuple[Paper, str]]:
    """Each paper with each tube number it carries."""
    for paper in evidence.papers:
        for tube in set(paper.decoded):
            yield paper, tube


def _is_tube_number(text: str) -> bool:
    try:
        TubeNumber.parse(text)
    except TubeNumberError:
        return False
    return True
