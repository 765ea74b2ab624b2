"""Presence payloads of kiosk and coordinator."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.presence import (
    MAX_PRESENCE_BYTES,
    HostPresence,
    KioskPresence,
    PresenceRefused,
    decode_host_presence,
    decode_kiosk_presence,
    encode_presence,
)

SINCE = "2026-11-22T08:00:00+08:00"
KIOSK = KioskPresence(kiosk="330106-0007-k03", online=True, epoch="epoch-1", since=SINCE)
HOST = HostPresence(online=False, database_id="store-1", since=SINCE)


def test_both_come_back() -> None:
    assert decode_kiosk_presence(encode_presence(KIOSK)) == KIOSK
    assert decode_host_presence(encode_presence(HOST)) == HOST


def test_a_newer_party_may_say_more() -> None:
    more = encode_presence(HOST)[:-1] + b',"version":"2.0"}'
    assert decode_host_presence(more) == HOST


def test_one_is_not_the_other() -> None:
    with pytest.raises(PresenceRefused):
        decode_host_presence(encode_presence(KIOSK))
    with pytest.raises(PresenceRefused):
        decode_kiosk_presence(encode_presence(HOST))


@given(st.binary(max_size=200), st.integers(1, 90))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_refused_by_name(noise: bytes, at: int) -> None:
    good = encode_presence(KIOSK)
    for payload in (noise, good[:-at], b'{"x":' + noise):
        with pytest.raises(PresenceRefused):
            decode_kiosk_presence(payload)
        with pytest.raises(PresenceRefused):
            decode_host_presence(payload)


@pytest.mark.parametrize(
    "payload",
    [
        b"",  # what a retained message looks like after it was cleared
        b'{"x":' + b"[" * 1_018,
        b'{"x":' + b"[" * 100_000,
        encode_presence(HOST) + b" " * MAX_PRESENCE_BYTES,
    ],
)
def test_empty_deep_and_long_payloads_are_refused(payload: bytes) -> None:
    with pytest.raises(PresenceRefused):
        decode_host_presence(payload)
