"""Recognising a person who was here before without keeping who it was.

Owns the digest key. ID numbers are few enough to try them all, so a digest with a key on the disk
would be an ID number on the disk: the key lives in the runtime folder (memory) only. It survives a
restart of the core; after a reboot the person digests of before match nobody, and the registration
code's own random id, which needs no secret, still does.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path

from contracts.record import Person

KEY_NAME = "person-digest.key"
_KEY_BYTES = 32


class PersonDigests:
    """Digests of 32 bytes; equal means the same person (or code) in the same round."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def in_folder(cls, runtime_dir: Path, *, in_memory: bool) -> PersonDigests:
        """Take the key of this boot from ``runtime_dir`` or draw it (mode 0600).

        A folder that is not ``in_memory`` gets no key: it then lasts as long as this process.
        """
        if not in_memory:
            return cls(os.urandom(_KEY_BYTES))
        path = runtime_dir / KEY_NAME
        if path.exists() and len(key := path.read_bytes()) == _KEY_BYTES:
            return cls(key)
        key = os.urandom(_KEY_BYTES)
        fresh = path.with_name(path.name + ".new")
        fresh.unlink(missing_ok=True)
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(fd, key)
        finally:
            os.close(fd)
        fresh.replace(path)
        return cls(key)

    def person(self, round_id: str, person: Person) -> bytes:
        """By document kind and number: names are written in more than one way."""
        text = f"{round_id}\0{person.document_kind}\0{person.document_number.upper()}"
        return hmac.digest(self._key, text.encode(), "sha256")

    @staticmethod
    def code(code_id: str) -> bytes:
        """Of a registration code's random id (128 bits): nothing to guess, so no key."""
        return hashlib.sha256(b"registration code\0" + code_id.encode()).digest()
