"""What the screen's tests share: the real typeface and words, opened once; no window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pygame
import pytest

from config.model import Language
from config.translations import Catalogue
from kiosk.screen.composer import Layout
from kiosk.screen.theme import REFERENCE_WIDTH_MM, Grid
from kiosk.screen.typeface import Typeface


@pytest.fixture(scope="session")
def typeface() -> Typeface:
    return Typeface()


@pytest.fixture(scope="session")
def catalogues() -> Mapping[Language, Catalogue]:
    return {language: Catalogue.load(language) for language in Language}


@pytest.fixture(scope="session")
def layout_of(
    typeface: Typeface, catalogues: Mapping[Language, Catalogue]
) -> Callable[[int, int], Layout]:
    """A layout for a screen of that many pixels on the reference panel."""
    kept: dict[tuple[int, int], Layout] = {}

    def layout(width: int, height: int) -> Layout:
        if (width, height) not in kept:
            grid = Grid(width, height, REFERENCE_WIDTH_MM)
            kept[width, height] = Layout(grid, typeface, catalogues)
        return kept[width, height]

    return layout


@pytest.fixture(autouse=True)
def unseen_display(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """SDL's dummy driver; closes what a test's window opened and restores the environment."""
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    yield
    pygame.display.quit()
