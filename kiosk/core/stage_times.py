"""How long the software took in one visit, stage by stage; waiting for people is not in it.

Owns the sums of the visit that is under way. Stages are those of `kiosk.ipc.messages.VisitTimed`.
"""

from __future__ import annotations

from kiosk.ipc.messages import VisitTimed


class StageTimes:
    """Adds up milliseconds of the current visit; `finish` hands them out and starts anew."""

    def __init__(self) -> None:
        self._stages_ms: dict[str, float] = {}
        self._sent_s: dict[int, float] = {}

    def add(self, stage: str, lasted_s: float) -> None:
        """Negative durations (a clock of another process, a hair ahead) count as nothing."""
        self._stages_ms[stage] = self._stages_ms.get(stage, 0.0) + max(0.0, lasted_s) * 1000

    def snapshot_sent(self, number: int, at_s: float) -> None:
        self._sent_s = {number: at_s}

    def snapshot_drawn(self, number: int, at_s: float) -> None:
        """Only the newest snapshot counts: what came between was never waited for."""
        sent_s = self._sent_s.pop(number, None)
        if sent_s is not None:
            self.add("draw", at_s - sent_s)

    def finish(self, visit: int) -> VisitTimed | None:
        """The sums of visit number ``visit``, or None when nothing was measured."""
        stages = {name: round(lasted, 3) for name, lasted in self._stages_ms.items()}
        self._stages_ms.clear()
        return VisitTimed(visit=visit, stages_ms=stages) if stages else None
