"""What a check between settings finds."""

from __future__ import annotations

from typing import NamedTuple


class Complaint(NamedTuple):
    """``path`` names section and key; ``sentence`` begins with the key."""

    path: tuple[str, ...]
    sentence: str
