"""The bench page's web server: uvicorn in a thread, on a loopback port of the kernel's choice."""

from __future__ import annotations

import socket
import threading

import uvicorn

from hil.bench.bench import Bench
from hil.bench.page import make_page

STOP_TIMEOUT_S = 5.0


class BenchServer:
    """``start`` it, read ``url``, ``stop`` it."""

    def __init__(self, bench: Bench, port: int = 0) -> None:
        """Raises OSError when ``port`` is taken; 0 lets the kernel choose."""
        self._bench = bench
        self._socket = socket.create_server(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                make_page(bench),
                log_level="warning",
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._run, name="bench-server", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends streams and connections within two seconds."""
        self._bench.ended.set()
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout=STOP_TIMEOUT_S)
        self._socket.close()
        self._bench.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])
