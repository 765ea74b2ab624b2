"""Looks for personal data in clear: every synthetic resident is a canary in every likely encoding.

Owns the encodings and the search. Reads files and never quotes what it found: a `Leak` names the
file, the kind of fact and the encoding. Facts shorter than `KEY_BYTES` are not searched, because
sealed bytes would match them by chance.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contracts.record import Person
from hil.demo.facts import Leak, Search

KEY_BYTES = 6
_CHUNK = 1 << 20
_TEXT_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


@dataclass(frozen=True, slots=True)
class Canary:
    """``pattern`` must not occur. ``fact`` is what it tells ("name"), ``encoding`` how written."""

    pattern: bytes
    fact: str
    encoding: str


def canaries_of(people: Iterable[Person]) -> tuple[Canary, ...]:
    """Names, document numbers and phones of ``people`` in every encoding, without repetition."""
    found: dict[bytes, Canary] = {}
    for person in people:
        facts = (
            ("name", person.name),
            ("document number", person.document_number),
            ("phone", person.phone),
        )
        for fact, text in facts:
            for canary in _encodings(fact, text):
                found.setdefault(canary.pattern, canary)
    return tuple(found.values())


def key_canaries(fact: str, secret: bytes) -> tuple[Canary, ...]:
    """A secret of raw bytes: as it is, in hex and in base64."""
    return tuple(_encodings_of_bytes(fact, "raw", secret))


def search(paths: Sequence[Path], canaries: Sequence[Canary]) -> Search:
    """Search files and folders (all files below). Vanished files are skipped, unreadable ones not.

    Raises OSError for a file that is there and cannot be read: then nothing was proved.
    """
    finder = _Finder(canaries)
    leaks: list[Leak] = []
    files = size = 0
    for path in _files(paths):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            continue
        files += 1
        size += len(data)
        leaks += [Leak(str(path), canary.fact, canary.encoding) for canary in finder.find(data)]
    return Search(len(canaries), files, 0, size, tuple(leaks))


def find_in(data: bytes, canaries: Sequence[Canary]) -> list[Canary]:
    """Which canaries occur in ``data``, for bytes that are not in a file."""
    return _Finder(canaries).find(data)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(
                found for found in path.rglob("*") if found.is_file() and not found.is_symlink()
            )
        elif path.is_file():
            yield path


def _encodings(fact: str, text: str) -> Iterator[Canary]:
    if not text:
        return
    for encoding in _TEXT_ENCODINGS:
        yield from _encodings_of_bytes(fact, encoding, text.encode(encoding))


def _encodings_of_bytes(fact: str, encoding: str, raw: bytes) -> Iterator[Canary]:
    if len(raw) < KEY_BYTES:
        return
    forms = [(encoding, raw)]
    forms += [(f"hex of {encoding}", raw.hex().encode())]
    forms += [(f"HEX of {encoding}", raw.hex().upper().encode())]
    forms += [(f"base64 of {encoding}", form) for form in _base64_forms(raw)]
    for name, pattern in forms:
        yield Canary(pattern, fact, name)


def _base64_forms(raw: bytes) -> Iterator[bytes]:
    """What stays the same wherever ``raw`` stands inside a longer base64 text: 3 alignments."""
    for skip in range(3):
        padded = b"\0" * skip + raw
        text = base64.b64encode(padded).rstrip(b"=")
        first = -(-skip * 8 // 6)  # characters touched by the bytes before
        whole = len(padded) * 8 // 6  # characters not touched by the bytes after
        yield text[first:whole]


class _Finder:
    """Finds many patterns in one pass: compares every window of `KEY_BYTES` with all prefixes."""

    def __init__(self, canaries: Sequence[Canary]) -> None:
        self._by_prefix: dict[int, list[Canary]] = {}
        for canary in canaries:
            prefix = int.from_bytes(canary.pattern[:KEY_BYTES], "little")
            self._by_prefix.setdefault(prefix, []).append(canary)
        self._prefixes = np.array(sorted(self._by_prefix), np.uint64)

    def find(self, data: bytes) -> list[Canary]:
        """Each canary that occurs in ``data``, once."""
        found: dict[bytes, Canary] = {}
        if not self._by_prefix:
            return []
        for start in range(0, len(data), _CHUNK):
            piece = np.frombuffer(data, np.uint8, min(_CHUNK + KEY_BYTES, len(data) - start), start)
            for offset in self._candidates(piece):
                at = start + int(offset)
                prefix = int.from_bytes(data[at : at + KEY_BYTES], "little")
                for canary in self._by_prefix[prefix]:
                    if data.startswith(canary.pattern, at):
                        found[canary.pattern] = canary
        return list(found.values())

    def _candidates(self, piece: NDArray[np.uint8]) -> NDArray[np.intp]:
        count = len(piece) - KEY_BYTES + 1
        if count <= 0:
            return np.empty(0, np.intp)
        windows = np.zeros(count, np.uint64)
        for index in range(KEY_BYTES):
            windows |= piece[index : index + count].astype(np.uint64) << np.uint64(8 * index)
        position = np.searchsorted(self._prefixes, windows)
        position[position == len(self._prefixes)] = 0
        return np.nonzero(self._prefixes[position] == windows)[0]
