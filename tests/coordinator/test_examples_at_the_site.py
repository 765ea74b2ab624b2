"""The examples of `contracts/examples` at the site's end: what it takes in, what it answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

import contracts
from contracts.acknowledgement import verify_acknowledgement
from contracts.sealing import SealingPrivateKey
from contracts.signing import SigningKey, VerifyKey
from coordinator.database import open_database
from coordinator.intake import Intake
from coordinator.key_files import SiteKeys
from coordinator.kiosk_words import KioskWords
from coordinator.opening import Opening

EXAMPLES = Path(contracts.__path__[0]) / "examples"
KIOSK_ID = "330106-0007-k03"


def example(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text("utf-8"))


SEEDS = {role: bytes.fromhex(seed) for role, seed in example("keys.json").items() if "seed" in role}
KIOSK = SigningKey(Ed25519PrivateKey.from_private_bytes(SEEDS["kiosk_signing_seed"]))
SITE = SigningKey(Ed25519PrivateKey.from_private_bytes(SEEDS["site_signing_seed"]))
SEALING = SealingPrivateKey(X25519PrivateKey.from_private_bytes(SEEDS["site_sealing_seed"]))
KEYS = SiteKeys(acknowledgement=SITE, sealing=SEALING, registration=SITE)


class OneKiosk:
    """Stands for `EnrolledKiosks`: the kiosk of the examples is enrolled."""

    def verify_key_of(self, kiosk: str) -> VerifyKey | None:
        return KIOSK.verify_key if kiosk == KIOSK_ID else None


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Any]:
    connection = open_database(tmp_path / "site.db", lambda: "store-1", "2026-11-22T08:41:07+08:00")
    yield connection
    connection.close()


def test_the_example_bundle_is_stored_opened_and_acknowledged(database: Any) -> None:
    kiosks: Any = OneKiosk()
    intake = Intake(database, KEYS, kiosks)
    assert intake.take(example("bundle.json")["text"].encode(), KIOSK_ID)
    (told,) = intake.commit(1_669_077_667.0, "2026-11-22T08:41:07+08:00")
    seq = example("envelope.json")["seq"]
    ack = verify_acknowledgement(
        told.text, SITE.verify_key, kiosk=KIOSK_ID, epoch="epoch-1", database_id="store-1"
    )
    assert ack.covers(seq) and not ack.rejected
    assert Opening(database, KEYS, kiosks.verify_key_of).advance(10) >= 1
    assert database.execute("SELECT count(*) FROM unreadable").fetchone()[0] == 0
    assert database.execute("SELECT count(*) FROM check_ins").fetchone()[0] == 1


def test_the_example_words_of_a_kiosk_are_heard(database: Any) -> None:
    words = KioskWords(database, lambda kiosk: kiosk == KIOSK_ID)
    words.hear_presence(KIOSK_ID, (EXAMPLES / "kiosk-presence.json").read_bytes())
    words.hear_report(KIOSK_ID, (EXAMPLES / "report.json").read_bytes())
    words.save(1_669_077_667.0)
    row = database.execute("SELECT * FROM kiosks WHERE kiosk = ?", (KIOSK_ID,)).fetchone()
    assert row["online"] == 1
    assert json.loads(row["report"]) == example("report.json")
