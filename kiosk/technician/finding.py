"""What one check of the doctor found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """``ok`` None: it cannot be told, which is not the same as fine.

    ``detail`` is what was found, ``action`` what to do about it.
    """

    check: str
    ok: bool | None
    detail: str
    action: str = ""

    @property
    def sentence(self) -> str:
        return f"{self.check}: {self.detail}" + (f"; {self.action}" if self.action else "")

    def fields(self) -> dict[str, object]:
        return {
            "check": self.check,
            "ok": self.ok,
            "detail": self.detail,
            "action": self.action,
        }
