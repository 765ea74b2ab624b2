"""The examples of `contracts/examples` at the kiosk's end: what it makes, what it reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

import contracts
from contracts.envelope import Clock, decode_envelope
from contracts.record import AnyRecordBody
from contracts.record_sealing import open_record
from contracts.report import KioskReport
from contracts.sealing import SealingPrivateKey
from contracts.signing import SigningKey
from kiosk.core.code_desk import CodeDesk, Lookup
from kiosk.core.ledger_keeper import LedgerKeeper
from kiosk.core.record_maker import RecordMaker
from kiosk.flow.visit_state import CodeAccepted
from kiosk.ipc.messages import CodeSeen, KioskFacts, SeenCode, Symbology
from kiosk.ledger.ledger import Ledger

EXAMPLES = Path(contracts.__path__[0]) / "examples"


def example(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text("utf-8"))


SEEDS = {role: bytes.fromhex(seed) for role, seed in example("keys.json").items() if "seed" in role}
KIOSK = SigningKey(Ed25519PrivateKey.from_private_bytes(SEEDS["kiosk_signing_seed"]))
SITE = SigningKey(Ed25519PrivateKey.from_private_bytes(SEEDS["site_signing_seed"]))
SEALING = SealingPrivateKey(X25519PrivateKey.from_private_bytes(SEEDS["site_sealing_seed"]))


class StampedClock:
    """Stamps every record with the clock fields of the example envelope."""

    def stamp(self) -> Clock:
        return msgspec.convert(example("envelope.json")["clock"], Clock)


def maker() -> RecordMaker:
    clock: Any = StampedClock()
    return RecordMaker("330106-0007-k03", "epoch-1", SEALING.public_key, KIOSK, clock)


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("record-*.json")))
def test_the_core_makes_envelopes_like_the_example(name: str) -> None:
    body = msgspec.json.decode((EXAMPLES / name).read_bytes(), type=AnyRecordBody)
    made = maker().envelope(body)(41)
    wanted = example("envelope.json")
    found = json.loads(made)
    drawn_anew = {"id", "data_base64", "signature"}
    assert list(found) == list(wanted)
    assert {key: found[key] for key in found if key not in drawn_anew} == {
        key: wanted[key] for key in wanted if key not in drawn_anew
    }
    assert open_record(decode_envelope(made), SEALING, KIOSK.verify_key) == body


def test_the_core_reads_the_code_on_the_example_phone() -> None:
    wanted = example("registration-code.json")
    desk = CodeDesk((SITE.verify_key,), Lookup(lambda person: None, lambda code_id: False))
    code = SeenCode(Symbology.QR, wanted["text"])
    seen = CodeSeen(codes=(code,), captured_s=0.0, decode_cpu_ms=0.0)
    event = desk.read(seen, 0.0, 1_790_000_000.0)
    assert isinstance(event, CodeAccepted)
    assert event.code.person.document_number == wanted["says"][3]
    assert event.code.masked_name == "王*芳"


def test_the_core_obeys_the_example_acknowledgement(tmp_path: Path, bench: Any) -> None:
    wanted = example("acknowledgement.json")
    ledger = Ledger.open(
        tmp_path / "example.db",
        quota_bytes=32 * 1024 * 1024,
        serial_first=1,
        serial_last=9999,
        make_epoch=lambda: wanted["says"]["epoch"],
    )
    keeper = LedgerKeeper(
        ledger,
        bench.clock,
        wanted["says"]["kiosk"],
        SITE.verify_key,
        grace_s=0.0,
        alert=lambda alert: None,
    )
    body = msgspec.json.decode(
        (EXAMPLES / "record-tube-closed.json").read_bytes(), type=AnyRecordBody
    )
    for _ in range(20):
        ledger.append(maker().envelope(body))
    assert keeper.acknowledged(wanted["text"])
    assert ledger.outbox_waiting == 20 - len(wanted["covers"]) - len(wanted["says"]["rejected"])
    assert ledger.outbox_rejected == 1
    ledger.close()


def test_the_report_of_a_core_has_the_shape_of_the_example(bench: Any) -> None:
    bench.wait(1.0)
    facts = [message for _, message in bench.sent if isinstance(message, KioskFacts)]
    assert json.loads(facts[-1].report).keys() == example("report.json").keys()
    msgspec.json.decode(facts[-1].report, type=KioskReport)
