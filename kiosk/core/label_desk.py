"""Every label from its reservation to its proof, one at a time.

Owns the line of reserved jobs and the one that is being printed. The ledger says SENT before the
first byte leaves; only the printer's own answer or a scan says more. Whatever is not proved becomes
*unknown*, and a person is asked: this desk never prints a second copy by itself. When a person says
so, `LabelDesk.reissue` makes the label void and prints the next copy.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from contracts.pool_class import PoolClass
from contracts.record import LabelOutcome, LabelReported
from contracts.report import AlertKind
from contracts.tube_number import TubeNumber
from drivers.label_printer.content import LabelContent, pool_class_words
from drivers.label_printer.job import LabelJobRun, RunState
from kiosk.core.clock import KioskClock
from kiosk.core.printer_worker import LabelNotWritten, LabelOrder, LabelWritten
from kiosk.core.record_maker import RecordMaker
from kiosk.flow.effects import ClearAlert, RaiseAlert
from kiosk.flow.label_job import LabelJob, LabelJobState
from kiosk.flow.visit_state import LabelChanged, LabelView
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.rows import CheckInWrite

MAX_RESERVED = 200


@dataclass(frozen=True, slots=True)
class PrinterWays:
    """The printer worker, as functions that never wait. ``forget``: what the printer still holds of
    earlier jobs must not come out any more; what is printed afterwards does."""

    prepare: Callable[[LabelOrder], None]
    print: Callable[[LabelOrder], None]
    forget: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class LabelTimed:
    """Of one label: when it was ordered (right after the commit), when its first byte left."""

    tube: str
    ordered_s: float
    first_byte_s: float
    render_s: float


class ReissueRefused(Exception):
    """There is nothing to print again, or not now; the text says why and what to do."""


News = LabelChanged | LabelTimed | RaiseAlert | ClearAlert


class LabelDesk:
    """On the core's thread. ``tell`` brings news; ``confirms``: the printer answers process ids."""

    def __init__(
        self,
        ledger: Ledger,
        records: RecordMaker,
        clock: KioskClock,
        *,
        ways: PrinterWays,
        tell: Callable[[News], None],
        finish_timeout_s: float,
    ) -> None:
        self._ledger = ledger
        self._records = records
        self._clock = clock
        self._ways = ways
        self.confirms = False
        self._tell = tell
        self._finish_timeout_s = finish_timeout_s
        self._reserved: deque[LabelJob] = deque(maxlen=MAX_RESERVED)
        self._job: LabelJob | None = None  # the one under way, and how far it is
        self._run: LabelJobRun | None = None
        self._shown_block = ""
        self._ordered_s: dict[str, float] = {}

    @property
    def busy(self) -> bool:
        """Bytes of a label may be on the wire right now: nothing else may be written."""
        return self._run is not None and self._run.deadline_s is None

    def take_over(self) -> None:
        """After a start: jobs that never left are printed, jobs that may have left are unknown."""
        for job in self._ledger.unfinished_labels():
            if job.state is LabelJobState.RESERVED:
                self._reserved.append(job)
            elif job.state is LabelJobState.SENT:
                self._unsure(job, "the kiosk restarted while this label was being printed")
            else:
                self._tell(RaiseAlert(AlertKind.LABEL, "alert.label-unknown", job.tube))

    def foresee(self, write: CheckInWrite) -> None:
        """A commit that opens this tube is about to run: draw its label meanwhile."""
        job = LabelJob(write.label_job or "", write.tube, copy=1)
        content = self._content(job, write.pool_class, write.lane, write.opened_at_s)
        self._ways.prepare(LabelOrder(job.job, content, self._process_id(job)))

    def order(self, job: str, tube: str) -> None:
        """A job that was just reserved by a commit."""
        self._reserved.append(LabelJob(job, tube, copy=1))
        self._ordered_s[job] = self._clock.monotonic_s()
        self._shown_block = ""

    def reissue(self, tube: str, reason: str) -> LabelJob:
        """A person wants another label for ``tube``: the valid one is void, the next copy reserved.

        ``reason`` stands in the record, such as ``torn``. The void label is void for good, whatever
        proof of it may still come. Raises `ReissueRefused`; after a crash between the two steps no
        label is valid, and asking again prints one.
        """
        jobs = self._ledger.label_jobs(tube)
        if not jobs:
            raise ReissueRefused(f"tube {tube} is not of this kiosk; reissue its label where it is")
        newest = jobs[-1]
        if newest.state is LabelJobState.RESERVED:
            raise ReissueRefused(f"the label of tube {tube} is not printed yet; wait for it")
        if self._run is not None and self._run.job == newest.job:
            if self.busy:
                raise ReissueRefused(f"the label of tube {tube} is being printed; wait for it")
            self._job = self._run = None
        if newest.state is not LabelJobState.VOID:
            void = self._record(newest, LabelOutcome.VOID, reason)
            self._ledger.void_label(newest.job, void)
            if newest.state in (LabelJobState.SENT, LabelJobState.UNKNOWN):
                self._ways.forget()  # the void label may wait in the printer, behind a jam
            self._tell(ClearAlert(AlertKind.LABEL, tube))
        name = f"{tube}-{newest.copy + 1}"
        job = LabelJob(name, tube, self._ledger.reissue_label(tube, name))
        self._reserved.append(job)
        self._shown_block = ""
        self._tell(LabelChanged(tube, LabelView.WAITING))
        return job

    def pump(self, block: str) -> None:
        """Print the next reserved label unless the printer's fault ``block`` stands in the way."""
        if self._run is not None or not self._reserved:
            return
        if block:
            if block != self._shown_block:
                self._shown_block = block
                for job in self._reserved:
                    self._tell(LabelChanged(job.tube, LabelView.FAILED, f"{block}.what"))
            return
        job = self._reserved.popleft()
        tube = self._ledger.tube(job.tube)
        if tube is None:
            raise LookupError(f"label job {job.job} without its tube")
        if self._shown_block:
            self._tell(LabelChanged(job.tube, LabelView.WAITING))
        run = LabelJobRun(job.job, self._process_id(job), self._finish_timeout_s)
        content = self._content(job, tube.pool_class, tube.lane, tube.opened_at_s)
        self._ledger.label_sent(job.job)
        self._job, self._run = job, run.begin()
        self._ways.print(LabelOrder(job.job, content, run.process_id))

    def written(self, report: LabelWritten) -> None:
        """All bytes are out: now the printer has its time to say that it finished."""
        if self._run is not None and self._job is not None and self._run.job == report.job:
            ordered_s = self._ordered_s.pop(report.job, report.first_byte_s)
            self._tell(LabelTimed(self._job.tube, ordered_s, report.first_byte_s, report.render_s))
            self._follow(self._run.all_sent(report.written_s), "this printer cannot confirm")

    def not_written(self, report: LabelNotWritten) -> None:
        if self._run is not None and self._run.job == report.job:
            self._follow(self._run.give_up(), report.why)

    def finished(self, process_id: str) -> None:
        """The printer answered: all before this process id is on paper. Late answers count."""
        if self._run is not None and self._run.process_id == process_id:
            self._follow(self._run.answered(process_id), "")
            return
        for job in self._ledger.unfinished_labels():
            if job.state is LabelJobState.UNKNOWN and process_id_of(job) == process_id:
                self._confirm(job)
                self._tell(ClearAlert(AlertKind.LABEL, job.tube))

    def printer_lost(self) -> None:
        """The link went away: what was sent can no longer be proved by the printer."""
        if self._run is not None and self._run.deadline_s is not None:
            self._follow(self._run.give_up(), "the printer went away before it said finished")

    def scanned(self, tube: str) -> bool:
        """A label of ``tube`` was read back. False when this kiosk knows of no such label."""
        jobs = self._ledger.label_jobs(tube)
        valid = [job for job in jobs if job.state is not LabelJobState.VOID]
        if not valid or valid[-1].state is LabelJobState.RESERVED:
            return False
        job = valid[-1]
        if self._run is not None and self._run.job == job.job:
            if self._run.deadline_s is None:
                return False  # still being written: the camera sees another paper
            self._job = self._run = None
        if job.state not in (LabelJobState.VERIFIED, LabelJobState.ATTACHED):
            self._ledger.label_verified(job.job, self._record(job, LabelOutcome.VERIFIED))
            self._tell(ClearAlert(AlertKind.LABEL, tube))
            self._tell(LabelChanged(tube, LabelView.VERIFIED))
        return True

    def deadline_s(self) -> float | None:
        """When `expire` is due, CLOCK_MONOTONIC."""
        return None if self._run is None else self._run.deadline_s

    def expire(self, now_s: float) -> None:
        if self._run is not None:
            self._follow(self._run.expire(now_s), "the printer did not say finished in time")

    def _follow(self, run: LabelJobRun, why: str) -> None:
        """Take in how far the run under way is; ``why`` it became unknown, if it did."""
        job = self._job
        assert job is not None
        if run.state is RunState.SENT:
            self._run = run
            return
        self._job = self._run = None
        if run.state is RunState.FINISHED:
            self._confirm(job)
        else:
            self._unsure(job, why)

    def _confirm(self, job: LabelJob) -> None:
        self._ledger.label_confirmed(job.job, self._record(job, LabelOutcome.CONFIRMED))
        self._tell(LabelChanged(job.tube, LabelView.PRINTED))

    def _unsure(self, job: LabelJob, why: str) -> None:
        self._ledger.label_unknown(job.job, self._record(job, LabelOutcome.UNKNOWN, why))
        self._tell(RaiseAlert(AlertKind.LABEL, "alert.label-unknown", job.tube))
        self._tell(LabelChanged(job.tube, LabelView.UNKNOWN))

    def _record(
        self, job: LabelJob, outcome: LabelOutcome, why: str = ""
    ) -> Callable[[int], bytes]:
        body = LabelReported(
            at=self._clock.wall_text(),
            tube=job.tube,
            job=job.job,
            copy=job.copy,
            outcome=outcome,
            why=why,
        )
        return self._records.envelope(body)

    def _process_id(self, job: LabelJob) -> str | None:
        return process_id_of(job) if self.confirms else None

    def _content(
        self, job: LabelJob, pool_class: PoolClass, lane: int, opened_at_s: float
    ) -> LabelContent:
        return LabelContent(
            tube=job.tube,
            grouped=TubeNumber.parse(job.tube).grouped,
            pool_class=pool_class_words(pool_class.value),
            lane=lane,
            opened_at=self._clock.wall_of(opened_at_s).strftime("%m-%d %H:%M"),
            copy=job.copy,
        )


def process_id_of(job: LabelJob) -> str:
    """Four printable characters that name this copy: an answer of an earlier job never fits.

    Three base-36 digits of the serial (0–9999) and one of the copy.
    """
    serial = TubeNumber.parse(job.tube).serial
    return "".join(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[number % 36]
        for number in (serial // 1296, serial // 36, serial, job.copy)
    )
