"""Proofs of devices: signed by the kiosk in their own domain, refused when anything was changed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contracts.device_proof import MAX_PROOF_BYTES, PrinterProof, open_proof, sign_proof
from contracts.signing import Domain, SignatureRefused, SigningKey

KIOSK = SigningKey.generate()
PROOF = PrinterProof(
    kiosk="330106-0007-k03",
    at="2026-11-22T08:41:00+08:00",
    about="EPSON TM-L90, firmware 1.04",
    language="escpos",
    template="test-40x30",
    job_sha256="0" * 64,
    code="04711174207356",
    challenge="NCS1 4f9a2c01b7d3e688",
    confirmed=None,
    seen_by="picture",
    read_back=("04711174207356", "NCS1 4f9a2c01b7d3e688"),
    passed=True,
)


def test_a_proof_opens_as_it_was_signed() -> None:
    text = sign_proof(PROOF, KIOSK)
    assert open_proof(text, KIOSK.verify_key) == PROOF
    assert json.loads(text)["proof"]["about"] == PROOF.about
    pretty = json.dumps(json.loads(text), indent=2).encode()
    assert open_proof(pretty, KIOSK.verify_key) == PROOF, "blanks between values do not matter"


@pytest.mark.parametrize(
    "change",
    [
        {"passed": False},
        {"confirmed": True},
        {"kiosk": "330106-0007-k04"},
        {"read_back": []},
        {"job_sha256": "1" * 64},
    ],
)
def test_a_changed_proof_is_refused(change: dict[str, Any]) -> None:
    table = json.loads(sign_proof(PROOF, KIOSK))
    table["proof"] |= change
    with pytest.raises(SignatureRefused, match="device-proof signature"):
        open_proof(json.dumps(table).encode(), KIOSK.verify_key)


def test_another_kiosk_and_another_domain_do_not_count() -> None:
    text = sign_proof(PROOF, KIOSK)
    with pytest.raises(SignatureRefused):
        open_proof(text, SigningKey.generate().verify_key)
    body = b'{"device":"printer"}'
    signature = KIOSK.sign(Domain.RECORD, body)
    with pytest.raises(SignatureRefused):
        KIOSK.verify_key.verify(Domain.DEVICE_PROOF, body, signature)


@pytest.mark.parametrize(
    "text",
    [b"", b"{}", b"[" * 5000, b"\xff", b" " * (MAX_PROOF_BYTES + 1)],
    ids=["nothing", "empty", "deep", "no text", "long"],
)
def test_what_is_no_proof_is_refused(text: bytes) -> None:
    with pytest.raises(SignatureRefused):
        open_proof(text, KIOSK.verify_key)


@pytest.mark.parametrize(("key", "value"), [("signature", "!"), ("signature", "é"), ("more", 1)])
def test_a_spoilt_frame_is_refused(key: str, value: object) -> None:
    table = json.loads(sign_proof(PROOF, KIOSK)) | {key: value}
    with pytest.raises(SignatureRefused):
        open_proof(json.dumps(table).encode(), KIOSK.verify_key)
