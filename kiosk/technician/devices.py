"""``kioskctl devices``: what is plugged in, and under which names it stays.

Owns the list. Must not open a device: another process may be using it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from firmware_bridge.keyboard_port import usb_port
from firmware_bridge.roles import SerialDevice, serial_devices
from kiosk.devices.memory import FILE_NAME, recall
from kiosk.technician.answers import answer, remark

_SERIAL_NAMES = ("dev/kiosk", "dev/serial/by-id", "dev/serial/by-path")
_KEYBOARD_NAMES = ("dev/kiosk", "dev/input/by-id", "dev/input/by-path")
_CAMERA_NAMES = ("dev/kiosk", "dev/v4l/by-id", "dev/v4l/by-path")

_KEY_A = 30


def devices(
    state_dir: Annotated[
        Path, typer.Option(help="where the kiosk remembers what devices said of themselves")
    ] = Path("/var/lib/kiosk"),
) -> None:
    """List serial ports, keyboards and cameras, with the names that stay after a replug."""
    ports = sorted(serial_devices(), key=lambda port: port.node)
    for port in ports:
        answer(serial_port(port, Path("/")))
    for keyboard in keyboards(Path("/")):
        answer(keyboard)
    found = list(cameras(Path("/")))
    for camera in found:
        answer(camera)
    for known in recall(state_dir / FILE_NAME):
        answer({"kind": "role", "role": known.role, "about": known.about, "at": known.at})
    if not ports:
        remark("no serial port: check cable and power, then `dmesg` for what the kernel saw")
    if not found:
        remark("no camera: check its cable, then `dmesg` for what the kernel saw")


def serial_port(port: SerialDevice, root: Path) -> dict[str, object]:
    """``names`` are links that survive a replug; a port without any must be bound by its place."""
    return {
        "kind": "serial",
        "path": port.node,
        "names": stable_names(root, _SERIAL_NAMES, Path(port.node)),
        "description": port.description if port.description != "n/a" else "",
        "usb_id": f"{port.vendor_id}:{port.product_id}" if port.vendor_id else "",
        "serial_number": port.serial_number,
        "usb_port": port.usb_port,
    }


def keyboards(root: Path) -> Iterator[dict[str, object]]:
    """One object a USB keyboard below ``root``; ``identity`` is what scanner.keyboards wants.

    A mouse or a button is none: its capabilities lack the key of the letter A.
    """
    nodes = root / "sys/class/input"
    if not nodes.is_dir():
        return
    for node in sorted(nodes.glob("event*")):
        device = node / "device"
        port = usb_port(device)
        if not port or not _types(_text(device / "capabilities/key")):
            continue
        path = root / "dev/input" / node.name
        ids = [_text(device / "id" / name) for name in ("vendor", "product")]
        yield {
            "kind": "keyboard",
            "path": str(path),
            "names": stable_names(root, _KEYBOARD_NAMES, path),
            "description": _text(device / "name"),
            "identity": f"{ids[0]}:{ids[1]}@{port}",
        }


def _types(capabilities: str) -> bool:
    """Hexadecimal words of 64 bits, the lowest last, one bit a key."""
    words = capabilities.split()
    return bool(words) and bool(int(words[-1], 16) >> _KEY_A & 1)


def cameras(root: Path) -> Iterator[dict[str, object]]:
    """One object a V4L2 node below ``root``; a camera has several, index 0 gives pictures."""
    nodes = root / "sys/class/video4linux"
    if not nodes.is_dir():
        return
    for node in sorted(nodes.iterdir()):
        path = root / "dev" / node.name
        yield {
            "kind": "camera",
            "path": str(path),
            "names": stable_names(root, _CAMERA_NAMES, path),
            "description": _text(node / "name"),
            "index": int(_text(node / "index") or 0),
        }


def stable_names(root: Path, folders: tuple[str, ...], device: Path) -> list[str]:
    """Links in ``folders`` that lead to ``device``."""
    wanted = device.resolve()
    return [
        str(link)
        for folder in folders
        if (root / folder).is_dir()
        for link in sorted((root / folder).iterdir())
        if link.is_symlink() and link.resolve() == wanted
    ]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
