"""The first words to a TSPL printer: a picture that was cut off is filled up, once a connection."""

from __future__ import annotations

from firmware_bridge.tspl_greeting import TsplGreeting


class Wire:
    """Satisfies what a greeting needs of a transport."""

    def __init__(self) -> None:
        self.written: list[tuple[bytes, float]] = []

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        return b""

    def write(self, data: bytes, timeout_s: float) -> None:
        self.written.append((data, timeout_s))

    def set_baud(self, baud: int) -> None:
        """Never called."""

    def close(self) -> None:
        """Never called."""


def test_the_rest_of_a_picture_is_filled_up_and_cleared() -> None:
    wire, greeting = Wire(), TsplGreeting(9600, 9600)
    assert greeting(wire) == b""
    ((data, timeout_s),) = wire.written
    fill, clear = data[:-5], data[-5:]
    assert clear == b"CLS\r\n"
    assert len(fill) >= 9600 and fill == b"\r\n" * (len(fill) // 2)
    assert timeout_s > len(data) * 10 / 9600, "a slow line has the time it takes"


def test_only_a_new_connection_is_greeted() -> None:
    first, second, greeting = Wire(), Wire(), TsplGreeting(100, 115_200)
    for wire in (first, first, second):
        greeting(wire)
    assert (len(first.written), len(second.written)) == (1, 1)
