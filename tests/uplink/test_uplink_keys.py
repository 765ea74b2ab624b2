"""A kiosk that is not enrolled says so in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.signing import SigningKey
from kiosk.ipc.key_files import KeysMissing
from kiosk.uplink.keys import load_uplink_keys


def test_reads_both_keys(tmp_path: Path) -> None:
    signing, coordinator = SigningKey.generate(), SigningKey.generate().verify_key
    (tmp_path / "kiosk-signing.pem").write_bytes(signing.to_pem())
    (tmp_path / "coordinator-acknowledgement.pub.pem").write_bytes(coordinator.to_pem())
    keys = load_uplink_keys(tmp_path)
    assert (keys.signing.key_id, keys.acknowledgement) == (signing.key_id, coordinator)


def test_a_missing_key_names_the_file_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing, match=r"kiosk-signing\.pem cannot be read .*enrol this kiosk"):
        load_uplink_keys(tmp_path)


def test_a_broken_key_is_refused_without_its_text(tmp_path: Path) -> None:
    (tmp_path / "kiosk-signing.pem").write_text("SECRET")
    with pytest.raises(KeysMissing) as refused:
        load_uplink_keys(tmp_path)
    assert "is broken" in str(refused.value)
    assert "SECRET" not in str(refused.value)
