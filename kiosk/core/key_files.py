"""The keys of an enrolled kiosk, read from ``paths.keys_dir``.

Owns their file names for the core. Must not keep a key text; a key that is missing or broken is a
sentence for the technician.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from contracts.keys import KeyRefused
from contracts.sealing import SealingPublicKey
from contracts.signing import SigningKey, VerifyKey

T = TypeVar("T")


class KeysMissing(Exception):
    """This kiosk is not enrolled, or a key file is broken; the sentence says which."""


@dataclass(frozen=True, slots=True)
class CoreKeys:
    """``signing`` is the kiosk's own; the others are public halves of the site's."""

    signing: SigningKey
    sealing: SealingPublicKey
    coordinator: VerifyKey
    registration: VerifyKey


def read_keys(folder: Path) -> CoreKeys:
    """All four or `KeysMissing`."""
    return CoreKeys(
        signing=_read(folder / "kiosk-signing.pem", SigningKey.from_pem),
        sealing=_read(folder / "coordinator-sealing.pub.pem", SealingPublicKey.from_pem),
        coordinator=_read(folder / "coordinator-acknowledgement.pub.pem", VerifyKey.from_pem),
        registration=_read(folder / "registration.pub.pem", VerifyKey.from_pem),
    )


def _read(path: Path, parse: Callable[[bytes], T]) -> T:
    try:
        return parse(path.read_bytes())
    except OSError as error:
        raise KeysMissing(
            f"the key {path} cannot be read ({error.strerror}): enrol this kiosk, or copy the keys"
            " that the site made for it"
        ) from error
    except KeyRefused as error:
        raise KeysMissing(f"the key {path} is broken: {error}; enrol this kiosk again") from error
