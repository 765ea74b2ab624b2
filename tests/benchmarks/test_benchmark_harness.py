"""The benchmark table tells the truth: percentiles, verdicts, turns, exit status."""

from __future__ import annotations

import json
import subprocess
import sys
import types

import pytest
from rich.console import Console

from benchmarks import __main__ as command
from benchmarks.commit import commit_beside_bare_insert
from benchmarks.harness import Comparison, Timing, compare, percentile, time_calls
from benchmarks.table import Bound, Row, Verdict, number, print_rows, write_rows


@pytest.mark.parametrize(
    ("values", "fraction", "expected"),
    [
        ([5.0], 0.95, 5.0),
        ([1.0, 2.0], 0.5, 1.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        (list(range(1, 101)), 0.95, 95),
        (list(range(1, 21)), 0.95, 19),
        ([1.0, 9.0], 1.0, 9.0),
    ],
)
def test_percentile_is_a_value_that_occurred(values, fraction, expected):
    assert percentile(values, fraction) == expected


def test_there_is_no_percentile_of_nothing():
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


def test_ours_and_bare_take_turns_and_each_goes_first_half_the_time():
    calls = []
    compare(lambda: calls.append("o"), lambda: calls.append("b"), calls=4, warm_up=1)
    assert "".join(calls) == "ob" + "bo" + "ob" + "bo" + "ob"


def test_ratio_is_of_medians():
    found = Comparison(Timing((0.2, 0.4, 9.0)), Timing((0.2, 0.2, 0.2)))
    assert found.ratio == pytest.approx(2.0)


def test_warm_up_does_not_count():
    calls = []
    assert len(time_calls(lambda: calls.append(1), calls=5, warm_up=2).samples_s) == 5
    assert len(calls) == 7


@pytest.mark.parametrize(
    ("bound", "value", "verdict"),
    [
        (Bound.AT_MOST, 2.0, Verdict.WITHIN),
        (Bound.AT_MOST, 2.01, Verdict.OVER),
        (Bound.AT_LEAST, 2.0, Verdict.WITHIN),
        (Bound.AT_LEAST, 1.99, Verdict.OVER),
        (Bound.AT_MOST, None, Verdict.UNKNOWN),
    ],
)
def test_verdict(bound, value, verdict):
    assert Row("what", bound, 2.0, "×", value).verdict is verdict


def test_numbers_have_three_digits():
    assert [number(x) for x in (0, 0.9666, 14.46, 14464.2, 0.0123)] == [
        "0",
        "0.967",
        "14.5",
        "14464",
        "0.0123",
    ]


def test_what_was_not_measured_is_shown_as_unknown_not_as_fine(capsys):
    print_rows([Row("drain", Bound.AT_LEAST, 3.5, "×", None, "no broker")], Console(width=200))
    shown = capsys.readouterr().out
    assert "not measured" in shown
    assert "unknown" in shown
    assert "no broker" in shown


def test_json_holds_every_figure_and_the_verdict(tmp_path):
    write_rows([Row("a", Bound.AT_MOST, 2.0, "s", 2.5, details={"p50 s": 1.0})], tmp_path / "j")
    (row,) = json.loads((tmp_path / "j").read_text(encoding="utf-8"))
    assert (row["value"], row["limit"], row["verdict"]) == (2.5, 2.0, "over")
    assert row["details"] == {"p50 s": 1.0}


@pytest.fixture
def groups(monkeypatch):
    """Replace what is measured: group name to rows, or to the error it raises."""

    def use(**answers):
        def load(name):
            answer = answers[name.rpartition(".")[2]]

            def rows():
                if isinstance(answer, Exception):
                    raise answer
                return answer

            return types.SimpleNamespace(rows=rows)

        monkeypatch.setattr(command, "import_module", load)
        monkeypatch.setattr(command, "GROUPS", tuple(answers))

    return use


def test_exit_status_says_whether_every_budget_is_kept(groups):
    kept = Row("kept", Bound.AT_MOST, 1.0, "s", 0.5)
    groups(one=[kept])
    assert command.main([]) == 0
    groups(one=[kept], two=[Row("broken", Bound.AT_MOST, 1.0, "s", 1.5)])
    assert command.main([]) == 1
    assert command.main(["--only", "one"]) == 0


def test_a_group_that_fails_is_a_row_and_hides_no_other(groups, tmp_path):
    groups(one=OSError("no broker here"), two=[Row("kept", Bound.AT_MOST, 1.0, "s", 0.5)])
    assert command.main(["--json", str(tmp_path / "rows.json")]) == 1
    rows = json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))
    assert [row["verdict"] for row in rows] == ["unknown", "within"]
    assert "no broker here" in rows[0]["note"]


def test_the_table_of_a_page_is_replaced_below_its_marker(groups, tmp_path):
    page = tmp_path / "performance.md"
    groups(one=[Row("commit", Bound.AT_MOST, 1.15, "× bare", 1.0666)])
    with pytest.raises(ValueError, match=r"performance\.md has no line"):
        page.write_text("# Performance\n", encoding="utf-8")
        command.main(["--document", str(page)])
    page.write_text(f"# Performance\n\n{command.MARKER}\n\nold table\n", encoding="utf-8")
    for _ in range(2):
        command.main(["--document", str(page)])
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# Performance\n\n{command.MARKER}\n\n")
    assert text.count("| commit | ≤ 1.15 × bare | **1.07** | within |  |") == 1
    assert "old table" not in text


def test_the_command_needs_nothing_but_rich_until_it_measures():
    heavy = ["cv2", "numpy", "pygame", "paho", "psutil", "cryptography", "zxingcpp"]
    script = f"""
import sys
import benchmarks.__main__
print([name for name in {heavy!r} if name in sys.modules])
"""
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    assert ran.stdout.strip() == "[]"


def test_the_commit_benchmark_measures_both_kinds():
    found = commit_beside_bare_insert(calls=5)
    assert len(found.ours.samples_s) == len(found.bare.samples_s) == 5
    assert found.ratio > 0
