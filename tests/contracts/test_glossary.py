"""The glossary holds every word once, in both languages, and points at rooms that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| word |")
]


def test_every_row_is_complete_and_every_word_stands_once() -> None:
    assert all(len(row) == 4 and all(row) for row in ROWS)
    words = [word.lower() for word, *_ in ROWS]
    assert len(words) == len(set(words)) > 70
    chinese = [row[1] for row in ROWS]
    assert len(chinese) == len(set(chinese))
    assert all(re.search("[\u4e00-\u9fff]", text) for text in chinese)


def test_every_place_of_a_word_is_real() -> None:
    places = {where.strip("`") for *_, where in ROWS} - {"not built yet"}
    assert {place for place in places if not (ROOT / place).exists()} == set()
