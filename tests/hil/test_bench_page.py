"""The bench page: offline, loopback only, orders checked, nothing personal in what it tells."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette

from config.model import Language
from firmware_bridge.frame_memory import FrameWriter
from hil.bench.bench import Bench, BenchSite
from hil.bench.hands import Hands, KnobRefused
from hil.bench.page import ASSETS, make_page
from hil.bench.pictures import paper_png
from hil.bench.server import BenchServer
from hil.demo.autopilot import Autopilot
from hil.demo.child_process import ChildState, ChildView
from hil.demo.listener import CoreListener
from hil.demo.mirror import Mirror
from hil.demo.residents import Crowd, Resident
from hil.demo.stage import SKINS, Shown, Stage
from hil.faults import FaultWord, InstrumentKind, words_for
from hil.models.paper import Paper, Separation
from hil.twins import WireBytes
from kiosk.ipc.messages import Page, Snapshot

SCREEN = {"snapshot": 4, "page": "attract", "visit": 0, "width": 101, "height": 51, "targets": []}


@dataclass
class FakePrinter:
    papers: tuple[Paper, ...] = (
        Paper(1, np.eye(16, dtype=np.bool_), "", b"raw", Separation.CUT, 1.0),
    )


@dataclass
class FakeStage:
    """Remembers what hands do."""

    camera_frames: Path
    shown: Shown = field(default_factory=Shown)
    deeds: list[tuple[object, ...]] = field(default_factory=list)
    printer: FakePrinter = field(default_factory=FakePrinter)

    def words(self, kind: InstrumentKind) -> tuple[FaultWord, ...]:
        return words_for(kind, SKINS[kind])

    def wire(self, kind: InstrumentKind) -> tuple[WireBytes, ...]:
        return (WireBytes(1.0, "said", b"\x12"),) if kind is InstrumentKind.PRINTER else ()

    def newest_paper(self) -> object:
        return self.printer.papers[-1].bitmap if self.printer.papers else None

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.deeds.append((name, *arguments))


@dataclass
class FakeListener:
    snapshot: Snapshot | None = field(
        default_factory=lambda: Snapshot(
            number=4, page=Page.ATTRACT, language=Language.ZH, faults=("printer.paper-out",)
        )
    )
    timings: tuple[object, ...] = ()


@dataclass
class FakeAutopilot:
    on: bool = True
    kind: str = "ordinary"

    def switch(self, on: bool) -> None:
        self.on = on


@dataclass
class Browser:
    """Asks the application directly; no socket and no server."""

    page: Starlette

    def get(self, path: str, **how: Any) -> Response:
        return asyncio.run(self._ask("GET", path, how))

    def post(self, path: str, **how: Any) -> Response:
        return asyncio.run(self._ask("POST", path, how))

    async def _ask(self, method: str, path: str, how: dict[str, Any]) -> Response:
        transport = ASGITransport(app=self.page)
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **how)


@dataclass
class Table:
    """A bench on a table, with all its fakes in reach."""

    client: Browser
    bench: Bench
    stage: FakeStage
    autopilot: FakeAutopilot
    taps: list[tuple[float, float]]
    residents: list[Resident]


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    (tmp_path / "screen.json").write_text(json.dumps(SCREEN), "utf-8")
    writer = FrameWriter(tmp_path / "screen.frames", 101, 51, 3)
    writer.write(np.zeros((51, 101, 3), np.uint8), 1.0)
    taps: list[tuple[float, float]] = []
    mirror = Mirror(tmp_path)
    monkeypatch.setattr(mirror, "tap", lambda x, y: taps.append((x, y)))
    stage, autopilot = FakeStage(tmp_path / "camera.frames"), FakeAutopilot()
    residents: list[Resident] = []

    def code_text(resident: Resident) -> str:
        residents.append(resident)
        return "NCS1.code"

    bench = Bench(
        BenchSite(
            name="测试采样点",
            staff_url="http://127.0.0.1:1",
            stage=cast(Stage, stage),
            mirror=mirror,
            listener=cast(CoreListener, FakeListener()),
            autopilot=cast(Autopilot, autopilot),
            hands=Hands(
                cast(Stage, stage),
                Crowd(1),
                code_text,
            ),
            processes=lambda: (ChildView("kiosk-core", ChildState.READY, 42, 0, "ok", 1.0, ""),),
            outbox_waiting=lambda: 2,
        )
    )
    yield Table(Browser(make_page(bench)), bench, stage, autopilot, taps, residents)
    bench.close()
    mirror.close()
    writer.close()


def test_page_is_served_with_its_own_files_only(table: Table) -> None:
    page = table.client.get("/")
    assert page.status_code == 200
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    for asset in ("bench.css", "bench.js"):
        assert f"/assets/{asset}" in page.text
        assert table.client.get(f"/assets/{asset}").status_code == 200


def test_assets_name_no_other_host() -> None:
    for asset in ASSETS.iterdir():
        text = asset.read_text("utf-8")
        assert "http://" not in text, asset.name
        assert "https://" not in text, asset.name


def test_state_tells_what_the_kiosk_says(table: Table) -> None:
    state = table.client.get("/state.json").json()
    assert state["has_picture"] is True
    assert state["caption"] == "page attract · zh · visit 0 · snapshot 4"
    assert [one["state"] for one in state["processes"]] == ["ready"]
    printer = next(one for one in state["instruments"] if one["role"] == "printer")
    assert (printer["health"], printer["says"]) == ("broken", "paper-out")
    assert {"paper_out", "cover_open"} <= {word["word"] for word in printer["words"]}
    thermometer = next(one for one in state["instruments"] if one["role"] == "thermometer")
    assert thermometer["says"] == "works"
    assert "paper_out" not in {word["word"] for word in thermometer["words"]}


def test_touch_lands_on_the_pixel_under_the_finger(table: Table) -> None:
    assert table.client.post("/tap", json={"x": 0.5, "y": 1.0}).status_code == 204
    assert table.taps == [(50.0, 50.0)]


def test_stepping_forward_shows_forehead_and_code_and_stops_the_others(table: Table) -> None:
    assert table.client.post("/forward", json={}).status_code == 204
    assert table.stage.deeds == [("show_forehead", 36.6, 3.5), ("hold_code", "NCS1.code")]
    assert table.autopilot.on is False
    table.client.post("/forward", json={})
    assert len({resident.number for resident in table.residents}) == 1
    table.client.post("/away", json={})
    table.client.post("/forward", json={})
    assert len({resident.number for resident in table.residents}) == 2


def test_fever_turns_the_temperature_knob(table: Table) -> None:
    table.client.post("/kind", json={"kind": "fever"})
    table.client.post("/forward", json={})
    assert table.stage.deeds[0] == ("show_forehead", 38.4, 3.5)


def test_nobody_without_a_phone_shows_a_code(table: Table) -> None:
    table.client.post("/kind", json={"kind": "nothing"})
    table.client.post("/forward", json={})
    assert table.stage.deeds[-1] == ("put_code_away",)


def test_no_label_can_be_held_up_before_one_came_out(table: Table) -> None:
    table.stage.printer.papers = ()
    answer = table.client.post("/scan", json={})
    assert (answer.status_code, answer.text[:25]) == (400, "No label has come out yet")
    assert table.stage.deeds == []


def test_label_is_held_up(table: Table) -> None:
    assert table.client.post("/scan", json={}).status_code == 204
    assert table.stage.deeds[-1][0] == "hold_label"


@pytest.mark.parametrize(
    ("path", "order", "said"),
    [
        ("/knob", {"pressure": 1.0}, "There is no knob 'pressure'"),
        ("/knob", {"core_c": 99.0}, "core_c must lie between 30.0 and 43.0"),
        ("/kind", {"kind": "robot"}, "Nobody is called 'robot'"),
        ("/fault", {"role": "camera", "word": "paper_out"}, "cannot have the fault"),
        ("/fault", {"role": "toaster", "word": None}, "There is no instrument"),
        ("/tap", {"x": "left"}, "float"),
        ("/tap", {"x": 0.1}, "y"),
    ],
)
def test_orders_that_make_no_sense_are_refused(
    table: Table, path: str, order: object, said: str
) -> None:
    answer = table.client.post(path, json=order)
    assert answer.status_code == 400
    assert said in answer.text
    assert table.stage.deeds == []


@pytest.mark.parametrize("body", [b"[" * 9_000, b'{"x": "\xff"}', b"", b"\x00"])
def test_orders_that_are_no_orders_at_all_are_refused(table: Table, body: bytes) -> None:
    answer = table.client.post("/tap", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, table.stage.deeds) == (400, [])


def test_faults_are_given_and_healed(table: Table) -> None:
    table.client.post("/fault", json={"role": "printer", "word": "paper_out"})
    table.client.post("/fault", json={"role": "printer", "word": None})
    assert table.stage.deeds == [
        ("fault", InstrumentKind.PRINTER, FaultWord.PAPER_OUT),
        ("heal", InstrumentKind.PRINTER),
    ]


def test_other_pages_of_the_browser_are_kept_out(table: Table) -> None:
    """A form can be posted across sites, JSON cannot; and no other name leads here."""
    assert table.client.post("/away", data={"a": "b"}).status_code == 415
    assert table.client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_papers_are_pictures(table: Table) -> None:
    picture = table.client.get("/papers/1.png")
    assert picture.content.startswith(b"\x89PNG")
    assert table.client.get("/papers/9.png").status_code == 404
    assert paper_png(np.zeros((4, 4), np.bool_)).startswith(b"\x89PNG")


def test_screen_is_encoded_once_for_everybody(table: Table) -> None:
    first = table.bench.screen_pictures.jpeg()
    assert first[1].startswith(b"\xff\xd8")
    assert table.bench.screen_pictures.jpeg()[1] is first[1]


def test_streams_end_with_the_bench(table: Table) -> None:
    table.bench.ended.set()
    for path in ("/events", "/screen.mjpeg", "/camera.mjpeg"):
        assert table.client.get(path).status_code == 200


def test_wire_rows_are_told_once(table: Table) -> None:
    record = table.stage.wire(InstrumentKind.PRINTER)[0]
    table.stage.__dict__["wire"] = lambda kind: (record,)
    rows, newest = table.bench.wire_rows(InstrumentKind.PRINTER, None)
    assert [row["means"] for row in rows] == ["all is well"]
    assert table.bench.wire_rows(InstrumentKind.PRINTER, newest) == ([], record)


def test_autopilot_can_be_switched_on_again(table: Table) -> None:
    table.client.post("/forward", json={})
    table.client.post("/autopilot", json={"on": True})
    assert table.autopilot.on is True
    assert table.stage.deeds[-1] == ("leave",)


def test_unknown_knobs_name_the_known_ones() -> None:
    hands = Hands(cast(Stage, FakeStage(Path())), Crowd(1), lambda _: "")
    with pytest.raises(KnobRefused, match="core_c, distance_cm, ambient_c"):
        hands.turn("pressure", 1.0)


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed")
def test_a_browser_shows_the_screen_and_touches_it(table: Table) -> None:
    """Offline: nothing but this server is asked, and nothing goes wrong on the way."""
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415  only this tier has it

    server = BenchServer(table.bench)
    server.start()
    asked: list[str] = []
    wrong: list[str] = []
    try:
        with sync_playwright() as tools:
            chromium = tools.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            page = chromium.new_page(viewport={"width": 1400, "height": 900})
            page.on("request", lambda request: asked.append(request.url))
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("console", lambda line: wrong.append(line.text))
            page.goto(server.url, wait_until="domcontentloaded")
            expect(page.locator("#journey li")).to_have_count(7)
            picture = page.locator("#screen")
            ends_s = time.monotonic() + 10.0
            while picture.evaluate("image => image.naturalWidth") != 101:
                assert time.monotonic() < ends_s, "the live picture never came"
                page.wait_for_timeout(20)
            assert page.locator("#state-printer").inner_text() == "paper-out"
            assert page.locator("#papers figure").count() == 1
            screen = page.locator("#screen").bounding_box()
            assert screen is not None
            page.mouse.click(screen["x"] + screen["width"] / 4, screen["y"] + 1)
            with page.expect_response("**/forward"):
                page.get_by_role("button", name="Step forward").click()
            with page.expect_response("**/fault"):
                page.locator("#faults-printer").get_by_text("cover_open").click()
            chromium.close()
    finally:
        server.stop()
    assert wrong == []
    assert {url for url in asked if not url.startswith((server.url, "data:"))} == set()
    ((x, y),) = table.taps
    assert (round(x), round(y)) == (25, 0)
    assert table.stage.deeds == [
        ("show_forehead", 36.6, 3.5),
        ("hold_code", "NCS1.code"),
        ("fault", InstrumentKind.PRINTER, FaultWord.COVER_OPEN),
    ]
