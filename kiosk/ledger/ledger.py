"""The ledger: every durable change of the kiosk is one method here and one transaction in it.

The core is its only user and only writer, from one thread. When a method returns, its change is on
the disk (WAL, synchronous=FULL); when it raises, nothing of it happened. The one exception is
`LedgerBroken`: a disk that fails at the very commit leaves it open, and the reopened file tells.
Must not decide anything: the flow has decided, the ledger refuses what must never be.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from sqlite3 import Connection

from contracts.acknowledgement import Acknowledgement
from kiosk.flow.fever_hold import FeverHoldState
from kiosk.flow.label_job import (
    LabelAttached,
    LabelFinished,
    LabelJob,
    LabelScanned,
    LabelSent,
    LabelUnsure,
    LabelVoided,
)
from kiosk.flow.tube import TubeState
from kiosk.ledger import fever_holds, labels, outbox, tubes
from kiosk.ledger.database import Database
from kiosk.ledger.errors import EarlierCheckIn, LedgerError, LedgerFull
from kiosk.ledger.outbox import MakeEnvelope, Progress
from kiosk.ledger.quota import Fullness
from kiosk.ledger.rows import CheckInWrite, FeverHoldRow, TubeRow

PURGE_AT_MOST = 5_000  # records a call, about 0.3 s of the core's thread
DRAIN_BATCH = 500  # records a transaction: its log fits into the ballast on a full disk


class Ledger:
    """Open with `Ledger.open`. All methods raise `LedgerFull` or `LedgerBroken` besides their own.

    Every method that takes ``make_envelope`` writes a record and returns its sequence number.
    """

    def __init__(self, database: Database, serial_first: int, serial_last: int) -> None:
        self._database = database
        self._serial_first = serial_first
        self._serial_last = serial_last
        with database.reading() as connection:
            self._epoch: str = connection.execute("SELECT epoch FROM ledger").fetchone()[0]

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        quota_bytes: int,
        serial_first: int,
        serial_last: int,
        make_epoch: Callable[[], str],
    ) -> Ledger:
        """Open or make the file. ``make_epoch`` is called only for a new one.

        Raises `LedgerBroken` for a damaged file or one of a newer program.
        """
        database = Database(path, quota_bytes=quota_bytes, make_epoch=make_epoch)
        return cls(database, serial_first, serial_last)

    @property
    def epoch(self) -> str:
        """Drawn together with the file; every record carries it."""
        return self._epoch

    @property
    def last_seq(self) -> int:
        """The sequence number of the newest record, 0 when there is none."""
        with self._database.reading() as connection:
            return outbox.last_seq(connection)

    # ── people, tubes, places ────────────────────────────────────────────────────────────────

    def check_in(self, write: CheckInWrite, make_envelope: MakeEnvelope) -> int:
        """Record, place, tube and label job in one transaction: the durable moment of a visit.

        Raises `AlreadyCheckedIn`, `CodeUsed`, `PlaceTaken`, and `LedgerFull` from 95 % of the
        quota on: what is left is for finishing what has begun.
        """
        with self._database.transaction() as connection:
            self._database.quota.refuse_when_closed(connection)
            seq = outbox.append(connection, make_envelope)
            tubes.bind(connection, write, seq)
            if write.label_job is not None:
                labels.reserve(connection, write.tube, write.label_job)
            return seq

    def append(self, make_envelope: MakeEnvelope) -> int:
        """A record that changes nothing else."""
        with self._database.transaction() as connection:
            return outbox.append(connection, make_envelope)

    def close_tube(self, tube: str, state: TubeState, make_envelope: MakeEnvelope) -> int:
        """``state`` is FULL or CLOSED_SHORT. Raises `LedgerRefused` unless the tube is open."""
        with self._database.transaction() as connection:
            tubes.close_tube(connection, tube, state)
            return outbox.append(connection, make_envelope)

    def open_tubes(self) -> tuple[TubeRow, ...]:
        """By number. A tube that is filled but was not closed yet is among them."""
        with self._database.reading() as connection:
            return tubes.open_tubes(connection)

    def tubes(self) -> tuple[TubeRow, ...]:
        """Every tube of the file's life, by number."""
        with self._database.reading() as connection:
            return tubes.all_tubes(connection)

    def tube(self, tube: str) -> TubeRow | None:
        with self._database.reading() as connection:
            return tubes.find_tube(connection, tube)

    def next_serial(self) -> int:
        """For the next tube; used up only by the check-in that opens it.

        Raises `SerialsExhausted`.
        """
        with self._database.reading() as connection:
            return tubes.next_serial(connection, self._serial_first, self._serial_last)

    def lane_counts(self, round_id: str) -> dict[int, int]:
        """People checked in per lane in this round; lanes without anybody are not in it."""
        with self._database.reading() as connection:
            return tubes.lane_counts(connection, round_id)

    def previous_check_in(self, round_id: str, person_digest: bytes) -> EarlierCheckIn | None:
        """Where this person was bound in this round, if at all."""
        with self._database.reading() as connection:
            return tubes.previous_check_in(connection, round_id, person_digest)

    def code_used(self, round_id: str, code_digest: bytes) -> bool:
        """Whether somebody checked in with this code in this round."""
        with self._database.reading() as connection:
            return tubes.code_used(connection, round_id, code_digest)

    # ── fever ────────────────────────────────────────────────────────────────────────────────

    def hold_fever(
        self, ticket: str, due_boottime_s: float, boot_id: str, make_envelope: MakeEnvelope
    ) -> int:
        """Record a fever and its ticket. Raises `LedgerRefused` for a ticket given out before."""
        with self._database.transaction() as connection:
            seq = outbox.append(connection, make_envelope)
            fever_holds.hold(connection, ticket, due_boottime_s, boot_id, seq)
            return seq

    def release_fever(self, ticket: str, state: FeverHoldState = FeverHoldState.RELEASED) -> None:
        """``state``: RELEASED or ESCALATED. Raises `LedgerRefused` when nobody holds the ticket."""
        with self._database.transaction() as connection:
            fever_holds.release(connection, ticket, state)

    def fever_holds(self) -> tuple[FeverHoldRow, ...]:
        """Everybody who still rests, the first ticket first."""
        with self._database.reading() as connection:
            return fever_holds.resting(connection)

    def next_fever_number(self) -> int:
        """Counts from 1; used up only by `hold_fever`."""
        with self._database.reading() as connection:
            return fever_holds.next_number(connection)

    # ── labels: each raises EventRefused when the LabelJob machine does ──────────────────────

    def label_sent(self, job: str) -> None:
        """Commit this before the first byte goes to the printer."""
        self._move_label(job, LabelSent(), None)

    def label_confirmed(self, job: str, make_envelope: MakeEnvelope | None = None) -> int:
        return self._move_label(job, LabelFinished(), make_envelope)

    def label_unknown(self, job: str, make_envelope: MakeEnvelope | None = None) -> int:
        return self._move_label(job, LabelUnsure(), make_envelope)

    def label_verified(self, job: str, make_envelope: MakeEnvelope | None = None) -> int:
        return self._move_label(job, LabelScanned(), make_envelope)

    def label_attached(self, job: str, make_envelope: MakeEnvelope | None = None) -> int:
        return self._move_label(job, LabelAttached(), make_envelope)

    def void_label(self, job: str, make_envelope: MakeEnvelope | None = None) -> int:
        """Why it is void stands in the record."""
        return self._move_label(job, LabelVoided(""), make_envelope)

    def reissue_label(self, tube: str, job: str) -> int:
        """Reserve another copy; its number. Raises `LedgerRefused` while a label is not void."""
        with self._database.transaction() as connection:
            return labels.reserve(connection, tube, job)

    def unfinished_labels(self) -> tuple[LabelJob, ...]:
        """Reserved (nothing went out), sent or unknown (ask a person), by tube."""
        with self._database.reading() as connection:
            return labels.unfinished(connection)

    def label_jobs(self, tube: str) -> tuple[LabelJob, ...]:
        """Every copy ever reserved, the first one first."""
        with self._database.reading() as connection:
            return labels.of_tube(connection, tube)

    # ── outbox ───────────────────────────────────────────────────────────────────────────────

    def acknowledge(self, ack: Acknowledgement, now_s: float) -> int:
        """Mark what a *verified* acknowledgement covers; how many records it newly covers.

        One of another epoch or store covers nothing. ``now_s`` is wall-clock time: the grace
        counts from it, and a clock that jumps makes records go sooner or later, no more. Raises
        `LedgerBroken` when it covers records that this file never wrote.
        """
        if ack.epoch != self._epoch:
            return 0
        acknowledged, more = 0, True
        while more:
            progress = self._drain(
                lambda connection: outbox.acknowledge(connection, ack, now_s, DRAIN_BATCH)
            )
            acknowledged, more = acknowledged + progress.records, progress.more
        return acknowledged

    @property
    def database_id(self) -> str | None:
        """The coordinator store that acknowledged first: demand it of every acknowledgement."""
        with self._database.reading() as connection:
            return outbox.database_id(connection)

    def purge(self, acked_before_s: float) -> int:
        """Delete what was acknowledged before that time, for good; how many records.

        At most `PURGE_AT_MOST`, the next call goes on. The newest record of all stays: the next
        sequence number follows from it.
        """
        purged, more = 0, True
        while more and purged < PURGE_AT_MOST:
            progress = self._drain(
                lambda connection: outbox.purge(connection, acked_before_s, DRAIN_BATCH)
            )
            purged, more = purged + progress.records, progress.more
        if purged:
            self._database.settle()
        return purged

    @property
    def outbox_waiting(self) -> int:
        """Records that no acknowledgement covers yet."""
        with self._database.reading() as connection:
            return outbox.waiting(connection)

    @property
    def outbox_rejected(self) -> int:
        """Records that the coordinator refused; they stay."""
        with self._database.reading() as connection:
            return outbox.rejected(connection)

    # ── the file ─────────────────────────────────────────────────────────────────────────────

    def used_bytes(self) -> int:
        """Bytes of the quota that hold something."""
        with self._database.reading() as connection:
            return self._database.quota.used_bytes(connection)

    def fullness(self) -> Fullness:
        with self._database.reading() as connection:
            return self._database.quota.fullness(connection)

    def answers(self) -> bool:
        """For the watchdog: did the file answer a small question just now? Never raises."""
        try:
            return self.last_seq >= 0
        except LedgerError:
            return False

    def close(self) -> None:
        self._database.close()

    def _move_label(self, job: str, event: object, make_envelope: MakeEnvelope | None) -> int:
        """The newest sequence number; that of the record when there is one."""
        with self._database.transaction() as connection:
            labels.move(connection, job, event)
            if make_envelope is None:
                return outbox.last_seq(connection)
            return outbox.append(connection, make_envelope)

    def _drain(self, batch: Callable[[Connection], Progress]) -> Progress:
        """One transaction; on a full disk once more, with the ballast dropped."""
        try:
            with self._database.draining() as connection:
                return batch(connection)
        except LedgerFull:
            if not self._database.drop_ballast():
                raise
        with self._database.draining() as connection:
            return batch(connection)
