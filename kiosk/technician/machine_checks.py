"""The doctor's checks of the machine: font, folders, keys, calibration. They change nothing."""

from __future__ import annotations

import os
import stat
from datetime import date
from pathlib import Path

from config.devices import ThermometerSection
from contracts.keys import KeyRefused
from contracts.signing import SignatureRefused, SigningKey, VerifyKey
from drivers.label_printer.font import FontMissing, simplified_chinese
from kiosk.ipc.key_files import (
    ACKNOWLEDGEMENT_KEY,
    REGISTRATION_KEY,
    SEALING_KEY,
    SIGNING_KEY,
)
from kiosk.ipc.memory_folder import MOUNTS, file_system_of, lies_in_memory
from kiosk.technician.calibration_seal import due_sentence, verify
from kiosk.technician.finding import Finding


def check_font() -> Finding:
    """Labels and screens need the Simplified Chinese face."""
    try:
        face = simplified_chinese()
    except FontMissing as error:
        return Finding("font", False, str(error))
    return Finding("font", True, f"{face.family} {face.style} in {face.path}")


def check_runtime_dir(folder: Path, mounts: Path = MOUNTS) -> Finding:
    """Preview pixels show a person: they must never reach a disk."""
    if not folder.is_dir():
        return Finding(
            "runtime_dir",
            False,
            f"there is no folder {folder}",
            "systemd-tmpfiles makes it at start; or set paths.runtime_dir",
        )
    if not lies_in_memory(folder, mounts):
        kind = file_system_of(folder, mounts)
        return Finding(
            "runtime_dir",
            False,
            f"{folder} lies on {kind or 'an unknown file system'}, not in memory",
            "pictures of residents must not reach a disk: use a folder below /run",
        )
    return _writable("runtime_dir", folder)


def check_state_dir(folder: Path) -> Finding:
    """The ledger's folder."""
    if not folder.is_dir():
        return Finding(
            "state_dir",
            False,
            f"there is no folder {folder}",
            "the unit's StateDirectory makes it at start; or set paths.state_dir",
        )
    return _writable("state_dir", folder)


def check_keys(folder: Path) -> Finding:
    """Every key the kiosk needs is there, is a key, and the secret one is nobody else's to read."""
    signing = folder / SIGNING_KEY
    action = "enrol this kiosk again, or copy the keys that the coordinator made for it"
    try:
        if stat.S_IMODE(signing.stat().st_mode) & 0o077:
            return Finding(
                "keys", False, f"others may read {signing}", f"run `chmod 600 {signing}`"
            )
        SigningKey.from_pem(signing.read_bytes())
        for name in (ACKNOWLEDGEMENT_KEY, REGISTRATION_KEY):
            VerifyKey.from_pem((folder / name).read_bytes())
        (folder / SEALING_KEY).read_bytes()
    except KeyRefused as error:
        return Finding("keys", False, f"a file in {folder} is no usable key: {error}", action)
    except OSError as error:
        return Finding("keys", False, f"{error.filename}: {error.strerror}", action)
    return Finding("keys", True, f"all keys are in {folder}")


def check_calibration(
    thermometer: ThermometerSection, kiosk_id: str, keys_folder: Path, today: date
) -> Finding:
    """Without one the kiosk measures but may not judge a fever; a changed one is no calibration."""
    body = thermometer.body
    calibrate = "run `kioskctl calibrate thermometer`"
    if body is None:
        return Finding(
            "calibration",
            None,
            "this site has no body calibration: every temperature goes to staff",
            calibrate,
        )
    seen = f"k {body.k} of {body.calibrated_on}, version {body.version}"
    if not body.signature:
        return Finding("calibration", None, f"{seen}, signed by nobody", calibrate)
    try:
        key = SigningKey.from_pem((keys_folder / SIGNING_KEY).read_bytes()).verify_key
        verify(body, kiosk_id, key)
    except (OSError, KeyRefused):
        return Finding("calibration", None, f"{seen}, and no key to verify its signature with")
    except SignatureRefused:
        return Finding(
            "calibration",
            False,
            f"{seen}, was not signed as it stands by this kiosk",
            f"put back the fragment as it was written, or {calibrate}",
        )
    if due := due_sentence(body, today):
        return Finding("calibration", None, due, calibrate)
    return Finding("calibration", True, f"{seen}, signed, due on {body.due_on or 'no day'}")


def _writable(check: str, folder: Path) -> Finding:
    if os.access(folder, os.W_OK | os.X_OK):
        return Finding(check, True, f"{folder} is there and can be written")
    return Finding(
        check,
        False,
        f"{folder} cannot be written by this user",
        "run the doctor as the kiosk's user, or give that user the folder",
    )
