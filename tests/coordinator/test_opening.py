"""From sealed records to what staff see: once each, in any order, nobody in clear."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.envelope import decode_envelope, encode_envelope
from contracts.pool_class import PoolClass
from contracts.record import (
    FeverHeld,
    LabelOutcome,
    LabelReported,
    TemperatureSource,
    TemperatureTaken,
    TubeClosed,
    TubeCloseReason,
)
from coordinator.alerts import Urgency, notices
from coordinator.lane_word import WordRefused, mark_sampled, take_back
from coordinator.opening import Opening, unix_s
from coordinator.overview import Overview, read_overview

NOW = "2022-11-22T08:41:07+08:00"
NOW_S = 1_669_077_667.0


class Desk:
    """Records in, overview out."""

    def __init__(self, site: Any, store: Any) -> None:
        self.site, self.store = site, store
        self.intake = site.intake(store)
        self.opening = Opening(store, site.keys, site.kiosks.verify_key_of)
        store.execute("UPDATE site SET ingest_at = ?", (NOW_S,))

    def take(self, kiosk: Any, *bodies: Any, first: int = 1) -> None:
        envelopes = [kiosk.envelope(seq, body) for seq, body in enumerate(bodies, first)]
        assert self.intake.take(kiosk.bundle(*envelopes), kiosk.kiosk)
        self.intake.commit(NOW_S, NOW)
        while self.opening.advance(3):
            pass

    def overview(self, now_s: float = NOW_S) -> Overview:
        return read_overview(self.store, now_s)


@pytest.fixture
def desk(site: Any, store: Any) -> Desk:
    return Desk(site, store)


def test_check_ins_fill_lanes_and_tubes(desk: Desk, kiosk: Any, make_check_in: Any) -> None:
    desk.take(kiosk, *(make_check_in(place) for place in range(1, 8)))
    seen = desk.overview()
    (lane,) = seen.lanes
    (tube,) = lane.tubes
    assert (lane.number, lane.waiting, seen.waiting) == (3, 7, 7)
    assert (tube.places, tube.size, tube.short, tube.is_open) == (7, 10, "0417", True)
    assert (seen.checked_in, seen.sampled, seen.per_10_min) == (7, 0, 7)
    assert seen.wait_min is None, "nobody is being sampled: the wait is unknown, not short"
    assert seen.to_open == 0


def test_the_lane_says_sampled_and_takes_it_back(
    desk: Desk, kiosk: Any, make_check_in: Any, make_tube: Any
) -> None:
    desk.take(kiosk, *(make_check_in(place) for place in range(1, 8)))
    tube = make_tube(417)
    assert mark_sampled(desk.store, tube, 5, NOW_S) == 5
    assert mark_sampled(desk.store, f"{tube[:4]} {tube[4:]}", 5, NOW_S) == 5
    seen = desk.overview()
    assert (seen.sampled, seen.waiting, seen.wait_min) == (5, 2, pytest.approx(4.0))
    assert [person.place for person in seen.lanes[0].queue] == [6, 7]
    assert mark_sampled(desk.store, tube, None, NOW_S) == 7
    assert desk.overview().waiting == 0
    assert take_back(desk.store, tube, NOW_S) == 5
    assert desk.overview().sampled == 5
    with pytest.raises(WordRefused, match="nothing-to-take-back"):
        take_back(desk.store, tube, NOW_S)
    said = desk.store.execute("SELECT count(*) FROM sampled").fetchone()[0]
    assert said == 3, "undo is another word, nothing is deleted"


@pytest.mark.parametrize(
    ("tube", "places", "reason"),
    [
        ("00070332604171", None, "tube-number"),
        ("", None, "tube-number"),
        ("' OR 1=1 --", None, "tube-number"),
        ("UNKNOWN", None, "tube-unknown"),
        ("KNOWN", 0, "places"),
        ("KNOWN", 3, "places"),
    ],
)
def test_a_lane_cannot_say_what_is_not_so(  # noqa: PLR0917 - fixtures
    tube: str, places: int | None, reason: str, desk: Desk, kiosk: Any, make_check_in: Any,
    make_tube: Any,
) -> None:  # fmt: skip
    desk.take(kiosk, make_check_in(1), make_check_in(2))
    tube = {"KNOWN": make_tube(417), "UNKNOWN": make_tube(418)}.get(tube, tube)
    with pytest.raises(WordRefused, match=f"^{reason}$"):
        mark_sampled(desk.store, tube, places, NOW_S)
    assert desk.overview().sampled == 0


def test_records_come_in_any_order(
    desk: Desk, kiosk: Any, make_check_in: Any, make_tube: Any
) -> None:
    tube = make_tube(417)
    closed = TubeClosed(
        at=NOW, tube=tube, reason=TubeCloseReason.TOO_OLD, places_used=2, tube_size=10
    )
    label = LabelReported(at=NOW, tube=tube, job="j", copy=1, outcome=LabelOutcome.VERIFIED)
    desk.take(kiosk, closed, label, make_check_in(2), make_check_in(1))
    seen = desk.overview()
    (tube_seen,) = seen.closed
    assert (tube_seen.places, tube_seen.close_reason, tube_seen.label) == (2, "too-old", "verified")
    assert (seen.closed_count, seen.short_count) == (1, 1)
    assert seen.lanes[0].tubes == (tube_seen,), "closed, but two people still wait for it"


def test_a_new_round_starts_at_nought(desk: Desk, kiosk: Any, make_check_in: Any) -> None:
    desk.take(kiosk, make_check_in(1))
    desk.take(kiosk, make_check_in(1, serial=500, round_id="2022-11-23"), first=2)
    seen = desk.overview()
    assert (seen.round_id, seen.checked_in) == ("2022-11-23", 1)


def test_one_person_at_two_kiosks_is_found_and_shown(  # noqa: PLR0917 - fixtures
    desk: Desk, kiosk: Any, make_check_in: Any, make_person: Any, make_tube: Any, site: Any
) -> None:
    other = site.enrol("330106-0007-k04")
    desk.take(kiosk, make_check_in(1, who=make_person(7)), make_check_in(2))
    spelled = make_person(7, name="王 小芳")
    tube = make_tube(1, kiosk="330106-0007-k04")
    desk.take(other, make_check_in(4, who=spelled, tube=tube, pool_class=PoolClass.FIVE))
    seen = desk.overview()
    (conflict,) = seen.conflicts
    assert conflict.masked_name == "王*芳"
    assert [place for _, _, place in conflict.places] == [1, 4]
    (notice,) = [n for n in notices(seen) if n.what == "staff.record.person-twice"]
    assert notice.urgency is Urgency.SOON
    assert notice.subject == "k03 0417-1 · k04 0001-4"


def test_fever_tickets_are_counted(desk: Desk, kiosk: Any) -> None:
    taken = TemperatureTaken(
        source=TemperatureSource.INSTRUMENT,
        object_c=36.1,
        ambient_c=21.0,
        body_c=37.9,
        calibration="c-1",
        mode="continuous",
        samples=4,
        spread_c=0.1,
    )
    desk.take(kiosk, FeverHeld(at=NOW, visit="v", person=None, temperature=taken, ticket="F012"))
    assert desk.overview().fever_tickets == 1


def test_what_cannot_be_opened_is_kept_and_shown(
    desk: Desk, kiosk: Any, make_check_in: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """The bundle is genuine, the record in it was not signed by the kiosk."""
    envelope = decode_envelope(kiosk.envelope(1, make_check_in(1)))
    tampered = encode_envelope(
        type(envelope)(envelope.header, envelope.sealed, bytes(64)),
    )
    assert desk.intake.take(kiosk.bundle(tampered, kiosk.envelope(2)), kiosk.kiosk)
    desk.intake.commit(NOW_S, NOW)
    assert desk.opening.advance(10) == 2
    seen = desk.overview()
    assert (seen.unreadable, seen.checked_in) == (1, 1)
    assert any(notice.what == "staff.record.unreadable" for notice in notices(seen))
    assert "stays closed" in caplog.text
    assert desk.opening.advance(10) == 0


def test_a_restart_projects_nothing_twice(
    desk: Desk, kiosk: Any, site: Any, store: Any, make_check_in: Any
) -> None:
    desk.take(kiosk, make_check_in(1), make_check_in(2))
    again = Opening(store, site.keys, site.kiosks.verify_key_of)
    assert again.advance(10) == 0
    assert desk.overview().checked_in == 2


def test_the_store_holds_nobody_in_clear(
    desk: Desk, kiosk: Any, site: Any, make_check_in: Any
) -> None:
    desk.take(kiosk, make_check_in(1))
    desk.store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    bytes_at_rest = b"".join(file.read_bytes() for file in site.store.parent.iterdir())
    assert len(bytes_at_rest) > 10_000
    for secret in ("王小芳", "11010119900004", "19900000000"):
        assert secret.encode() not in bytes_at_rest
    assert "王*芳".encode() in bytes_at_rest


def test_a_gap_is_shown_after_a_minute(desk: Desk, kiosk: Any, make_check_in: Any) -> None:
    desk.take(kiosk, make_check_in(2), first=2)
    assert desk.overview(NOW_S + 30).gaps == ()
    seen = desk.overview(NOW_S + 61)
    assert seen.gaps == (kiosk.kiosk,)
    assert any(notice.what == "staff.record.gap" for notice in notices(seen))


def test_times_that_are_none_do_not_stop_a_record() -> None:
    assert unix_s("2022-11-22T00:41:07Z") == NOW_S
    assert unix_s("yesterday") == 0.0
