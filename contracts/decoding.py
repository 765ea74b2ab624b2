"""Decoding of bytes that anybody may have sent.

Owns the list of what a JSON decoder can raise, and the place of an error without the value there.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

_Read = TypeVar("_Read")


class NotReadable(Exception):
    """The bytes do not decode. Says where (``at $.seq``), never what: values may be personal."""


def decode(decoder: msgspec.json.Decoder[_Read], raw: bytes | str) -> _Read:
    """What ``raw`` holds, or `NotReadable` and nothing else."""
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise NotReadable(_place(error)) from None
    except RecursionError:
        raise NotReadable("nested too deeply") from None


def _place(error: Exception) -> str:
    text = str(error)
    return f"at {text[text.rindex('`$') :].strip('`')}" if "`$" in text else "malformed JSON"
