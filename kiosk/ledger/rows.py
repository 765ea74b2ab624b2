"""What goes into the ledger and what comes out of it, as frozen values.

No name, no document number, no phone: persons and codes appear as keyed digests only.
"""

from __future__ import annotations

from dataclasses import dataclass

from contracts.pool_class import PoolClass
from kiosk.flow.fever_hold import FeverHoldState
from kiosk.flow.tube import TubeState

DIGEST_BYTES = 32  # HMAC-SHA256 or keyed BLAKE2b; no document number has this length


@dataclass(frozen=True, slots=True)
class CheckInWrite:
    """One person's place, decided by the flow, to be committed as it stands.

    ``place`` counts from 1 and must be the next free one. ``opens_tube`` makes the tube, its first
    place and, unless ``label_job`` is None (a pre-printed tube), the reserved job of its label's
    first copy. ``opened_at_s`` and ``checked_in_at`` (RFC 3339) are the core's times and are given
    back unchanged. Digests have `DIGEST_BYTES`; an empty ``code_digest`` means that no code was
    shown.
    """

    visit: str
    round_id: str
    tube: str
    pool_class: PoolClass
    lane: int
    size: int
    place: int
    opens_tube: bool
    opened_at_s: float
    person_digest: bytes
    code_digest: bytes
    label_job: str | None
    checked_in_at: str

    def __post_init__(self) -> None:
        if len(self.person_digest) != DIGEST_BYTES:
            raise ValueError(f"person_digest must be a keyed digest of {DIGEST_BYTES} bytes")
        if len(self.code_digest) not in (0, DIGEST_BYTES):
            raise ValueError(f"code_digest must be empty or a digest of {DIGEST_BYTES} bytes")
        if self.opens_tube and self.place != 1:
            raise ValueError("whoever opens a tube gets its first place")
        if self.label_job is not None and not self.opens_tube:
            raise ValueError("a label job is reserved by the check-in that opens its tube")


@dataclass(frozen=True, slots=True)
class TubeRow:
    """One tube. ``opened_at_s`` is the time the core gave when it was opened."""

    tube: str
    round_id: str
    pool_class: PoolClass
    lane: int
    size: int
    places_used: int
    state: TubeState
    opened_at_s: float


@dataclass(frozen=True, slots=True)
class FeverHoldRow:
    """``due_boottime_s`` is CLOCK_BOOTTIME of boot ``boot_id``; after another boot it is due."""

    ticket: str
    due_boottime_s: float
    boot_id: str
    state: FeverHoldState
