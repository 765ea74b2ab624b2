"""The key files of an enrolled kiosk: their names, and how every process reads one.

Owns nothing but names and sentences; each process takes only the keys that it needs. Must not keep
a key's text.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from contracts.keys import KeyRefused

SIGNING_KEY = "kiosk-signing.pem"
SEALING_KEY = "coordinator-sealing.pub.pem"
ACKNOWLEDGEMENT_KEY = "coordinator-acknowledgement.pub.pem"
REGISTRATION_KEY = "registration.pub.pem"

T = TypeVar("T")


class KeysMissing(Exception):
    """This kiosk is not enrolled, or a key file is broken; the sentence says which."""


def read_key(path: Path, parse: Callable[[bytes], T]) -> T:
    """What ``parse`` (a ``from_pem``) makes of the file, or `KeysMissing`."""
    try:
        return parse(path.read_bytes())
    except OSError as error:
        raise KeysMissing(
            f"the key {path} cannot be read ({error.strerror}): enrol this kiosk, or copy the keys"
            " that the site made for it"
        ) from None
    except KeyRefused as error:
        raise KeysMissing(f"the key {path} is broken: {error}; enrol this kiosk again") from None
