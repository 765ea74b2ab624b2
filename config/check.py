"""Every key and value of a settings table against its type, one at a time.

Owns the walk that gives each error its file, section and key. Must not know what settings mean
together: `config.cross_checks` does.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import NODEFAULT, Struct, inspect
from msgspec.structs import FieldInfo

from config.layers import Layers, Table
from config.sentences import (
    ConfigError,
    allowed_words,
    did_you_mean,
    expected,
    found,
    quoted,
    wrong,
)

_Settings = TypeVar("_Settings", bound=Struct)


def check(layers: Layers, kind: type[_Settings]) -> _Settings:
    """The frozen settings of the merged layers. Raises `ConfigError` on the first wrong key."""
    _check_section(layers, layers.table, kind, ())
    return msgspec.convert(layers.table, kind)


def _check_section(
    layers: Layers, table: Table, kind: type[Struct], section: tuple[str, ...]
) -> None:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for key, value in table.items():
        if key not in fields:
            raise _unknown_key(layers, section, key, fields)
        inner = _section_of(fields[key].type)
        if inner is None:
            _check_value(layers, section, fields[key], value)
        elif isinstance(value, dict):
            _check_section(layers, value, inner, (*section, key))
        else:
            raise wrong(
                layers.file_of((*section, key)),
                section,
                f"{key} is {found(value)} and must be a section of its own:"
                f" write [{'.'.join((*section, key))}] and its keys below",
            )
    for key, field in fields.items():
        if _is_required(field) and key not in table:
            raise wrong(
                layers.file_of(section),
                section,
                f"{key} is missing; it must be {expected(field.type)}",
            )


def _check_value(layers: Layers, section: tuple[str, ...], field: FieldInfo, value: object) -> None:
    try:
        msgspec.convert(value, field.type)
    except msgspec.ValidationError:
        key = field.encode_name
        hint = did_you_mean(value, allowed_words(field.type)) if isinstance(value, str) else ""
        raise wrong(
            layers.file_of((*section, key)),
            section,
            f"{key} must be {expected(field.type)}, and is {found(value)}" + (hint and f";{hint}"),
        ) from None


def _unknown_key(
    layers: Layers, section: tuple[str, ...], key: str, fields: dict[str, FieldInfo]
) -> ConfigError:
    what = "key" if section else "section or key"
    return wrong(
        layers.file_of((*section, key)),
        section,
        f"there is no {what} {quoted(key)};{did_you_mean(key, fields)}"
        f" allowed here: {', '.join(sorted(fields))}",
    )


def _is_required(field: FieldInfo) -> bool:
    return field.default is NODEFAULT and field.default_factory is NODEFAULT


def _section_of(kind: object) -> type[Struct] | None:
    """The section behind ``Section`` or ``Section | None``; None for a plain value."""
    described = inspect.type_info(kind)
    choices = described.types if isinstance(described, inspect.UnionType) else (described,)
    for choice in choices:
        if isinstance(choice, inspect.StructType):
            return choice.cls
    return None
