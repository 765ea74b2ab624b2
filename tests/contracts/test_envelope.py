"""Envelopes: one byte string for each, and any other byte string is refused by name."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.envelope import (
    MAX_ENVELOPE_BYTES,
    Clock,
    ClockSync,
    Envelope,
    EnvelopeError,
    Header,
    decode_envelope,
    encode_envelope,
    read_head,
    record_header,
)

HEADER = record_header(
    kiosk="330106-0007-k03",
    epoch="epoch-1",
    seq=7,
    record_id="0d9f6c1e-7a51-4a38-9d5c-0d2d5a3b7c10",
    key_id="0123456789abcdef",
    clock=Clock(
        wall="2026-11-22T08:00:00.125+08:00", boottime_ms=1, boot_id="b", sync=ClockSync.RTC
    ),
)
ENVELOPE = Envelope(HEADER, bytes(range(80)), bytes(64))
RAW = encode_envelope(ENVELOPE)


def test_the_wire_form_is_flat_json_with_cloudevents_names() -> None:
    assert RAW.startswith(b'{"specversion":"1.0","id":"0d9f6c1e-')
    wire = msgspec.json.decode(RAW)
    assert list(wire) == [*Header.__struct_fields__, "data_base64", "signature"]
    assert {"specversion", "id", "source", "type", "time", "datacontenttype"} < set(wire)
    assert wire["source"] == "/kiosks/330106-0007-k03"
    assert wire["time"] == wire["clock"]["wall"]


@given(st.binary(min_size=49, max_size=400), st.integers(1, 2**31 - 1))
@settings(max_examples=60, deadline=None)
def test_every_envelope_comes_back(sealed: bytes, seq: int) -> None:
    envelope = Envelope(msgspec.structs.replace(HEADER, seq=seq), sealed, b"s" * 64)
    raw = encode_envelope(envelope)
    assert decode_envelope(raw) == envelope
    head = read_head(raw)
    assert (head.kiosk, head.epoch, head.seq, head.id) == (
        HEADER.kiosk,
        HEADER.epoch,
        seq,
        HEADER.id,
    )


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
@settings(max_examples=120, deadline=None)
def test_a_changed_byte_is_another_envelope_or_none(position: int, flip: int) -> None:
    changed = bytearray(RAW)
    changed[position] ^= flip
    with suppress(EnvelopeError):
        assert decode_envelope(bytes(changed)) != ENVELOPE
    with suppress(EnvelopeError):
        read_head(bytes(changed))


@given(st.binary(max_size=200))
@settings(max_examples=50, deadline=None)
def test_any_bytes_are_refused_by_name(noise: bytes) -> None:
    for raw in (noise, RAW[: len(noise)], RAW + noise + b"x", b'{"x":' + noise):
        with pytest.raises(EnvelopeError):
            decode_envelope(raw)
        with pytest.raises(EnvelopeError):
            read_head(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"x":' + b"[" * 8_000,
        b'{"kiosk":' + b"[" * 8_000,
        RAW + b" " * MAX_ENVELOPE_BYTES,
        b'{"kiosk":"a","epoch":"b","seq":0,"id":"c"}',
        b'{"kiosk":"a","epoch":"b","seq":2147483648,"id":"c"}',
        b'{"kiosk":"a","epoch":"b","seq":1.5,"id":"c"}',
        b'{"kiosk":"a","epoch":"b","seq":1,"id":""}',
        b'{"kiosk":"a","epoch":"b","seq":1}',
    ],
)
def test_heads_that_cannot_be_routed_are_refused(raw: bytes) -> None:
    with pytest.raises(EnvelopeError):
        read_head(raw)


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda raw: raw.replace(b'":', b'": ', 1),
        lambda raw: raw.replace(b"seq", rb"\u0073eq"),
        lambda raw: raw.replace(b'"seq":7', b'"seq":7,"seq":7'),
        lambda raw: raw.replace(b'"seq":7', b'"seq":7.0'),
        lambda raw: raw + b"\n",
        lambda raw: raw.replace(b'"schema_version":1,', b""),
        lambda raw: raw.replace(b'"schema_version":1', b'"schema_version":2'),
        lambda raw: raw.replace(b'"sync":"rtc"', b'"sync":"gps"'),
        lambda raw: raw.replace(b"/kiosks/330106-0007-k03", b"/kiosks/330106-0007-k04"),
        lambda raw: raw.replace(b'"wall":"2026', b'"wall":"2027'),
        lambda raw: raw.replace(b'"kiosk":"330106-0007-k03"', b'"kiosk":"330106-0007-k03\\n"'),
        lambda raw: raw.replace(b'"specversion"', b'"more":1,"specversion"'),
    ],
)
def test_a_second_spelling_of_an_envelope_is_refused(rewrite) -> None:  # type: ignore[no-untyped-def]
    rewritten = rewrite(RAW)
    assert rewritten != RAW
    with pytest.raises(EnvelopeError):
        decode_envelope(rewritten)


def test_what_no_reader_accepts_is_not_written() -> None:
    with pytest.raises(EnvelopeError, match="a reader would refuse"):
        encode_envelope(Envelope(HEADER, b"short", bytes(64)))
    with pytest.raises(EnvelopeError, match="a reader would refuse"):
        encode_envelope(Envelope(HEADER, bytes(80), bytes(63)))
    with pytest.raises(EnvelopeError):
        encode_envelope(Envelope(HEADER, bytes(6_000), bytes(64)))


def test_neither_errors_nor_printing_quote_content() -> None:
    canary = b"110101199003071233"
    with pytest.raises(EnvelopeError) as refused:
        decode_envelope(RAW.replace(b'"kiosk":"330106-0007-k03"', b'"kiosk":"' + canary + b'"'))
    assert canary.decode() not in str(refused.value)
    assert str(refused.value) == "this is not a record envelope: at $.kiosk"
    assert repr(ENVELOPE) == "Envelope(330106-0007-k03 epoch-1 7, ***)"
