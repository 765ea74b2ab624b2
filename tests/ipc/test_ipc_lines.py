"""JSON lines: every message there and back in any chunking; bad lines are counted, not obeyed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.model import Language
from kiosk.ipc.lines import BadLine, LineReader, encode_line
from kiosk.ipc.messages import (
    MAX_LINE_BYTES,
    AcknowledgementReceived,
    Action,
    AnyMessage,
    CameraGate,
    CameraState,
    CameraStatus,
    CodeSeen,
    Hello,
    Intent,
    KioskFacts,
    OutboxGrew,
    Page,
    Role,
    ScreenDrew,
    SeenCode,
    Snapshot,
    Symbology,
    UplinkState,
    UplinkStatus,
    VisitTimed,
)

MESSAGES: tuple[AnyMessage, ...] = (
    Hello(role=Role.SCREEN, pid=1),
    Snapshot(number=1, page=Page.CONFIRM, language=Language.ZH, masked_name="王*一"),
    Intent(action=Action.START, snapshot=1),
    ScreenDrew(snapshot=1, at_s=1.5),
    VisitTimed(visit=1, stages_ms={"commit": 4.0}),
    CameraGate(reading=True, visit=1),
    CameraStatus(state=CameraState.READY, frames_per_s=15.0),
    CodeSeen(codes=(SeenCode(Symbology.QR, "NCS1.中"),), captured_s=1.0, decode_cpu_ms=2.0),
    OutboxGrew(seq=1),
    KioskFacts(report="{}"),
    AcknowledgementReceived(signed="x"),
    UplinkStatus(state=UplinkState.ONLINE),
)
STREAM = b"".join(encode_line(message) for message in MESSAGES)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, len(STREAM)])
def test_every_message_in_every_chunking(size: int) -> None:
    reader = LineReader()
    found = [
        message
        for start in range(0, len(STREAM), size)
        for message in reader.feed(STREAM[start : start + size])
    ]
    assert tuple(found) == MESSAGES


def test_a_line_without_end_is_bounded_and_the_next_one_is_read() -> None:
    reader = LineReader()
    found = []
    for _ in range(10):
        found += reader.feed(b"x" * (MAX_LINE_BYTES // 4))
    found += reader.feed(b"\n" + encode_line(MESSAGES[0]))
    assert [type(one) for one in found] == [BadLine, Hello]


def test_a_line_nested_too_deeply_is_a_bad_line() -> None:
    found = LineReader().feed(b'{"x":' + b"[" * 60_000 + b"\n" + encode_line(MESSAGES[0]))
    assert [type(one) for one in found] == [BadLine, Hello]


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_give_messages_or_bad_lines_and_never_quote_them(data: bytes) -> None:
    for found in LineReader().feed(data + b"\n"):
        assert isinstance(found, BadLine)
        assert found.reason in ("line longer than the limit", "not a message of this protocol")


def test_what_a_resident_showed_prints_masked() -> None:
    seen = MESSAGES[7]
    assert isinstance(seen, CodeSeen)
    assert "NCS1" not in repr(seen) + repr(seen.codes)
