"""TOML files laid over each other, key by key, remembering which file said what last.

Owns reading and merging. Must not know a single setting: `config.check` does.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from config.sentences import ConfigError

MAX_FILE_BYTES = 64 * 1024
MAX_DEPTH = 8

Table = dict[str, object]


@dataclass(slots=True)
class Layers:
    """``table`` is the merged whole; later files win. Lists are replaced, sections are merged."""

    table: Table = field(default_factory=dict)
    _origin: dict[tuple[str, ...], str] = field(default_factory=dict)

    def lay(self, file: Path, name: str = "") -> None:
        """Read ``file`` over what is there. Errors call it ``name``. Raises `ConfigError`."""
        name = name or str(file)
        self._merge(self.table, read_toml(file, name), (), name)

    def file_of(self, path: tuple[str, ...]) -> str:
        """The file that set ``path`` last, or the section around it when no file did."""
        for end in range(len(path), 0, -1):
            if path[:end] in self._origin:
                return self._origin[path[:end]]
        return self._origin.get((), "the built-in settings")

    def _merge(self, into: Table, source: Table, path: tuple[str, ...], name: str) -> None:
        if len(path) > MAX_DEPTH:
            raise ConfigError(f"{name}: sections are nested too deeply to be meant")
        self._origin[path] = name
        for key, value in source.items():
            here = into.get(key)
            if isinstance(value, dict):
                section = here if isinstance(here, dict) else {}
                into[key] = section
                self._merge(section, value, (*path, key), name)
            else:
                into[key] = value
                self._origin[(*path, key)] = name


def read_toml(file: Path, name: str) -> Table:
    """One file as a table. Raises `ConfigError` with line and column where the text is at fault."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(
            f"{name}: the settings file cannot be read ({reason}); give a TOML file that exists"
        ) from error
    if len(raw) > MAX_FILE_BYTES:
        raise ConfigError(
            f"{name}: {len(raw)} bytes are too many for settings, at most {MAX_FILE_BYTES} are read"
        )
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{name}, line {line}: the text is not UTF-8; save it as UTF-8") from None
    except RecursionError:
        raise ConfigError(f"{name}: lists are nested too deeply to be meant") from None
    except ValueError as error:  # TOMLDecodeError, and int() on thousands of digits
        raise ConfigError(f"{name}: this is not valid TOML: {error}") from None
