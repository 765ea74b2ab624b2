"""Whom a bench can send to the kiosk, with words that explain each.

Owns the choice and its texts. Must not send anybody: `hil.bench.hands` does.
"""

from __future__ import annotations

from dataclasses import dataclass

from hil.demo.residents import Kind

FEVER_C = 38.4
WELL_C = 36.6
TOO_LONG_CHARACTERS = 1_600


@dataclass(frozen=True, slots=True)
class Choice:
    """``kind`` makes a resident; without one ``text`` is on the phone, and None is no phone."""

    name: str
    title: str
    means: str
    kind: Kind | None = None
    text: str | None = None


CHOICES: tuple[Choice, ...] = (
    Choice("ordinary", "Resident", "Somebody new with a green code of this site.", Kind.ORDINARY),
    Choice("fever", "Fever", "A body at 38.4 °C: a ticket and a chair, never a tube.", Kind.FEVER),
    Choice(
        "repeat",
        "Again",
        "Somebody who was checked in already: told where, gets no second place.",
        Kind.REPEAT,
    ),
    Choice("red", "Red code", "A red code: people go on at the manual desk.", Kind.RED),
    Choice("yellow", "Yellow code", "A yellow code: the manual desk as well.", Kind.YELLOW),
    Choice(
        "unknown-colour",
        "No colour",
        "A code whose colour nobody knows: accepted on this site, and flagged.",
        Kind.UNKNOWN_COLOUR,
    ),
    Choice("not-ours", "Other code", "Some other QR code, for paying perhaps.", Kind.NOT_OURS),
    Choice("expired", "Expired", "A code of this site from yesterday.", Kind.EXPIRED),
    Choice("forged", "Forged", "Looks like ours, signed with another key.", Kind.FORGED),
    Choice(
        "damaged", "Damaged", "Begins like ours and ends in the middle.", text="NCS1.AAAA-damaged"
    ),
    Choice(
        "too-long",
        "Too long",
        "A code with more text than any of ours may have.",
        text="https://example.invalid/" + "x" * TOO_LONG_CHARACTERS,
    ),
    Choice("nothing", "No phone", "Only a forehead: the kiosk asks for a code."),
)

BY_NAME = {choice.name: choice for choice in CHOICES}
