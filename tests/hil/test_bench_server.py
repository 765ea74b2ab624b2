"""The bench's server: loopback only, and gone when it is stopped, whoever still looks."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from typing import cast

import pytest

from hil.bench.bench import Bench
from hil.bench.server import BenchServer


class QuietBench:
    """A bench whose streams stay open until it ends."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.closed = False
        self.screen_pictures = self.camera_pictures = self

    def jpeg(self) -> tuple[int, bytes]:
        return 1, b"\xff\xd8picture"

    def state(self) -> dict[str, object]:
        return {"site": "test"}

    def close(self) -> None:
        self.closed = True


def test_server_answers_on_loopback_and_ends_under_open_streams() -> None:
    bench = QuietBench()
    server = BenchServer(cast(Bench, bench))
    server.start()
    assert server.url.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(f"{server.url}/state.json", timeout=5.0) as answer:
        assert answer.read() == b'{"site": "test"}'
    with urllib.request.urlopen(f"{server.url}/screen.mjpeg", timeout=5.0) as stream:
        assert stream.readline() == b"--kiosk\r\n"
        server.stop()
    assert bench.closed
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{server.url}/", timeout=1.0)


def test_a_port_in_use_is_an_error_at_once() -> None:
    first = BenchServer(cast(Bench, QuietBench()))
    port = int(first.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        BenchServer(cast(Bench, QuietBench()), port)
    first.stop()
