"""The words of a settings error: what is expected, what is there, what was probably meant.

Owns `ConfigError` and the description of types for people. Must not read files nor walk settings.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import date, datetime, time

from msgspec import inspect


class ConfigError(Exception):
    """The settings are wrong. One sentence: file, section, key, reason, what to write."""


def wrong(file: str, section: tuple[str, ...], sentence: str) -> ConfigError:
    """``FILE, section [a.b]: SENTENCE``; the top level of a file has no section."""
    place = f"{file}, section [{'.'.join(section)}]" if section else file
    return ConfigError(f"{place}: {sentence}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` did you mean "fever_c"?`` or nothing when no known word is near."""
    near = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return f' did you mean "{near[0]}"?' if near else ""


def expected(kind: object) -> str:
    """A setting's type in words: ``a number from 36.0 to 39.0``. Allowed words are all named."""
    return _in_words(inspect.type_info(kind))


def quoted(text: str) -> str:
    """``text`` in quotes, on one line and at most 60 characters long, whatever it holds."""
    visible = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:61])
    return f'"{visible if len(visible) <= 60 else visible[:59] + "…"}"'


def found(value: object) -> str:
    """What stands in the file, in TOML's words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, float):
        return f"the number {value:.6g}"
    if isinstance(value, int):
        return f"the number {value}" if abs(value) < 10**15 else "a number of more than 15 digits"
    if isinstance(value, date | datetime | time):
        return f"the date or time {value} without quotes"
    if isinstance(value, dict):
        return "a section"
    return "a list" if isinstance(value, list) else "something else"


def allowed_words(kind: object) -> tuple[str, ...]:
    """The values of an enumeration, empty for every other type."""
    described = inspect.type_info(kind)
    if isinstance(described, inspect.EnumType):
        return tuple(str(member.value) for member in described.cls)
    return ()


def _in_words(kind: inspect.Type) -> str:
    match kind:
        case inspect.Metadata():
            described = (kind.extra_json_schema or {}).get("description")
            return str(described) if described else _in_words(kind.type)
        case inspect.EnumType():
            return "one of " + ", ".join(f'"{member.value}"' for member in kind.cls)
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return "a whole number" + _bounds(kind)
        case inspect.FloatType():
            return "a number" + _bounds(kind)
        case inspect.StrType():
            return "a text in quotes" + _lengths(kind)
        case inspect.UnionType(types=(choice, inspect.NoneType())):  # a value that may be missing
            return _in_words(choice)
        case inspect.VarTupleType():
            return f"a list of values, each {_in_words(kind.item_type)}"
    raise TypeError(f"no words for settings of type {kind!r}: add them here")


def _bounds(kind: inspect.IntType | inspect.FloatType) -> str:
    low = f"from {kind.ge}" if kind.ge is not None else ""
    low = f"greater than {kind.gt}" if kind.gt is not None else low
    high = f"to {kind.le}" if kind.le is not None else ""
    return "".join(f" {part}" for part in (low, high) if part)


def _lengths(kind: inspect.StrType) -> str:
    return f" of at most {kind.max_length} characters" if kind.max_length is not None else ""
