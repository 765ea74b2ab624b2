"""Exactly once, acknowledged only after COMMIT, and nothing disappears without a reason."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from contracts.acknowledgement import Acknowledgement, verify_acknowledgement
from contracts.bundle import encode_bundle
from contracts.sealing import SealingPrivateKey
from contracts.signing import SigningKey
from coordinator.intake import Intake

NOW = "2022-11-22T08:41:07+08:00"
NOW_S = 1_669_077_667.0


def commit(intake: Intake, *payloads: bytes, kiosk: Any) -> list[bool]:
    return [intake.take(payload, kiosk.kiosk) for payload in payloads]


def acknowledgement(intake: Intake, site: Any, kiosk: Any) -> Acknowledgement:
    """Commit what was taken; the one acknowledgement that may be told."""
    (signed,) = intake.commit(NOW_S, NOW)
    assert signed.kiosk == kiosk.kiosk
    return verify_acknowledgement(
        signed.text,
        site.keys.acknowledgement.verify_key,
        kiosk=kiosk.kiosk,
        epoch=kiosk.epoch,
        database_id="store-1",
    )


def seqs(store: Any) -> list[int]:
    return [row[0] for row in store.execute("SELECT seq FROM stored_records ORDER BY seq")]


def refusals(store: Any) -> list[tuple[int, int]]:
    return [tuple(row) for row in store.execute("SELECT seq, told FROM refusals ORDER BY seq")]


def test_a_bundle_is_stored_as_it_came_and_acknowledged(site: Any, kiosk: Any, store: Any) -> None:
    intake = site.intake(store)
    envelopes = [kiosk.envelope(seq) for seq in (1, 2, 3)]
    assert intake.take(kiosk.bundle(*envelopes), kiosk.kiosk)
    assert seqs(store) == [], "nothing is stored before commit"
    ack = acknowledgement(intake, site, kiosk)
    assert (ack.high_water, ack.selective, ack.rejected) == (3, (), ())
    stored = store.execute("SELECT envelope FROM records ORDER BY seq").fetchall()
    assert [row[0] for row in stored] == envelopes


def test_twice_the_same_is_stored_once_and_acknowledged_twice(
    site: Any, kiosk: Any, store: Any
) -> None:
    intake = site.intake(store)
    bundle = kiosk.bundle_of(1, 2)
    commit(intake, bundle, bundle, kiosk=kiosk)
    assert acknowledgement(intake, site, kiosk).high_water == 2
    commit(intake, bundle, kiosk=kiosk)
    assert acknowledgement(intake, site, kiosk).high_water == 2
    assert seqs(store) == [1, 2]
    assert refusals(store) == []


def test_gaps_are_acknowledged_selectively_and_close(site: Any, kiosk: Any, store: Any) -> None:
    intake = site.intake(store)
    commit(intake, kiosk.bundle_of(1, 2, 5, 6, 9), kiosk=kiosk)
    ack = acknowledgement(intake, site, kiosk)
    assert (ack.high_water, ack.selective) == (2, ((5, 6), (9, 9)))
    gap = "SELECT gap_since FROM streams"
    assert store.execute(gap).fetchone()[0] == NOW_S
    commit(intake, kiosk.bundle_of(3, 4), kiosk=kiosk)
    ack = acknowledgement(intake, site, kiosk)
    assert (ack.high_water, ack.selective) == (6, ((9, 9),))
    assert store.execute(gap).fetchone()[0] == NOW_S
    commit(intake, kiosk.bundle_of(7, 8), kiosk=kiosk)
    assert acknowledgement(intake, site, kiosk).high_water == 9
    assert store.execute(gap).fetchone()[0] is None


def test_a_hole_is_as_old_as_itself(site: Any, kiosk: Any, store: Any) -> None:
    intake = site.intake(store)
    since = []
    for now_s, seqs_then in ((100.0, (2,)), (200.0, (6,)), (300.0, (1, 3)), (400.0, (4, 5))):
        commit(intake, kiosk.bundle_of(*seqs_then), kiosk=kiosk)
        intake.commit(now_s, NOW)
        since.append(store.execute("SELECT gap_since FROM streams").fetchone()[0])
    assert since == [100.0, 100.0, 300.0, None]


def test_a_restarted_coordinator_knows_what_it_has(site: Any, kiosk: Any, store: Any) -> None:
    intake = site.intake(store)
    commit(intake, kiosk.bundle_of(1, 2, 5), kiosk=kiosk)
    acknowledgement(intake, site, kiosk)
    again = site.intake(store)
    commit(again, kiosk.bundle_of(2, 3), kiosk=kiosk)
    ack = acknowledgement(again, site, kiosk)
    assert (ack.high_water, ack.selective) == (3, ((5, 5),))
    assert seqs(store) == [1, 2, 3, 5]


def test_epochs_are_streams_of_their_own(site: Any, kiosk: Any, store: Any) -> None:
    """A wiped kiosk counts from 1 again: its residents are not duplicates."""
    intake = site.intake(store)
    renewed = site.enrol(epoch="epoch-2")
    commit(intake, kiosk.bundle_of(1, 2), renewed.bundle_of(1), kiosk=kiosk)
    assert len(intake.commit(NOW_S, NOW)) == 2
    assert store.execute("SELECT count(*) FROM records").fetchone()[0] == 3


def test_another_record_of_the_same_number_is_kept_aside(site: Any, kiosk: Any, store: Any) -> None:
    intake = site.intake(store)
    commit(intake, kiosk.bundle_of(1), kiosk=kiosk)
    acknowledgement(intake, site, kiosk)
    other = kiosk.envelope(1, record_id="another")
    commit(intake, kiosk.bundle(other), kiosk=kiosk)
    ack = acknowledgement(intake, site, kiosk)
    assert (ack.high_water, ack.rejected) == (1, ())
    assert refusals(store) == [(1, 0)]
    assert store.execute("SELECT raw FROM refusals").fetchone()[0] == other


def test_the_id_of_another_record_is_rejected_and_the_rest_stored(
    site: Any, kiosk: Any, store: Any
) -> None:
    intake = site.intake(store)
    bundle = kiosk.bundle(
        kiosk.envelope(1),
        kiosk.envelope(2, record_id=f"{kiosk.kiosk}:epoch-1:1"),
        kiosk.envelope(3),
    )
    commit(intake, bundle, kiosk=kiosk)
    ack = acknowledgement(intake, site, kiosk)
    assert ack.high_water == 3
    assert [rejection.seq for rejection in ack.rejected] == [2]
    assert not ack.covers(2)
    assert seqs(store) == [1, 3]
    later = site.intake(store)
    commit(later, kiosk.bundle_of(4), kiosk=kiosk)
    assert [r.seq for r in acknowledgement(later, site, kiosk).rejected] == [2]


def test_two_ingests_at_once_still_store_once(site: Any, kiosk: Any, store: Any) -> None:
    """One that is being replaced and its successor: the database has the last word."""
    old, new = site.intake(store), site.intake(store)
    for intake in (old, new):
        commit(intake, kiosk.bundle_of(1, 2), kiosk=kiosk)
    assert acknowledgement(old, site, kiosk).high_water == 2
    ack = acknowledgement(new, site, kiosk)
    assert (ack.high_water, ack.rejected) == (2, ())
    assert seqs(store) == [1, 2]


def test_a_record_sealed_to_another_site_is_rejected(site: Any, kiosk: Any, store: Any) -> None:
    intake = site.intake(store)
    kiosk.site = SealingPrivateKey.generate().public_key
    commit(intake, kiosk.bundle_of(1), kiosk=kiosk)
    (rejection,) = acknowledgement(intake, site, kiosk).rejected
    assert "enrol the kiosk again" in rejection.why
    assert refusals(store) == [(1, 1)]


def test_what_is_not_a_bundle_of_an_enrolled_kiosk_is_dropped(
    site: Any, kiosk: Any, store: Any, caplog: pytest.LogCaptureFixture
) -> None:
    intake = site.intake(store)
    stranger = SigningKey.generate()
    forged = encode_bundle(
        [kiosk.envelope(1)], kiosk=kiosk.kiosk, epoch="epoch-1", signing_key=stranger
    )
    for payload in (b"", b"\xff" * 300, forged, kiosk.bundle_of(1)[:-5]):
        assert not intake.take(payload, kiosk.kiosk)
    assert not intake.take(kiosk.bundle_of(1), "330106-0007-k04"), "by another kiosk's topic"
    assert intake.commit(NOW_S, NOW) == []
    assert seqs(store) == []
    assert intake.refused_bundles == 5
    assert "did not sign" in caplog.text


def test_a_revoked_kiosk_is_not_heard_any_more(site: Any, kiosk: Any, store: Any) -> None:
    intake = site.intake(store)
    assert intake.take(kiosk.bundle_of(1), kiosk.kiosk)
    (site.keys_dir / "kiosks" / f"{kiosk.kiosk}.pub.pem").unlink()
    assert not intake.take(kiosk.bundle_of(2), kiosk.kiosk)


def test_a_failed_commit_acknowledges_nothing(site: Any, kiosk: Any, store: Any) -> None:
    """Two bundles in one batch, the disk fails at the second: neither is stored, neither told."""
    intake = site.intake(store)
    store.execute(
        "CREATE TRIGGER disk BEFORE INSERT ON refusals BEGIN SELECT raise(FAIL, 'full'); END"
    )
    commit(intake, kiosk.bundle_of(1), kiosk=kiosk)
    kiosk.site = SealingPrivateKey.generate().public_key
    commit(intake, kiosk.bundle_of(2), kiosk=kiosk)
    with pytest.raises(sqlite3.Error, match="full"):
        intake.commit(NOW_S, NOW)
    assert seqs(store) == []
    store.execute("DROP TRIGGER disk")
    commit(intake, kiosk.bundle_of(2), kiosk=kiosk)
    ack = acknowledgement(intake, site, kiosk)
    assert (ack.high_water, ack.selective) == (0, ((2, 2),))


def test_a_stored_record_never_changes(site: Any, kiosk: Any, store: Any) -> None:
    intake = site.intake(store)
    commit(intake, kiosk.bundle_of(1), kiosk=kiosk)
    intake.commit(NOW_S, NOW)
    with pytest.raises(sqlite3.IntegrityError, match="never changes"):
        store.execute("UPDATE records SET seq = 9")
