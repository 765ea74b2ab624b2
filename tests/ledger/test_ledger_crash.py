"""The core is killed before every single writing statement of a small day and started again.

Whatever was reported as done must be there; nothing is there twice. The killing is real (SIGKILL to
a forked child on a real file). It proves atomicity; that a commit is *fsynced* is proved by the
settings, see `test_durability_settings_are_what_we_promise`.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import warnings
from collections import Counter
from collections.abc import Callable

import pytest

from kiosk.flow.label_job import LabelJobState
from kiosk.flow.tube import TubeState
from kiosk.ledger.ledger import Ledger

PEOPLE = ("a", "b", "c")
TUBE_SIZE = 2
LOOKS_ONLY = ("SELECT", "PRAGMA", "--")  # dying before these is dying before what comes next
Say = Callable[[str], None]


def work_off(ledger: Ledger, booth, say: Say) -> None:
    """What the core does after a commit and after a restart: labels first, then full tubes."""
    while jobs := ledger.unfinished_labels():
        job = jobs[0]
        if job.state is LabelJobState.RESERVED:
            ledger.label_sent(job.job)
            say(f"paper {job.job}")
            ledger.label_confirmed(job.job, booth.envelope)
            say(f"proof {job.job}")
        elif job.state is LabelJobState.SENT:
            ledger.label_unknown(job.job, booth.envelope)
        else:  # staff found none: that copy is void, another one is made
            ledger.void_label(job.job, booth.envelope)
            say(f"void {job.job}")
    for tube in ledger.tubes():
        jobs = ledger.label_jobs(tube.tube)
        if all(job.state is LabelJobState.VOID for job in jobs):
            ledger.reissue_label(tube.tube, f"{jobs[0].job}-copy{len(jobs) + 1}")
            work_off(ledger, booth, say)
    for tube in ledger.open_tubes():
        if tube.places_used == tube.size:
            ledger.close_tube(tube.tube, TubeState.FULL, booth.envelope)
            say(f"closed {tube.tube}")


def play_the_day(ledger: Ledger, booth, say: Say) -> None:
    """Everybody who has no place yet gets one; can be started again at any moment."""
    work_off(ledger, booth, say)
    for person in PEOPLE:
        if ledger.previous_check_in("round-1", booth.digest(person)):
            continue
        room = [tube for tube in ledger.open_tubes() if tube.places_used < tube.size]
        serial = int(room[0].tube[9:13]) if room else ledger.next_serial()
        place = room[0].places_used + 1 if room else 1
        write = booth.write(person, serial=serial, place=place, size=TUBE_SIZE)
        seq = ledger.check_in(write, booth.envelope)
        say(f"person {person} {seq} {write.tube} {place}")
        work_off(ledger, booth, say)


def play_until_killed(booth, kill_at: int | None) -> tuple[list[str], int]:
    """Run the day in a child that kills itself before its ``kill_at``-th writing statement.

    Gives what the child reported as done, and how many statements it ran when it was not killed.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the child runs nothing but this
        child = os.fork()
    if child == 0:
        try:
            ledger = booth.open()
            count = 0

            def before_statement(statement: str) -> None:
                nonlocal count
                if statement.startswith(LOOKS_ONLY):
                    return
                count += 1
                if count == kill_at:
                    os.kill(os.getpid(), signal.SIGKILL)

            ledger._database._connection.set_trace_callback(before_statement)
            play_the_day(ledger, booth, lambda line: os.write(writing, f"{line}\n".encode()))
            os.write(writing, f"statements {count}\n".encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        said = pipe.read().splitlines()
    _, status = os.waitpid(child, 0)
    expected = 0 if kill_at is None else -signal.SIGKILL
    assert os.waitstatus_to_exitcode(status) == expected, "the child did not end as planned"
    if said and said[-1].startswith("statements"):
        return said[:-1], int(said[-1].split()[1])
    return said, 0


def check(booth, said: list[str]) -> None:
    """``said`` is everything that any life of the core reported as done."""
    with sqlite3.connect(booth.path) as file:
        seqs = [seq for (seq,) in file.execute("SELECT seq FROM outbox ORDER BY seq")]
        places = file.execute("SELECT seq, tube, place FROM places").fetchall()
        labels = file.execute("SELECT job, tube, state FROM label_jobs").fetchall()
        serials = [serial for (serial,) in file.execute("SELECT serial FROM tubes")]
    file.close()
    assert seqs == list(range(1, len(seqs) + 1)), "a record was lost"
    assert len(places) == len(PEOPLE), "somebody was lost or bound twice"
    assert len({(tube, place) for _, tube, place in places}) == len(PEOPLE), "a place came again"
    assert len(set(serials)) == len(serials) == 2, "a serial came again or was wasted"
    for line in said:
        match line.split():
            case ["person", _, seq, tube, place]:
                assert (int(seq), tube, int(place)) in places, "a reported check-in is not there"
            case ["proof", job]:
                assert any(job == one and state == "confirmed" for one, _, state in labels)
    papers = Counter(line.split()[1] for line in said if line.startswith("paper"))
    assert all(count == 1 for count in papers.values()), "one job was printed twice"
    valid = Counter(tube for _, tube, state in labels if state != "void")
    assert set(valid.values()) == {1}, "a tube has no valid label or a second one"
    assert {job for job, _, state in labels if state != "void"} <= set(papers)


@pytest.fixture
def fresh(booth, tmp_path):
    """Start over with an empty ledger; making one each time would take longer than the day."""
    booth.fsync = False
    booth.open().close()
    booth.path.with_name("ledger.db.ballast").unlink()  # a megabyte that plays no part here
    template = tmp_path / "template"
    shutil.copytree(booth.path.parent, template)

    def renew() -> None:
        for one in booth.opened:
            one.close()
        booth.opened.clear()
        shutil.rmtree(booth.path.parent)
        shutil.copytree(template, booth.path.parent)

    return renew


def test_a_day_without_a_crash(booth):
    said, statements = play_until_killed(booth, None)
    check(booth, said)
    assert statements > 40


def test_killed_before_any_write_nothing_is_lost_and_nothing_comes_twice(booth, fresh):
    _, statements = play_until_killed(booth, None)
    for kill_at in range(1, statements + 1):
        fresh()
        said, _ = play_until_killed(booth, kill_at)
        restarted = booth.open()
        reported = sum(1 for line in said if line.startswith("person"))
        committed = sum(tube.places_used for tube in restarted.tubes())
        assert reported <= committed <= reported + 1
        play_the_day(restarted, booth, said.append)
        check(booth, said)


def test_killed_twice_in_a_row(booth, fresh):
    _, statements = play_until_killed(booth, None)
    for first in range(5, statements, 11):
        for second in range(3, statements - first, 17):
            fresh()
            said, _ = play_until_killed(booth, first)
            more, _ = play_until_killed(booth, second)
            said += more
            play_the_day(booth.open(), booth, said.append)
            check(booth, said)
