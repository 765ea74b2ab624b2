"""The private folder of one demo site: where everything it writes lies.

Owns the layout. State is on disk, what may show a person is in memory. Must not outlive the demo
unless the user asked to keep it.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

MEMORY = Path("/dev/shm")
SOCKET_PATH_LIMIT = 100  # a Unix socket path has 108 bytes; our longest name below needs the rest


class FolderError(Exception):
    """The folder cannot be used. The text is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """``root`` on disk, ``memory`` on tmpfs when there is one. ``kept`` survives the end."""

    root: Path
    memory: Path
    kept: bool

    @property
    def kiosk_state(self) -> Path:
        return self.root / "kiosk"

    @property
    def kiosk_keys(self) -> Path:
        return self.root / "kiosk-keys"

    @property
    def coordinator_state(self) -> Path:
        return self.root / "coordinator"

    @property
    def coordinator_keys(self) -> Path:
        return self.root / "coordinator-keys"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def kiosk_runtime(self) -> Path:
        return self.memory / "kiosk"

    @property
    def mirror(self) -> Path:
        return self.memory / "mirror"

    @property
    def notify(self) -> Path:
        return self.memory / "notify"

    @property
    def twins(self) -> Path:
        return self.memory / "twins"

    def make(self) -> None:
        """Create every folder, private to this user."""
        for path in (
            self.kiosk_state,
            self.kiosk_keys,
            self.coordinator_state,
            self.coordinator_keys,
            self.logs,
            self.kiosk_runtime,
            self.mirror,
            self.notify,
            self.twins,
        ):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def remove(self) -> None:
        """Everything in memory goes; what is on disk goes unless it is kept."""
        shutil.rmtree(self.memory, ignore_errors=True)
        if not self.kept:
            shutil.rmtree(self.root, ignore_errors=True)


def make_folder(keep: Path | None) -> DemoFolder:
    """A fresh folder, or ``keep``, which must be absent or empty: a demo never writes over a site.

    Raises `FolderError` with one sentence when the folder cannot be used.
    """
    try:
        if keep is None:
            root = Path(tempfile.mkdtemp(prefix="kiosk-demo-"))
        else:
            root = keep.resolve()
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(root.iterdir()):
                raise FolderError(f"{root} is not empty: name a new folder with --keep.")
        memory = Path(
            tempfile.mkdtemp(prefix="kiosk-demo-", dir=MEMORY if MEMORY.is_dir() else None)
        )
        folder = DemoFolder(root, memory, keep is not None)
        folder.make()
    except OSError as error:
        raise FolderError(
            f"The demo cannot write its folder ({error.filename}): {error.strerror}. "
            "Free some space or set TMPDIR to a folder you may write."
        ) from error
    if len(str(folder.memory)) > SOCKET_PATH_LIMIT - 20:
        folder.remove()
        raise FolderError(f"{folder.memory} is too long for a socket path: set a shorter TMPDIR.")
    return folder
