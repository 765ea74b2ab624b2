"""Texts for people, by message id and language, read from PO files.

Owns the reading of ``config/translations/ROOM.LANGUAGE.po`` and the filling of ``{placeholders}``.
Must not decide what is said when. A missing id or parameter shows itself on the screen rather than
ending the process that draws it; the tests see to it that neither happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from babel.messages.pofile import PoFileError, read_po

from config.model import Language

__all__ = ["Catalogue", "Language", "TranslationError"]

_FOLDER = Path(__file__).parent / "translations"


class TranslationError(Exception):
    """A PO file is malformed, or two of them hold the same id."""


class _Parameters(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All texts of one language."""

    language: Language
    _texts: Mapping[str, str]

    @classmethod
    def load(cls, language: Language | str, folder: Path = _FOLDER) -> Catalogue:
        """Read every room's file of ``language`` (about 30 ms). Raises `TranslationError`."""
        language = Language(language)
        texts: dict[str, str] = {}
        for file in sorted(folder.glob(f"*.{language}.po")):
            for message_id, text in read_messages(file).items():
                if message_id in texts:
                    raise TranslationError(f"{file.name}: {message_id} stands in another file too")
                texts[message_id] = text
        return cls(language, MappingProxyType(texts))

    @property
    def message_ids(self) -> frozenset[str]:
        return frozenset(self._texts)

    def text(self, message_id: str, **parameters: object) -> str:
        """The text with ``{name}`` replaced; values are taken as they are, never as templates."""
        found = self._texts.get(message_id)
        if found is None:
            return message_id
        return found.format_map(_Parameters(parameters))


def read_messages(file: Path) -> dict[str, str]:
    """Ids and texts of one PO file, untranslated entries left out. Raises `TranslationError`."""
    try:
        with file.open("rb") as source:
            entries = read_po(source, abort_invalid=True)
    except (PoFileError, ValueError, LookupError, OSError) as error:
        raise TranslationError(f"{file.name} is not a readable PO file: {error}") from error
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string}
