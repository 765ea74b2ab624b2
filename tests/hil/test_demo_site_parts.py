"""The demo's small parts: settings that the kiosk accepts, ports, folders, the glass, the lanes."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from config.load import load_coordinator, load_kiosk
from contracts.tube_number import TubeNumber
from drivers.label_printer.content import LabelContent, pool_class_words
from drivers.label_printer.render import render_label
from firmware_bridge.frame_memory import FrameWriter
from hil.demo import settings
from hil.demo.command import app
from hil.demo.folder import DemoFolder, FolderError, make_folder
from hil.demo.invariants import INVARIANTS
from hil.demo.lanes import LaneStaff
from hil.demo.mirror import Mirror
from hil.demo.papers import PaperClerk, decode_label
from hil.demo.ports import free_ports
from hil.demo.site import BrokerMissing, DemoSite, Wanted
from hil.demo.tamper import BREAKS, Break
from hil.models.paper import Paper, Separation
from kiosk.ipc.messages import Action

TUBE = TubeNumber("0007", "03", 326, 1)


def plan(tmp_path: Path, *, hurried: bool) -> settings.SitePlan:
    return settings.SitePlan(
        folder=DemoFolder(tmp_path, tmp_path / "memory", kept=False),
        broker_port=18830,
        web_port=18080,
        thermometer_url=f"pty:{tmp_path}/thermometer",
        printer_url=f"pty:{tmp_path}/printer",
        camera_source=f"memory:{tmp_path}/camera",
        calibration_k=0.13,
        sdl_driver="dummy",
        hurried=hurried,
    )


@pytest.mark.parametrize("hurried", [True, False])
def test_the_kiosk_accepts_its_settings(tmp_path: Path, hurried: bool) -> None:
    sections = settings.kiosk_sections(plan(tmp_path, hurried=hurried))
    file = settings.write_private(tmp_path / "kiosk.toml", settings.toml_text({}, sections))
    config = load_kiosk(settings.PROFILE, [file])
    assert config.site.kiosk_id == settings.KIOSK_ID
    assert config.uplink.port == 18830
    assert config.thermometer.body is not None
    assert config.policy.fever_c == 37.3
    assert (config.policy.auto_confirm_s < 1.0) == hurried
    assert file.stat().st_mode & 0o077 == 0


def test_the_coordinator_accepts_its_settings(tmp_path: Path) -> None:
    values = settings.coordinator_settings(plan(tmp_path, hurried=True))
    file = settings.write_private(tmp_path / "coordinator.toml", settings.toml_text(values))
    config = load_coordinator([file])
    assert (config.web_port, config.site_name) == (18080, settings.SITE_NAME)


def test_text_in_toml_is_quoted() -> None:
    text = settings.toml_text({"name": 'a "b" \\ c', "on": True, "lanes": (1, 2)})
    assert text == 'name = "a \\"b\\" \\\\ c"\non = true\nlanes = [1, 2]\n'


def test_broker_listens_on_loopback_and_keeps_nothing() -> None:
    conf = settings.broker_conf(18830, "technician")
    assert "listener 18830 127.0.0.1\n" in conf
    assert "persistence false\n" in conf
    assert "user technician\n" in conf


def test_a_missing_broker_is_told_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.demo.site.shutil.which", lambda name, path=None: None)
    folder = make_folder(tmp_path / "site")
    site = DemoSite(folder, Wanted(sdl_driver="dummy", hurried=True, seed=1))
    try:
        with pytest.raises(BrokerMissing, match="apt install mosquitto"):
            site.start_broker()
    finally:
        site.stop()
        folder.remove()


def test_what_belongs_to_headless_is_refused_without_it() -> None:
    done = CliRunner().invoke(app, ["--report", "report.json"])
    assert done.exit_code == 2
    assert "--headless" in done.output


def test_a_folder_that_is_not_empty_ends_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").touch()
    done = CliRunner().invoke(app, ["--headless", "--keep", str(tmp_path)])
    assert done.exit_code == 1
    assert "is not empty" in done.output


def test_ports_are_free_and_different() -> None:
    ports = free_ports(5)
    assert len(set(ports)) == 5
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", ports[0]))


def test_a_folder_in_use_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").touch()
    with pytest.raises(FolderError, match="is not empty"):
        make_folder(tmp_path)


def test_folder_is_private_and_its_memory_goes(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "kept")
    assert folder.kiosk_state.stat().st_mode & 0o077 == 0
    folder.remove()
    assert folder.root.exists()
    assert not folder.memory.exists()


# ── the glass ────────────────────────────────────────────────────────────────────────────────

SCREEN = {
    "snapshot": 7,
    "page": "confirm",
    "visit": 2,
    "width": 1280,
    "height": 800,
    "frame": 3,
    "targets": [{"action": "confirm", "x": 100, "y": 600, "w": 300, "h": 80}],
}


def test_a_screen_that_is_away_is_nothing_to_touch(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path)
    assert mirror.page() is None
    assert mirror.frame() is None
    assert not mirror.tap(1, 1)
    assert not mirror.tap_action(Action.CONFIRM)


def test_an_action_is_touched_in_its_middle_and_for_its_page(tmp_path: Path) -> None:
    (tmp_path / "screen.json").write_text(json.dumps(SCREEN), "utf-8")
    mirror = Mirror(tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as screen:
        screen.bind(str(tmp_path / "screen.taps"))
        assert mirror.tap_action(Action.CONFIRM)
        assert not mirror.tap_action(Action.NOT_ME)
        touch = json.loads(screen.recv(512))
    assert touch == {"x": 250, "y": 640, "snapshot": 7}


def test_a_screen_that_restarted_is_seen_again(tmp_path: Path) -> None:
    mirror = Mirror(tmp_path)
    sequences: list[int] = []
    for shade in (10, 20):
        writer = FrameWriter(tmp_path / "screen.frames", 4, 2, 3)
        writer.write(np.full((2, 4, 3), shade, np.uint8), 1.0)
        frame = mirror.frame(sequences[-1] if sequences else 0)
        assert frame is not None
        assert int(frame.pixels[0, 0, 0]) == shade
        sequences.append(frame.sequence)
        writer.close()
    mirror.close()


# ── papers ───────────────────────────────────────────────────────────────────────────────────


def label_dots() -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    content = LabelContent(
        tube=TUBE.text,
        grouped=TUBE.grouped,
        pool_class=pool_class_words("10"),
        lane=2,
        opened_at="11-22 08:41",
    )
    bitmap = render_label(content, "tube-40x30")
    dots = np.unpackbits(np.frombuffer(bitmap.rows, np.uint8))
    return dots.reshape(bitmap.height, bitmap.width).astype(np.bool_)


def test_a_label_is_read_from_its_dots() -> None:
    assert decode_label(label_dots()) == (TUBE.text,)
    assert decode_label(np.zeros((240, 320), np.bool_)) == ()


def test_clerk_notes_what_was_committed_when_the_paper_came() -> None:
    newest = iter((4, 9))
    clerk = PaperClerk(lambda: next(newest))
    for number in (1, 2):
        clerk.note(Paper(number, label_dots(), "", b"", Separation.CUT, 1.0))
    assert [(paper.number, paper.committed) for paper in clerk.papers(2)] == [(1, 4), (2, 9)]


# ── the lanes ────────────────────────────────────────────────────────────────────────────────


@dataclass
class StaffPage:
    """Refuses the first order for each tube, as a site does before the record has come."""

    url: str = ""
    heard: list[str] = field(default_factory=list)


@pytest.fixture
def staff_page() -> Iterator[StaffPage]:
    page = StaffPage()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            page.heard.append(f"{self.path} {form}")
            self.send_response(200 if page.heard.count(page.heard[-1]) > 1 else 409)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        page.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield page
        server.shutdown()
        thread.join()


def test_lanes_try_again_until_the_site_knows_the_tube(
    staff_page: StaffPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.demo.lanes._AGAIN_S", 0.001)
    lanes = LaneStaff(staff_page.url)
    lanes.start()
    lanes.take(TUBE.text)
    assert lanes.finish(5.0) == (TUBE.text,)
    assert staff_page.heard == [f"/sampled tube={TUBE.text}"] * 2


def test_a_tube_the_site_never_accepts_is_not_swabbed(
    staff_page: StaffPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hil.demo.lanes._TRIES", 1)
    monkeypatch.setattr("hil.demo.lanes._AGAIN_S", 0.001)
    lanes = LaneStaff(staff_page.url)
    lanes.start()
    lanes.take(TUBE.text)
    assert lanes.finish(5.0) == ()
    assert lanes.refused == 1


# ── breaking on purpose ──────────────────────────────────────────────────────────────────────


def test_every_break_has_its_invariant() -> None:
    assert set(BREAKS) == set(Break)
    assert set(BREAKS.values()) <= {invariant.name for invariant in INVARIANTS}
