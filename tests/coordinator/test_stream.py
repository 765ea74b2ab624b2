"""What is settled, however it arrives."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.stream import Stream


@settings(max_examples=30, deadline=None)
@given(
    batches=st.lists(st.sets(st.integers(1, 40), max_size=8), max_size=12),
    rejected=st.sets(st.integers(1, 40), max_size=3),
)
def test_says_exactly_what_was_committed(batches: list[set[int]], rejected: set[int]) -> None:
    stream = Stream(1, "330106-0007-k03", "epoch-1")
    committed: set[int] = set()
    stream.committed((), dict.fromkeys(rejected, "because"))
    for batch in batches:
        new = batch - rejected
        expected = stream.with_committed(new)
        stream.committed(new, {})
        committed |= new
        assert (stream.high_water, stream.has_gap) == expected
    told = stream.acknowledgement("store-1", "2022-11-22T08:41:07+08:00")
    for seq in range(1, 45):
        assert told.covers(seq) == (seq in committed)
        assert stream.is_settled(seq) == (seq in committed | rejected)
    assert stream.has_gap == bool(max(committed | rejected, default=0) > stream.high_water)
    restored = Stream(
        1,
        "330106-0007-k03",
        "epoch-1",
        high_water=stream.high_water,
        above=committed,
        rejected=dict.fromkeys(rejected, "because"),
    )
    assert restored.acknowledgement("store-1", told.at) == told
