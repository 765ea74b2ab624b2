"""Keeps every open staff page as fresh as the store: one watcher, many listeners.

Owns the reading connection and the newest overview. Looks at SQLite's change counter ten times a
second, reads at most five times a second, and renders only for who is looking. Must not write.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable

import msgspec

from config.model import Language
from coordinator.overview import Overview, read_overview
from coordinator.pages import Pages

LOOK_EVERY_S = 0.1
RENDER_EVERY_S = 0.2
TICK_S = 1.0  # ages grow and kiosks fall silent without anything being written
BEAT_S = 2.0  # a page that hears nothing for longer says so

Render = Callable[[Pages, Overview], dict[str, str]]


class Live:
    """`watch` runs as one task; `follow` is one open page."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        pages: dict[Language, Pages],
        unix_s: Callable[[], float] = time.time,
    ) -> None:
        self._connection = connection
        self._pages = pages
        self._unix_s = unix_s
        self._changed = asyncio.Condition()
        self._version = 0
        self._closing = False
        self._rendered: dict[tuple[Language, str], tuple[int, dict[str, str]]] = {}
        self.overview = read_overview(connection, unix_s())

    def refresh(self) -> Overview:
        """Read now, for an answer that must not be older than its question."""
        self.overview = read_overview(self._connection, self._unix_s())
        return self.overview

    async def watch(self) -> None:
        """Until cancelled."""
        seen, read_s = -1, 0.0
        while True:
            now_s = time.monotonic()
            counter = self._connection.execute("PRAGMA data_version").fetchone()[0]
            changed = counter != seen and now_s - read_s >= RENDER_EVERY_S
            if changed or now_s - read_s >= TICK_S:
                seen, read_s = counter, now_s
                self.refresh()
                await self._wake()
            await asyncio.sleep(LOOK_EVERY_S)

    async def changed_by_us(self) -> None:
        """SQLite's counter does not move for writes of the connection that looks at it."""
        self.refresh()
        await self._wake()

    async def close(self) -> None:
        """End every `follow`, so that the server can stop."""
        self._closing = True
        await self._wake()

    async def follow(self, language: Language, view: str, render: Render) -> AsyncIterator[bytes]:
        """Server-sent events: the fragments that changed, and a beat when none did.

        ``view`` names what ``render`` renders: pages with the same view share the work.

        The first event holds everything, so a page that was away needs no other resume.
        """
        shown: dict[str, str] = {}
        yield b"retry: 1000\n\n"
        while not self._closing:
            version = self._version
            html = self._render_once(language, view, render)
            changed = {name: text for name, text in html.items() if shown.get(name) != text}
            shown = html
            yield _event("fragments", changed) if changed else _event("beat", {})
            await self._next_after(version)

    def _render_once(self, language: Language, view: str, render: Render) -> dict[str, str]:
        version, html = self._rendered.get((language, view), (-1, {}))
        if version != self._version:
            html = render(self._pages[language], self.overview)
            self._rendered[language, view] = (self._version, html)
        return html

    async def _next_after(self, version: int) -> None:
        async with self._changed:
            try:
                async with asyncio.timeout(BEAT_S):
                    await self._changed.wait_for(lambda: self._version != version or self._closing)
            except TimeoutError:
                return

    async def _wake(self) -> None:
        async with self._changed:
            self._version += 1
            self._changed.notify_all()


def _event(name: str, data: dict[str, str]) -> bytes:
    """JSON has no raw line break, so one ``data:`` line is enough."""
    return f"event: {name}\ndata: ".encode() + msgspec.json.encode(data) + b"\n\n"
