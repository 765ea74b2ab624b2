"""When an open wire is ready, silent or babbling: pure rules with a made-up clock."""

from __future__ import annotations

from firmware_bridge.link_state import LinkState, WireHealth


def test_a_device_that_speaks_by_itself_is_ready_with_its_first_frame() -> None:
    health = WireHealth(1.0, 100.0)
    assert health.state(100.5) is LinkState.OPENING
    health.frame(100.6)
    assert health.state(100.6) is LinkState.READY


def test_a_device_that_speaks_when_spoken_to_is_ready_at_once_and_never_silent() -> None:
    health = WireHealth(None, 100.0)
    assert health.state(100.0) is LinkState.READY
    assert health.state(9e9) is LinkState.READY


def test_silence_from_the_start_and_after_frames() -> None:
    health = WireHealth(1.0, 100.0)
    assert health.state(101.0) is LinkState.SILENT
    health.frame(105.0)
    assert health.state(105.9) is LinkState.READY
    assert health.state(106.0) is LinkState.SILENT


def test_noise_without_frames_is_babble() -> None:
    health = WireHealth(1.0, 100.0)
    health.noise(WireHealth.BABBLE_BYTES - 1, 100.1)
    assert health.state(100.1) is LinkState.OPENING
    health.noise(1, 100.2)
    assert health.state(100.2) is LinkState.BABBLING


def test_a_few_stray_bytes_now_and_then_are_not_babble() -> None:
    health = WireHealth(None, 0.0)
    for second in range(0, 600, 6):
        health.noise(WireHealth.BABBLE_BYTES - 1, float(second))
    assert health.state(600.0) is LinkState.READY


def test_noise_between_frames_is_not_babble() -> None:
    health = WireHealth(1.0, 0.0)
    for tenth in range(100):
        health.noise(20, tenth / 10)
        health.frame(tenth / 10)
        assert health.state(tenth / 10) is LinkState.READY


def test_one_lucky_frame_does_not_end_the_babble_but_three_do() -> None:
    health = WireHealth(1.0, 0.0)
    health.noise(100, 0.1)
    health.frame(0.2)
    health.noise(100, 0.3)
    health.frame(0.4)
    health.frame(0.5)
    assert health.state(0.5) is LinkState.BABBLING
    health.frame(0.6)
    assert health.state(0.6) is LinkState.READY


def test_when_the_babble_stops_a_speaking_device_is_silent() -> None:
    health = WireHealth(1.0, 0.0)
    health.noise(100, 5.0)
    assert health.state(5.0 + WireHealth.QUIET_S - 0.1) is LinkState.BABBLING
    assert health.state(5.0 + WireHealth.QUIET_S) is LinkState.SILENT


def test_when_the_babble_stops_an_answering_device_is_ready_again() -> None:
    health = WireHealth(None, 0.0)
    health.noise(100, 5.0)
    assert health.state(5.0 + WireHealth.QUIET_S) is LinkState.READY


def test_old_noise_is_forgotten_after_the_babble() -> None:
    health = WireHealth(None, 0.0)
    health.noise(100, 5.0)
    assert health.state(8.0) is LinkState.READY
    health.noise(1, 8.0)
    assert health.state(8.0) is LinkState.READY
