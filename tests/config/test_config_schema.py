"""The committed JSON Schemas of the settings are those of the types, with every default."""

from __future__ import annotations

import json

import pytest

from config.model import KioskConfig
from config.schema import FOLDER, schemas


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_settings_schema_on_disk_is_not_stale(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == schemas()[name], (
        "run: python -m config.schema"
    )


def test_no_settings_schema_is_left_over() -> None:
    assert {file.name for file in FOLDER.iterdir()} == set(schemas())


def test_every_section_refuses_unknown_keys_and_describes_itself() -> None:
    schema = json.loads(schemas()["kiosk.schema.json"])
    sections = set(KioskConfig.__struct_fields__)
    assert set(schema["$defs"]["KioskConfig"]["properties"]) == sections
    for name, section in schema["$defs"].items():
        if section.get("type") == "object":
            assert section["additionalProperties"] is False, name
            assert section["description"], name
