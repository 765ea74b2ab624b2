"""No personal data in clear, in any encoding, in any file the ledger keeps."""

from __future__ import annotations

import base64

import pytest

from contracts.envelope import Clock, ClockSync, encode_envelope, record_header
from contracts.pool_class import PoolClass
from contracts.record import CheckedIn, CodeColour, DocumentKind, Person
from contracts.record_sealing import seal_record
from contracts.sealing import SealingPrivateKey
from contracts.signing import SigningKey

CANARY = Person(
    name="金丝雀甲",
    document_kind=DocumentKind.RESIDENT_ID,
    document_number="110101199003071233",
    phone="19900001234",
)


def spellings(text: str) -> list[bytes]:
    """The text as somebody might find it in a file."""
    plain = [text.encode(name) for name in ("utf-8", "utf-16-le", "gb18030")]
    coded = [base64.b64encode(plain[0]).rstrip(b"="), plain[0].hex().encode()]
    return [*plain, *coded, repr(text).encode("unicode_escape")]


@pytest.fixture
def sealed_record():
    """Make the bytes of the canary's check-in as the core makes them."""
    site_key = SealingPrivateKey.generate().public_key
    signing_key = SigningKey.generate()

    def seal(seq: int) -> bytes:
        wall = "2026-11-22T08:00:00+08:00"
        body = CheckedIn(
            at=wall,
            visit="visit-1",
            person=CANARY,
            temperature=None,
            code_scheme="ncs1",
            code_colour=CodeColour.GREEN,
            round_id="round-1",
            tube="00070332600018",
            pool_class=PoolClass.TEN,
            tube_size=10,
            lane=2,
            place=1,
            opens_tube=True,
        )
        header = record_header(
            kiosk="330106-0007-k03",
            epoch="epoch-1",
            seq=seq,
            record_id=f"record-{seq}",
            key_id=site_key.key_id,
            clock=Clock(wall=wall, boottime_ms=1, boot_id="boot", sync=ClockSync.NTP),
        )
        return encode_envelope(seal_record(body, header, site_key, signing_key))

    return seal


def test_a_sealed_check_in_leaves_no_canary_on_the_disk(ledger, booth, sealed_record):
    ledger.check_in(booth.write("a"), sealed_record)
    ledger.hold_fever("F-1", 1.0, "boot", sealed_record)
    running = booth.files()
    ledger.close()
    for held in (running, booth.files()):
        assert b"record-1" in held  # the header is there, so we looked at the right bytes
        for text in (CANARY.name, CANARY.document_number, CANARY.phone):
            assert not [one for one in spellings(text) if one in held]


def test_the_search_would_find_a_canary(ledger, booth):
    for text in (CANARY.name, CANARY.document_number, CANARY.phone):
        for spelling in spellings(text):
            ledger.append(lambda seq, spelling=spelling: spelling)
    held = booth.files()
    for text in (CANARY.name, CANARY.document_number, CANARY.phone):
        assert all(one in held for one in spellings(text))


def test_files_are_not_for_everybody(ledger, booth):
    ledger.append(booth.envelope)
    modes = {one.name: one.stat().st_mode & 0o777 for one in booth.path.parent.iterdir()}
    assert all(mode & 0o007 == 0 for mode in modes.values()), modes


def test_refusals_name_no_digest(ledger, booth):
    ledger.check_in(booth.write("a"), booth.envelope)
    with pytest.raises(Exception, match="already") as refused:
        ledger.check_in(booth.write("a", place=2), booth.envelope)
    assert booth.digest("a").hex() not in str(refused.value)
    assert "digest" not in str(refused.value)
