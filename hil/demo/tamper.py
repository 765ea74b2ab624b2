"""Breaks a finished site on purpose, so that each invariant can be seen to fail.

Works on the real files and the real printer, as a thief or a bad program would: it removes the
guards of a schema before it writes, and holds every key. Runs after the processes have ended.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from enum import StrEnum

from msgspec.structs import replace
from serial import Serial

from contracts.envelope import decode_envelope, encode_envelope
from contracts.record import AnyRecordBody, CheckedIn, FeverHeld, Person
from contracts.record_sealing import open_record, seal_record
from contracts.signing import SigningKey
from contracts.tube_number import TubeNumber
from drivers.label_printer.content import LabelContent, pool_class_words
from drivers.label_printer.escpos_label import escpos_label
from drivers.label_printer.render import render_label
from hil.demo.site import DemoSite

PRINTER_BAUD = 115_200
PRINT_TIMEOUT_S = 10.0


class Break(StrEnum):
    """What is broken. Each name says what somebody would find."""

    DUPLICATE_PLACE = "duplicate-place"
    DUPLICATE_RECORD = "duplicate-record"
    LOST_RECORD = "lost-record"
    UNACKNOWLEDGED = "unacknowledged-record"
    UNPURGED = "unpurged-record"
    BROKEN_SEAL = "broken-seal"
    WRONG_BINDING = "wrong-binding"
    PERSON_TWICE = "person-twice"
    MIXED_LANE = "mixed-lane"
    MISCOUNTED_TUBE = "miscounted-tube"
    WRONG_TICKET = "wrong-ticket"
    SECOND_LABEL = "second-label"
    LABEL_WITHOUT_RECORD = "label-without-record"
    UNVERIFIED_LABEL = "unverified-label"
    SAMPLED_BY_NOBODY = "sampled-by-nobody"
    LEAK = "leak"


BREAKS: dict[Break, str] = {
    Break.DUPLICATE_PLACE: "no-place-twice",
    Break.DUPLICATE_RECORD: "exactly-once",
    Break.LOST_RECORD: "contiguous-sequence",
    Break.UNACKNOWLEDGED: "all-acknowledged",
    Break.UNPURGED: "acknowledged-are-purged",
    Break.BROKEN_SEAL: "every-record-opens",
    Break.WRONG_BINDING: "seen-is-recorded",
    Break.PERSON_TWICE: "no-person-twice",
    Break.MIXED_LANE: "nothing-mixed",
    Break.MISCOUNTED_TUBE: "places-in-order",
    Break.WRONG_TICKET: "fever-is-held",
    Break.SECOND_LABEL: "one-valid-label",
    Break.LABEL_WITHOUT_RECORD: "record-before-label",
    Break.UNVERIFIED_LABEL: "verified-is-scanned",
    Break.SAMPLED_BY_NOBODY: "only-the-lane-samples",
    Break.LEAK: "nobody-in-clear",
}
"""The invariant that must fail for each; others may fail with it."""


class NothingToBreak(Exception):
    """The run was too small to hold what should be broken. The sentence says what is missing."""


class Tamperer:
    """``somebody`` really came, for the leak."""

    def __init__(self, site: DemoSite, somebody: Person) -> None:
        self._site = site
        self._somebody = somebody
        pem = (site.folder.kiosk_keys / "kiosk-signing.pem").read_bytes()
        self._signing = SigningKey.from_pem(pem)

    def tamper(self, what: Break) -> None:
        """Do it. Raises `NothingToBreak`."""
        deeds: dict[Break, Callable[[], None]] = {
            Break.DUPLICATE_PLACE: self._duplicate_place,
            Break.DUPLICATE_RECORD: self._duplicate_record,
            Break.LOST_RECORD: self._lose_record,
            Break.UNACKNOWLEDGED: self._append_record,
            Break.UNPURGED: self._append_acknowledged,
            Break.BROKEN_SEAL: self._break_seal,
            Break.WRONG_BINDING: self._swap_persons,
            Break.PERSON_TWICE: self._person_twice,
            Break.MIXED_LANE: self._mix_lanes,
            Break.MISCOUNTED_TUBE: self._miscount,
            Break.WRONG_TICKET: self._change_ticket,
            Break.SECOND_LABEL: self._print_again,
            Break.LABEL_WITHOUT_RECORD: self._print_unknown_tube,
            Break.UNVERIFIED_LABEL: self._unverify,
            Break.SAMPLED_BY_NOBODY: self._sample,
            Break.LEAK: self._leak,
        }
        deeds[what]()

    # ── the coordinator's store ──────────────────────────────────────────────────────────────

    def _duplicate_place(self) -> None:
        with closing(self._store()) as store:
            one, other = self._two_check_ins(store)
            body = replace(other[1], tube=one[1].tube, place=one[1].place, lane=one[1].lane)
            self._forge(store, other[0], body)

    def _swap_persons(self) -> None:
        with closing(self._store()) as store:
            one, other = self._two_check_ins(store)
            self._forge(store, one[0], replace(one[1], person=other[1].person))
            self._forge(store, other[0], replace(other[1], person=one[1].person))

    def _person_twice(self) -> None:
        with closing(self._store()) as store:
            one, other = self._two_check_ins(store)
            self._forge(store, other[0], replace(other[1], person=one[1].person))

    def _mix_lanes(self) -> None:
        with closing(self._store()) as store:
            one, _ = self._two_check_ins(store)
            self._forge(store, one[0], replace(one[1], lane=one[1].lane + 1))

    def _change_ticket(self) -> None:
        with closing(self._store()) as store:
            for number, body in self._bodies(store):
                if isinstance(body, FeverHeld):
                    self._forge(store, number, replace(body, ticket=body.ticket + "0"))
                    return
        raise NothingToBreak("Nobody had a fever: play more residents.")

    def _duplicate_record(self) -> None:
        with closing(self._store()) as store:
            store.executescript(
                "CREATE TABLE copies AS SELECT * FROM records;"
                "INSERT INTO copies SELECT * FROM records LIMIT 1;"
                "DROP VIEW stored_records;"
                "CREATE VIEW stored_records AS SELECT number, kiosk, epoch, seq, id, received_at,"
                " envelope FROM copies JOIN streams USING (stream);"
            )

    def _lose_record(self) -> None:
        with closing(self._store()) as store:
            store.execute("PRAGMA foreign_keys = OFF")
            store.execute(
                "DELETE FROM records WHERE number = (SELECT max(number) - 1 FROM records)"
            )

    def _break_seal(self) -> None:
        with closing(self._store()) as store:
            number, raw = store.execute("SELECT number, envelope FROM records LIMIT 1").fetchone()
            envelope = decode_envelope(raw)
            flipped = bytes((envelope.sealed[0] ^ 1, *envelope.sealed[1:]))
            broken = type(envelope)(envelope.header, flipped, envelope.signature)
            self._write(store, number, encode_envelope(broken))

    def _sample(self) -> None:
        with closing(self._store()) as store:
            changed = store.execute(
                "INSERT INTO sampled (tube, places, at, said) SELECT tube, places, 0, 'sampled'"
                " FROM tubes WHERE tube NOT IN (SELECT tube FROM sampled) LIMIT 1"
            ).rowcount
            if not changed:
                raise NothingToBreak("Every tube was sampled: play more residents.")

    # ── the kiosk's ledger ───────────────────────────────────────────────────────────────────

    def _append_record(self) -> None:
        with closing(_connect(self._site.ledger_path)) as ledger:
            ledger.execute(
                "INSERT INTO outbox (seq, envelope) SELECT max(seq) + 1, x'00' FROM outbox"
            )

    def _append_acknowledged(self) -> None:
        """Two, because the newest record always stays."""
        self._append_record()
        self._append_record()
        with closing(_connect(self._site.ledger_path)) as ledger:
            ledger.execute(
                "UPDATE outbox SET state = 'acked', acked_at_s = 0 WHERE state = 'waiting'"
            )

    def _miscount(self) -> None:
        with closing(_connect(self._site.ledger_path)) as ledger:
            ledger.execute("DROP TRIGGER IF EXISTS full_tube_has_no_room")
            changed = ledger.execute(
                "UPDATE tubes SET state = 'full' WHERE state = 'open'"
            ).rowcount
            if not changed:
                raise NothingToBreak("No tube is open: play one resident more.")

    def _unverify(self) -> None:
        with closing(_connect(self._site.ledger_path)) as ledger:
            ledger.execute("UPDATE label_jobs SET state = 'confirmed' WHERE state = 'verified'")

    # ── the printer and the logs ─────────────────────────────────────────────────────────────

    def _print_again(self) -> None:
        papers = self._site.stage.printer.papers
        if not papers:
            raise NothingToBreak("No label was printed: play more residents.")
        self._print(papers[-1].raw)

    def _print_unknown_tube(self) -> None:
        with closing(self._store()) as store:
            one, _ = self._two_check_ins(store)
        tube = TubeNumber.parse(one[1].tube)
        nobodys = TubeNumber(tube.site, tube.kiosk, tube.day_of_year, 9_998)
        content = LabelContent(
            tube=nobodys.text,
            grouped=nobodys.grouped,
            pool_class=pool_class_words(one[1].pool_class),
            lane=one[1].lane,
            opened_at="11-22 08:41",
        )
        self._print(escpos_label(render_label(content, "tube-40x30"), None, True))

    def _print(self, data: bytes) -> None:
        printer = self._site.stage.printer
        before = len(printer.papers)
        with Serial(printer.url.removeprefix("pty:"), PRINTER_BAUD, exclusive=True) as port:
            port.write(data)
            papers = printer.wait_for_papers(before + 1, PRINT_TIMEOUT_S)
        if len(papers) == before:
            raise NothingToBreak(f"The printer printed nothing within {PRINT_TIMEOUT_S:.0f} s.")

    def _leak(self) -> None:
        with (self._site.folder.logs / "kiosk-core.log").open("a", encoding="utf-8") as log:
            log.write(f"debug: accepted {self._somebody.document_number}\n")

    # ── forging ──────────────────────────────────────────────────────────────────────────────

    def _store(self) -> sqlite3.Connection:
        store = _connect(self._site.store_path)
        store.execute("DROP TRIGGER IF EXISTS a_record_never_changes")
        return store

    def _bodies(self, store: sqlite3.Connection) -> list[tuple[int, AnyRecordBody]]:
        rows = store.execute("SELECT number, envelope FROM records ORDER BY number").fetchall()
        return [
            (
                number,
                open_record(decode_envelope(raw), self._site.keys.sealing, self._site.kiosk_key),
            )
            for number, raw in rows
        ]

    def _two_check_ins(
        self, store: sqlite3.Connection
    ) -> tuple[tuple[int, CheckedIn], tuple[int, CheckedIn]]:
        found = [
            (number, body) for number, body in self._bodies(store) if isinstance(body, CheckedIn)
        ]
        if len(found) < 2:
            raise NothingToBreak("Fewer than two residents were checked in: play more residents.")
        return found[0], found[1]

    def _forge(self, store: sqlite3.Connection, number: int, body: AnyRecordBody) -> None:
        """Replace a body, sealed and signed with the real keys: only its meaning is wrong."""
        (raw,) = store.execute(
            "SELECT envelope FROM records WHERE number = ?", (number,)
        ).fetchone()
        header = decode_envelope(raw).header
        forged = seal_record(body, header, self._site.keys.sealing.public_key, self._signing)
        self._write(store, number, encode_envelope(forged))

    def _write(self, store: sqlite3.Connection, number: int, raw: bytes) -> None:
        store.execute("UPDATE records SET envelope = ? WHERE number = ?", (raw, number))


def _connect(path: os.PathLike[str]) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None)
