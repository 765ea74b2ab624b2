"""How every command answers: JSON on standard output, sentences on standard error, exit status.

Owns the two streams. Exit status 0 = done, 1 = the input is bad or the check failed (the sentence
says why), 2 = usage.
"""

from __future__ import annotations

import json
import sys
from typing import NoReturn

FAILED = 1


def answer(fields: dict[str, object]) -> None:
    """One object on one line, readable at once by whoever is at the other end of a pipe."""
    sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def remark(sentence: str) -> None:
    """For the person at the terminal."""
    sys.stderr.write(f"{sentence}\n")


def fail(sentence: str = "") -> NoReturn:
    """End with status 1. Without a sentence: it was said already."""
    if sentence:
        remark(sentence)
    raise SystemExit(FAILED)
