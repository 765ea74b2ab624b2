"""`site-coordinator monitor`: the staff page over HTTP, live by server-sent events.

Owns routes and the server. Reads the store; writes only the lane's word. Must not be needed by the
ingest, and needs nothing from outside: no file of the page comes from another host.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import socket
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import sdnotify
import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from config.model import CoordinatorConfig, Language
from coordinator.database import FILE_NAME, StoreError, open_existing
from coordinator.guard import Guard
from coordinator.lane_word import WordRefused, mark_sampled, take_back
from coordinator.live import Live
from coordinator.overview import Overview
from coordinator.pages import Pages

FEED_EVERY_TICKS = 50  # five seconds
STORE_WAIT_S = 10.0  # the ingest makes the store; both start together

_NUMBER = re.compile(r"[0-9]{1,2}")  # of a lane, or of places in a tube

log = logging.getLogger(__name__)


class StaffSite:
    """The routes over one store."""

    def __init__(
        self, connection: sqlite3.Connection, pages: dict[Language, Pages], default: Language
    ) -> None:
        self._connection = connection
        self._default = default
        self._pages = pages
        self._live = Live(connection, pages)

    def routes(self) -> list[Route | Mount]:
        static = StaticFiles(packages=[("coordinator", "static")])
        return [
            Route("/", self._site_page),
            Route("/lanes/{number}", self._lane_page),
            Route("/events", self._events),
            Route("/sampled", self._sampled, methods=["POST"]),
            Route("/sampled/take-back", self._take_back, methods=["POST"]),
            Mount("/static", static),
        ]

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        watcher = asyncio.create_task(self._live.watch())
        try:
            yield
        finally:
            watcher.cancel()
            with suppress(asyncio.CancelledError):
                await watcher

    async def stop_following(self) -> None:
        """Open pages keep the server from stopping; call this first."""
        await self._live.close()

    async def _site_page(self, request: Request) -> Response:
        page = self._pages_for(request).page(self._live.refresh())
        return self._with_language(request, HTMLResponse(page))

    async def _lane_page(self, request: Request) -> Response:
        number = request.path_params["number"]
        if not _is_lane(number):
            raise HTTPException(404)
        page = self._pages_for(request).lane_page(self._live.refresh(), int(number))
        return self._with_language(request, HTMLResponse(page))

    async def _events(self, request: Request) -> Response:
        lane = request.query_params.get("lane", "")
        if lane and not _is_lane(lane):
            raise HTTPException(404)

        def render(pages: Pages, overview: Overview) -> dict[str, str]:
            if lane:
                return {"lane": pages.lane_fragment(overview, int(lane))}
            return pages.fragments(overview)

        events = self._live.follow(self._language(request), lane, render)
        return StreamingResponse(events, media_type="text/event-stream")

    async def _sampled(self, request: Request) -> Response:
        form = await request.form()
        tube, places = str(form.get("tube", "")), str(form.get("places", ""))
        try:
            if places and not _NUMBER.fullmatch(places):
                raise WordRefused("places")
            count = mark_sampled(
                self._connection, tube, int(places) if places else None, time.time()
            )
        except WordRefused as refused:
            return self._refuse(request, refused)
        await self._live.changed_by_us()
        return self._done(request, tube, count)

    async def _take_back(self, request: Request) -> Response:
        form = await request.form()
        tube = str(form.get("tube", ""))
        try:
            count = take_back(self._connection, tube, time.time())
        except WordRefused as refused:
            return self._refuse(request, refused)
        await self._live.changed_by_us()
        return self._done(request, tube, count)

    def _done(self, request: Request, tube: str, sampled: int) -> Response:
        if _wants_json(request):
            return JSONResponse({"tube": tube.replace(" ", ""), "sampled": sampled})
        came_from = urlsplit(request.headers.get("referer", "")).path
        back = came_from if came_from.startswith("/lanes/") else "/"
        return RedirectResponse(back, status_code=303)

    def _refuse(self, request: Request, refused: WordRefused) -> Response:
        pages = self._pages_for(request)
        sentence = pages.sentence(f"staff.refused.{refused.reason}")
        if _wants_json(request):
            return JSONResponse({"reason": refused.reason, "sentence": sentence}, status_code=409)
        return HTMLResponse(pages.refused(sentence), status_code=409)

    def _language(self, request: Request) -> Language:
        asked = request.query_params.get("lang") or request.cookies.get("lang") or ""
        return Language(asked) if asked in list(Language) else self._default

    def _pages_for(self, request: Request) -> Pages:
        return self._pages[self._language(request)]

    def _with_language(self, request: Request, response: Response) -> Response:
        if "lang" in request.query_params:
            response.set_cookie("lang", self._language(request), samesite="strict", httponly=True)
        return response


def all_pages(site_name: str) -> dict[Language, Pages]:
    """Every language, its texts read once."""
    return {language: Pages(language, site_name) for language in Language}


def staff_app(
    connection: sqlite3.Connection, pages: dict[Language, Pages], config: CoordinatorConfig
) -> tuple[Starlette, StaffSite]:
    """The ASGI application and its site."""
    site = StaffSite(connection, pages, config.language)
    guard = Middleware(Guard, names=frozenset({config.web_host.lower()}))
    return Starlette(routes=site.routes(), middleware=[guard], lifespan=site.lifespan), site


def serve(config: CoordinatorConfig) -> None:
    """Until SIGTERM or SIGINT. Raises `StoreError` when there is no store or the port is taken."""
    listener = _listen(config.web_host, config.web_port)
    with closing(listener), closing(_wait_for_store(Path(config.state_dir) / FILE_NAME)) as store:
        app, site = staff_app(store, all_pages(config.site_name), config)
        settings = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        log.info("The staff page is at http://%s:%d/", config.web_host, config.web_port)
        _Server(settings, site).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Says when it listens, and lets open pages go before it waits for them to end."""

    def __init__(self, config: uvicorn.Config, site: StaffSite) -> None:
        super().__init__(config)
        self._site = site
        self._notifier = sdnotify.SystemdNotifier()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._notifier.notify("READY=1")

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second from the event loop itself: a loop that hangs feeds no watchdog."""
        if counter % FEED_EVERY_TICKS == 0:
            self._notifier.notify("WATCHDOG=1")
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._site.stop_following()
        await super().shutdown(sockets)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise StoreError(
            f"The staff page cannot listen on {host}:{port} ({why}): it is taken, or"
            " the address is not one of this machine. Change web_host or web_port."
        ) from None


def _is_lane(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _wait_for_store(path: Path) -> sqlite3.Connection:
    """The newest refusal when it does not come up in `STORE_WAIT_S`."""
    ends_s = time.monotonic() + STORE_WAIT_S
    while True:
        try:
            return open_existing(path)
        except StoreError:
            if time.monotonic() >= ends_s:
                raise
            time.sleep(0.1)
