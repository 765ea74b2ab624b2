"""JSON Schemas of everything that crosses between kiosk and coordinator, made from the types.

Owns ``contracts/schemas``. ``python -m contracts.schema`` rewrites the files, and a test fails
while they are stale; nothing reads them at run time, where the types themselves decode and check.
"""

from __future__ import annotations

from inspect import cleandoc
from pathlib import Path
from typing import Any

import msgspec

from contracts.acknowledgement import Acknowledgement
from contracts.bundle import BundleBody
from contracts.envelope import WireEnvelope
from contracts.presence import HostPresence, KioskPresence
from contracts.record import AnyRecordBody
from contracts.registration_code import RegistrationCode
from contracts.report import KioskReport

FOLDER = Path(__file__).parent / "schemas"

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MESSAGES: dict[str, Any] = {
    "acknowledgement.schema.json": Acknowledgement,
    "bundle.schema.json": BundleBody,
    "envelope.schema.json": WireEnvelope,
    "host-presence.schema.json": HostPresence,
    "kiosk-presence.schema.json": KioskPresence,
    "record-body.schema.json": AnyRecordBody,
    "registration-code.schema.json": RegistrationCode,
    "report.schema.json": KioskReport,
}


def schemas() -> dict[str, str]:
    """File name to text."""
    return {name: schema_text(name, kind) for name, kind in _MESSAGES.items()}


def schema_text(name: str, kind: object) -> str:
    """The schema of one type: sorted keys, two blanks of indentation, a newline at the end."""
    schema = {"$schema": _DIALECT, "$id": name, **_tidy(msgspec.json.schema(kind))}
    if kind is BundleBody:  # its records stay raw bytes there, and are envelopes nevertheless
        records = schema["$defs"]["BundleBody"]["properties"]["records"]
        records["items"] = {"$ref": "envelope.schema.json"}
    if kind is WireEnvelope:  # the canonical form leaves no field out, not even a constant one
        envelope = schema["$defs"]["WireEnvelope"]
        envelope["required"] = list(envelope["properties"])
    plain = msgspec.json.encode(schema, order="sorted")
    return msgspec.json.format(plain, indent=2).decode("utf-8") + "\n"


def _tidy(schema: Any) -> Any:
    """Docstrings become descriptions: without their indentation."""
    if isinstance(schema, dict):
        return {
            key: cleandoc(value) if key == "description" else _tidy(value)
            for key, value in schema.items()
        }
    return [_tidy(each) for each in schema] if isinstance(schema, list) else schema


def main() -> None:
    """Rewrite every file."""
    for name, text in schemas().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
