"""kioskctl doctor: font, folders, keys and calibration of the machine itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

from config.devices import (
    BodyCalibration,
    ThermometerSection,
)
from contracts.signing import SigningKey
from kiosk.ipc.memory_folder import file_system_of
from kiosk.technician.calibration_seal import signed
from kiosk.technician.finding import Finding
from kiosk.technician.machine_checks import (
    check_calibration,
    check_font,
    check_keys,
    check_runtime_dir,
    check_state_dir,
)


def test_the_font_is_there() -> None:
    assert check_font().ok is True


def test_a_runtime_folder_on_a_disk_is_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/sda1 / ext4 rw 0 0\n")
    finding = check_runtime_dir(tmp_path, mounts)
    assert finding.ok is False and "ext4, not in memory" in finding.detail
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\ntmpfs {tmp_path} tmpfs rw 0 0\n")
    assert check_runtime_dir(tmp_path, mounts).ok is True
    assert check_runtime_dir(tmp_path / "absent", mounts).ok is False


def test_the_innermost_and_latest_mount_counts(tmp_path: Path) -> None:
    inner = tmp_path / "in ner"
    inner.mkdir()
    mounts = tmp_path / "mounts"
    quoted = str(inner).replace(" ", r"\040")
    mounts.write_text(
        f"none / ext4 rw 0 0\nnone {quoted} ext4 rw 0 0\nnone {quoted} tmpfs rw 0 0\n"
    )
    assert file_system_of(inner, mounts) == "tmpfs"
    assert file_system_of(tmp_path, mounts) == "ext4"


def test_a_state_folder_must_be_there(tmp_path: Path) -> None:
    assert check_state_dir(tmp_path).ok is True
    assert check_state_dir(tmp_path / "absent").ok is False


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    signing = tmp_path / "kiosk-signing.pem"
    signing.write_bytes(SigningKey.generate().to_pem())
    signing.chmod(0o600)
    for name in ("coordinator-acknowledgement", "registration", "coordinator-sealing"):
        key = SigningKey.generate().verify_key
        (tmp_path / f"{name}.pub.pem").write_bytes(key.to_pem())
    return tmp_path


def test_all_keys_are_there(keys: Path) -> None:
    assert check_keys(keys).ok is True


@pytest.mark.parametrize(
    "name",
    [
        "kiosk-signing.pem",
        "coordinator-acknowledgement.pub.pem",
        "registration.pub.pem",
        "coordinator-sealing.pub.pem",
    ],
)
def test_a_missing_key_is_named(keys: Path, name: str) -> None:
    (keys / name).unlink()
    finding = check_keys(keys)
    assert finding.ok is False and name in finding.detail and "enrol" in finding.action


def test_a_broken_or_shared_key_is_refused(keys: Path) -> None:
    (keys / "kiosk-signing.pem").chmod(0o644)
    assert "chmod 600" in check_keys(keys).action
    (keys / "kiosk-signing.pem").chmod(0o600)
    (keys / "registration.pub.pem").write_text("no key")
    assert check_keys(keys).ok is False


TODAY = date(2026, 11, 22)


def calibration_finding(folder: Path, **changed: object) -> Finding:
    """Of a calibration that was signed by the kiosk whose keys are in ``folder``."""
    body = BodyCalibration(
        k=0.13, version="1", calibrated_on="2026-11-20", due_on="2027-05-19", points=5
    )
    key = SigningKey.from_pem((folder / "kiosk-signing.pem").read_bytes())
    body = msgspec.structs.replace(signed(body, "330106-0007-k03", key), **changed)
    return check_calibration(ThermometerSection(body=body), "330106-0007-k03", folder, TODAY)


def test_without_a_calibration_it_cannot_be_told(tmp_path: Path) -> None:
    finding = check_calibration(ThermometerSection(), "330106-0007-k03", tmp_path, TODAY)
    assert finding.ok is None and "calibrate thermometer" in finding.action


def test_a_signed_calibration_is_fine(keys: Path) -> None:
    assert calibration_finding(keys).ok is True


def test_a_calibration_that_nobody_signed_cannot_be_told(keys: Path) -> None:
    finding = calibration_finding(keys, signature="")
    assert finding.ok is None and "signed by nobody" in finding.detail


@pytest.mark.parametrize(
    "changed",
    [{"k": 0.2}, {"due_on": "2037-01-01"}, {"signature": "A" * 86}, {"signature": "no"}],
)
def test_a_changed_calibration_is_refused(keys: Path, changed: dict[str, object]) -> None:
    finding = calibration_finding(keys, **changed)
    assert finding.ok is False and "not signed as it stands" in finding.detail


def test_the_calibration_of_another_kiosk_is_refused(keys: Path) -> None:
    body = BodyCalibration(k=0.13, version="1", calibrated_on="2026-11-20")
    body = signed(body, "330106-0007-k04", SigningKey.generate())
    finding = check_calibration(ThermometerSection(body=body), "330106-0007-k03", keys, TODAY)
    assert finding.ok is False


def test_an_overdue_calibration_warns(keys: Path) -> None:
    key = SigningKey.from_pem((keys / "kiosk-signing.pem").read_bytes())
    for due_on, words in (("2026-11-21", "was due on"), ("2026-11-30", "is due in 8 days")):
        body = BodyCalibration(k=0.13, version="1", calibrated_on="2026-05-20", due_on=due_on)
        body = signed(body, "330106-0007-k03", key)
        finding = check_calibration(ThermometerSection(body=body), "330106-0007-k03", keys, TODAY)
        assert finding.ok is None and words in finding.detail
