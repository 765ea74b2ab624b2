"""Person digests, record ids, alerts, stage times, keys: the small things that must be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.record import DocumentKind, Person
from contracts.report import AlertKind
from contracts.sealing import SealingPrivateKey
from contracts.signing import SigningKey
from kiosk.core.alert_board import MAX_ALERTS, PASSING_S, AlertBoard
from kiosk.core.inbox import Inbox
from kiosk.core.keys import read_keys
from kiosk.core.person_digest import KEY_NAME, PersonDigests
from kiosk.core.stage_times import StageTimes
from kiosk.ipc.key_files import KeysMissing

WANG = Person(
    name="王试一", document_kind=DocumentKind.RESIDENT_ID, document_number="11010120000229001x"
)


def test_the_digest_key_stays_for_a_boot_and_is_readable_by_nobody_else(tmp_path: Path) -> None:
    first = PersonDigests.in_folder(tmp_path, in_memory=True).person("round-1", WANG)
    again = PersonDigests.in_folder(tmp_path, in_memory=True).person("round-1", WANG)
    assert first == again
    assert (tmp_path / KEY_NAME).stat().st_mode & 0o777 == 0o600
    (tmp_path / KEY_NAME).unlink()
    assert PersonDigests.in_folder(tmp_path, in_memory=True).person("round-1", WANG) != first


def test_a_person_is_known_by_document_not_by_spelling_and_by_round(tmp_path: Path) -> None:
    digests = PersonDigests.in_folder(tmp_path, in_memory=True)
    other = Person(
        name="王 试一",
        document_kind=DocumentKind.RESIDENT_ID,
        document_number="11010120000229001X",
        phone="19900000000",
    )
    assert digests.person("round-1", WANG) == digests.person("round-1", other)
    assert digests.person("round-2", WANG) != digests.person("round-1", WANG)


def test_a_folder_on_a_disk_gets_no_digest_key(tmp_path: Path) -> None:
    digests = PersonDigests.in_folder(tmp_path, in_memory=False)
    assert digests.person("round-1", WANG) == digests.person("round-1", WANG)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_digest_key_is_drawn_anew(tmp_path: Path) -> None:
    (tmp_path / KEY_NAME).write_bytes(b"short")
    PersonDigests.in_folder(tmp_path, in_memory=True)
    assert len((tmp_path / KEY_NAME).read_bytes()) == 32


def test_alerts_are_once_until_cleared_and_bounded() -> None:
    board = AlertBoard()
    assert board.raise_alert(AlertKind.LABEL, "alert.label-unknown", "t1", since="", now_s=0.0)
    assert not board.raise_alert(AlertKind.LABEL, "alert.label-unknown", "t1", since="", now_s=9.0)
    assert board.clear(AlertKind.LABEL, "t1") and not board.standing()
    for number in range(MAX_ALERTS + 5):
        board.raise_alert(AlertKind.LABEL, "alert.label-unknown", str(number), since="", now_s=0.0)
    assert len(board.standing()) == MAX_ALERTS


def test_a_call_for_staff_passes_and_a_label_does_not() -> None:
    board = AlertBoard()
    board.raise_alert(AlertKind.STAFF_NEEDED, "reason.code-red", "visit-1", since="", now_s=0.0)
    board.raise_alert(AlertKind.LABEL, "alert.label-unknown", "t1", since="", now_s=0.0)
    assert not board.let_pass(PASSING_S)
    assert board.let_pass(PASSING_S + 1.0)
    assert [alert.kind for alert in board.standing()] == [AlertKind.LABEL]


def test_stage_times_add_up_and_only_the_newest_snapshot_counts() -> None:
    times = StageTimes()
    times.add("commit", 0.004)
    times.snapshot_sent(1, 10.0)
    times.snapshot_sent(2, 11.0)
    times.snapshot_drawn(1, 11.5)
    times.snapshot_drawn(2, 11.02)
    timed = times.finish(3)
    assert timed is not None
    assert timed.stages_ms == {"commit": 4.0, "draw": pytest.approx(20.0)}
    assert times.finish(4) is None


def test_an_inbox_wakes_and_gives_in_order() -> None:
    inbox: Inbox[int] = Inbox()
    assert inbox.take() == []
    for number in range(3):
        inbox.put(number)
    assert inbox.take() == [0, 1, 2]
    assert inbox.take() == []
    inbox.close()


def test_keys_are_read_and_each_missing_one_is_named(tmp_path: Path) -> None:
    signing, sealing = SigningKey.generate(), SealingPrivateKey.generate()
    files = {
        "kiosk-signing.pem": signing.to_pem(),
        "coordinator-sealing.pub.pem": sealing.public_key.to_pem(),
        "coordinator-acknowledgement.pub.pem": signing.verify_key.to_pem(),
        "registration.pub.pem": signing.verify_key.to_pem(),
    }
    for name, pem in files.items():
        with pytest.raises(KeysMissing, match=name):
            read_keys(tmp_path)
        (tmp_path / name).write_bytes(pem)
    assert read_keys(tmp_path).signing.key_id == signing.key_id
    (tmp_path / "registration.pub.pem").write_bytes(b"-----BEGIN NONSENSE-----")
    with pytest.raises(KeysMissing, match=r"registration\.pub\.pem is broken"):
        read_keys(tmp_path)
