"""A picture of black and white dots, as a thermal head prints it.

Owns the bit layout only; knows nothing of fonts, barcodes or printers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box in dots; ``left`` and ``top`` belong to it, ``left + width`` does not."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height

    def holds(self, x: int, y: int) -> bool:
        return self.left <= x < self.right and self.top <= y < self.bottom

    def overlaps(self, other: Rectangle) -> bool:
        """They share at least one dot."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def within(self, other: Rectangle) -> bool:
        return (
            other.left <= self.left
            and other.top <= self.top
            and self.right <= other.right
            and self.bottom <= other.bottom
        )


@dataclass(frozen=True, slots=True)
class Bitmap:
    """``rows`` holds ``height`` rows of ``width / 8`` bytes, most significant bit left, 1 = black.

    ``protected`` are areas in which no later step may change a dot: a barcode with its quiet zones.
    ``width`` must be a multiple of 8: a thermal head takes whole bytes.
    """

    width: int
    height: int
    rows: bytes
    protected: tuple[Rectangle, ...] = ()

    def __post_init__(self) -> None:
        if self.width <= 0 or self.width % 8 or self.height <= 0:
            raise ValueError(
                f"{self.width} x {self.height} dots: the width must be a multiple of 8"
            )
        if len(self.rows) != self.bytes_per_row * self.height:
            raise ValueError(
                f"{len(self.rows)} bytes do not make {self.width} x {self.height} dots"
            )

    @property
    def bytes_per_row(self) -> int:
        return self.width // 8

    def is_black(self, x: int, y: int) -> bool:
        """True for a printed dot. Raises IndexError outside the picture."""
        if not (0 <= x < self.width and 0 <= y < self.height):
            raise IndexError(f"dot {x},{y} lies outside {self.width} x {self.height}")
        return bool(self.rows[y * self.bytes_per_row + x // 8] & (0x80 >> x % 8))

    def image(self) -> Image.Image:
        """The picture for people and decoders: mode "L", black on white."""
        from PIL import Image, ImageOps  # noqa: PLC0415  the core starts without Pillow

        dots = Image.frombytes("1", (self.width, self.height), self.rows)
        return ImageOps.invert(dots.convert("L"))


def bitmap_of(image: Image.Image, protected: tuple[Rectangle, ...] = ()) -> Bitmap:
    """Dots of a mode "L" picture: darker than half is black."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    dots = ImageOps.invert(image).convert("1", dither=Image.Dither.NONE)
    return Bitmap(image.width, image.height, dots.tobytes(), protected)
