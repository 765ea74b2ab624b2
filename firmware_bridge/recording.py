"""The file format of a wire recording, and reading it.

JSON lines. The first is ``{"wire_recording":1,"name":...}``; every other is
``{"t":SECONDS,"in":HEX}`` (device to kiosk) or ``{"t":SECONDS,"out":HEX}``, with the time since
the recording began. Writing is in `firmware_bridge.recorder`, playing back in `.replay`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from firmware_bridge.errors import LinkError, PortAbsent

FORMAT = 1


class Direction(StrEnum):
    """Seen from the kiosk."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class WireRecord:
    """Bytes that crossed the wire together, ``at_s`` seconds after the recording began."""

    at_s: float
    direction: Direction
    data: bytes


def read_recording(path: Path) -> Iterator[WireRecord]:
    """The records of a file in order. Raises `LinkError` naming the line that is not one."""
    try:
        with path.open(encoding="ascii") as lines:
            _check_header(lines.readline(), path)
            for number, line in enumerate(lines, 2):
                yield _parse(line, number, path)
    except FileNotFoundError as error:
        raise PortAbsent(f"there is no recording {path}; check the path") from error
    except (OSError, UnicodeDecodeError) as error:
        raise _not_a_recording(path, 1) from error


def _check_header(line: str, path: Path) -> None:
    fields = _json_object(line, 1, path)
    if fields.get("wire_recording") != FORMAT:
        raise _not_a_recording(path, 1)


def _parse(line: str, number: int, path: Path) -> WireRecord:
    fields = _json_object(line, number, path)
    direction = Direction.IN if "in" in fields else Direction.OUT
    try:
        return WireRecord(float(fields["t"]), direction, bytes.fromhex(fields[direction.value]))
    except (ValueError, KeyError, TypeError) as error:
        raise _not_a_recording(path, number) from error


def _json_object(line: str, number: int, path: Path) -> dict[str, Any]:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _not_a_recording(path, number) from error
    if not isinstance(fields, dict):
        raise _not_a_recording(path, number)
    return fields


def _not_a_recording(path: Path, line: int) -> LinkError:
    return LinkError(
        f"{path} is not a wire recording at line {line}; record it again with kioskctl wire record",
        permanent=True,
    )
