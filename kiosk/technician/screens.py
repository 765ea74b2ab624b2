"""``kioskctl screens``: every page of the screen in one picture.

The screen process draws it, in a process of its own: a display belongs to nobody else.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from kiosk.technician.answers import answer, fail

_LONGEST_S = 120.0


def screens(sheet: Annotated[Path, typer.Option(help="PNG file to write")]) -> None:
    """Draw all pages in all languages on one sheet."""
    command = [sys.executable, "-m", "kiosk.screen.sheet", "--sheet", str(sheet)]
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, timeout=_LONGEST_S, check=False)
    except subprocess.TimeoutExpired:
        fail(f"drawing the sheet took longer than {_LONGEST_S:.0f} s and was given up")
    if done.returncode or not sheet.is_file():
        fail(f"the screen could not draw {sheet}; the lines above say why")
    answer({"sheet": str(sheet), "bytes": sheet.stat().st_size})
