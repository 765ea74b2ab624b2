"""From what the camera read to a registration that counts, or the one reason why it does not.

Owns the order of the questions. Must not know cameras or screens, and keeps nothing of the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from contracts.registration_code import (
    RegistrationCode,
    RegistrationRefused,
    read_registration_code,
)
from contracts.signing import VerifyKey


class CodeProblem(StrEnum):
    """Why a code is refused. The screen's text is ``notice.code-`` and the value."""

    TOO_LONG = "too-long"
    BINARY = "binary"
    NOT_OURS = "not-ours"
    DAMAGED = "damaged"
    FORGED = "forged"
    EXPIRED = "expired"
    CLOCK_UNKNOWN = "clock-unknown"


@dataclass(frozen=True, slots=True)
class CodeAccepted:
    """Ours, genuine and in force. Colour and policy are judged elsewhere."""

    code: RegistrationCode


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """Nothing but the reason is kept."""

    why: CodeProblem

    @property
    def notice(self) -> str:
        """Message id of the sentence on the screen."""
        return f"notice.code-{self.why.value}"


def read_code(
    text: str,
    *,
    binary: bool,
    too_long: bool,
    verify_keys: Iterable[VerifyKey],
    now_unix_s: float | None,
) -> CodeAccepted | CodeRefused:
    """Judge one code, whatever it holds. ``now_unix_s`` None: the clock is not to be trusted."""
    if too_long:
        return CodeRefused(CodeProblem.TOO_LONG)
    if binary:
        return CodeRefused(CodeProblem.BINARY)
    try:
        return CodeAccepted(read_registration_code(text, verify_keys, now_unix_s))
    except RegistrationRefused as refused:
        return CodeRefused(CodeProblem(refused.reason.value))
