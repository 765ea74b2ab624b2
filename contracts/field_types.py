"""Shapes of the small values that appear in every message: kiosk id, epoch, sequence, wall time.

Owns their patterns and bounds, for decoding and for the JSON Schema alike. Must not know any
message. ``$(?!\\n)`` means the very end in Python and in ECMAScript, where a bare ``$`` differs
on a newline.
"""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta

KIOSK_ID_PATTERN = r"^[0-9]{6}-[0-9]{4}-k[0-9]{2}$(?!\n)"
WALL_TIME_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})$(?!\n)"
)
TOKEN_PATTERN = r"^[0-9A-Za-z._:-]+$(?!\n)"
KEY_ID_PATTERN = r"^[0-9a-f]{16}$(?!\n)"

MAX_SEQ = 2**31 - 1

KioskId = Annotated[
    str, Meta(pattern=KIOSK_ID_PATTERN, description="region, site and kiosk: 330106-0007-k03")
]
Epoch = Annotated[
    str,
    Meta(pattern=TOKEN_PATTERN, max_length=64, description="drawn together with the ledger file"),
]
Seq = Annotated[
    int, Meta(ge=1, le=MAX_SEQ, description="1, 2, 3 … without gaps within kiosk and epoch")
]
Token = Annotated[str, Meta(pattern=TOKEN_PATTERN, max_length=128)]
KeyId = Annotated[
    str, Meta(pattern=KEY_ID_PATTERN, description="first 8 bytes of SHA-256 of the public key, hex")
]
WallTime = Annotated[
    str, Meta(pattern=WALL_TIME_PATTERN, max_length=40, description="RFC 3339 with offset")
]


def is_kiosk_id(text: str) -> bool:
    """True for ``330106-0007-k03`` and its like: exactly one MQTT topic level, no wildcard."""
    return re.search(KIOSK_ID_PATTERN, text) is not None
