"""What every twin on a wire has: a start and an end, an address, the bytes, the faults of its line.

Owns nothing but the line it was given; what an instrument can do beside that stands in its twin.
"""

from __future__ import annotations

from collections.abc import Set
from types import TracebackType
from typing import Self

from hil.faults import FaultWord
from hil.twins.line import TwinLine, WireBytes


class WiredTwin:
    """Every method may be called from any thread. A twin starts once; `stop` may come twice."""

    def __init__(self, line: TwinLine) -> None:
        self._line = line

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """With the port that was really taken, once started."""
        return self._line.url

    @property
    def wire(self) -> tuple[WireBytes, ...]:
        """The newest bytes of the wire, oldest first."""
        return self._line.wire

    @property
    def faults(self) -> frozenset[FaultWord]:
        """Faults that hold now, of the line and of the instrument itself."""
        return frozenset(self._line.faults.active) | self._own_faults()

    def _own_faults(self) -> Set[FaultWord]:
        return frozenset()

    def start(self) -> None:
        self._line.start()

    def stop(self) -> None:
        self._line.stop()
