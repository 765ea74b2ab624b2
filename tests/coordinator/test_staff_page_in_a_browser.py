"""The staff page in the distribution's Chromium: live, offline, pressed with a finger."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from config.model import CoordinatorConfig
from coordinator.monitor import all_pages, staff_app
from coordinator.opening import Opening

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api")

NOW = "2022-11-22T08:41:07+08:00"
NOW_S = 1_669_077_667.0
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SIZES = [(1280, 800), (800, 1280), (390, 844)]


@pytest.fixture
def seven_people(site: Any, store: Any, kiosk: Any, make_check_in: Any) -> Any:
    intake = site.intake(store)
    envelopes = [kiosk.envelope(place, make_check_in(place)) for place in range(1, 8)]
    assert intake.take(kiosk.bundle(*envelopes), kiosk.kiosk)
    intake.commit(NOW_S, NOW)
    Opening(store, site.keys, site.kiosks.verify_key_of).advance(50)
    return store


@pytest.fixture
def address(seven_people: Any) -> Iterator[str]:
    app, _ = staff_app(seven_people, all_pages("采样点"), CoordinatorConfig())
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listener.close()


@pytest.fixture
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("the distribution's Chromium is not installed: apt install chromium")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def test_a_press_changes_every_open_page_without_a_reload(address: str, browser: Any) -> None:
    presses, watches = browser.new_page(), browser.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    for page in (presses, watches):
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
    watches.goto(address, wait_until="domcontentloaded")
    presses.goto(f"{address}/lanes/3", wait_until="domcontentloaded")
    watches.get_by_text("等待 7 人").wait_for()
    presses.get_by_role("button", name="已采 7 人").click()
    watches.get_by_text("等待 0 人").wait_for()
    presses.get_by_role("button", name="撤销").click()
    watches.get_by_text("等待 7 人").wait_for()
    assert complaints == []
    assert all(url.startswith(address) for url in asked), "the page works offline"


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_is_cut_off_and_fingers_fit(
    width: int, height: int, address: str, browser: Any
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    for path in ("/", "/?lang=en", "/lanes/3"):
        page.goto(address + path, wait_until="domcontentloaded")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        heights = page.evaluate(
            "[...document.querySelectorAll('button, a.language, a.back')]"
            ".map(target => target.getBoundingClientRect().height)"
        )
        assert heights and min(heights) >= 44, "a wet finger needs 44 pixels"


def test_a_page_that_lost_its_site_says_so(address: str, browser: Any) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(address, wait_until="domcontentloaded")
    page.get_by_text("等待 7 人").wait_for()
    assert page.locator("#stale").is_hidden()
    page.context.set_offline(True)
    page.evaluate("window.stop()")
    page.clock.fast_forward(10_000)
    page.locator("#stale").wait_for(state="visible")
