"""Which device has which job, and that a guess is never made."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_bridge.errors import LinkError, PortAbsent
from firmware_bridge.roles import (
    RoleBinding,
    SerialDevice,
    bound_nodes,
    find_device,
    serial_devices,
)

LEFT = SerialDevice("/dev/ttyUSB0", "1a86", "7523", "", "1-1.2", "CH340")
RIGHT = SerialDevice("/dev/ttyUSB1", "1a86", "7523", "", "1-1.3", "CH340")
PRINTER = SerialDevice("/dev/ttyACM0", "04b8", "0202", "J5XF001", "1-1.4", "TM")


def test_two_equal_adapters_are_told_apart_by_their_port() -> None:
    binding = RoleBinding("thermometer", "1a86", "7523", usb_port="1-1.3")
    assert find_device(binding, [LEFT, RIGHT, PRINTER]) == RIGHT


def test_a_serial_number_binds_wherever_it_is_plugged_in() -> None:
    binding = RoleBinding("printer", "04b8", "0202", serial_number="J5XF001")
    assert find_device(binding, [LEFT, RIGHT, PRINTER]) == PRINTER


def test_nothing_is_guessed_when_the_device_is_absent() -> None:
    with pytest.raises(PortAbsent, match="no device for the printer is plugged in"):
        find_device(RoleBinding("printer", "04b8", "0202", usb_port="1-1.9"), [LEFT, PRINTER])


def test_two_devices_with_one_serial_number_are_refused() -> None:
    twin = SerialDevice("/dev/ttyACM1", "04b8", "0202", "J5XF001", "1-1.5", "TM")
    with pytest.raises(LinkError, match="/dev/ttyACM0, /dev/ttyACM1 all match the printer"):
        find_device(
            RoleBinding("printer", "04b8", "0202", serial_number="J5XF001"), [PRINTER, twin]
        )


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (("thermometer", "1a86", "7523"), "ids are not enough"),
        (("Thermo meter", "1a86", "7523", "1-1.3"), "not a role name"),
        (("thermometer", "1A86", "7523", "1-1.3"), "four lower-case hex digits"),
        (("thermometer", "1a86", "7523", "left"), "not a USB port"),
        (("thermometer", "1a86", "7523", "", 'x", RUN+="rm'), "cannot match"),
    ],
)
def test_a_senseless_binding_is_refused(fields: tuple[str, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        RoleBinding(*fields)


def test_the_udev_rule_names_the_role_and_keeps_modemmanager_away() -> None:
    binding = RoleBinding("thermometer", "1a86", "7523", usb_port="1-1.3")
    assert binding.path == Path("/dev/kiosk/thermometer")
    assert binding.udev_rule() == (
        'SUBSYSTEM=="tty", ENV{ID_VENDOR_ID}=="1a86", ENV{ID_MODEL_ID}=="7523", '
        'KERNELS=="1-1.3", SYMLINK+="kiosk/thermometer", GROUP="dialout", MODE="0660", '
        'ENV{ID_MM_DEVICE_IGNORE}="1"'
    )
    by_number = RoleBinding("printer", "04b8", "0202", serial_number="J5XF001").udev_rule()
    assert 'ENV{ID_SERIAL_SHORT}=="J5XF001"' in by_number
    assert "KERNELS" not in by_number


def test_roles_are_read_from_the_names_udev_made(tmp_path: Path) -> None:
    assert bound_nodes(tmp_path / "nowhere") == {}
    (tmp_path / "ttyUSB7").write_text("")
    (tmp_path / "kiosk").mkdir()
    (tmp_path / "kiosk" / "thermometer").symlink_to(tmp_path / "ttyUSB7")
    (tmp_path / "kiosk" / "printer").symlink_to(tmp_path / "gone")
    assert bound_nodes(tmp_path / "kiosk") == {"thermometer": tmp_path / "ttyUSB7"}


def test_what_is_plugged_in_can_be_listed() -> None:
    for device in serial_devices():
        assert device.node.startswith("/dev/")
        assert len(device.vendor_id) in (0, 4)
