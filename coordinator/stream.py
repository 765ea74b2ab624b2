"""What is settled of one ledger of one kiosk: the memory behind its acknowledgements. Pure.

Owns the arithmetic of sequence numbers. Must not be changed before the database has committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contracts.acknowledgement import MAX_REJECTED, Acknowledgement, Rejection, acknowledge


class Stream:
    """``number`` is its row in the database. *Settled* is committed, or refused for good."""

    def __init__(
        self,
        number: int,
        kiosk: str,
        epoch: str,
        *,
        high_water: int = 0,
        above: Iterable[int] = (),
        rejected: Mapping[int, str] | None = None,
    ) -> None:
        self.number = number
        self.kiosk = kiosk
        self.epoch = epoch
        self.high_water = high_water
        self._above = {seq for seq in above if seq > high_water}
        self._rejected = dict(rejected or {})
        self._ranges: tuple[tuple[int, int], ...] = ()
        self._settle(self._rejected)

    def is_settled(self, seq: int) -> bool:
        return seq <= self.high_water or seq in self._above

    def is_rejected(self, seq: int) -> bool:
        return seq in self._rejected

    @property
    def has_gap(self) -> bool:
        """Newer records are here than one that is missing."""
        return bool(self._above)

    @property
    def may_reject(self) -> bool:
        """An acknowledgement names every rejected record, so there is a most."""
        return len(self._rejected) < MAX_REJECTED

    def with_committed(self, seqs: Iterable[int]) -> tuple[int, bool]:
        """High water, and whether a hole is left below newer records, once ``seqs`` are durable."""
        high_water, ranges = acknowledge(self.high_water, self._above.union(seqs))
        return high_water, bool(ranges)

    def committed(self, seqs: Iterable[int], rejected: Mapping[int, str]) -> None:
        """``seqs`` and ``rejected`` are durable now."""
        self._rejected.update(rejected)
        self._settle({*seqs, *rejected})

    def acknowledgement(self, database_id: str, at: str) -> Acknowledgement:
        """Everything there is to say about this ledger, whatever was said before."""
        return Acknowledgement(
            kiosk=self.kiosk,
            epoch=self.epoch,
            high_water=self.high_water,
            selective=self._ranges,
            rejected=tuple(Rejection(seq, why) for seq, why in sorted(self._rejected.items())),
            database_id=database_id,
            at=at,
        )

    def _settle(self, seqs: Iterable[int]) -> None:
        self._above.update(seqs)
        self.high_water, self._ranges = acknowledge(self.high_water, self._above)
        self._above = {seq for seq in self._above if seq > self.high_water}
