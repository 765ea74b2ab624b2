"""A site in a folder with a full outbox: what `benchmarks.drain` runs on.

Owns the making of genuine records in number. They are sealed and signed one by one as a kiosk does
it; only the way into the ledger is short: one transaction instead of one for each resident.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from contracts.envelope import Clock, ClockSync, encode_envelope, record_header
from contracts.pool_class import PoolClass
from contracts.record import CheckedIn, CodeColour, DocumentKind, Person
from contracts.record_sealing import seal_record
from contracts.sealing import SealingPublicKey
from contracts.signing import SigningKey
from contracts.tube_number import TubeNumber
from coordinator.key_files import EnrolledKiosks, SiteKeys, make_kiosk_keys, make_site_keys
from kiosk.ledger.ledger import Ledger

KIOSK = "330106-0007-k03"
EPOCH = "benchmark"
NOW = "2022-11-22T08:41:07+08:00"


@dataclass(frozen=True, slots=True)
class BenchSite:
    """Keys, folders and a ledger file with all its records waiting."""

    root: Path
    keys: SiteKeys
    kiosks: EnrolledKiosks
    signing: SigningKey
    epoch: str = EPOCH
    now: str = NOW

    @property
    def runtime_dir(self) -> Path:
        return self.root / "run"

    def open_ledger(self) -> Ledger:
        return Ledger.open(
            self.root / "kiosk" / "ledger.db",
            quota_bytes=1 << 32,
            serial_first=0,
            serial_last=9999,
            make_epoch=lambda: EPOCH,
        )

    def sample(self, count: int) -> list[bytes]:
        """The first ``count`` envelopes."""
        with closing(sqlite3.connect(self.root / "kiosk" / "ledger.db")) as connection:
            rows = connection.execute("SELECT envelope FROM outbox ORDER BY seq LIMIT ?", (count,))
            return [bytes(row[0]) for row in rows]

    def write_settings(self, program: str, port: int) -> Path:
        """The TOML file of ``kiosk-uplink`` or ``site-coordinator``."""
        path = self.root / f"{program}.toml"
        if program == "kiosk-uplink":
            path.write_text(
                f'[paths]\nstate_dir = "{self.root}/kiosk"\nruntime_dir = "{self.runtime_dir}"\n'
                f'keys_dir = "{self.root}/kiosk-keys"\n[uplink]\nport = {port}\n'
            )
        else:
            path.write_text(
                f'state_dir = "{self.root}/site"\nkeys_dir = "{self.root}/site-keys"\n'
                f"broker_port = {port}\n"
            )
        return path


def make_site(root: Path, records: int) -> BenchSite:
    """Make keys and ``records`` sealed check-ins (about 0.3 ms each)."""
    keys = make_site_keys(root / "site-keys")
    make_kiosk_keys(root / "site-keys", root / "kiosk-keys", KIOSK)
    signing = SigningKey.from_pem((root / "kiosk-keys" / "kiosk-signing.pem").read_bytes())
    site = BenchSite(root, keys, EnrolledKiosks(root / "site-keys"), signing)
    site.runtime_dir.mkdir()
    (root / "kiosk").mkdir()
    site.open_ledger().close()
    with closing(sqlite3.connect(root / "kiosk" / "ledger.db")) as connection, connection:
        connection.executemany(
            "INSERT INTO outbox (seq, envelope) VALUES (?, ?)",
            _records(records, keys.sealing.public_key, signing),
        )
    return site


def _records(
    count: int, site_key: SealingPublicKey, signing: SigningKey
) -> Iterator[tuple[int, bytes]]:
    for seq in range(1, count + 1):
        header = record_header(
            kiosk=KIOSK,
            epoch=EPOCH,
            seq=seq,
            record_id=f"{KIOSK}:{EPOCH}:{seq}",
            key_id=site_key.key_id,
            clock=Clock(wall=NOW, boottime_ms=seq, boot_id="bench", sync=ClockSync.NTP),
        )
        yield seq, encode_envelope(seal_record(_check_in(seq), header, site_key, signing))


def _check_in(seq: int) -> CheckedIn:
    tube, place = divmod(seq - 1, 10)
    return CheckedIn(
        at=NOW,
        visit=f"visit-{seq}",
        person=Person(
            name="王小芳",
            document_kind=DocumentKind.RESIDENT_ID,
            document_number=f"1101011990{seq:08d}",
            phone="19900000000",
        ),
        temperature=None,
        code_scheme="ncs1",
        code_colour=CodeColour.GREEN,
        round_id="2022-11-22",
        tube=TubeNumber("0007", KIOSK[-2:], 1 + tube // 10_000 % 366, tube % 10_000).text,
        pool_class=PoolClass.TEN,
        tube_size=10,
        lane=1 + tube % 3,
        place=place + 1,
        opens_tube=place == 0,
    )
