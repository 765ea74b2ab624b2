"""``python -m kiosk.screen.sheet --sheet FILE.png``: every page in every language and size.

Draws the pure view with the real painter, without a window: for people who review the screens and
for documentation. ``--page NAME --out FILE.png`` draws one of them at full size.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from config.model import Language
from config.translations import Catalogue
from kiosk.screen.composer import Layout
from kiosk.screen.painter import Painter
from kiosk.screen.samples import NOW_S, samples
from kiosk.screen.stand_in import camera_picture
from kiosk.screen.surface import surface_pixels
from kiosk.screen.theme import REFERENCE_WIDTH_MM, Grid
from kiosk.screen.typeface import Typeface, TypefaceMissing
from kiosk.screen.view import draw, draw_one_moment

SIZES = ((1280, 800), (1024, 600))
_THUMB_W = 400
_GAP = 12
_BETWEEN: tuple[int, int, int] = (38, 50, 62)
Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Variant:
    """One column of the sheet."""

    language: Language
    large_text: bool
    size: tuple[int, int]


VARIANTS = tuple(
    Variant(language, large_text, size)
    for size in SIZES
    for large_text in (False, True)
    for language in Language
)


class Studio:
    """Draws samples as (height, width, BGR) pictures."""

    def __init__(self) -> None:
        self._typeface = Typeface()
        self._catalogues = {language: Catalogue.load(language) for language in Language}
        self._camera = camera_picture()

    def picture(self, page: str, variant: Variant) -> Picture:
        """One page as the resident would see it. ``page`` is a sample's name or ``one-moment``."""
        width, height = variant.size
        grid = Grid(width, height, REFERENCE_WIDTH_MM)
        layout = Layout(grid, self._typeface, self._catalogues)
        painter = Painter(width, height, self._typeface)
        known = samples(variant.language, variant.large_text)
        if page in known:
            painter.show(draw(known[page], layout, NOW_S))
        else:
            painter.show(draw_one_moment(layout, variant.language))
        painter.show_frame(self._camera)
        return surface_pixels(painter.canvas)[..., :3].copy()


def page_names() -> tuple[str, ...]:
    return (*samples(Language.ZH), "one-moment")


def contact_sheet(studio: Studio) -> Picture:
    """Pages down, variants across."""
    rows = [np.hstack(list(_row(studio, page))) for page in page_names()]
    return np.vstack(rows)


def _row(studio: Studio, page: str) -> Iterator[Picture]:
    thumb_h = _THUMB_W * 800 // 1280
    for variant in VARIANTS:
        picture = studio.picture(page, variant)
        height = round(picture.shape[0] * _THUMB_W / picture.shape[1])
        thumb = cv2.resize(picture, (_THUMB_W, height), interpolation=cv2.INTER_AREA)
        cell = np.empty((thumb_h + _GAP, _THUMB_W + _GAP, 3), np.uint8)
        cell[:] = _BETWEEN[::-1]
        cell[:height, :_THUMB_W] = thumb
        yield cell


def save(picture: Picture, path: Path) -> None:
    """Write a (height, width, BGR) picture as PNG."""
    done, data = cv2.imencode(".png", picture)
    if not done:
        raise OSError(f"{path} could not be encoded as PNG")
    path.write_bytes(data.tobytes())


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m kiosk.screen.sheet", description=__doc__)
    parser.add_argument("--sheet", type=Path, help="where to write the contact sheet")
    parser.add_argument("--page", choices=page_names(), help="draw one page at full size")
    parser.add_argument("--out", type=Path, help="where to write that page")
    parser.add_argument("--language", type=Language, choices=list(Language), default=Language.ZH)
    parser.add_argument("--large-text", action="store_true")
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    arguments = parser.parse_args(argv)
    if arguments.sheet is None and (arguments.page is None or arguments.out is None):
        parser.error("name --sheet FILE.png, or --page NAME with --out FILE.png")
    try:
        studio = Studio()
        if arguments.sheet is not None:
            save(contact_sheet(studio), arguments.sheet)
        if arguments.page is not None and arguments.out is not None:
            size = (arguments.width, arguments.height)
            variant = Variant(arguments.language, arguments.large_text, size)
            save(studio.picture(arguments.page, variant), arguments.out)
    except (TypefaceMissing, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
