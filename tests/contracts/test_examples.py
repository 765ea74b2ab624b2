"""The committed examples, from both ends: what a kiosk writes and what a coordinator reads.

Signatures are deterministic, so a signed example is compared letter by letter. Only the sealed body
is drawn anew each time; the example envelope is therefore verified and opened, not made again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from contracts.acknowledgement import (
    Acknowledgement,
    sign_acknowledgement,
    verify_acknowledgement,
)
from contracts.bundle import decode_bundle, encode_bundle
from contracts.envelope import decode_envelope, encode_envelope
from contracts.presence import decode_host_presence, decode_kiosk_presence, encode_presence
from contracts.record import AnyRecordBody
from contracts.record_sealing import open_record, seal_record
from contracts.registration_code import (
    RegistrationCode,
    issue_registration_code,
    read_registration_code,
)
from contracts.report import decode_report, encode_report
from contracts.sealing import SealingPrivateKey
from contracts.signing import SigningKey
from contracts.tube_number import TubeNumber

EXAMPLES = Path(encode_bundle.__code__.co_filename).parent / "examples"
KIOSK_ID = "330106-0007-k03"
BODIES = sorted(file.name for file in EXAMPLES.glob("record-*.json"))


def raw(name: str) -> bytes:
    return (EXAMPLES / name).read_bytes().rstrip(b"\n")


def example(name: str) -> Any:
    return json.loads(raw(name))


def signing_key(role: str) -> SigningKey:
    seed = bytes.fromhex(example("keys.json")[role])
    return SigningKey(Ed25519PrivateKey.from_private_bytes(seed))


KIOSK = signing_key("kiosk_signing_seed")
SITE = signing_key("site_signing_seed")
SEALING = SealingPrivateKey(
    X25519PrivateKey.from_private_bytes(bytes.fromhex(example("keys.json")["site_sealing_seed"]))
)


def body(name: str) -> AnyRecordBody:
    read: AnyRecordBody = msgspec.json.decode(raw(name), type=AnyRecordBody)
    return read


def test_there_is_an_example_of_every_kind_of_record() -> None:
    kinds = {example(name)["kind"] for name in BODIES}
    assert kinds == {"checked-in", "fever-held", "tube-closed", "label-reported"}


@pytest.mark.parametrize("name", BODIES)
def test_record_bodies_read_and_write_as_they_stand(name: str) -> None:
    assert json.loads(msgspec.json.encode(body(name))) == example(name)
    assert TubeNumber.parse(example(name).get("tube", "00070332604179"))


@pytest.mark.parametrize("name", BODIES)
def test_record_bodies_go_through_a_seal(name: str) -> None:
    header = decode_envelope(raw("envelope.json")).header
    sealed = encode_envelope(seal_record(body(name), header, SEALING.public_key, KIOSK))
    assert open_record(decode_envelope(sealed), SEALING, KIOSK.verify_key) == body(name)


def test_the_coordinator_opens_the_envelope_and_the_kiosk_would_write_it_so() -> None:
    envelope = decode_envelope(raw("envelope.json"))
    assert open_record(envelope, SEALING, KIOSK.verify_key) == body("record-checked-in.json")
    assert encode_envelope(envelope) == raw("envelope.json")


def test_the_bundle_holds_the_envelope() -> None:
    text = example("bundle.json")["text"].encode()
    made = encode_bundle([raw("envelope.json")], kiosk=KIOSK_ID, epoch="epoch-1", signing_key=KIOSK)
    assert made == text
    bundle = decode_bundle(text, {KIOSK_ID: KIOSK.verify_key}.get)
    assert [record.raw for record in bundle.records] == [raw("envelope.json")]


def test_the_acknowledgement_says_what_stands_beside_it() -> None:
    given = example("acknowledgement.json")
    says = msgspec.convert(given["says"], Acknowledgement)
    assert sign_acknowledgement(says, SITE) == given["text"]
    read = verify_acknowledgement(
        given["text"], SITE.verify_key, kiosk=KIOSK_ID, epoch="epoch-1", database_id="store-1"
    )
    assert read == says
    assert [seq for seq in range(1, 30) if read.covers(seq)] == given["covers"]


def test_the_registration_code_says_what_stands_beside_it() -> None:
    given = example("registration-code.json")
    says = msgspec.convert(given["says"], RegistrationCode)
    assert issue_registration_code(says, SITE) == given["text"]
    assert read_registration_code(given["text"], [SITE.verify_key], says.expires_at - 1) == says


def test_presences_read_and_write_as_they_stand() -> None:
    kiosk = decode_kiosk_presence(raw("kiosk-presence.json"))
    assert json.loads(encode_presence(kiosk)) == example("kiosk-presence.json")
    host = decode_host_presence(raw("host-presence.json"))
    assert json.loads(encode_presence(host)) == example("host-presence.json")


def test_the_report_reads_and_writes_as_it_stands() -> None:
    report = decode_report(raw("report.json"))
    assert json.loads(encode_report(report)) == example("report.json")


def test_examples_name_synthetic_people_only() -> None:
    for file in EXAMPLES.glob("record-*.json"):
        person = example(file.name).get("person")
        if person:
            assert person["document_number"].startswith("110101")
            assert person["phone"].startswith("1990000")
