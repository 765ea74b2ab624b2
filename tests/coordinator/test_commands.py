"""The command line: keys, exports, sentences; and the store's own care."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from coordinator import export
from coordinator.commands import app
from coordinator.database import StoreError, open_database, open_existing
from coordinator.masking import masked_name, person_digest, person_key
from coordinator.opening import Opening

NOW = "2022-11-22T08:41:07+08:00"
NOW_S = 1_669_077_667.0
run = CliRunner().invoke


def settings(site: Any) -> str:
    path = site.root / "coordinator.toml"
    path.write_text(f'state_dir = "{site.store.parent}"\nkeys_dir = "{site.keys_dir}"\n')
    return str(path)


def fill(site: Any, store: Any, kiosk: Any, *bodies: Any) -> None:
    intake = site.intake(store)
    envelopes = [kiosk.envelope(seq, body) for seq, body in enumerate(bodies, 1)]
    assert intake.take(kiosk.bundle(*envelopes), kiosk.kiosk)
    intake.commit(NOW_S, NOW)
    Opening(store, site.keys, site.kiosks.verify_key_of).advance(50)


def test_keys_enrols_a_kiosk(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text(f'keys_dir = "{tmp_path}/site"\n')
    done = run(app, ["keys", "--config", str(config), "--kiosk", "330106-0007-k03",
                     "--kiosk-keys", str(tmp_path / "kiosk")])  # fmt: skip
    assert done.exit_code == 0, done.output
    assert (tmp_path / "kiosk" / "kiosk-signing.pem").exists()
    assert run(app, ["keys", "--config", str(config), "--kiosk", "x"]).exit_code == 2


@pytest.mark.parametrize("command", ["run", "monitor", "export"])
def test_wrong_settings_end_with_one_sentence(command: str, tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text("broker_prot = 1883\n")
    done = run(app, [command, "--config", str(config)])
    assert done.exit_code == 1
    assert "broker_port" in done.output, "the key that was meant is named"


def test_run_without_keys_and_export_without_store(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text(f'keys_dir = "{tmp_path}/none"\nstate_dir = "{tmp_path}/none"\n')
    assert "site-coordinator keys" in run(app, ["run", "--config", str(config)]).output
    assert "site-coordinator run" in run(app, ["export", "--config", str(config)]).output


def test_manifest_names_tubes_and_nobody(
    site: Any, store: Any, kiosk: Any, make_check_in: Any, make_tube: Any
) -> None:
    fill(site, store, kiosk, make_check_in(1), make_check_in(2))
    done = run(app, ["export", "--config", settings(site), "--format", "manifest"])
    (line,) = done.stdout.splitlines()
    tube = json.loads(line)
    assert (tube["tube"], tube["checked_in"], tube["sampled"]) == (make_tube(417), 2, 0)
    assert (tube["state"], tube["label"]) == ("open", "unknown")
    assert "王" not in done.stdout


def test_csv_holds_the_round_and_no_formulas(
    site: Any, store: Any, kiosk: Any, make_check_in: Any, make_person: Any
) -> None:
    fill(site, store, kiosk, make_check_in(1), make_check_in(2, who=make_person(2, name="=1+1")))
    out = io.StringIO()
    assert export.write_csv(store, site.keys, site.kiosks, out) == (2, 0)
    first, second = csv.DictReader(io.StringIO(out.getvalue()))
    assert (first["name"], first["place"], first["seq"]) == ("王小芳", "1", "1")
    assert second["name"] == "'=1+1"
    (site.keys_dir / "kiosks" / f"{kiosk.kiosk}.pub.pem").unlink()
    assert export.write_csv(store, site.keys, site.kiosks, io.StringIO()) == (0, 2)


def test_the_store_is_durable_private_and_keeps_its_name(site: Any) -> None:
    first = site.open()
    assert first.execute("PRAGMA synchronous").fetchone()[0] == 2, "FULL"
    assert first.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert site.store.stat().st_mode & 0o777 == 0o600
    first.close()
    again = open_database(site.store, lambda: "another", NOW)
    assert again.execute("SELECT database_id FROM site").fetchone()[0] == "store-1"
    again.close()


def test_stores_that_cannot_be_used_say_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Start `site-coordinator run`"):
        open_existing(tmp_path / "site.db")
    (tmp_path / "site.db").write_bytes(b"this is no database at all" * 100)
    with pytest.raises(StoreError, match="not a usable database"):
        open_database(tmp_path / "site.db", lambda: "s", NOW)
    newer = open_database(tmp_path / "newer.db", lambda: "s", NOW)
    newer.execute("PRAGMA user_version = 9")
    newer.close()
    for opening in (open_existing, lambda path: open_database(path, lambda: "s", NOW)):
        with pytest.raises(StoreError, match="schema 9"):
            opening(tmp_path / "newer.db")


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王芳", "王*"),
        ("王小芳", "王*芳"),
        ("欧阳娜娜", "欧**娜"),
        ("王", "王"),
        ("Anna Maria Li", "A*** M*** L*"),
        ("", ""),
        ("  王  芳 ", "王*芳"),
    ],
)
def test_masks(name: str, masked: str) -> None:
    assert masked_name(name) == masked


def test_a_person_is_recognised_by_the_document_alone(site: Any, make_person: Any) -> None:
    key = person_key(site.keys.sealing)
    same = person_digest(make_person(1, name="王小芳"), key)
    assert same == person_digest(make_person(1, name="王 小芳"), key)
    assert same != person_digest(make_person(2), key)
    assert same != person_digest(make_person(1), b"another site" * 2)
