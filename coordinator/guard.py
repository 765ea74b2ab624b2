"""Keeps foreign web pages off the staff page: host names, cross-site posts, framing, outside files.

Owns the headers. There is no log-in yet, so the network decides who is staff: the page listens on
loopback unless the settings say otherwise. Must not know the pages.
"""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self';"
    " base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


class Guard:
    """ASGI middleware. ``names`` may stand in Host besides addresses and localhost."""

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self._app = app
        self._names = names | {"localhost", socket.gethostname().lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self.is_our_host(headers.get("host", "")):
            answer = PlainTextResponse("This is not the name of this site.", status_code=421)
            await answer(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD") and is_cross_site(headers):
            answer = PlainTextResponse("This came from another web page.", status_code=403)
            await answer(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer_headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    answer_headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_guarded)

    def is_our_host(self, host: str) -> bool:
        """Addresses and our own names. A foreign name that leads here is an attack (rebinding)."""
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
            return name in self._names or ipaddress.ip_address(name) is not None
        except ValueError:
            return False


def is_cross_site(headers: Headers) -> bool:
    """Browsers say where a post comes from; what says nothing is no browser."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")
