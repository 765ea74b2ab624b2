"""``kioskctl verify-code``: is a registration code genuine and in force at a given time?

Owns the words of the verdict. Prints the subject masked: a verdict needs no full name.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from contracts.keys import KeyRefused
from contracts.registration_code import (
    PREFIX,
    SCHEME,
    CodeRefusal,
    RegistrationCode,
    RegistrationRefused,
    read_registration_code,
)
from contracts.signing import VerifyKey
from kiosk.identity.masking import mask_name, mask_number
from kiosk.technician.answers import answer, fail, remark

_REASONS = {
    CodeRefusal.NOT_OURS: f"the text does not begin with {PREFIX}: it is no code of this site",
    CodeRefusal.DAMAGED: "the text is cut off or was changed: scan the code again",
    CodeRefusal.FORGED: "no key in the trust folder signed this code",
    CodeRefusal.EXPIRED: "the code is genuine but has expired: a new one is needed",
    CodeRefusal.CLOCK_UNKNOWN: "the time is not known",
}
_MOST_TEXT = 64 * 1024
Verdict = Literal["valid", "invalid", "cannot_verify"]


def verify_code(
    trust: Annotated[Path, typer.Option(help="folder of trusted public keys, *.pem")],
    at: Annotated[
        str, typer.Option(help="time to judge for, such as 2026-11-22T08:00:00+08:00, or Unix s")
    ] = "now",
) -> None:
    """Read a code's text on standard input and judge it. Exit status 0 only when it is valid."""
    keys = _trusted_keys(trust)
    at_unix_s = _unix_s(at)
    text = sys.stdin.buffer.read(_MOST_TEXT).decode(errors="replace").strip()
    try:
        code = read_registration_code(text, keys, at_unix_s)
    except RegistrationRefused as refused:
        _refuse(refused.reason, text, keys)
    _say("valid", "", SCHEME, _subject(code))


def _refuse(reason: CodeRefusal, text: str, keys: Sequence[VerifyKey]) -> NoReturn:
    verdict: Verdict = "invalid"
    sentence = _REASONS[reason]
    if not text:
        verdict, sentence = "cannot_verify", "there is no text on standard input"
    elif reason in (CodeRefusal.NOT_OURS, CodeRefusal.CLOCK_UNKNOWN):
        verdict = "cannot_verify"
    elif reason is CodeRefusal.FORGED and not keys:
        verdict, sentence = "cannot_verify", "the trust folder holds no usable public key"
    _say(verdict, sentence, SCHEME if text.startswith(PREFIX) else "unknown", None)
    fail(sentence)


def _say(verdict: Verdict, reason: str, scheme: str, subject: dict[str, str] | None) -> None:
    answer({"scheme": scheme, "verdict": verdict, "reason": reason, "subject": subject})


def _subject(code: RegistrationCode) -> dict[str, str]:
    return {
        "name": mask_name(code.name),
        "document_kind": code.document_kind.value,
        "document_number": mask_number(code.document_number),
        "colour": code.colour.value,
    }


def _trusted_keys(folder: Path) -> list[VerifyKey]:
    if not folder.is_dir():
        fail(f"--trust: {folder} is no folder; give the folder that holds registration.pub.pem")
    keys = []
    for file in sorted(folder.glob("*.pem")):
        try:
            keys.append(VerifyKey.from_pem(file.read_bytes()))
        except (KeyRefused, OSError) as error:
            remark(f"{file} is passed over: {error}")
    return keys


def _unix_s(text: str) -> float:
    """Unix seconds of an RFC 3339 time; a time without an offset is taken as local."""
    if text == "now":
        return datetime.now().timestamp()  # noqa: DTZ005  seconds since 1970 need no zone
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        fail(f"--at: {text!r} is no time; write one like 2026-11-22T08:00:00+08:00")
