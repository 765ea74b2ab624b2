"""What the bench says in words: the journey of a visit and the meaning of wire bytes."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from config.model import Language
from hil.bench.journey import StepState, journey
from hil.bench.people import CHOICES
from hil.bench.wire_view import wire_rows
from hil.demo.residents import Kind
from hil.faults import InstrumentKind
from hil.twins import WireBytes
from kiosk.ipc.messages import (
    CodeState,
    LabelState,
    Page,
    Placement,
    Snapshot,
    Temperature,
    TemperatureState,
)

T = InstrumentKind.THERMOMETER
TITLES = ("Code", "Forehead", "Rules", "Ledger", "Label", "Scanned back", "Site")


def snapshot(page: Page, **changes: Any) -> Snapshot:
    return Snapshot(number=5, page=page, language=Language.ZH, **changes)


def states(snap: Snapshot | None, waiting: int | None = 0) -> dict[str, str]:
    return {step.title: step.state.value for step in journey(snap, waiting, {})}


def result(label: LabelState) -> Snapshot:
    placed = Placement(2, "00070332600018", "0001", 1, 10, True, label)
    normal = Temperature(TemperatureState.NORMAL, 36.5)
    return snapshot(Page.RESULT, code=CodeState.READ, temperature=normal, placement=placed)


def test_nothing_is_known_before_the_first_snapshot() -> None:
    assert tuple(states(None)) == TITLES
    assert set(states(None, None).values()) == {StepState.WAITING}


def test_a_visit_goes_through_the_steps() -> None:
    screening = states(snapshot(Page.SCREENING, code=CodeState.READ))
    assert (screening["Code"], screening["Forehead"], screening["Rules"]) == (
        "done",
        "now",
        "waiting",
    )
    assert states(snapshot(Page.CONFIRM))["Rules"] == "now"
    assert states(snapshot(Page.SAVING))["Ledger"] == "now"
    assert set(states(result(LabelState.VERIFIED)).values()) == {"done"}


@pytest.mark.parametrize(
    ("label", "printed", "scanned"),
    [
        (LabelState.WAITING, "now", "waiting"),
        (LabelState.PRINTED, "done", "now"),
        (LabelState.UNKNOWN, "bad", "now"),
        (LabelState.FAILED, "bad", "waiting"),
    ],
)
def test_unknown_is_never_shown_as_printed(label: LabelState, printed: str, scanned: str) -> None:
    told = states(result(label))
    assert (told["Label"], told["Scanned back"]) == (printed, scanned)


def test_every_page_and_state_has_words() -> None:
    for page in Page:
        for code in CodeState:
            for temperature in TemperatureState:
                snap = snapshot(page, code=code, temperature=Temperature(temperature))
                assert all(step.text for step in journey(snap, 3, {}) if step.title != "Code")


def test_refused_code_is_told_in_words() -> None:
    snap = snapshot(Page.SCREENING, code=CodeState.REFUSED, notice="notice.code-not-ours")
    assert journey(snap, 0, {})[0].text == "not ours"


def test_waiting_records_are_counted() -> None:
    assert journey(None, 3, {})[-1].text == "3 waiting for the signature"


def test_software_time_stands_at_its_step() -> None:
    times = {step.title: step.ms for step in journey(None, 0, {"code": 12.34, "commit": 3.0})}
    assert (times["Code"], times["Ledger"], times["Rules"]) == (12.3, 3.0, None)


@pytest.mark.parametrize(
    ("kind", "direction", "data", "means"),
    [
        (
            InstrumentKind.THERMOMETER,
            "said",
            "5A 5A 45 04 0D CE 09 61 42",
            "skin 35.34 °C, room 24.01 °C",
        ),
        (
            InstrumentKind.THERMOMETER,
            "said",
            "5A 5A 45 04 0D CE 09 61 43",
            "the check sum is wrong",
        ),
        (InstrumentKind.THERMOMETER, "said", "5A 5A 45", "part of a frame"),
        (
            InstrumentKind.THERMOMETER,
            "said",
            "5A 5A 45 04 FF 38 F8 30 5C",
            "skin -2.00 °C, room -20.00 °C",
        ),
        (InstrumentKind.THERMOMETER, "heard", "A5 45 EA", "send continuously"),
        (InstrumentKind.PRINTER, "heard", "10 04 01", "DLE EOT: how are you?"),
        (InstrumentKind.PRINTER, "heard", "1D 76 30 00", "GS v 0: a picture"),
        (
            InstrumentKind.PRINTER,
            "said",
            "37 22 30 30 30 31 00",
            "all before this number is on paper",
        ),
        (InstrumentKind.PRINTER, "said", "37 25 00", "forgotten"),
        (InstrumentKind.PRINTER, "said", "12", "all is well"),
        (InstrumentKind.PRINTER, "said", "1A 32 12 7E", "something is wrong"),
        (InstrumentKind.PRINTER, "said", "14 00 00 0F", "something changed"),
        (T, "said", "66 66 01 04 0E 4E 0A E1 47", "skin 36.62 °C, room 27.85 °C"),
        (T, "said", "66 66 01 04 0E 4E 0A E1 EB", "the check sum is wrong"),
        (T, "said", "5A 5A 02 06 C4 09", "a thermal picture of 32 x 24 pixels"),
        (T, "said", "01 04 02 01 6E 38 38", "registers"),
        (T, "said", "54 3D 0D 0A", "a line of text"),
        (T, "said", "05 56", "36.6 °C"),
        (T, "said", "5A", "part of a frame"),
        (T, "heard", "01 04 00 12 00 04 51 CC", "read registers"),
        (T, "heard", "66 66 01 56", "send continuously"),
        (T, "heard", "02", "how warm is the head?"),
        (T, "heard", "A5 25 03 CD", "command"),
    ],
)
def test_wire_bytes_have_a_meaning(
    kind: InstrumentKind, direction: Literal["said", "heard"], data: str, means: str
) -> None:
    (row,) = wire_rows(kind, [WireBytes(1.0, direction, bytes.fromhex(data))])
    assert row == {
        "from": "kiosk" if direction == "heard" else "instrument",
        "hex": data,
        "means": means,
    }


def test_long_transfers_show_their_beginning_and_size() -> None:
    (row,) = wire_rows(InstrumentKind.PRINTER, [WireBytes(1.0, "heard", b"\x1dv0" + bytes(997))])
    assert row["hex"] == "1D 76 30" + " 00" * 6 + " … 1000 bytes"


def test_every_kind_of_resident_can_be_sent() -> None:
    assert {choice.kind for choice in CHOICES if choice.kind} == set(Kind)
    assert len({choice.name for choice in CHOICES}) == len(CHOICES)
