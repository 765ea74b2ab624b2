"""The two keys the uplink needs: its own to sign with, the coordinator's to verify with.

Owns their file names below ``paths.keys_dir``. Must not know the sealing key: the uplink never
seals nor opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from contracts.keys import KeyRefused
from contracts.signing import SigningKey, VerifyKey

SIGNING_KEY = "kiosk-signing.pem"
ACKNOWLEDGEMENT_KEY = "coordinator-acknowledgement.pub.pem"


class KeysMissing(Exception):
    """A key file is absent or broken. The sentence names the file and the remedy."""


@dataclass(frozen=True, slots=True)
class UplinkKeys:
    signing: SigningKey
    acknowledgement: VerifyKey


def load_uplink_keys(keys_dir: Path) -> UplinkKeys:
    """Read both keys. Raises `KeysMissing`."""
    try:
        return UplinkKeys(
            SigningKey.from_pem(_read(keys_dir / SIGNING_KEY)),
            VerifyKey.from_pem(_read(keys_dir / ACKNOWLEDGEMENT_KEY)),
        )
    except KeyRefused as error:
        raise KeysMissing(
            f"A key in {keys_dir} is broken: {error}. Enrol the kiosk again."
        ) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeysMissing(
            f"{path} cannot be read ({error.strerror}): this kiosk is not enrolled. Enrol it."
        ) from None
