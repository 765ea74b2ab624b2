"""Does a folder lie in memory? What may show or name a person goes nowhere else.

Owns the question to the kernel's list of mounts. Must not create anything.
"""

from __future__ import annotations

from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
_MEMORY_FILE_SYSTEMS = frozenset({"tmpfs", "ramfs"})


def lies_in_memory(folder: Path, mounts: Path = MOUNTS) -> bool:
    """False also when nothing is known of the folder: unknown is never fine."""
    return file_system_of(folder, mounts) in _MEMORY_FILE_SYSTEMS


def file_system_of(folder: Path, mounts: Path = MOUNTS) -> str:
    """The kind of file system ``folder`` lies on; "" when it is not found."""
    resolved = folder.resolve()
    kinds: dict[Path, str] = {}
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, place, kind, *_ = line.split(" ")
        kinds[Path(place.encode().decode("unicode_escape"))] = kind
    for parent in (resolved, *resolved.parents):
        if parent in kinds:
            return kinds[parent]
    return ""
