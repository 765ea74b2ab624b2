"""Whose frames are these? Names the protocol in bytes that were noise to the codec in charge.

Owns the list of protocols whose frames prove themselves by a checksum: only these can be recognised
without asking. Must not ask anything: a strange device is listed, not touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from firmware_bridge.codec import Codec, Noise
from firmware_bridge.codecs.cjmcu90614 import Cjmcu90614Codec
from firmware_bridge.codecs.ga450 import Ga450Codec
from firmware_bridge.codecs.gy_mcu90615 import Gy90615Codec

PROVING: Mapping[str, Callable[[], Codec[Any]]] = MappingProxyType(
    {
        "gy-mcu90615": Gy90615Codec,
        "cjmcu-90614": Cjmcu90614Codec,
        "ga450": Ga450Codec,
    }
)
FRAMES_TO_BELIEVE = 2
"""One frame of chance in noise happens once in some thousand samples, two do not."""


def protocol_in(sample: bytes) -> str:
    """The name of the protocol that ``sample`` speaks, or "" when it is none of `PROVING`."""
    for name, make_codec in PROVING.items():
        found = make_codec().feed(sample, 0.0)
        if sum(not isinstance(item, Noise) for item in found) >= FRAMES_TO_BELIEVE:
            return name
    return ""
