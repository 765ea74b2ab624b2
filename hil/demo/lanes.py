"""The swabbing lanes: people who take full tubes and tell the site that they were sampled.

Owns one thread and its list of tubes. Speaks to the staff page as a browser does, by HTTP.
"""

from __future__ import annotations

import queue
import threading
import urllib.error
import urllib.parse
import urllib.request

_TIMEOUT_S = 5.0
_AGAIN_S = 0.3  # the record may reach the coordinator a moment after the resident reaches the lane
_TRIES = 40


class LaneStaff:
    """``take`` a tube to have it reported; `swabbed` lists what the site has accepted."""

    def __init__(self, staff_url: str) -> None:
        self._url = f"{staff_url}/sampled"
        self._tubes: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._swabbed: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lane-staff", daemon=True)
        self.refused = 0

    def start(self) -> None:
        self._thread.start()

    def take(self, tube: str) -> None:
        self._tubes.put(tube)

    def finish(self, timeout_s: float) -> tuple[str, ...]:
        """Report what is still in hand, then end. The tubes the site has accepted."""
        self._tubes.put(None)
        self._thread.join(timeout_s)
        self._stop.set()
        return tuple(self._swabbed)

    def _run(self) -> None:
        while (tube := self._tubes.get()) is not None:
            if self._report(tube):
                self._swabbed.append(tube)
            else:
                self.refused += 1

    def _report(self, tube: str) -> bool:
        form = urllib.parse.urlencode({"tube": tube}).encode()
        origin = urllib.parse.urlsplit(self._url)
        request = urllib.request.Request(
            self._url,
            data=form,
            headers={
                "Origin": f"{origin.scheme}://{origin.netloc}",
                "Accept": "application/json",
            },
        )
        for _ in range(_TRIES):
            try:
                with urllib.request.urlopen(request, timeout=_TIMEOUT_S):
                    return True
            except (urllib.error.URLError, TimeoutError):
                if self._stop.wait(_AGAIN_S):
                    return False
        return False
