"""The bench page's web application: its own files, live streams, orders.

Listens on loopback only. Orders are JSON posts and other hosts' names are refused, so that no other
web page can reach a bench through the browser.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from hil.bench.bench import Bench
from hil.bench.hands import KnobRefused
from hil.bench.pictures import FramePictures
from hil.demo.stage import SKINS
from hil.faults import InstrumentKind, NotExpressible

ASSETS = Path(__file__).parent / "assets"
PICTURE_INTERVAL_S = 0.08
STATE_INTERVAL_S = 0.15
MAX_ORDER_BYTES = 2_000
_BOUNDARY = "kiosk"
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}

Handler = Callable[[Request], Awaitable[Response]]


class Tap(Struct, forbid_unknown_fields=True):
    x: float
    y: float


class ChooseKind(Struct, forbid_unknown_fields=True):
    kind: str


class SetAutopilot(Struct, forbid_unknown_fields=True):
    on: bool


class SetFault(Struct, forbid_unknown_fields=True):
    role: str
    word: str | None


def make_page(bench: Bench) -> Starlette:
    """The application for one bench."""
    routes = [
        Route("/", _index),
        Mount("/assets", StaticFiles(directory=ASSETS)),
        Route("/events", _events(bench)),
        Route("/state.json", _state(bench)),
        Route("/screen.mjpeg", _motion(bench, bench.screen_pictures)),
        Route("/camera.mjpeg", _motion(bench, bench.camera_pictures)),
        Route("/papers/{number:int}.png", _paper(bench)),
        _order("/tap", Tap, lambda order: bench.tap(order.x, order.y)),
        _order("/kind", ChooseKind, lambda order: bench.choose(order.kind)),
        _order("/knob", dict[str, float], lambda order: _turn(bench, order)),
        _order("/forward", dict[str, str], lambda _: bench.forward()),
        _order("/scan", dict[str, str], lambda _: bench.scan()),
        _order("/away", dict[str, str], lambda _: bench.away()),
        _order("/autopilot", SetAutopilot, lambda order: bench.set_autopilot(order.on)),
        _order("/fault", SetFault, lambda order: bench.fault(order.role, order.word)),
    ]
    hosts = ["127.0.0.1", "localhost"]
    return Starlette(
        routes=routes, middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts)]
    )


_NOT_AN_ORDER = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What msgspec raises on bytes that are no JSON of the wanted type, nested ones included."""


async def _index(request: Request) -> Response:
    return FileResponse(ASSETS / "bench.html", headers=_HEADERS)


def _state(bench: Bench) -> Handler:
    async def state(request: Request) -> Response:
        body = json.dumps(await asyncio.to_thread(bench.state), ensure_ascii=False)
        return Response(body, media_type="application/json", headers=_HEADERS)

    return state


def _paper(bench: Bench) -> Handler:
    async def paper(request: Request) -> Response:
        png = await asyncio.to_thread(bench.paper_png, request.path_params["number"])
        if png is None:
            return PlainTextResponse("This label is no longer kept.", status_code=404)
        return Response(png, media_type="image/png", headers=_HEADERS)

    return paper


def _order(path: str, kind: Any, do: Callable[[Any], object]) -> Route:
    """A POST of one JSON value of type ``kind``: 204, or 400 with a sentence."""
    decoder = msgspec.json.Decoder(kind)

    async def order(request: Request) -> Response:
        if request.headers.get("content-type", "") != "application/json":
            return PlainTextResponse("An order is JSON.", status_code=415)
        body = await request.body()
        try:
            await asyncio.to_thread(do, decoder.decode(body[:MAX_ORDER_BYTES]))
        except (*_NOT_AN_ORDER, KnobRefused, NotExpressible) as error:
            return PlainTextResponse(str(error), status_code=400)
        return Response(status_code=204)

    return Route(path, order, methods=["POST"])


def _turn(bench: Bench, order: dict[str, float]) -> None:
    for knob, value in order.items():
        bench.turn(knob, value)


def _motion(bench: Bench, pictures: FramePictures) -> Handler:
    async def motion(request: Request) -> Response:
        return StreamingResponse(
            _parts(bench, pictures),
            media_type=f"multipart/x-mixed-replace; boundary={_BOUNDARY}",
            headers=_HEADERS,
        )

    return motion


async def _parts(bench: Bench, pictures: FramePictures) -> AsyncIterator[bytes]:
    """JPEG after JPEG. A browser shows a part when the next one begins: each is sent twice."""
    shown, repeats = 0, 0
    while not bench.ended.is_set():
        sequence, jpeg = await asyncio.to_thread(pictures.jpeg)
        repeats = 2 if sequence != shown else repeats - 1
        if jpeg and repeats > 0:
            shown = sequence
            head = (
                f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            )
            yield head.encode() + jpeg + b"\r\n"
        await asyncio.sleep(PICTURE_INTERVAL_S)


def _events(bench: Bench) -> Handler:
    async def events(request: Request) -> Response:
        return StreamingResponse(_told(bench), media_type="text/event-stream", headers=_HEADERS)

    return events


async def _told(bench: Bench) -> AsyncIterator[str]:
    """``state`` whenever it changed, ``wire`` whenever bytes passed."""
    before = ""
    newest: dict[InstrumentKind, Any] = dict.fromkeys(SKINS)
    while not bench.ended.is_set():
        state = json.dumps(await asyncio.to_thread(bench.state), ensure_ascii=False)
        if state != before:
            before = state
            yield f"event: state\ndata: {state}\n\n"
        for kind in SKINS:
            rows, newest[kind] = bench.wire_rows(kind, newest[kind])
            if rows:
                yield f"event: wire\ndata: {json.dumps({'role': kind.value, 'rows': rows})}\n\n"
        await asyncio.sleep(STATE_INTERVAL_S)
