"""How many people share a specimen tube: one word list for kiosk, coordinator, labels, config."""

from enum import StrEnum


class PoolClass(StrEnum):
    """Household: one family, one tube, whatever its size. Classes are never mixed in a tube."""

    TWENTY = "20"
    TEN = "10"
    FIVE = "5"
    HOUSEHOLD = "household"
    ONE = "1"
