"""Visits by ID card: the same rules as by code, and cards that do not count."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from config.devices import CardLayout, IdCardReaderSection
from config.model import KioskConfig, PolicySection, UnknownCode
from contracts.record import CheckedIn, CodeColour, DocumentKind, Flag
from firmware_bridge.link import LinkState
from kiosk.ipc.messages import (
    Action,
    CodeState,
    Page,
)
from kiosk.ledger import quota

Bench = Any
Readers = Any
NUMBERS = ["110101199003071233", "110101196501010026"]


def test_a_visit_by_card(bench: Bench, readers: Readers) -> None:
    readers.lays()
    assert bench.page is Page.SCREENING
    bench.forehead(36.5)
    assert bench.page is Page.CONFIRM
    assert bench.screen.masked_name == "王*一"
    assert bench.screen.masked_number == "1101****12*3"
    bench.touches(Action.CONFIRM)
    assert bench.page is Page.RESULT
    (record,) = bench.records()
    assert isinstance(record, CheckedIn)
    assert record.code_scheme == "id-card"
    assert record.code_colour is CodeColour.UNKNOWN
    assert Flag.CODE_COLOUR_UNKNOWN in record.flags
    assert (record.person.name, record.person.document_number) == ("王试一", NUMBERS[0])
    assert record.person.document_kind is DocumentKind.RESIDENT_ID


def test_a_card_left_lying_starts_no_second_visit(bench: Bench, readers: Readers) -> None:
    readers.lays()
    bench.forehead(36.5)
    bench.touches(Action.CONFIRM)
    bench.leaves()
    for _ in range(3):
        readers.lays()
    assert bench.page is Page.ATTRACT
    readers.lifts()
    readers.lays()
    bench.forehead(36.5)
    assert bench.page is Page.ALREADY
    assert len(bench.records()) == 1


def test_a_card_that_lies_there_through_a_loss_of_the_reader_starts_no_second_visit(
    bench: Bench, readers: Readers
) -> None:
    readers.lays()
    readers.lifts()  # as most readers say of a card that they have read
    bench.touches(Action.BACK)
    bench.link("id-card-reader", LinkState.ABSENT)
    bench.link("id-card-reader", LinkState.READY)
    readers.lays()
    assert bench.page is Page.ATTRACT


def test_the_same_person_by_code_and_by_card_is_one_person(bench: Bench, readers: Readers) -> None:
    first = bench.checks_in(0).placement
    bench.leaves()
    readers.lays()
    bench.forehead(36.5)
    assert bench.page is Page.ALREADY
    assert bench.screen.placement.tube_number == first.tube_number


def test_the_next_card_begins_the_next_visit(bench: Bench, readers: Readers) -> None:
    readers.lays()
    bench.forehead(36.5)
    bench.touches(Action.CONFIRM)
    assert bench.page is Page.RESULT
    readers.lays(number=NUMBERS[1], name="王试二")
    assert bench.page is Page.SCREENING
    assert bench.screen.code is CodeState.READ


@pytest.mark.parametrize(
    ("card", "notice"),
    [
        ({"to": "20221120"}, "notice.code-card-expired"),
        ({"number": "110101199003071234"}, "notice.code-card-unreadable"),
        ({"number": "990101199003071233"}, "notice.code-card-unreadable"),
        ({"name": ""}, "notice.code-card-unreadable"),
        ({"to": ""}, "notice.code-card-unreadable"),
        ({"kind": "Z"}, "notice.code-card-kind"),
        ({"number": "810000198501010010", "kind": "J"}, "notice.code-card-kind"),
        ({"kind": "Y"}, "notice.code-card-kind"),
    ],
)
def test_a_card_that_does_not_count_says_why(
    bench: Bench, readers: Readers, card: dict[str, str], notice: str
) -> None:
    readers.lays(**card)
    assert (bench.page, bench.screen.notice) == (Page.SCREENING, notice)
    assert bench.screen.masked_name == ""


def test_a_card_that_was_not_read_is_asked_for_again(bench: Bench, readers: Readers) -> None:
    readers.answers(0x41)
    assert bench.screen.notice == "notice.code-card-again"
    bench.touches(Action.BACK)
    readers.lifts()
    readers.says_nothing_while_reading()
    assert bench.screen.notice == "notice.code-card-again"


def test_a_card_changes_nothing_while_a_visit_is_confirmed(bench: Bench, readers: Readers) -> None:
    bench.shows(bench.site.code(0))
    bench.forehead(36.5)
    assert bench.page is Page.CONFIRM
    readers.lays(number=NUMBERS[1], name="王试二")
    assert bench.screen.masked_name == "王*一"


def test_a_closed_kiosk_takes_no_card_and_no_scan(
    bench: Bench, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "CLOSED_FRACTION", 0.0)
    bench.wait(1.0)
    assert bench.page is Page.OUT_OF_ORDER
    readers.lays()
    readers.scans(bench.site.code(1))
    assert bench.page is Page.OUT_OF_ORDER


@pytest.mark.parametrize(
    ("layout", "card", "kind"),
    [
        (
            CardLayout.HKMT_PERMIT,
            {"number": "810000198501010010", "name": "陳測試", "kind": "J"},
            DocumentKind.HKMT_RESIDENCE,
        ),
        (
            CardLayout.FOREIGNER_2023,
            {"number": "911101198806070028", "to": "20340104", "kind": "Y"},
            DocumentKind.OTHER,
        ),
    ],
)
def test_layouts_that_a_site_turns_on(
    config: KioskConfig,
    turned_on: Any,
    layout: CardLayout,
    card: dict[str, str],
    kind: DocumentKind,
) -> None:
    section = IdCardReaderSection(layouts=(layout,))
    readers = turned_on(msgspec.structs.replace(config, id_card_reader=section))
    bench = readers.bench
    readers.lays()
    assert bench.screen.notice == "notice.code-card-kind"  # residents were not named
    readers.lays(**card)
    bench.forehead(36.5)
    bench.touches(Action.CONFIRM)
    (record,) = bench.records()
    assert isinstance(record, CheckedIn) and record.person.document_kind is kind


def test_a_site_may_send_cards_to_staff(turned_on: Any, config: KioskConfig) -> None:
    policy = PolicySection(unknown_code=UnknownCode.STAFF)
    readers = turned_on(msgspec.structs.replace(config, policy=policy))
    readers.lays()
    bench = readers.bench
    bench.forehead(36.5)
    assert (bench.page, bench.screen.reason) == (Page.STAFF, "reason.code-unknown")
