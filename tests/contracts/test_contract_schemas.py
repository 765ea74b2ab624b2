"""The committed JSON Schemas are those of the types, and the examples obey them.

The checker below knows just the words our schemas use and refuses any other, so that a schema which
says more than the checker understands fails the test instead of passing it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from contracts.schema import FOLDER, schemas

EXAMPLES = FOLDER.parent / "examples"
SCHEMAS = {name: json.loads(text) for name, text in schemas().items()}
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
SILENT = {"$defs", "$id", "$schema", "title", "description", "default", "discriminator"}


def obey(value: Any, schema: dict[str, Any], file: str) -> None:  # noqa: PLR0912 — one branch a word
    for word, rule in sorted(schema.items(), key=lambda item: item[0] != "type"):
        match word:
            case "$ref":
                name, _, pointer = rule.partition("#/")
                target: Any = SCHEMAS[name or file]
                for step in filter(None, pointer.split("/")):
                    target = target[step]
                obey(value, target, name or file)
            case "type":
                is_flag = isinstance(value, bool) and rule != "boolean"
                assert isinstance(value, TYPES[rule]) and not is_flag
            case "properties":
                for key in value.keys() & rule.keys():
                    obey(value[key], rule[key], file)
            case "required":
                assert set(rule) <= value.keys()
            case "additionalProperties":
                assert rule is False and value.keys() <= schema["properties"].keys()
            case "items":
                rest = value[len(schema.get("prefixItems", ())) :]
                assert rule is not False or not rest
                for each in rest if rule is not False else ():
                    obey(each, rule, file)
            case "prefixItems":
                for each, its in zip(value, rule, strict=False):
                    obey(each, its, file)
            case "anyOf":
                assert any(obeys(value, choice, file) for choice in rule)
            case "enum":
                assert value in rule
            case "const":
                assert value == rule
            case "pattern":
                assert re.search(rule, value)
            case "minLength" | "minItems":
                assert len(value) >= rule
            case "maxLength" | "maxItems":
                assert len(value) <= rule
            case "minimum":
                assert value >= rule
            case "maximum":
                assert value <= rule
            case "contentEncoding":
                assert rule == "base64"
            case _:
                assert word in SILENT, f"the checker does not know {word}"


def obeys(value: Any, schema: dict[str, Any], file: str) -> bool:
    try:
        obey(value, schema, file)
    except AssertionError as error:
        assert "checker does not know" not in str(error), error
        return False
    return True


def messages() -> list[tuple[str, Any]]:
    """Schema file and message for every example; signed texts are cut to their JSON."""
    found: list[tuple[str, Any]] = []
    for file in sorted(EXAMPLES.glob("*.json")):
        value = json.loads(file.read_bytes())
        if file.name.startswith("record-"):
            found.append(("record-body.schema.json", value))
        elif file.name in {"acknowledgement.json", "bundle.json"}:
            signed = json.loads(value["text"].partition(".")[2])
            found.append((f"{file.stem}.schema.json", signed))
        elif file.name == "registration-code.json":
            found.append(("registration-code.schema.json", value["says"]))
        elif file.name != "keys.json":
            found.append((f"{file.stem}.schema.json", value))
    return found


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_contract_schema_on_disk_is_not_stale(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == schemas()[name], (
        "run: python -m contracts.schema"
    )


def test_no_contract_schema_is_left_over_and_each_has_an_example() -> None:
    assert {file.name for file in Path(FOLDER).iterdir()} == set(SCHEMAS)
    assert {name for name, _ in messages()} == set(SCHEMAS)


@pytest.mark.parametrize(("name", "value"), messages())
def test_every_example_obeys_its_schema(name: str, value: Any) -> None:
    obey(value, SCHEMAS[name], name)


@pytest.mark.parametrize(("name", "value"), messages())
def test_a_spoiled_example_does_not(name: str, value: Any) -> None:
    spoiled = value[:-1] if isinstance(value, list) else dict(list(value.items())[1:])
    assert not obeys(spoiled, SCHEMAS[name], name)
    assert not obeys("text", SCHEMAS[name], name)
