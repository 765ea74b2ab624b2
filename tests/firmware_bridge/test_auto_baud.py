"""Finding the speed of a thermometer module, with a made-up clock and a made-up module."""

from __future__ import annotations

import pytest

from firmware_bridge.autobaud import ANSWER_S, QUESTIONS, AskingAutoBaud, AutoBaud
from firmware_bridge.buffer import UnfinishedFrame
from firmware_bridge.codec import Noise, NoiseReason
from firmware_bridge.codecs.gy_mcu90615 import Gy90615Codec
from firmware_bridge.codecs.optris import AskNext, OptrisCodec

FOREHEAD = bytes.fromhex("5A 5A 45 04 0E 4E 0A E1 44")
CONTINUOUS = b"\xa5\x45\xea"


class Module:
    """Speaks at one speed; at any other its bytes are garbage. Its clock runs while it is read."""

    def __init__(self, speaks_at: int | None) -> None:
        self.speaks_at = speaks_at
        self.now_s = 0.0
        self.baud = 0
        self.asked_at: list[int] = []
        self._said = 0

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def write(self, data: bytes, timeout_s: float) -> None:
        assert data == CONTINUOUS
        self.asked_at.append(self.baud)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        self.now_s += min(timeout_s, 0.05)
        if self.speaks_at is None:
            return b""
        self._said += 4
        stream = FOREHEAD if self.baud == self.speaks_at else b"\xf8\x80\x00\x5a\x5a"
        return (stream * 40)[self._said - 4 : self._said]

    def close(self) -> None:
        raise AssertionError("a handshake does not close the port")


def auto_baud(module: Module) -> AutoBaud:
    return AutoBaud((115_200, 9_600), CONTINUOUS, Gy90615Codec, now=lambda: module.now_s)


@pytest.mark.parametrize(("speed", "asked"), [(115_200, [115_200]), (9_600, [115_200, 9_600])])
def test_the_speed_that_gives_a_frame_is_taken(speed: int, asked: list[int]) -> None:
    module = Module(speed)
    find = auto_baud(module)
    assert FOREHEAD in find(module)
    assert find.baud == speed
    assert module.asked_at == asked


def test_the_speed_that_worked_is_tried_first_the_next_time() -> None:
    find = auto_baud(first := Module(9_600))
    find(first)
    first.asked_at.clear()
    find(first)
    assert first.asked_at == [9_600]


def test_a_silent_module_has_no_speed_and_costs_under_a_second() -> None:
    module = Module(None)
    find = auto_baud(module)
    assert find(module) == b""
    assert find.baud is None
    assert module.asked_at == [115_200, 9_600]
    assert module.now_s < 1.0
    assert module.baud == 115_200  # it listens on where the module most likely speaks


def test_a_module_at_an_unlisted_speed_is_not_believed() -> None:
    module = Module(57_600)
    assert auto_baud(module)(module) == b""


def test_without_a_speed_there_is_nothing_to_try() -> None:
    with pytest.raises(ValueError, match="no baud rate"):
        AutoBaud((), CONTINUOUS, Gy90615Codec)


def test_an_unfinished_frame_keeps_its_limit_and_its_time() -> None:
    unfinished = UnfinishedFrame(limit=4, patience_s=1.0)
    unfinished.hold(b"1234", 10.0)
    assert len(unfinished) == 4
    assert unfinished.expire(10.9) == []
    assert unfinished.expire(11.0) == [Noise(b"1234", NoiseReason.CUT_SHORT)]
    assert unfinished.expire(99.0) == []
    assert unfinished.deadline() is None
    with pytest.raises(ValueError, match="5 bytes held for a frame of at most 4"):
        unfinished.hold(b"12345", 10.0)


class Sensor(Module):
    """Answers two bare bytes to each question at its own speed."""

    def __init__(self, speaks_at: int | None) -> None:
        super().__init__(speaks_at)
        self._answer = b""

    def write(self, data: bytes, timeout_s: float) -> None:
        assert data in (b"\x01", b"\x02")
        self.asked_at.append(self.baud)
        self._answer = b"\x05\x56" if self.baud == self.speaks_at else b"\xfe"

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        self.now_s += 0.02
        answer, self._answer = self._answer, b""
        return answer


def asking(sensor: Sensor) -> AskingAutoBaud:
    return AskingAutoBaud((115_200, 9_600), AskNext(), OptrisCodec, now=lambda: sensor.now_s)


def test_bare_answers_are_asked_for_until_a_round_of_them_makes_a_measurement() -> None:
    sensor = Sensor(9_600)
    find = asking(sensor)
    assert find(sensor) == b""
    assert find.baud == 9_600
    assert sensor.asked_at == [115_200] * QUESTIONS + [9_600] * 3
    sensor.asked_at.clear()
    find(sensor)
    assert sensor.asked_at == [9_600] * 3


def test_a_sensor_that_answers_at_no_speed_costs_a_bounded_time() -> None:
    sensor = Sensor(None)
    find = asking(sensor)
    assert find(sensor) == b"" and find.baud is None
    assert sensor.now_s <= 2 * QUESTIONS * (ANSWER_S + 0.02)
    assert sensor.baud == 115_200


def test_asking_needs_a_speed_to_try() -> None:
    with pytest.raises(ValueError, match="no baud rate"):
        AskingAutoBaud((), AskNext(), OptrisCodec)
