"""Smaller parts: line breaking, the camera's file, the review sheet."""

from __future__ import annotations

import socket
from pathlib import Path

import cv2
import numpy as np
import pytest

from firmware_bridge.frame_memory import FrameWriter
from kiosk.screen.camera_preview import FRAME_S, CameraPreview
from kiosk.screen.mirror import Mirror
from kiosk.screen.sheet import main
from kiosk.screen.theme import contrast
from kiosk.screen.typeset import fit


def width_of(text: str, size_px: int) -> float:
    """Every character as wide as it is high, spaces half of it."""
    return sum(0.5 if c == " " else 1.0 for c in text) * size_px


def lines(text: str, w: int, max_lines: int = 9) -> tuple[str, ...]:
    return fit(text, w, 1000, size_px=10, floor_px=10, max_lines=max_lines, width_of=width_of).lines


@pytest.mark.parametrize(
    ("text", "w", "expected"),
    [
        ("请稍等", 30, ("请稍等",)),
        ("有标签请带走，没有也请过去。", 80, ("有标签请带走，", "没有也请过去。")),
        ("一二三，四五六", 30, ("一二", "三，", "四五六")),
        ("第一行\n第二行", 100, ("第一行", "第二行")),
        ("go to lane 3", 55, ("go to", "lane 3")),
        ("阿提·买提", 35, ("阿提·", "买提")),
        ("（一二）三四", 40, ("（一二）", "三四")),
        ("", 30, ("",)),
        ("额头靠近|测温口", 60, ("额头靠近", "测温口")),
        ("额头靠近|测温口", 90, ("额头靠近测温口",)),
    ],
)
def test_lines_break_where_one_breathes(text: str, w: int, expected: tuple[str, ...]) -> None:
    assert lines(text, w) == expected


def test_a_closing_mark_never_begins_a_line() -> None:
    text = "一二三四，五六七。八九十！一二三四五六：七八"
    for w in range(30, 200, 5):
        assert not any(line[0] in "，。！：" for line in lines(text, w))


def test_text_shrinks_before_it_is_cut() -> None:
    def setting(text: str) -> tuple[int, bool]:
        found = fit(text, 100, 30, size_px=20, floor_px=10, max_lines=1, width_of=width_of)
        assert all(width_of(line, found.size_px) <= 100 for line in found.lines)
        return found.size_px, found.cut

    assert setting("一二三四五") == (20, False)
    assert setting("一二三四五六七") == (14, False)
    assert setting("一二三四五六七八九十") == (10, False)
    assert setting("一二三四五六七八九十一") == (10, True)


def test_contrast_is_the_known_ratio() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


def picture(value: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.full((36, 64, 3), value, np.uint8)


def test_the_preview_gives_each_picture_once_and_not_too_often(tmp_path: Path) -> None:
    path = tmp_path / "preview.frames"
    preview = CameraPreview(path)
    assert preview.newest(1.0) is None, "no camera process yet"
    writer = FrameWriter(path, 64, 36)
    writer.write(picture(1), 1.1)
    assert preview.newest(1.0 + FRAME_S / 2) is None
    first = preview.newest(2.0)
    assert first is not None and first[0, 0, 0] == 1
    assert preview.newest(2.1) is None
    writer.write(picture(2), 2.15)
    second = preview.newest(2.2)
    assert second is not None and second[0, 0, 0] == 2
    preview.close()
    writer.close()


def test_the_preview_follows_a_camera_process_that_restarts(tmp_path: Path) -> None:
    path = tmp_path / "preview.frames"
    preview = CameraPreview(path)
    old = FrameWriter(path, 64, 36)
    old.write(picture(1), 1.0)
    assert preview.newest(1.0) is not None
    new = FrameWriter(path, 64, 36)
    new.write(picture(9), 3.0)
    found = preview.newest(3.0)
    assert found is not None and found[0, 0, 0] == 9
    stranger = tmp_path / "stranger"
    stranger.write_bytes(b"not a frame memory, but long enough to look at" * 4)
    stranger.replace(path)
    assert preview.newest(5.0) is None
    preview.close()
    old.close()
    new.close()


def test_a_mirror_replaces_what_a_killed_one_left(tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    left.bind(str(tmp_path / "screen.taps"))
    left.close()
    (tmp_path / "screen.frames").write_bytes(b"old")
    mirror = Mirror(tmp_path, 64, 36)
    assert mirror.taps() == []
    mirror.close()


def test_the_sheet_draws_one_page(tmp_path: Path) -> None:
    out = tmp_path / "page.png"
    assert main(["--page", "result", "--language", "en", "--out", str(out)]) == 0
    drawn = cv2.imread(str(out))
    assert drawn is not None and drawn.shape == (800, 1280, 3) and len(np.unique(drawn)) > 50


def test_the_sheet_says_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as usage:
        main([])
    assert usage.value.code == 2
    out = tmp_path / "no" / "page.png"
    assert main(["--page", "help", "--out", str(out)]) == 1
    assert "page.png" in capsys.readouterr().err
