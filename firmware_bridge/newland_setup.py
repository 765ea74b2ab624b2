"""The first words to a Newland scanner: the settings that the site took from its manual.

Owns sending them and hearing that each was taken. Without settings nothing is said.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from firmware_bridge.codecs.newland import NewlandCodec, NewlandSetting, SettingAnswer
from firmware_bridge.errors import LinkError
from firmware_bridge.transport import Transport

LISTEN_S = 0.5
_WRITE_TIMEOUT_S = 0.5


class NewlandSetup:
    """A `firmware_bridge.handshake.Handshake`. Settings hold until the scanner loses its power."""

    def __init__(
        self,
        settings: Sequence[NewlandSetting],
        *,
        listen_s: float = LISTEN_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = tuple(settings)
        self._listen_s = listen_s
        self._now = now

    def __call__(self, transport: Transport) -> bytes:
        """Raises `LinkError` when a setting was refused or not answered."""
        for setting in self._settings:
            taken = self._taken(transport, setting)
            if taken is None:
                raise LinkError(
                    f"the scanner did not answer the setting {setting.text};"
                    " check its cable, scanner.baud and scanner.kind"
                )
            if not taken:
                raise LinkError(
                    f"the scanner refused the setting {setting.text};"
                    " look it up in the manual of this model and correct scanner.settings",
                    permanent=True,
                )
        return b""

    def _taken(self, transport: Transport, setting: NewlandSetting) -> bool | None:
        """None when there is no answer."""
        codec = NewlandCodec()
        transport.write(codec.encode(setting), _WRITE_TIMEOUT_S)
        give_up_s = self._now() + self._listen_s
        while (left_s := give_up_s - self._now()) > 0:
            for answer in codec.feed(transport.read(4096, left_s), self._now()):
                if isinstance(answer, SettingAnswer):
                    return answer.taken
        return None
