"""The process without its loop: a core at the other end of the socket, turn by turn."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pygame
import pytest
from msgspec.structs import replace

from config.model import KioskConfig, Language, PathsSection, ScreenSection
from firmware_bridge.frame_memory import FrameReader, FrameWriter
from kiosk.ipc.channel import socket_path
from kiosk.ipc.lines import LineReader, encode_line
from kiosk.ipc.messages import Action, Hello, Intent, Role, ScreenDrew, Snapshot
from kiosk.screen.process import AWAY_S, SETTLE_S, Screen, check_panel
from kiosk.screen.samples import samples
from kiosk.screen.theme import Grid
from kiosk.screen.window import WindowFailed

WIDTH, HEIGHT = 1024, 600


class Core:
    """The core's end of the socket, and one screen before it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = KioskConfig(
            paths=PathsSection(runtime_dir=str(folder), state_dir=str(folder)),
            screen=ScreenSection(
                driver="dummy",
                width=WIDTH,
                height=HEIGHT,
                fullscreen=False,
                mirror_dir=str(folder / "m"),
            ),
        )
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(socket_path(str(folder))))
        self.listener.listen()
        self.listener.settimeout(2)
        self.now_s = time.monotonic()
        self.screen = Screen(self.config, self.now_s)
        self.turn()
        self.accept()

    def accept(self) -> None:
        self.peer, _ = self.listener.accept()
        self.peer.settimeout(2)
        self.lines = LineReader()
        (hello,) = self.received()
        assert isinstance(hello, Hello) and hello.role is Role.SCREEN

    def turn(self, after_s: float = 0.0) -> None:
        self.now_s += after_s
        self.screen.turn(self.now_s)

    def show(self, snapshot: Snapshot, after_s: float = 1.0) -> None:
        self.peer.sendall(encode_line(snapshot))
        self.turn(after_s)

    def received(self) -> list[object]:
        return list(self.lines.feed(self.peer.recv(65_536)))

    def silent(self) -> bool:
        self.peer.settimeout(0.0)
        try:
            return not self.peer.recv(65_536)
        except BlockingIOError:
            return True
        finally:
            self.peer.settimeout(2)

    def mirrored(self) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.folder / "m" / "screen.json").read_bytes())
        return found

    def tap(self, action: Action, **more: object) -> None:
        targets = self.mirrored()["targets"]
        assert isinstance(targets, list)
        at = next(target for target in targets if target["action"] == action)
        self.send_tap({"x": at["x"] + at["w"] / 2, "y": at["y"] + at["h"] / 2, **more})

    def send_tap(self, tap: object) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bench:
            bench.sendto(json.dumps(tap).encode(), str(self.folder / "m" / "screen.taps"))
        self.turn(0.01)

    def finger(self, kind: int, x: float, y: float) -> None:
        event = pygame.event.Event(kind, x=x / WIDTH, y=y / HEIGHT, finger_id=1)
        pygame.event.post(event)
        self.turn(0.05)

    def close(self) -> None:
        self.screen.close()
        self.peer.close()
        self.listener.close()


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    core = Core(tmp_path)
    yield core
    core.close()


SAMPLES = samples(Language.ZH)
ATTRACT, SCREENING, CONFIRM = SAMPLES["attract"], SAMPLES["screening"], SAMPLES["confirm"]


def test_a_snapshot_is_drawn_and_reported(core: Core) -> None:
    core.show(replace(ATTRACT, number=7))
    (drew,) = core.received()
    assert isinstance(drew, ScreenDrew) and drew.snapshot == 7
    assert 0 <= time.monotonic() - drew.at_s < 5
    assert core.mirrored()["page"] == "attract"


def test_the_same_snapshot_is_reported_once(core: Core) -> None:
    core.show(replace(ATTRACT, number=7))
    assert len(core.received()) == 1
    core.turn(0.1)
    assert core.silent()


def test_of_several_snapshots_only_the_newest_is_drawn(core: Core) -> None:
    both = [encode_line(replace(ATTRACT, number=number)) for number in (1, 2)]
    core.peer.sendall(b"".join(both))
    core.turn()
    assert [m.snapshot for m in core.received() if isinstance(m, ScreenDrew)] == [2]


def test_a_broken_line_is_survived(core: Core) -> None:
    core.peer.sendall(b"\xff\xfe{nonsense\n" + encode_line(replace(ATTRACT, number=3)))
    core.turn()
    assert [m.snapshot for m in core.received() if isinstance(m, ScreenDrew)] == [3]


def test_a_tap_of_the_bench_becomes_an_intent(core: Core) -> None:
    core.show(replace(ATTRACT, number=4))
    core.received()
    core.tap(Action.START)
    assert core.received() == [Intent(action=Action.START, snapshot=4)]


def test_taps_that_mean_nothing_are_dropped(core: Core) -> None:
    core.show(replace(ATTRACT, number=4))
    core.received()
    core.tap(Action.START, snapshot=3)
    for tap in ({"x": 1, "y": 1}, {"x": "a"}, [], 7, {"x": 1e9, "y": -5}):
        core.send_tap(tap)
    assert core.silent()


def test_the_mirror_tells_what_is_on_the_glass(core: Core) -> None:
    core.show(replace(CONFIRM, number=5, visit=3))
    state = core.mirrored()
    assert {key: state[key] for key in ("snapshot", "page", "visit", "width", "height")} == {
        "snapshot": 5,
        "page": "confirm",
        "visit": 3,
        "width": WIDTH,
        "height": HEIGHT,
    }
    reader = FrameReader(core.folder / "m" / "screen.frames")
    frame = reader.newest()
    reader.close()
    assert frame is not None and frame.sequence == state["frame"]
    assert frame.pixels.shape == (HEIGHT, WIDTH, 3)
    assert tuple(frame.pixels[2, 2]) == (243, 246, 248), "RGB, not BGR"


def test_a_finger_becomes_one_intent_and_the_key_answers(core: Core) -> None:
    core.show(replace(ATTRACT, number=4))
    core.received()
    core.turn(SETTLE_S)
    before = core.mirrored()["frame"]
    core.finger(pygame.FINGERDOWN, 100, 520)
    assert core.mirrored()["frame"] != before, "the pressed key is drawn"
    core.finger(pygame.FINGERUP, 100, 520)
    assert core.received() == [Intent(action=Action.START, snapshot=4)]


def test_a_finger_that_slides_off_means_nothing(core: Core) -> None:
    core.show(replace(ATTRACT, number=4))
    core.received()
    core.turn(SETTLE_S)
    core.finger(pygame.FINGERDOWN, 100, 520)
    core.finger(pygame.FINGERUP, 500, 200)
    assert core.silent()


def test_a_page_that_changes_under_the_finger_takes_no_tap(core: Core) -> None:
    core.show(replace(ATTRACT, number=4))
    core.turn(SETTLE_S)
    core.finger(pygame.FINGERDOWN, 100, 520)
    core.show(replace(SAMPLES["result"], number=5), after_s=0.1)
    core.received()
    core.finger(pygame.FINGERUP, 100, 520)
    assert core.silent()


def test_a_finger_aimed_at_the_page_before_means_nothing(core: Core) -> None:
    core.show(replace(SAMPLES["result"], number=5))
    core.received()
    core.finger(pygame.FINGERDOWN, 100, 520)
    core.finger(pygame.FINGERUP, 100, 520)
    assert core.silent()


def test_another_visit_wipes_what_the_glass_kept(core: Core) -> None:
    core.show(replace(CONFIRM, number=1, visit=1))
    frames = FrameReader(core.folder / "m" / "screen.frames")
    old = frames.newest()
    assert old is not None
    core.show(replace(ATTRACT, number=2, visit=0))
    held = (core.folder / "m" / "screen.frames").read_bytes()
    frames.close()
    assert old.pixels.tobytes() not in held, "neither slot shows the person before"
    assert core.screen.kept_personal() == ()


def test_a_camera_picture_of_the_visit_before_is_never_shown(core: Core) -> None:
    writer = FrameWriter(core.folder / "preview.frames", 640, 360)
    white = np.full((360, 640, 3), 250, np.uint8)
    core.show(replace(SCREENING, number=1, visit=1))
    writer.write(white, core.now_s - 0.5)
    core.turn(1.0)
    assert not _bright(core)
    writer.write(white, core.now_s)
    core.turn(1.0)
    assert _bright(core)
    core.show(replace(SCREENING, number=2, visit=2))
    core.turn(1.0)
    assert not _bright(core)
    writer.close()


def _bright(core: Core) -> bool:
    frames = FrameReader(core.folder / "m" / "screen.frames")
    frame = frames.newest()
    frames.close()
    assert frame is not None
    return bool((frame.pixels[300, 40:200] == 250).all())


def test_a_core_that_stays_away_shows_one_moment_and_forgets(core: Core) -> None:
    core.show(replace(CONFIRM, number=1, visit=1))
    core.peer.close()
    core.listener.close()
    core.turn(0.1)
    assert core.mirrored()["page"] == "confirm", "a quick restart is not worth a page"
    core.turn(AWAY_S)
    state = core.mirrored()
    assert (state["page"], state["snapshot"], state["targets"]) == ("one-moment", 0, [])
    assert core.screen.kept_personal() == ()


def test_a_core_that_comes_back_is_shown_at_once(core: Core) -> None:
    core.show(replace(ATTRACT, number=9))
    core.peer.close()
    core.turn(AWAY_S + 1)
    ends_s = time.monotonic() + 2
    core.listener.settimeout(0.02)
    while time.monotonic() < ends_s:
        core.turn(0.01)
        try:
            core.accept()
            break
        except TimeoutError:
            continue
    assert core.mirrored()["page"] == "one-moment"
    core.show(replace(ATTRACT, number=1))
    assert core.mirrored()["page"] == "attract"


def test_waiting_is_short_while_the_glass_must_move(core: Core) -> None:
    """`wait` ends by itself at the next second of a countdown; a tap ends it at once."""
    core.show(replace(ATTRACT, number=4))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bench:
        bench.sendto(b'{"x":1,"y":1}', str(core.folder / "m" / "screen.taps"))
    began_s = time.monotonic()
    core.screen.wait(began_s)
    assert time.monotonic() - began_s < 0.1


def test_closing_leaves_nothing_behind(tmp_path: Path) -> None:
    core = Core(tmp_path)
    core.show(replace(CONFIRM, number=1))
    core.close()
    assert list((tmp_path / "m").iterdir()) == []


def test_a_driver_that_does_not_exist_is_a_sentence(tmp_path: Path) -> None:
    config = KioskConfig(
        paths=PathsSection(runtime_dir=str(tmp_path)), screen=ScreenSection(driver="no-such")
    )
    with pytest.raises(WindowFailed, match=r"screen\.driver"):
        Screen(config, 0.0)


def test_a_machine_without_a_display_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SDL would draw off the screen and say nothing."""
    for name in ("SDL_VIDEODRIVER", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    config = KioskConfig(paths=PathsSection(runtime_dir=str(tmp_path)))
    with pytest.raises(WindowFailed, match="no display was found"):
        Screen(config, 0.0)


def test_a_panel_too_small_for_fingers_is_named() -> None:
    assert check_panel(Grid(1280, 800, 217.0)) == ""
    assert check_panel(Grid(1920, 1080, 344.0)) == ""
    assert "14.3 mm" in check_panel(Grid(1024, 600, 154.0))
