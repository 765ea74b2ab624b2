"""The keys that the core needs: it signs and seals, and checks what others signed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from contracts.sealing import SealingPublicKey
from contracts.signing import SigningKey, VerifyKey
from kiosk.ipc.key_files import (
    ACKNOWLEDGEMENT_KEY,
    REGISTRATION_KEY,
    SEALING_KEY,
    SIGNING_KEY,
    read_key,
)


@dataclass(frozen=True, slots=True)
class CoreKeys:
    """``signing`` is the kiosk's own; the others are public halves of the site's."""

    signing: SigningKey
    sealing: SealingPublicKey
    coordinator: VerifyKey
    registration: VerifyKey


def read_keys(folder: Path) -> CoreKeys:
    """All four, or `kiosk.ipc.key_files.KeysMissing`."""
    return CoreKeys(
        signing=read_key(folder / SIGNING_KEY, SigningKey.from_pem),
        sealing=read_key(folder / SEALING_KEY, SealingPublicKey.from_pem),
        coordinator=read_key(folder / ACKNOWLEDGEMENT_KEY, VerifyKey.from_pem),
        registration=read_key(folder / REGISTRATION_KEY, VerifyKey.from_pem),
    )
