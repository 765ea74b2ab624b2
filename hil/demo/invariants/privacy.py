"""The invariant of personal data at rest and in transit. Pure; see `hil.demo.invariants`."""

from __future__ import annotations

from collections.abc import Iterator

from hil.demo.facts import Evidence


def nobody_in_clear(evidence: Evidence) -> Iterator[str]:
    search = evidence.search
    if not search.canaries or not search.files or not search.messages:
        yield (
            f"The search looked for {search.canaries} facts in {search.files} files and"
            f" {search.messages} messages: that proves nothing."
        )
    for leak in search.leaks:
        yield f"{leak.where} holds a {leak.fact} in clear ({leak.encoding})."
