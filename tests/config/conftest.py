"""A site's file to write, and the sentence that is said of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from config.load import ConfigError, load_kiosk


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write the text into ``site.toml``."""

    def write_site(text: str) -> Path:
        file = tmp_path / "site.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write_site


@pytest.fixture
def sentence() -> Callable[[Path], str]:
    """The error that a kiosk makes of one file, with its folder left out."""

    def say(file: Path) -> str:
        with pytest.raises(ConfigError) as wrong:
            load_kiosk("sampling-site", [file])
        return str(wrong.value).replace(f"{file.parent}/", "")

    return say
