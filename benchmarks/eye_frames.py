"""Frames that are hard to read: one code each, spoilt in one way, drawn from a seed.

Owns the spoiling. Shapes are 720 x 1280, BGR. The ways are those of the measured reference set
(vision, section 1): defocus, motion, low light, glare, small, perspective, noise, colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import segno
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
HEIGHT, WIDTH = 720, 1280
_ALPHABET = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
_MODULE_COLOURS_BGR = ((30, 30, 30), (60, 130, 20), (0, 140, 235), (30, 30, 200))


@dataclass(frozen=True, slots=True, eq=False)
class SpoiltFrame:
    """``pixels`` BGR, holding one QR code of ``text``."""

    kind: str
    text: str
    pixels: Picture


def spoilt_frames(each: int, seed: int = 7) -> Iterator[SpoiltFrame]:
    """``each`` frames of every kind, the same ones for the same seed."""
    for kind, spoil in _WAYS.items():
        for number in range(each):
            random = np.random.default_rng([seed, len(kind), number, hash_of(kind)])
            text = "NCS1." + "".join(random.choice(_ALPHABET, int(random.integers(60, 340))))
            yield SpoiltFrame(kind, text, _finished(spoil(text, random), random))


def hash_of(kind: str) -> int:
    """A number of a name that is the same in every process."""
    return int.from_bytes(kind.encode(), "big") % 65_521


def clear_frames(count: int, seed: int = 3) -> list[Picture]:
    """Luma of well-held phones, shape (720, 1280): what a first pass usually meets."""
    frames = []
    for number in range(count):
        random = np.random.default_rng([seed, number])
        text = "NCS1." + "".join(random.choice(_ALPHABET, 280))
        picture = _finished(_placed(text, random, module_px=4.0), random)
        frames.append(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8))
    return frames


def _code(text: str) -> NDArray[np.uint8]:
    """1 = dark module, with a quiet zone of four."""
    rows = [list(row) for row in segno.make_qr(text, error="m").matrix]
    return np.pad(np.array(rows, np.uint8), 4)


def _placed(
    text: str,
    random: np.random.Generator,
    module_px: float,
    tilt: float = 0.04,
    ink: tuple[int, int, int] = _MODULE_COLOURS_BGR[0],
) -> NDArray[np.float32]:
    """The code on a phone's white page, in perspective, somewhere in a cluttered room."""
    modules = _code(text)
    page = np.where(modules[..., None] == 1, np.array(ink), 245).astype(np.float32)
    page = page.repeat(8, axis=0).repeat(8, axis=1)
    side = len(modules) * module_px
    left, top = random.uniform(40, WIDTH - side - 40), random.uniform(20, HEIGHT - side - 20)
    corners = np.array([[0, 0], [side, 0], [side, side], [0, side]])
    corners = corners + np.array([left, top]) + random.uniform(-tilt, tilt, (4, 2)) * side
    source = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * len(page)
    warp = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    room = _room(random)
    flags = cv2.INTER_AREA
    drawn = cv2.warpPerspective(page, warp, (WIDTH, HEIGHT), flags=flags)
    mask = cv2.warpPerspective(np.ones(page.shape[:2], np.float32), warp, (WIDTH, HEIGHT))
    return np.asarray(room * (1 - mask[..., None]) + drawn * mask[..., None], np.float32)


def _room(random: np.random.Generator) -> NDArray[np.float32]:
    coarse = random.uniform(40, 190, (9, 16, 3)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC))


def _finished(picture: NDArray[np.float32], random: np.random.Generator) -> Picture:
    """Sensor noise, and what JPEG from the camera does."""
    noisy = picture + random.normal(0, 2.0, (HEIGHT, WIDTH, 1))
    clipped = np.clip(noisy, 0, 255).astype(np.uint8)
    jpeg = cv2.imencode(".jpg", clipped, [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), np.uint8)


# ── ways to spoil a frame ────────────────────────────────────────────────────────────────────


def _defocused(text: str, random: np.random.Generator) -> NDArray[np.float32]:
    module_px = random.uniform(2.5, 4.5)
    picture = _placed(text, random, module_px)
    sigma = module_px * random.uniform(0.35, 0.6)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def _moved(text: str, random: np.random.Generator) -> NDArray[np.float32]:
    module_px = random.uniform(3.0, 4.5)
    length = max(3, round(module_px * random.uniform(0.8, 1.8)) | 1)
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), random.uniform(0, 180), 1)
    turned = np.asarray(cv2.warpAffine(kernel, turn, (length, length)), np.float32)
    picture = _placed(text, random, module_px)
    return np.asarray(cv2.filter2D(picture, -1, turned / turned.sum()), np.float32)


def _in_low_light(text: str, random: np.random.Generator) -> NDArray[np.float32]:
    picture = _placed(text, random, random.uniform(3.0, 4.5)) * random.uniform(0.04, 0.12)
    return np.asarray(picture + random.normal(0, 2.5, picture.shape), np.float32)


def _with_glare(text: str, random: np.random.Generator) -> NDArray[np.float32]:
    picture = _placed(text, random, random.uniform(3.0, 4.5))
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    x, y = random.uniform(0.2, 0.8) * WIDTH, random.uniform(0.2, 0.8) * HEIGHT
    distance = ((columns - x) ** 2 + (rows - y) ** 2) / random.uniform(120, 300) ** 2
    veil = 200 * np.exp(-distance)[..., None] + 60
    return np.asarray(picture * 0.45 + veil, np.float32)


def _small(text: str, random: np.random.Generator) -> NDArray[np.float32]:
    return _placed(text, random, random.uniform(1.7, 2.4))


def _tilted(text: str, random: np.random.Generator) -> NDArray[np.float32]:
    return _placed(text, random, random.uniform(3.0, 4.5), tilt=0.16)


def _inverted(text: str, random: np.random.Generator) -> NDArray[np.float32]:
    return np.asarray(255 - _placed(text, random, random.uniform(3.0, 4.5)), np.float32)


def _coloured(text: str, random: np.random.Generator) -> NDArray[np.float32]:
    ink = _MODULE_COLOURS_BGR[int(random.integers(1, len(_MODULE_COLOURS_BGR)))]
    picture = _placed(text, random, random.uniform(2.2, 3.5), ink=ink)
    return np.asarray(cv2.GaussianBlur(picture * 0.8, (0, 0), 1.0), np.float32)


_WAYS: dict[str, Callable[[str, np.random.Generator], NDArray[np.float32]]] = {
    "defocus": _defocused,
    "motion": _moved,
    "low light": _in_low_light,
    "glare": _with_glare,
    "small": _small,
    "tilt": _tilted,
    "inverted": _inverted,
    "colour": _coloured,
}
