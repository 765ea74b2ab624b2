"""The module's physics and its side of the wire, against the manual's own bytes."""

from __future__ import annotations

import pytest

from hil.models.thermometer import (
    Forehead,
    OutputMode,
    ThermometerModel,
    measurement_frame,
    surface_temperature,
)

CONTINUOUS = bytes.fromhex("A545EA")
QUERY = bytes.fromhex("A515BA")
AUTO_SEND_OFF = bytes.fromhex("A552F7")
BAUD_9600 = bytes.fromhex("A5AE53")


def powered(seed: int = 1, ambient_c: float = 24.0) -> ThermometerModel:
    model = ThermometerModel(seed=seed, ambient_c=ambient_c)
    model.power_up(0.0)
    return model


def frames_until(model: ThermometerModel, end_s: float) -> list[bytes]:
    """Frames one by one, each when it is due."""
    frames = []
    while (due := model.next_due_s()) is not None and due <= end_s:
        frames.append(model.advance(due))
    return frames


def object_c(frame: bytes) -> float:
    return int.from_bytes(frame[4:6], "big", signed=True) / 100


@pytest.mark.parametrize(
    ("object_value", "ambient", "manual"),
    [
        (31.92, 33.53, "5A5A45040C780D19A7"),
        (36.62, 27.85, "5A5A45040E4E0AE144"),
        (-5.25, 21.10, "5A5A4504FDF3083E33"),
        (400.0, -400.0, "5A5A45047FFF8000FB"),
    ],
)
def test_a_measurement_is_what_the_manual_prints(
    object_value: float, ambient: float, manual: str
) -> None:
    assert measurement_frame(object_value, ambient) == bytes.fromhex(manual)


def test_skin_lies_between_core_and_room() -> None:
    assert surface_temperature(36.8, 24.0) == pytest.approx((36.8 + 0.13 * 24.0) / 1.13)
    assert surface_temperature(36.8, 36.8) == pytest.approx(36.8)
    assert surface_temperature(36.8, 16.0) < surface_temperature(36.8, 30.0) < 36.8


def test_the_reading_follows_an_approach_and_a_leave_within_three_tenths() -> None:
    model = powered()
    surface = surface_temperature(37.0, 24.0)
    model.present(Forehead(37.0, 5.0), 1.0)
    assert model.object_temperature(1.0) == pytest.approx(24.0)
    assert 24.5 < model.object_temperature(1.15) < surface - 0.5
    assert model.object_temperature(1.3) == pytest.approx(surface)
    model.leave(2.0)
    assert model.object_temperature(2.0) == pytest.approx(surface)
    assert model.object_temperature(2.3) == pytest.approx(24.0)


def test_a_far_forehead_fades_into_the_room() -> None:
    seen = []
    for distance_cm in (3.0, 10.0, 14.0, 20.0, 60.0):
        model = powered()
        model.present(Forehead(37.0, distance_cm), 0.0)
        seen.append(model.object_temperature(1.0))
    assert seen[0] == seen[1] == pytest.approx(surface_temperature(37.0, 24.0))
    assert seen[1] > seen[2] > seen[3] > seen[4] > 24.0
    assert seen[3] - 24.0 == pytest.approx((seen[0] - 24.0) / 4)  # twice as far, a quarter of it


def test_the_room_warms_and_skin_follows() -> None:
    model = powered()
    model.present(Forehead(37.0, 5.0), 0.0)
    model.set_ambient(30.0, 1.0)
    assert model.object_temperature(2.0) == pytest.approx(surface_temperature(37.0, 30.0))


def test_ten_frames_a_second_with_seeded_noise() -> None:
    first, again, other = (frames_until(powered(seed), 2.0) for seed in (3, 3, 4))
    assert first == again != other
    assert 19 <= len(first) <= 21
    assert len({object_c(frame) for frame in first}) > 3
    assert all(abs(object_c(frame) - 24.0) < 0.3 for frame in first)


def test_a_pause_loses_frames_and_makes_no_burst() -> None:
    model = powered()
    assert len(model.advance(30.0)) == 9
    assert model.advance(30.0) == b""
    assert model.next_due_s() == pytest.approx(30.1)


@pytest.mark.parametrize("chunk", [1, 2, 3, 4, 7])
def test_each_query_is_answered_once_in_every_chunking(chunk: int) -> None:
    model = powered()
    words = b"\x00\xa5" + QUERY + b"\xa5\x15\xbb" + QUERY  # noise, a query, a wrong sum, a query
    for at in range(0, len(words), chunk):
        model.receive(words[at : at + chunk], 1.0)
    assert model.mode is OutputMode.POLLED
    assert len(model.advance(1.0)) == 18
    assert model.next_due_s() is None
    assert model.advance(9.0) == b""


def test_a_command_with_a_wrong_sum_is_none() -> None:
    model = powered()
    model.receive(bytes.fromhex("A515BB A553EA"), 1.0)
    assert model.mode is OutputMode.CONTINUOUS


def test_continuous_output_resumes_on_command() -> None:
    model = powered()
    model.receive(QUERY, 1.0)
    model.advance(1.0)
    model.receive(CONTINUOUS, 2.0)
    assert len(frames_until(model, 2.55)) == 6


def test_stored_settings_wait_for_the_next_power_up() -> None:
    model = powered()
    model.receive(BAUD_9600 + AUTO_SEND_OFF, 0.0)
    assert (model.baud, model.mode) == (115200, OutputMode.CONTINUOUS)
    model.power_up(5.0)
    assert (model.baud, model.mode) == (9600, OutputMode.POLLED)
    assert model.next_due_s() is None


def test_an_unsaved_mode_is_forgotten_without_power() -> None:
    model = powered()
    model.receive(QUERY, 1.0)
    model.power_up(2.0)
    assert model.mode is OutputMode.CONTINUOUS
