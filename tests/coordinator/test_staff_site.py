"""The staff page over HTTP: what it shows, what it never shows, who may press its buttons."""

from __future__ import annotations

import asyncio
import html
import re
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from config.model import CoordinatorConfig, Language
from config.translations import Catalogue
from contracts.report import (
    Alert,
    AlertKind,
    DeviceReport,
    DeviceState,
    IntakeState,
    KioskReport,
)
from coordinator.database import StoreError, open_existing
from coordinator.kiosk_words import KioskWords
from coordinator.live import Live
from coordinator.monitor import all_pages, serve, staff_app
from coordinator.opening import Opening
from coordinator.pages import FRAGMENTS

NOW = "2022-11-22T08:41:07+08:00"
NOW_S = 1_669_077_667.0
PAGES = all_pages("<b>采样点</b>")
ROOMS = Path(__file__).parents[2] / "coordinator"


@pytest.fixture
def busy(site: Any, store: Any, kiosk: Any, make_check_in: Any) -> Any:
    """Seven people for one tube of lane 3."""
    intake = site.intake(store)
    envelopes = [kiosk.envelope(place, make_check_in(place)) for place in range(1, 8)]
    assert intake.take(kiosk.bundle(*envelopes), kiosk.kiosk)
    intake.commit(NOW_S, NOW)
    Opening(store, site.keys, site.kiosks.verify_key_of).advance(50)
    return store


class Browser:
    """Asks the application directly, without a socket; keeps cookies."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._cookies = httpx.Cookies()

    def get(self, path: str) -> httpx.Response:
        return asyncio.run(self._ask("GET", path))

    def post(self, path: str, **request: Any) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, **request))

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://127.0.0.1:8080", cookies=self._cookies
        ) as client:
            answer = await client.request(method, path, **request)
            self._cookies = client.cookies
            return answer


@pytest.fixture
def client(busy: Any) -> Browser:
    app, _ = staff_app(busy, PAGES, CoordinatorConfig())
    return Browser(app)


def report(**other: Any) -> KioskReport:
    fields: dict[str, Any] = {
        "kiosk": "330106-0007-k03",
        "epoch": "epoch-1",
        "number": 1,
        "at": NOW,
        "intake": IntakeState.OPEN,
        "devices": (),
        "alerts": (),
        "visits": 9,
        "checked_in": 7,
        "fever": 1,
        "refused": 1,
        "outbox_waiting": 0,
        "outbox_rejected": 0,
    }
    return KioskReport(**{**fields, **other})


def say(store: Any, *reports: KioskReport, at: float) -> None:
    words = KioskWords(store, lambda kiosk: True)
    for one in reports:
        words.hear_report(one.kiosk, msgspec.json.encode(one))
    words.save(at)


# ── the page ──


def test_shows_lane_tube_and_place(client: Browser) -> None:
    page = client.get("/").text
    assert "0417" in page
    assert "<b>7</b>/10" in page
    assert "已采 7 人" in page


def test_names_are_masked_and_numbers_never_shown(client: Browser) -> None:
    pages = client.get("/").text + client.get("/lanes/3").text
    assert "王*芳" in pages
    for secret in ("王小芳", "1101011990", "19900000000"):
        assert secret not in pages


def test_everything_is_escaped(client: Browser) -> None:
    page = client.get("/").text
    assert "<b>采样点</b>" not in page
    assert html.escape("<b>采样点</b>") in page


def test_nothing_comes_from_outside(client: Browser) -> None:
    answer = client.get("/")
    sources = re.findall(r'(?:src|href)="([^"]*)"', answer.text)
    assert sources and all(source.startswith(("/", "?")) for source in sources)
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert "style=" not in answer.text and "onclick" not in answer.text
    for name in ("staff.css", "staff.js", "mark.svg"):
        text = client.get(f"/static/{name}").text
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


def test_english_on_request_and_remembered(client: Browser) -> None:
    assert "Waiting" in client.get("/?lang=en").text
    assert "Waiting" in client.get("/").text
    assert "等待" in client.get("/?lang=zh").text
    assert "等待" in client.get("/?lang=xx").text


@pytest.mark.parametrize("path", ["/lanes/x", "/lanes/1234", "/lanes/²", "/events?lane=x", "/etc"])
def test_what_is_no_page_is_not_found(path: str, client: Browser) -> None:
    assert client.get(path).status_code == 404


def test_every_text_of_the_templates_is_translated() -> None:
    used = set()
    for file in [*(ROOMS / "templates").iterdir(), *ROOMS.glob("*.py")]:
        text = file.read_text(encoding="utf-8")
        used |= set(re.findall(r"""['"](staff\.[a-z0-9.-]*[a-z0-9])['"]""", text))
    assert len(used) > 60
    for language in Language:
        missing = used - Catalogue.load(language).message_ids
        assert not missing


@pytest.mark.parametrize("language", list(Language))
def test_every_state_of_a_kiosk_has_its_words(language: Language, busy: Any) -> None:
    """No bare message id reaches the page, whatever a kiosk reports."""
    roles = ("thermometer", "camera", "printer", "uplink", "ledger", "screen")
    devices = tuple(DeviceReport(role=role, state=state) for role in roles for state in DeviceState)
    texts = ("alert.help", "alert.code-trouble", "alert.label-unknown", "alert.label-failed",
             "alert.fever", "alert.fever-recheck-due", "alert.fever-ambulance", "reason.code-red",
             "reason.code-yellow", "reason.code-unknown", "reason.no-thermometer",
             "reason.no-camera", "reason.not-calibrated", "reason.reading-doubtful",
             "reason.reading-implausible", "reason.ledger-full", "reason.ledger-broken",
             "reason.serials-exhausted", "reason.label-first")  # fmt: skip
    alerts = tuple(
        Alert(id=text, kind=AlertKind.HELP, text=text, subject="F012", since=NOW) for text in texts
    )
    for intake in IntakeState:
        say(busy, report(devices=devices, alerts=alerts, intake=intake), at=NOW_S)
        overview = Live(busy, {}, lambda: NOW_S + 1).overview
        shown = "".join(PAGES[language].fragments(overview).values())
        words = re.sub(r"<[^>]*>", " ", shown)
        assert not re.findall(r"[a-z-]+\.[a-z][a-z.-]+", words)


def test_a_silent_kiosk_is_unknown_not_fine(busy: Any) -> None:
    fine = DeviceReport(role="printer", state=DeviceState.READY)
    say(busy, report(devices=(fine,)), at=NOW_S)
    fresh = PAGES[Language.EN].fragments(Live(busy, {}, lambda: NOW_S + 5).overview)
    assert 'class="device ready"' in fresh["kiosks"]
    stale = PAGES[Language.EN].fragments(Live(busy, {}, lambda: NOW_S + 16).overview)
    assert 'class="device unknown"' in stale["kiosks"]
    assert "out of contact" in stale["alerts"]


def test_a_device_fault_is_shown_once_with_what_to_do(busy: Any) -> None:
    broken = DeviceReport(role="printer", state=DeviceState.FAULT, fault="printer.paper-out")
    alert = Alert(id="1", kind=AlertKind.DEVICE, text="printer.paper-out", subject="printer")
    say(busy, report(devices=(broken,), alerts=(alert,)), at=NOW_S)
    shown = PAGES[Language.EN].fragments(Live(busy, {}, lambda: NOW_S).overview)["alerts"]
    what = Catalogue.load("en").text("printer.paper-out.what")
    assert shown.count(html.escape(what)) == 1
    assert html.escape(Catalogue.load("en").text("printer.paper-out.action")) in shown


def test_reports_that_are_none_are_ignored(busy: Any) -> None:
    words = KioskWords(busy, lambda kiosk: kiosk == "330106-0007-k03")
    good = msgspec.json.encode(report())
    words.hear_report("330106-0007-k03", b"{}")
    words.hear_report("330106-0007-k03", b"\xff" * 20)
    words.hear_report("330106-0007-k03", good + b" " * 100_000)
    words.hear_report("330106-0007-k09", good)
    stranger = report(kiosk="330106-0007-k09")
    words.hear_report("330106-0007-k09", msgspec.json.encode(stranger))
    words.hear_presence("330106-0007-k03", b"nonsense")
    words.save(NOW_S)
    assert busy.execute("SELECT count(*) FROM kiosks").fetchone()[0] == 0


# ── buttons ──

TUBE = {"tube": "00070332604176"}


def test_the_button_marks_a_tube_and_undo_takes_it_back(client: Browser) -> None:
    tube = re.search(r'name="tube" value="(\d{14})"', client.get("/").text)
    assert tube is not None
    form = {"tube": tube[1], "places": "7"}
    assert client.post("/sampled", data=form).status_code == 303
    assert "✓" in client.get("/lanes/3").text or "空闲" in client.get("/lanes/3").text
    json = {"accept": "application/json"}
    back = client.post("/sampled/take-back", data=form, headers=json)
    assert back.json() == {"tube": tube[1], "sampled": 0}
    refused = client.post("/sampled/take-back", data=form, headers=json)
    assert (refused.status_code, refused.json()["reason"]) == (409, "nothing-to-take-back")


@pytest.mark.parametrize(
    "form",
    [{}, {"tube": "1"}, {**TUBE, "places": "-1"}, {**TUBE, "places": "x"}, {**TUBE, "places": "٣"}],
)
def test_a_form_that_is_wrong_gets_a_sentence(form: dict[str, str], client: Browser) -> None:
    answer = client.post("/sampled", data=form)
    assert answer.status_code == 409
    assert "。" in answer.text


def test_the_way_back_never_leads_elsewhere(client: Browser) -> None:
    tube = re.search(r'name="tube" value="(\d{14})"', client.get("/").text)
    assert tube is not None
    for referer, back in (
        ("http://127.0.0.1:8080/lanes/3", "/lanes/3"),
        ("http://evil.example//evil.example/", "/"),
    ):
        answer = client.post(
            "/sampled",
            data={"tube": tube[1]},
            headers={"referer": referer},
        )
        assert answer.headers["location"] == back


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"host": "evil.example"}, 421),
        ({"host": "evil.example:8080"}, 421),
        ({"host": "[::1"}, 421),
        ({"origin": "http://127.0.0.1:8080", "sec-fetch-site": "same-origin"}, 409),
        ({"host": "192.168.1.20:8080"}, 409),
        ({"host": "localhost"}, 409),
    ],
)
def test_other_web_pages_press_no_buttons(
    headers: dict[str, str], status: int, client: Browser
) -> None:
    """409: it got through to the form, which names no tube."""
    assert client.post("/sampled", data={"tube": "1"}, headers=headers).status_code == status


# ── live ──


def test_a_page_gets_everything_first_and_then_what_changed(busy: Any) -> None:
    async def follow() -> None:
        now_s = NOW_S
        live = Live(busy, PAGES, lambda: now_s)
        events = live.follow(Language.ZH, "", lambda pages, seen: pages.fragments(seen))
        assert b"retry" in await anext(events)
        first = await anext(events)
        name, data = first.decode().split("\n")[:2]
        assert name == "event: fragments"
        assert set(msgspec.json.decode(data.removeprefix("data: "))) == set(FRAGMENTS)
        await live.changed_by_us()
        assert (await anext(events)).startswith(b"event: beat")
        say(busy, report(), at=NOW_S)
        await live.changed_by_us()
        second = msgspec.json.decode((await anext(events)).decode().split("data: ")[1])
        assert "kiosks" in second and "lanes" not in second
        await live.close()
        assert [event async for event in events] == []

    asyncio.run(follow())


def test_the_watcher_sees_what_another_process_writes(busy: Any, site: Any) -> None:
    async def watch() -> bytes:
        live = Live(busy, PAGES, lambda: NOW_S)
        watcher = asyncio.create_task(live.watch())
        events = live.follow(
            Language.ZH, "", lambda _pages, seen: {"kiosks": str(len(seen.kiosks))}
        )
        assert b"retry" in await anext(events)
        assert b'{"kiosks":"0"}' in await anext(events)
        other = open_existing(site.store)
        other.execute("INSERT INTO kiosks (kiosk, online) VALUES ('330106-0007-k09', 1)")
        other.close()
        async with asyncio.timeout(5):
            while (event := await anext(events)).startswith(b"event: beat"):
                pass
        watcher.cancel()
        await live.close()
        return event

    assert b'{"kiosks":"1"}' in asyncio.run(watch())


# ── starting ──


def test_no_store_and_a_taken_port_have_their_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket  # noqa: PLC0415 - only here

    monkeypatch.setattr("coordinator.monitor.STORE_WAIT_S", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StoreError, match="cannot listen on"):
            serve(CoordinatorConfig(state_dir=str(tmp_path), web_port=port))
    with pytest.raises(StoreError, match="site-coordinator run"):
        serve(CoordinatorConfig(state_dir=str(tmp_path), web_port=port))
