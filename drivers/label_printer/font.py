"""Where the Simplified Chinese face of Noto Sans CJK lies on this machine.

Owns the search; must not draw. The wrong face of the same file draws Japanese or Korean forms of
the characters, so the face is chosen by its name and never by its number alone.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageFont

FAMILY = "Noto Sans CJK SC"
_DEBIAN_FILES = (
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"),
    Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
)
_LIKELY_FACES = (2, 0, 1, 3, 4, 5, 6, 7, 8, 9)  # Debian's collection holds SC as face 2
_FC_MATCH_TIMEOUT_S = 5.0


class FontMissing(Exception):
    """No Simplified Chinese font is installed; the text says what to install."""


@dataclass(frozen=True, slots=True)
class FontFace:
    path: Path
    index: int
    family: str
    style: str

    def at(self, size_px: int) -> ImageFont.FreeTypeFont:
        """The face at ``size_px`` dots per em, opened once."""
        return _open(self.path, self.index, size_px)


@lru_cache(maxsize=64)
def _open(path: Path, index: int, size_px: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont  # noqa: PLC0415  the core starts without Pillow

    return ImageFont.truetype(str(path), size_px, index=index)


@cache
def simplified_chinese() -> FontFace:
    """Bold before regular: thin strokes vanish on a thermal head. Raises `FontMissing`."""
    return choose_face((*_DEBIAN_FILES, *_from_fontconfig()))


def choose_face(files: Iterable[Path]) -> FontFace:
    """The first Simplified Chinese face in ``files``; raises `FontMissing` when there is none."""
    for path in files:
        if path.is_file() and (face := _face_in(path)) is not None:
            return face
    raise FontMissing(
        f"no font {FAMILY!r} on this machine, labels cannot be drawn: "
        "install it with `apt-get install fonts-noto-cjk`"
    )


def _face_in(path: Path) -> FontFace | None:
    from PIL import ImageFont  # noqa: PLC0415

    for index in _LIKELY_FACES:
        try:
            family, style = ImageFont.truetype(str(path), 16, index=index).getname()
        except OSError:
            continue
        if family == FAMILY:
            return FontFace(path, index, FAMILY, style or "")
    return None


def _from_fontconfig() -> tuple[Path, ...]:
    """What fontconfig would take; nothing when fontconfig is not installed."""
    command = shutil.which("fc-match")
    if command is None:
        return ()
    try:
        found = subprocess.run(
            [command, "-f", "%{file}", f"{FAMILY}:bold"],
            capture_output=True,
            text=True,
            timeout=_FC_MATCH_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return (Path(found.stdout.strip()),) if found.stdout.strip() else ()
