"""Which USB printer is meant: by its ids and its place or serial number, never by its ids alone.

Owns the written form and the udev rule. Pure: looks at no bus.

    usb:04b8:0e15?port=1-1.3      the device with these ids at this physical port
    usb:04b8:0e15?serial=X3A9     the device with these ids and this serial number
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WRITTEN = re.compile(
    r"(?P<vendor>[0-9a-f]{4}):(?P<product>[0-9a-f]{4})"
    r"(?:\?port=(?P<port>[0-9]+-[0-9]+(?:\.[0-9]+)*)|\?serial=(?P<serial>[A-Za-z0-9_.:-]{1,64}))"
)
HOW = "a USB printer is written usb:VVVV:PPPP?port=1-1.3 or usb:VVVV:PPPP?serial=NUMBER"


@dataclass(frozen=True, slots=True)
class UsbSelector:
    """``port`` or ``serial_number`` is "". Ids are four lower-case hex digits."""

    vendor_id: str
    product_id: str
    port: str = ""
    serial_number: str = ""

    @classmethod
    def parse(cls, address: str) -> UsbSelector:
        """What follows ``usb:``. Raises ValueError with the sentence `HOW`."""
        found = _WRITTEN.fullmatch(address)
        if found is None:
            raise ValueError(HOW)
        return cls(found["vendor"], found["product"], found["port"] or "", found["serial"] or "")

    def __str__(self) -> str:
        which = f"port={self.port}" if self.port else f"serial={self.serial_number}"
        return f"usb:{self.vendor_id}:{self.product_id}?{which}"

    def udev_rule(self) -> str:
        """One line for /etc/udev/rules.d that lets the kiosk open the device."""
        match = [
            'SUBSYSTEM=="usb"',
            'ENV{DEVTYPE}=="usb_device"',
            f'ATTR{{idVendor}}=="{self.vendor_id}"',
            f'ATTR{{idProduct}}=="{self.product_id}"',
        ]
        if self.port:
            match.append(f'KERNEL=="{self.port}"')
        if self.serial_number:
            match.append(f'ATTR{{serial}}=="{self.serial_number}"')
        return ", ".join([*match, 'GROUP="dialout"', 'MODE="0660"'])
