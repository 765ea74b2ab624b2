"""JSON Schemas of the settings, for editors that complete and check TOML, made from the types.

Owns ``config/schema``. ``python -m config.schema`` rewrites the files, and a test fails while they
are stale. Rules between keys are not in them: `config.cross_checks` has those.
"""

from __future__ import annotations

from pathlib import Path

from config.model import CoordinatorConfig, KioskConfig
from contracts.schema import schema_text

FOLDER = Path(__file__).parent / "schema"

_SETTINGS = {
    "coordinator.schema.json": CoordinatorConfig,
    "kiosk.schema.json": KioskConfig,
}


def schemas() -> dict[str, str]:
    """File name to text."""
    return {name: schema_text(name, kind) for name, kind in _SETTINGS.items()}


def main() -> None:
    """Rewrite every file."""
    for name, text in schemas().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
