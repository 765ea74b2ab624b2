"""The greeting of a printer: what it still holds goes first, once a connection, in bounded time."""

from __future__ import annotations

from collections.abc import Callable

from firmware_bridge.printer_greeting import CLEARED_WITHIN_S, PrinterGreeting

CLEAR = bytes.fromhex("10140801031401060208")  # DLE DC4 8, with its seven fixed bytes
CLEARED = bytes.fromhex("372500")
ASB_ON = b"\x1d\x61"


class Wire:
    """A transport on a fake clock: answers come in the given pieces, 50 ms apart."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.written: list[bytes] = []
        self.now_s = 0.0

    def write(self, data: bytes, timeout_s: float) -> None:
        self.written.append(data)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        self.now_s += min(timeout_s, 0.05)
        return self.answers.pop(0) if self.answers else b""

    def set_baud(self, baud: int) -> None: ...

    def close(self) -> None: ...


def greeting(wire: Wire) -> PrinterGreeting:
    clock: Callable[[], float] = lambda: wire.now_s  # noqa: E731
    return PrinterGreeting(clock)


def test_buffers_are_cleared_before_anything_else_is_sent() -> None:
    wire = Wire(b"\x37", b"\x25\x00")
    assert greeting(wire)(wire) == CLEARED
    assert wire.written[0] == CLEAR
    assert wire.written[1].startswith(ASB_ON)
    assert wire.now_s < CLEARED_WITHIN_S


def test_a_printer_that_does_not_know_the_command_costs_a_bounded_wait() -> None:
    wire = Wire()
    assert greeting(wire)(wire) == b""
    assert len(wire.written) == 2
    assert wire.now_s <= CLEARED_WITHIN_S + 0.05


def test_the_same_connection_greeted_again_keeps_its_label() -> None:
    wire = Wire(CLEARED)
    greet = greeting(wire)
    greet(wire)
    greet(wire)
    assert wire.written.count(CLEAR) == 1
    other = Wire(CLEARED)
    greet(other)
    assert other.written[0] == CLEAR
