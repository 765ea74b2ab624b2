"""The two keys the uplink needs: its own to sign with, the coordinator's to verify with.

Must not know the sealing key: the uplink never seals nor opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from contracts.signing import SigningKey, VerifyKey
from kiosk.ipc.key_files import ACKNOWLEDGEMENT_KEY, SIGNING_KEY, read_key


@dataclass(frozen=True, slots=True)
class UplinkKeys:
    signing: SigningKey
    acknowledgement: VerifyKey


def load_uplink_keys(keys_dir: Path) -> UplinkKeys:
    """Both keys, or `kiosk.ipc.key_files.KeysMissing`."""
    return UplinkKeys(
        signing=read_key(keys_dir / SIGNING_KEY, SigningKey.from_pem),
        acknowledgement=read_key(keys_dir / ACKNOWLEDGEMENT_KEY, VerifyKey.from_pem),
    )
