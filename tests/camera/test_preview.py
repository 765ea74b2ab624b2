"""The preview: the middle of the picture, unstretched, and nothing left of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from drivers.camera.frame import Frame
from firmware_bridge.frame_memory import FrameReader
from kiosk.camera.preview import HEIGHT, PREVIEW_NAME, WIDTH, Preview


@pytest.fixture
def preview(tmp_path: Path) -> Iterator[Preview]:
    preview = Preview(tmp_path, in_memory=True)
    yield preview
    preview.close()


def shown(folder: Path) -> np.ndarray | None:
    reader = FrameReader(folder / PREVIEW_NAME)
    frame = reader.newest()
    reader.close()
    return None if frame is None else frame.pixels


def picture(height: int, width: int) -> np.ndarray:
    """Left to right a ramp in blue, top to bottom one in green."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, width)
    pixels[..., 1] = np.linspace(0, 255, height)[:, None]
    return pixels


def test_a_wide_picture_is_shown_whole(tmp_path: Path, preview: Preview) -> None:
    preview.show(Frame(picture(720, 1280), 1.0))
    pixels = shown(tmp_path)
    assert pixels is not None and pixels.shape == (HEIGHT, WIDTH, 3)
    assert pixels[0, 0, 0] <= 1 and pixels[0, -1, 0] >= 254
    assert pixels[0, 0, 1] <= 1 and pixels[-1, 0, 1] >= 254


def test_a_square_picture_loses_its_top_and_bottom_and_is_not_stretched(
    tmp_path: Path, preview: Preview
) -> None:
    preview.show(Frame(picture(960, 960), 1.0))
    pixels = shown(tmp_path)
    assert pixels is not None
    assert pixels[0, 0, 0] <= 1 and pixels[0, -1, 0] >= 254
    assert 50 <= pixels[0, 0, 1] <= 60 and 195 <= pixels[-1, 0, 1] <= 205


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (2, 2)])
def test_odd_pictures_do_no_harm(tmp_path: Path, preview: Preview, shape: tuple[int, int]) -> None:
    preview.show(Frame(np.full((*shape, 3), 200, np.uint8), 1.0))
    pixels = shown(tmp_path)
    assert pixels is not None and pixels.min() == 200


def test_wiping_leaves_zeros_and_no_frame(tmp_path: Path, preview: Preview) -> None:
    preview.show(Frame(picture(720, 1280), 1.0))
    preview.wipe()
    assert shown(tmp_path) is None
    assert not any((tmp_path / PREVIEW_NAME).read_bytes()[64:])


def test_only_the_kiosk_may_look_and_closing_removes_the_file(tmp_path: Path) -> None:
    preview = Preview(tmp_path, in_memory=True)
    path = tmp_path / PREVIEW_NAME
    assert path.stat().st_mode & 0o777 == 0o600
    preview.close()
    assert not path.exists()


def test_a_folder_on_a_disk_never_gets_a_picture(tmp_path: Path) -> None:
    preview = Preview(tmp_path, in_memory=False)
    preview.show(Frame(np.full((720, 1280, 3), 200, np.uint8), 1.0))
    assert FrameReader(tmp_path / PREVIEW_NAME).newest() is None
    preview.close()
