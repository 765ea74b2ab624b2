"""What the site may show of a person. Pure.

Owns the masked name and the keyed digest by which one person is recognised twice. Document numbers
can be enumerated, so the digest's key is derived from the sealing key: whoever holds that can open
the records anyway, and nobody else learns anything from a stolen copy of the projections.
"""

from __future__ import annotations

import hashlib

from contracts.record import Person
from contracts.sealing import SealingPrivateKey

_DOMAIN = b"ncs/1 person at the site\0"


def person_key(sealing: SealingPrivateKey) -> bytes:
    """The key of `person_digest`, the same as long as the site keeps its sealing key."""
    return hashlib.sha256(_DOMAIN + sealing.to_pem()).digest()


def person_digest(person: Person, key: bytes) -> bytes:
    """16 bytes: equal for equal documents, whatever the spelling of the name."""
    number = person.document_number.strip().upper()
    document = f"{person.document_kind}\0{number}".encode()
    return hashlib.blake2b(document, key=key, digest_size=16).digest()


def masked_name(name: str) -> str:
    """``王*``, ``王*芳``, ``欧**娜``; Latin names keep the first letter of each word."""
    name = " ".join(name.split())
    if not name:
        return ""
    if name.isascii():
        return " ".join(word[0] + "*" * min(len(word) - 1, 3) for word in name.split(" "))
    if len(name) <= 2:
        return name[0] + "*" * (len(name) - 1)
    return name[0] + "*" * min(len(name) - 2, 4) + name[-1]
