"""Keys are made once, kept, and readable by nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.signing import Domain
from coordinator.key_files import (
    EnrolledKiosks,
    KeyFilesError,
    load_site_keys,
    make_kiosk_keys,
    make_site_keys,
)
from kiosk.uplink.keys import load_uplink_keys

KIOSK = "330106-0007-k03"


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_makes_private_keys_that_only_we_read(tmp_path: Path) -> None:
    keys = make_site_keys(tmp_path / "site")
    for name in ("acknowledgement.pem", "sealing.pem", "registration.pem"):
        assert mode(tmp_path / "site" / name) == 0o600
    assert mode(tmp_path / "site") == 0o700
    loaded = load_site_keys(tmp_path / "site")
    assert loaded.sealing.key_id == keys.sealing.key_id


def test_never_makes_a_key_anew(tmp_path: Path) -> None:
    """A new sealing key would leave every sealed record closed for ever."""
    first = make_site_keys(tmp_path)
    (tmp_path / "registration.pem").unlink()
    second = make_site_keys(tmp_path)
    assert second.sealing.key_id == first.sealing.key_id
    assert second.acknowledgement.key_id == first.acknowledgement.key_id
    assert second.registration.key_id != first.registration.key_id


def test_an_enrolled_kiosk_and_its_site_know_each_other(tmp_path: Path) -> None:
    site = make_site_keys(tmp_path / "site")
    make_kiosk_keys(tmp_path / "site", tmp_path / "kiosk", KIOSK)
    make_kiosk_keys(tmp_path / "site", tmp_path / "kiosk", KIOSK)  # again: the same keys
    assert mode(tmp_path / "kiosk" / "kiosk-signing.pem") == 0o600
    uplink = load_uplink_keys(tmp_path / "kiosk")
    assert uplink.acknowledgement == site.acknowledgement.verify_key
    enrolled = EnrolledKiosks(tmp_path / "site")
    key = enrolled.verify_key_of(KIOSK)
    assert key is not None
    key.verify(Domain.BUNDLE, b"x", uplink.signing.sign(Domain.BUNDLE, b"x"))
    assert enrolled.kiosks() == (KIOSK,)
    assert not list(tmp_path.glob("kiosk/sealing.pem")), "what opens records stays at the site"


def test_a_file_that_goes_or_changes_counts_at_once(tmp_path: Path) -> None:
    make_site_keys(tmp_path / "site")
    make_kiosk_keys(tmp_path / "site", tmp_path / "kiosk", KIOSK)
    enrolled = EnrolledKiosks(tmp_path / "site")
    before = enrolled.verify_key_of(KIOSK)
    (tmp_path / "kiosk" / "kiosk-signing.pem").unlink()
    make_kiosk_keys(tmp_path / "site", tmp_path / "kiosk", KIOSK)
    after = enrolled.verify_key_of(KIOSK)
    assert after is not None and after != before
    (tmp_path / "site" / "kiosks" / f"{KIOSK}.pub.pem").write_text("broken")
    assert enrolled.verify_key_of(KIOSK) is None
    (tmp_path / "site" / "kiosks" / f"{KIOSK}.pub.pem").unlink()
    assert enrolled.verify_key_of(KIOSK) is None


@pytest.mark.parametrize("kiosk", ["", "../../etc/passwd", "330106-0007-k03/../x", "+", "#"])
def test_only_kiosk_ids_name_files(kiosk: str, tmp_path: Path) -> None:
    make_site_keys(tmp_path)
    assert EnrolledKiosks(tmp_path).verify_key_of(kiosk) is None
    with pytest.raises(KeyFilesError, match="not a kiosk id"):
        make_kiosk_keys(tmp_path, tmp_path / "kiosk", kiosk)


def test_missing_and_broken_keys_have_their_sentences(tmp_path: Path) -> None:
    with pytest.raises(KeyFilesError, match="site-coordinator keys"):
        load_site_keys(tmp_path)
    make_site_keys(tmp_path)
    (tmp_path / "sealing.pem").write_text("SECRET")
    with pytest.raises(KeyFilesError, match="Restore it from the backup") as refused:
        load_site_keys(tmp_path)
    assert "SECRET" not in str(refused.value)
