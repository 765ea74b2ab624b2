"""Where a site keeps its keys, and what a kiosk is given when it is enrolled.

Owns the file names on both sides and their modes: private keys 0600, folders 0700. Must not send
keys anywhere: the files are carried to the kiosk by whoever enrols it. Nothing that exists is ever
made anew, because a new sealing key would leave sealed records closed for ever.

Site: ``acknowledgement.pem``, ``sealing.pem``, ``registration.pem``, ``kiosks/KIOSK.pub.pem``.
Kiosk: ``kiosk-signing.pem``, ``coordinator-acknowledgement.pub.pem``,
``coordinator-sealing.pub.pem``, ``registration.pub.pem``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from contracts.field_types import is_kiosk_id
from contracts.keys import KeyRefused
from contracts.sealing import SealingPrivateKey, SealingPublicKey
from contracts.signing import SigningKey, VerifyKey

ACKNOWLEDGEMENT, SEALING, REGISTRATION = "acknowledgement.pem", "sealing.pem", "registration.pem"
KIOSKS = "kiosks"


class KeyFilesError(Exception):
    """A key file is absent, broken or cannot be written. The sentence says which and what to do."""


class _PrivateKey(Protocol):
    def to_pem(self) -> bytes: ...


_Private = TypeVar("_Private", bound=_PrivateKey)


@dataclass(frozen=True, slots=True)
class SiteKeys:
    """What the coordinator signs acknowledgements with, opens records with, issues codes with."""

    acknowledgement: SigningKey
    sealing: SealingPrivateKey
    registration: SigningKey


class EnrolledKiosks:
    """The public keys in ``kiosks/``. A file that appears or goes counts from the next look."""

    def __init__(self, site_keys_dir: Path) -> None:
        self._folder = site_keys_dir / KIOSKS
        self._known: dict[str, tuple[int, VerifyKey]] = {}

    def verify_key_of(self, kiosk: str) -> VerifyKey | None:
        """The key of an enrolled kiosk; None when it is not enrolled, or not any more."""
        if not is_kiosk_id(kiosk):
            return None
        path = self._folder / f"{kiosk}.pub.pem"
        try:
            changed_ns = path.stat().st_mtime_ns
            known = self._known.get(kiosk)
            if known is None or known[0] != changed_ns:
                known = (changed_ns, VerifyKey.from_pem(path.read_bytes()))
                self._known[kiosk] = known
        except (OSError, KeyRefused):
            self._known.pop(kiosk, None)
            return None
        return known[1]

    def kiosks(self) -> tuple[str, ...]:
        """The ids of all enrolled kiosks, sorted."""
        names = (path.name.removesuffix(".pub.pem") for path in self._folder.glob("*.pub.pem"))
        return tuple(sorted(name for name in names if is_kiosk_id(name)))


def make_site_keys(keys_dir: Path) -> SiteKeys:
    """Make what is missing, keep what is there. Raises `KeyFilesError`."""
    _make_folder(keys_dir)
    _make_folder(keys_dir / KIOSKS)
    return SiteKeys(
        _keep_or_make(keys_dir / ACKNOWLEDGEMENT, SigningKey.from_pem, SigningKey.generate),
        _keep_or_make(keys_dir / SEALING, SealingPrivateKey.from_pem, SealingPrivateKey.generate),
        _keep_or_make(keys_dir / REGISTRATION, SigningKey.from_pem, SigningKey.generate),
    )


def load_site_keys(keys_dir: Path) -> SiteKeys:
    """Read all three. Raises `KeyFilesError`."""
    return SiteKeys(
        _load(keys_dir / ACKNOWLEDGEMENT, SigningKey.from_pem),
        _load(keys_dir / SEALING, SealingPrivateKey.from_pem),
        _load(keys_dir / REGISTRATION, SigningKey.from_pem),
    )


def make_kiosk_keys(site_keys_dir: Path, kiosk_keys_dir: Path, kiosk_id: str) -> VerifyKey:
    """Enrol a kiosk: its signing key (kept if there is one) and the site's public keys.

    Returns the kiosk's public key, which now stands in the site's ``kiosks/``. Raises
    `KeyFilesError`.
    """
    if not is_kiosk_id(kiosk_id):
        raise KeyFilesError(
            f"{kiosk_id!r} is not a kiosk id: region, site and kiosk, such as 330106-0007-k03."
        )
    site = load_site_keys(site_keys_dir)
    _make_folder(kiosk_keys_dir)
    signing = _keep_or_make(
        kiosk_keys_dir / "kiosk-signing.pem", SigningKey.from_pem, SigningKey.generate
    )
    public: dict[Path, VerifyKey | SealingPublicKey] = {
        kiosk_keys_dir / "coordinator-acknowledgement.pub.pem": site.acknowledgement.verify_key,
        kiosk_keys_dir / "coordinator-sealing.pub.pem": site.sealing.public_key,
        kiosk_keys_dir / "registration.pub.pem": site.registration.verify_key,
        site_keys_dir / KIOSKS / f"{kiosk_id}.pub.pem": signing.verify_key,
    }
    for path, key in public.items():
        _write(path, key.to_pem(), 0o644)
    return signing.verify_key


def _keep_or_make(
    path: Path, read: Callable[[bytes], _Private], make: Callable[[], _Private]
) -> _Private:
    if path.exists():
        return _load(path, read)
    key = make()
    _write(path, key.to_pem(), 0o600)
    return key


def _load(path: Path, read: Callable[[bytes], _Private]) -> _Private:
    try:
        return read(path.read_bytes())
    except OSError as error:
        raise KeyFilesError(
            f"{path} cannot be read ({error.strerror}). `site-coordinator keys` makes them."
        ) from None
    except KeyRefused as error:
        raise KeyFilesError(f"{path} is broken: {error}. Restore it from the backup.") from None


def _write(path: Path, pem: bytes, mode: int) -> None:
    """Whole or not at all, and never readable by others for a moment."""
    draft = path.with_name(path.name + ".new")
    try:
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise KeyFilesError(f"{path} cannot be written ({error.strerror}).") from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KeyFilesError(f"{folder} cannot be made ({error.strerror}).") from None
