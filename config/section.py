"""What every table of settings is made of: a frozen struct that refuses unknown keys, and bounds.

Owns the shapes that several tables share; must not know any table.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Url = Annotated[str, Meta(min_length=1, max_length=512)]
Seconds = Annotated[float, Meta(ge=0.05, le=86_400)]
Celsius = Annotated[float, Meta(ge=-20.0, le=60.0)]
Baud = Annotated[int, Meta(ge=300, le=4_000_000)]
Host = Annotated[str, Meta(min_length=1, max_length=253)]
Port = Annotated[int, Meta(ge=1, le=65_535)]


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the TOML file. Frozen; unknown keys are errors."""
