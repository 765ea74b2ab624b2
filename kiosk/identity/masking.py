"""What of a name or number may be shown to bystanders: enough for its owner, too little for others.

Owns the masks ``王*芳`` and ``1101****12*3``. The masked text is made from the first and last
characters alone, and never holds a control character.
"""

from __future__ import annotations

_STAR = "*"
_SEPARATORS = "·• -"
_MAX_SHOWN = 24


def mask_name(name: str) -> str:
    """First and last character, stars between; ``王*`` for two, ``*`` for one.

    Dots, spaces and hyphens stay, so that long names keep their shape; longer than 24 is shortened.
    """
    name = name.strip()
    if len(name) <= 1:
        return _STAR * len(name)
    first = _shown(name[0])
    last = _shown(name[-1]) if len(name) > 2 else _STAR
    between = [c if c in _SEPARATORS else _STAR for c in name[1:-1]]
    return first + "".join(between[: _MAX_SHOWN - 2]) + last


def mask_number(number: str) -> str:
    """``1101****12*3`` for 18 characters; ``E1****78`` from eight; else stars.

    The third last digit of a GB 11643 number is shown, the second last is not: it tells the sex.
    The stars do not count the hidden characters.
    """
    number = "".join(number.split())
    if len(number) == 18:
        shown = "".join(_shown(c) for c in number)
        return f"{shown[:4]}****{shown[14:16]}*{shown[17]}"
    if len(number) >= 8:
        shown = "".join(_shown(c) for c in number)
        return f"{shown[:2]}****{shown[-2:]}"
    return _STAR * 4 if number else ""


def _shown(character: str) -> str:
    return character if character.isprintable() else _STAR
