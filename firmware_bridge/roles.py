"""Which device has which job: bound by what udev says about it, never by a ttyUSB number.

Owns the binding of a role to one physical device and the udev rule that makes it last. Cheap serial
adapters have no serial number and equal ids, so a binding usually names the physical port. Must not
open devices or try protocols on them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports

from firmware_bridge.errors import LinkError, PortAbsent

ROLE_DIRECTORY = Path("/dev/kiosk")
_ROLE = re.compile(r"[a-z][a-z0-9-]{0,30}")
_USB_ID = re.compile(r"[0-9a-f]{4}")
_USB_PORT = re.compile(r"[0-9]+-[0-9]+(\.[0-9]+)*(:[0-9]+\.[0-9]+)?")
_SERIAL_NUMBER = re.compile(r"[A-Za-z0-9_.:-]{0,64}")


@dataclass(frozen=True, slots=True)
class SerialDevice:
    """A serial port that is plugged in now. Ids are four lower-case hex digits; "" = not known."""

    node: str
    vendor_id: str
    product_id: str
    serial_number: str
    usb_port: str
    description: str


@dataclass(frozen=True, slots=True)
class RoleBinding:
    """``role`` belongs to the device with these ids, at this USB port or of this serial number."""

    role: str
    vendor_id: str
    product_id: str
    usb_port: str = ""
    serial_number: str = ""

    def __post_init__(self) -> None:
        if not _ROLE.fullmatch(self.role):
            raise ValueError(f"{self.role!r} is not a role name: use a-z, digits and hyphens")
        if not _USB_ID.fullmatch(self.vendor_id) or not _USB_ID.fullmatch(self.product_id):
            raise ValueError(f"the USB ids of {self.role} must be four lower-case hex digits each")
        if self.usb_port and not _USB_PORT.fullmatch(self.usb_port):
            raise ValueError(f"{self.usb_port!r} is not a USB port such as 1-1.3")
        if not _SERIAL_NUMBER.fullmatch(self.serial_number):
            raise ValueError(f"the serial number of {self.role} holds characters udev cannot match")
        if not self.usb_port and not self.serial_number:
            raise ValueError(
                f"bind {self.role} to a USB port or a serial number: ids are not enough"
            )

    @property
    def path(self) -> Path:
        """The name that udev gives the device, whatever its number is."""
        return ROLE_DIRECTORY / self.role

    def matches(self, device: SerialDevice) -> bool:
        return (
            (device.vendor_id, device.product_id) == (self.vendor_id, self.product_id)
            and self.usb_port in ("", device.usb_port)
            and self.serial_number in ("", device.serial_number)
        )

    def udev_rule(self) -> str:
        """One line for /etc/udev/rules.d; keeps ModemManager from talking to the device."""
        match = [
            'SUBSYSTEM=="tty"',
            f'ENV{{ID_VENDOR_ID}}=="{self.vendor_id}"',
            f'ENV{{ID_MODEL_ID}}=="{self.product_id}"',
        ]
        if self.usb_port:
            match.append(f'KERNELS=="{self.usb_port}"')
        if self.serial_number:
            match.append(f'ENV{{ID_SERIAL_SHORT}}=="{self.serial_number}"')
        give = [
            f'SYMLINK+="kiosk/{self.role}"',
            'GROUP="dialout"',
            'MODE="0660"',
            'ENV{ID_MM_DEVICE_IGNORE}="1"',
        ]
        return ", ".join(match + give)


def serial_devices() -> list[SerialDevice]:
    """What is plugged in now. Devices without USB ids (built-in UARTs) have empty ids."""
    return [
        SerialDevice(
            node=port.device,
            vendor_id="" if port.vid is None else f"{port.vid:04x}",
            product_id="" if port.pid is None else f"{port.pid:04x}",
            serial_number=port.serial_number or "",
            usb_port=port.location or "",
            description=port.description or "",
        )
        for port in list_ports.comports()
    ]


def find_device(binding: RoleBinding, devices: Iterable[SerialDevice]) -> SerialDevice:
    """The one device of a role. Raises `PortAbsent`, or `LinkError` when several match."""
    found = [device for device in devices if binding.matches(device)]
    if not found:
        raise PortAbsent(f"no device for the {binding.role} is plugged in; check cable and port")
    if len(found) > 1:
        nodes = ", ".join(sorted(device.node for device in found))
        raise LinkError(
            f"{nodes} all match the {binding.role}; bind it to one USB port", permanent=True
        )
    return found[0]


def bound_nodes(directory: Path = ROLE_DIRECTORY) -> dict[str, Path]:
    """Role -> device node, for every role that udev has named now."""
    if not directory.is_dir():
        return {}
    return {link.name: link.resolve() for link in sorted(directory.iterdir()) if link.exists()}
