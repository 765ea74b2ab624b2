"""A file that cannot be trusted says so in one sentence, and is not believed afterwards."""

from __future__ import annotations

import os
import sqlite3

import pytest

from kiosk.ledger.errors import LedgerBroken
from kiosk.ledger.ledger import Ledger


def test_a_file_that_is_no_database_is_refused(booth):
    booth.path.write_bytes(b"this was a ledger once" * 400)
    with pytest.raises(LedgerBroken, match=r"ledger\.db cannot be used .* manual desk"):
        booth.open()
    assert booth.path.read_bytes().startswith(b"this was")  # the corpse is kept as it is


def test_a_damaged_page_is_found_when_the_ledger_is_opened(booth):
    ledger = booth.open()
    for _ in range(40):
        ledger.append(booth.envelope)
    ledger.close()
    size = booth.path.stat().st_size
    with booth.path.open("r+b") as file:
        for page in range(1, size // 4096):
            file.seek(page * 4096)
            file.write(os.urandom(64))
    with pytest.raises(LedgerBroken, match="cannot be used"):
        booth.open()


def test_a_file_cut_short_is_found(booth):
    ledger = booth.open()
    for _ in range(40):
        ledger.append(booth.envelope)
    ledger.close()
    os.truncate(booth.path, 4096 * 3)
    with pytest.raises(LedgerBroken, match="cannot be used"):
        booth.open()


def test_damage_while_running_ends_all_use_until_reopened(booth):
    ledger = booth.open()
    ledger.append(booth.envelope)
    root_page = point_outbox_to_page(booth, 1, schema_version=99)
    with pytest.raises(LedgerBroken, match="technician"):
        ledger.append(booth.envelope)
    point_outbox_to_page(booth, root_page, schema_version=100)
    assert not ledger.answers()  # the file is whole again, but this ledger has stopped believing it
    with pytest.raises(LedgerBroken, match="technician"):
        ledger.tubes()
    assert booth.open().append(booth.envelope) == 2


def point_outbox_to_page(booth, page: int, *, schema_version: int) -> int:
    """Do to the file what a bad disk might; gives the page it pointed to before."""
    other = sqlite3.connect(booth.path)
    other.execute("PRAGMA writable_schema = ON")
    where = "FROM sqlite_master WHERE name = 'outbox'"
    before: int = other.execute(f"SELECT rootpage {where}").fetchone()[0]
    other.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = 'outbox'", (page,))
    other.commit()
    other.execute(f"PRAGMA schema_version = {schema_version}")
    other.close()
    return before


def test_a_ledger_of_a_newer_program_is_left_alone(booth):
    booth.open().close()
    other = sqlite3.connect(booth.path)
    other.execute("PRAGMA user_version = 2")
    other.close()
    with pytest.raises(LedgerBroken, match="schema 2, this program knows 1"):
        booth.open()


def test_a_directory_that_is_not_there_has_its_sentence(tmp_path):
    with pytest.raises(LedgerBroken, match="unable to open"):
        Ledger.open(
            tmp_path / "nowhere" / "ledger.db",
            quota_bytes=1 << 20,
            serial_first=1,
            serial_last=9,
            make_epoch=lambda: "e",
        )


def test_a_locked_file_is_reported_not_waited_for_forever(booth, look_inside):
    ledger = booth.open()
    look_inside(ledger, "PRAGMA busy_timeout = 1")
    other = sqlite3.connect(booth.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(LedgerBroken, match="only the core writes"):
            ledger.append(booth.envelope)
    finally:
        other.close()
    assert ledger.append(booth.envelope) == 1  # it was not the file's fault


def test_a_ledger_that_was_never_finished_is_made_anew(booth):
    """A power cut while the file was made: it is there, empty."""
    booth.path.touch()
    assert booth.open().append(booth.envelope) == 1
