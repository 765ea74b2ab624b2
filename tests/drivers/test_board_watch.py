"""The board's own health: what the kernel's files say, and faults that do not flutter."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.board import VOLTAGE_REMEMBERED_S, BoardWatch
from firmware_bridge.board import BoardReading, read_board

WELL = BoardReading(under_voltage=False, temperature_c=55.0, free_bytes=500, size_bytes=1000)


def system(folder: Path, *, alarm: str = "0", millidegrees: str = "55000") -> Path:
    """The files of a Raspberry Pi: another sensor first, then the voltage driver, one zone."""
    for number, name in enumerate(("nvme", "rpi_volt")):
        sensor = folder / "class" / "hwmon" / f"hwmon{number}"
        sensor.mkdir(parents=True)
        (sensor / "name").write_text(f"{name}\n")
        (sensor / "in0_lcrit_alarm").write_text(f"{alarm}\n")
    zone = folder / "class" / "thermal" / "thermal_zone0"
    zone.mkdir(parents=True)
    (zone / "temp").write_text(f"{millidegrees}\n")
    return folder


def test_a_raspberry_pi_is_read(tmp_path: Path) -> None:
    reading = read_board(tmp_path, system(tmp_path / "sys", alarm="1", millidegrees="81234"))
    assert (reading.under_voltage, reading.temperature_c) == (True, 81.234)
    assert reading.free_bytes is not None and reading.size_bytes is not None
    assert 0 <= reading.free_bytes <= reading.size_bytes


@pytest.mark.parametrize("text", ["", "hot", "\xff"])
def test_what_cannot_be_read_is_unknown(tmp_path: Path, text: str) -> None:
    sys = system(tmp_path / "sys")
    (sys / "class/thermal/thermal_zone0/temp").write_bytes(text.encode("latin-1"))
    (sys / "class/hwmon/hwmon1/in0_lcrit_alarm").unlink()
    reading = read_board(tmp_path / "nowhere", sys)
    assert reading == BoardReading(None, None, None, None)


def test_a_board_that_measures_nothing_has_no_fault() -> None:
    assert BoardWatch().feed(BoardReading(None, None, None, None), 0.0) == ""


def test_a_dip_of_the_voltage_is_remembered_and_then_forgotten() -> None:
    watch = BoardWatch()
    dip = BoardReading(under_voltage=True, temperature_c=55.0, free_bytes=500, size_bytes=1000)
    assert watch.feed(dip, 0.0) == "board.under-voltage"
    assert watch.feed(WELL, VOLTAGE_REMEMBERED_S - 1) == "board.under-voltage"
    assert watch.feed(WELL, VOLTAGE_REMEMBERED_S) == ""


@pytest.mark.parametrize(
    ("temperatures_c", "faults"),
    [((79.9, 80.0, 76.0, 74.9, 79.0), ("", "board.too-hot", "board.too-hot", "", ""))],
)
def test_heat_comes_and_goes_without_fluttering(
    temperatures_c: tuple[float, ...], faults: tuple[str, ...]
) -> None:
    watch = BoardWatch()
    seen = [watch.feed(BoardReading(None, c, None, None), 0.0) for c in temperatures_c]
    assert tuple(seen) == faults


def test_a_disk_that_fills_up_and_is_cleared() -> None:
    watch = BoardWatch()
    seen = [
        watch.feed(BoardReading(None, None, free, 1000), 0.0) for free in (60, 49, 60, 79, 81, 60)
    ]
    assert seen == ["", *["board.disk-low"] * 3, "", ""]
