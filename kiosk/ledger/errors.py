"""What a ledger can refuse, and the two ways in which it can be unusable.

`LedgerRefused` and its kinds: nothing was written, the ledger is well. `LedgerFull`: nothing was
written, draining makes room. `LedgerBroken`: the file cannot be trusted until it was reopened.
"""

from __future__ import annotations

from dataclasses import dataclass


class LedgerError(Exception):
    """Base of everything the ledger raises for a reason outside the program."""


class LedgerRefused(LedgerError):
    """This one write breaks a rule of the ledger; nothing of it was kept."""


class PlaceTaken(LedgerRefused):
    """The place is not the next free one of an open tube of this class, lane and size."""


class CodeUsed(LedgerRefused):
    """Somebody else checked in with the same code in this round."""


class SerialsExhausted(LedgerRefused):
    """Every tube serial of the granted range is used."""


class LedgerFull(LedgerError):
    """The quota or the disk is full; the outbox must drain before anything is taken in."""


class LedgerBroken(LedgerError):
    """The file is damaged, unreadable or on a failing disk."""


@dataclass(frozen=True, slots=True)
class EarlierCheckIn:
    """Where a person has been bound in this round already. ``checked_in_at`` is RFC 3339."""

    tube: str
    place: int
    lane: int
    checked_in_at: str


class AlreadyCheckedIn(LedgerRefused):
    """The same person has a place in this round; ``earlier`` says which."""

    def __init__(self, earlier: EarlierCheckIn) -> None:
        super().__init__(
            f"this person has place {earlier.place} of tube {earlier.tube} in this round already"
        )
        self.earlier = earlier
