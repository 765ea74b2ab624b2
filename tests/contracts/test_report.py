"""Reports: unsigned words of a kiosk, so every byte of them is doubted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.report import (
    MAX_REPORT_BYTES,
    Alert,
    AlertKind,
    DeviceReport,
    DeviceState,
    IntakeState,
    KioskReport,
    ReportRefused,
    decode_report,
    encode_report,
)

REPORT = KioskReport(
    kiosk="330106-0007-k03",
    epoch="epoch-1",
    number=1,
    at="2026-11-22T08:00:00+08:00",
    intake=IntakeState.PAUSED,
    devices=(DeviceReport(role="printer", state=DeviceState.UNKNOWN, fault="printer.unknown"),),
    alerts=(Alert(id="a-1", kind=AlertKind.HELP, text="alert.help", subject="visit-7"),),
    visits=3,
    checked_in=2,
    fever=1,
    refused=0,
    outbox_waiting=2,
    outbox_rejected=0,
)
RAW = encode_report(REPORT)


def test_a_report_comes_back_and_may_say_more() -> None:
    assert decode_report(RAW) == REPORT
    assert decode_report(RAW[:-1] + b',"uptime_s":5}') == REPORT


@given(st.binary(max_size=200), st.integers(1, len(RAW) - 1))
@settings(max_examples=50, deadline=None)
def test_any_bytes_are_refused_by_name(noise: bytes, at: int) -> None:
    for payload in (noise, RAW[:at], b'{"x":' + noise, RAW + noise + b"x"):
        with pytest.raises(ReportRefused):
            decode_report(payload)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"x":' + b"[" * 60_000,
        RAW + b" " * MAX_REPORT_BYTES,
        RAW.replace(b'"paused"', b'"asleep"'),
        RAW.replace(b'"visits":3', b'"visits":-3'),
        RAW.replace(b"330106-0007-k03", b"+"),
        RAW.replace(b'"visit-7"', b'"' + b"7" * 129 + b'"'),
    ],
)
def test_deep_long_and_wrong_reports_are_refused(payload: bytes) -> None:
    assert payload != RAW
    with pytest.raises(ReportRefused):
        decode_report(payload)
