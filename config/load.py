"""From a profile and files to frozen settings, or one sentence that says what to change.

Owns the order of layers: built-in defaults, then the profile, then each file; the last one wins.
Must not start or open anything but these files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from config.check import check
from config.complaint import Complaint
from config.cross_checks import coordinator_complaints, kiosk_complaints
from config.layers import Layers
from config.model import CoordinatorConfig, KioskConfig
from config.sentences import ConfigError, did_you_mean, quoted, wrong

__all__ = ["ConfigError", "load_coordinator", "load_kiosk", "profile_names"]

_PROFILES = Path(__file__).parent / "profiles"


def profile_names() -> tuple[str, ...]:
    """The site profiles that come with the program, sorted."""
    return tuple(sorted(file.stem for file in _PROFILES.glob("*.toml")))


def load_kiosk(profile: str, files: Sequence[Path]) -> KioskConfig:
    """Settings of a kiosk. Raises `ConfigError`; nothing else, whatever the files hold."""
    layers = Layers()
    names = profile_names()
    if profile not in names:
        raise ConfigError(
            f"there is no site profile {quoted(profile)};{did_you_mean(profile, names)}"
            f" allowed: {', '.join(names)}"
        )
    layers.lay(_PROFILES / f"{profile}.toml", f"profile {profile}")
    for file in files:
        layers.lay(file)
    config = check(layers, KioskConfig)
    _refuse(layers, kiosk_complaints(config))
    return config


def load_coordinator(files: Sequence[Path]) -> CoordinatorConfig:
    """Settings of a coordinator; all keys stand at the top level. Raises `ConfigError`."""
    layers = Layers()
    for file in files:
        layers.lay(file)
    config = check(layers, CoordinatorConfig)
    _refuse(layers, coordinator_complaints(config))
    return config


def _refuse(layers: Layers, complaints: Iterable[Complaint]) -> None:
    for complaint in complaints:
        raise wrong(layers.file_of(complaint.path), complaint.path[:-1], complaint.sentence)
