"""One label on its way through the printer: sent, then proved or unknown.

Owns what is known of one run. "Bytes written" is not "label printed": only the printer's answer to
the process id behind the label proves it, and a printer that cannot answer leaves the run unknown
at once. Must not send, wait or look at a clock; what is durable of a label is the flow's LabelJob.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class RunState(StrEnum):
    WAITING = "waiting"  # no byte has gone out
    SENT = "sent"  # bytes may have gone out; the proof is awaited
    FINISHED = "finished"  # the printer answered this run's process id
    UNKNOWN = "unknown"  # there may be a label or not: a person looks


@dataclass(frozen=True, slots=True)
class LabelJobRun:
    """``job`` names the LabelJob. ``process_id`` None: this printer cannot confirm.

    ``finish_timeout_s`` is the patience for the proof, from the last byte sent.
    """

    job: str
    process_id: str | None
    finish_timeout_s: float
    state: RunState = RunState.WAITING
    deadline_s: float | None = None

    def begin(self) -> LabelJobRun:
        """The first byte is about to go out: from here on a label may exist. Raises ValueError."""
        if self.state is not RunState.WAITING:
            raise ValueError(f"label run {self.job} is {self.state} and cannot be sent again")
        return replace(self, state=RunState.SENT)

    def all_sent(self, now_s: float) -> LabelJobRun:
        """The last byte is out; without a process id nothing more will ever be known."""
        if self.state is not RunState.SENT:
            return self
        if self.process_id is None:
            return self.give_up()
        return replace(self, deadline_s=now_s + self.finish_timeout_s)

    def answered(self, process_id: str) -> LabelJobRun:
        """A process id came back. The right one is proof, also when it comes late."""
        if process_id != self.process_id or self.state is RunState.WAITING:
            return self
        return replace(self, state=RunState.FINISHED, deadline_s=None)

    def expire(self, now_s: float) -> LabelJobRun:
        """Unknown when the patience is over."""
        if self.deadline_s is None or now_s < self.deadline_s:
            return self
        return self.give_up()

    def give_up(self) -> LabelJobRun:
        """The link was lost or the write failed: what was sent may have come out or not."""
        if self.state is not RunState.SENT:
            return self
        return replace(self, state=RunState.UNKNOWN, deadline_s=None)
