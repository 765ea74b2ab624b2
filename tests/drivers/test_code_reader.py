"""The code reader: hostile bytes, the site's symbologies only, and a second look."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import segno
import zxingcpp

from drivers.camera.code_reader import MAX_CODES, CodeReader, CodeSymbology, ReadCode
from drivers.camera.frame_watch import (
    DARK_AFTER_S,
    FROZEN_AFTER_S,
    FrameState,
    FrameWatch,
)
from drivers.camera.second_look import look_closer, read_thoroughly, unread_spot

PERSONAL = "NCS1.a-secret-of-a-resident"


def qr(data: str | bytes, scale: int = 4) -> np.ndarray:
    code = segno.make_qr(data, error="m")
    modules = np.array([list(row) for row in code.matrix], np.uint8)
    page = np.pad(255 * (1 - modules), 4, constant_values=255).astype(np.uint8)
    return page.repeat(scale, axis=0).repeat(scale, axis=1)


def foreign(text: str, symbology: zxingcpp.BarcodeFormat) -> np.ndarray:
    made = zxingcpp.create_barcode(text, symbology)
    return np.asarray(made.to_image(scale=4)).reshape(made.to_image(scale=4).shape[:2])


def frame(*codes: np.ndarray, height: int = 720, width: int = 1280) -> np.ndarray:
    luma = np.full((height, width), 128, np.uint8)
    left = 20
    for code in codes:
        luma[40 : 40 + code.shape[0], left : left + code.shape[1]] = code
        left += code.shape[1] + 20
    return luma


def test_a_code_is_read_with_its_place() -> None:
    page = qr("NCS1.abc")
    [code] = CodeReader().read(frame(page))
    assert (code.symbology, code.data, code.text) == (CodeSymbology.QR, b"NCS1.abc", "NCS1.abc")
    assert not code.binary and not code.too_long
    side = page.shape[0]
    assert abs(code.box.left - 36) <= 6 and abs(code.box.right - (20 + side - 16)) <= 6


def test_all_codes_of_a_frame_are_read() -> None:
    label = foreign("00070332604175", zxingcpp.BarcodeFormat.Code128)
    codes = CodeReader().read(frame(qr("one"), label))
    assert {(code.symbology.value, code.text) for code in codes} == {
        ("qr", "one"),
        ("code-128", "00070332604175"),
    }


def test_a_poster_full_of_codes_is_cut_off() -> None:
    codes = CodeReader().read(frame(*(qr(f"{place}", scale=3) for place in range(6))))
    assert len(codes) == MAX_CODES


@pytest.mark.parametrize(
    "symbology", [zxingcpp.BarcodeFormat.EAN13, zxingcpp.BarcodeFormat.DataMatrix]
)
def test_other_symbologies_are_not_read(symbology: zxingcpp.BarcodeFormat) -> None:
    assert CodeReader().read(frame(foreign("4006381333931", symbology))) == []


def test_only_the_configured_symbologies_are_read() -> None:
    luma = frame(qr("one"), foreign("00070332604175", zxingcpp.BarcodeFormat.Code128))
    only_labels = CodeReader(symbologies=[CodeSymbology.CODE_128])
    assert [code.text for code in only_labels.read(luma)] == ["00070332604175"]


def test_a_code_that_is_too_long_leaves_without_its_bytes() -> None:
    luma = frame(qr("x" * 65, scale=3))
    [code] = CodeReader(max_bytes=64).read(luma)
    assert (code.data, code.text, code.too_long) == (b"", "", True)
    [code] = CodeReader(max_bytes=65).read(luma)
    assert (code.text, code.too_long) == ("x" * 65, False)


def test_the_longest_qr_code_there_is() -> None:
    luma = np.pad(qr(b"\xf0" * 2331, scale=4), 20, constant_values=128)
    [code] = CodeReader(max_bytes=2953).read(luma)
    assert code.data == b"\xf0" * 2331 and code.binary
    [code] = CodeReader().read(luma)
    assert code.too_long and code.data == b""


@pytest.mark.parametrize(
    ("data", "binary", "text"),
    [
        ("王小芳".encode(), False, "王小芳"),
        (b"\xff\xfe\x00\x80", True, "��\x00�"),
        (b"a\x00b", True, "a\x00b"),
        (b"a\x1b[2Jb", True, "a\x1b[2Jb"),
        (b"line\r\n\tend", False, "line\r\n\tend"),
        ("中".encode("gbk"), True, "��"),
    ],
)
def test_binary_codes_are_told_apart(data: bytes, binary: bool, text: str) -> None:
    [code] = CodeReader().read(frame(qr(data, scale=5)))
    assert (code.data, code.binary, code.text) == (data, binary, text)


def test_what_was_read_never_prints() -> None:
    [code] = CodeReader().read(frame(qr(PERSONAL)))
    assert code.text == PERSONAL
    assert "secret" not in f"{code!r} {code} {[code]}"


@pytest.mark.parametrize("shape", [(720, 1280), (1, 1), (3, 2000)])
def test_frames_of_zeros_and_odd_shapes_hold_nothing(shape: tuple[int, int]) -> None:
    assert CodeReader().read(np.zeros(shape, np.uint8)) == []
    assert read_thoroughly(np.zeros(shape, np.uint8), CodeReader()) == []


def test_noise_holds_nothing() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (480, 640), np.uint8)
    assert read_thoroughly(noise, CodeReader()) == []


# ── second look ──────────────────────────────────────────────────────────────────────────────


def hard_frame(seed: int) -> np.ndarray:
    """Two pixels a module and out of focus by nearly half of one: beyond a first pass."""
    random = np.random.default_rng(seed)
    page = qr("NCS1." + "k" * 180, scale=2).astype(np.float32)
    luma = np.full((720, 1280), 70.0, np.float32)
    luma[200 : 200 + page.shape[0], 500 : 500 + page.shape[1]] = 60 + page / 2
    luma = cv2.GaussianBlur(luma, (0, 0), 0.9)
    return np.clip(luma + random.normal(0, 2, luma.shape), 0, 255).astype(np.uint8)


def test_a_second_look_rescues_codes_that_the_first_pass_misses() -> None:
    reader = CodeReader()
    frames = [hard_frame(seed) for seed in range(4)]
    assert [reader.read(luma) for luma in frames] == [[]] * 4
    rescued = [code.text for luma in frames for code in read_thoroughly(luma, reader)]
    assert rescued == ["NCS1." + "k" * 180] * 4


def test_a_dim_and_noisy_frame_is_read_all_the_same() -> None:
    reader = CodeReader()
    noise = np.random.default_rng(5).normal(0, 2.5, (720, 1280))
    luma = np.clip(frame(qr("NCS1." + "k" * 180)) * 0.06 + noise, 0, 255).astype(np.uint8)
    assert reader.read(luma) == []
    assert [code.text for code in read_thoroughly(luma, reader)] == ["NCS1." + "k" * 180]


def test_without_a_code_like_spot_there_is_no_second_look() -> None:
    assert unread_spot(frame()) is None


def test_a_spot_at_the_edge_is_looked_at_too() -> None:
    luma = frame(qr("edge"))
    [code] = CodeReader().read(luma)
    assert [found.text for found in look_closer(luma, code.box, CodeReader())] == ["edge"]


# ── stale, frozen, dark ──────────────────────────────────────────────────────────────────────


def noisy(seed: int, light: int = 120) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.clip(light + random.integers(-3, 4, (360, 640)), 0, 255).astype(np.uint8)


def feed(watch: FrameWatch, seconds: float, same: bool = False, light: int = 120) -> float:
    """Ten frames a second from t = 10 s; returns the time of the last one."""
    at_s = 10.0
    for place in range(int(seconds * 10) + 1):
        at_s = 10.0 + place / 10
        watch.feed(noisy(0 if same else place, light), at_s)
    return at_s


def test_a_living_picture_is_ok() -> None:
    watch = FrameWatch()
    assert watch.state(feed(watch, 6.0)) is FrameState.OK


def test_before_the_first_frame_it_is_stale() -> None:
    assert FrameWatch().state(0.0) is FrameState.STALE


def test_no_new_frame_is_stale() -> None:
    watch = FrameWatch(stale_after_s=2.0)
    last_s = feed(watch, 1.0)
    assert watch.state(last_s + 2.0) is FrameState.OK
    assert watch.state(last_s + 2.01) is FrameState.STALE


def test_the_same_picture_for_ever_is_frozen_and_recovers() -> None:
    watch = FrameWatch()
    last_s = feed(watch, FROZEN_AFTER_S - 0.1, same=True)
    assert watch.state(last_s) is FrameState.OK
    last_s = feed(watch, FROZEN_AFTER_S + 0.1, same=True)
    assert watch.state(last_s) is FrameState.FROZEN
    watch.feed(noisy(99), last_s + 0.1)
    assert watch.state(last_s + 0.1) is FrameState.OK


def test_a_frame_of_zeros_is_dark_and_not_frozen() -> None:
    watch = FrameWatch()
    for place in range(60):
        watch.feed(np.zeros((360, 640), np.uint8), 10.0 + place / 10)
    assert watch.state(16.0) is FrameState.DARK


def test_a_moment_of_darkness_is_not_dark() -> None:
    watch = FrameWatch()
    last_s = feed(watch, DARK_AFTER_S - 0.2, light=3)
    assert watch.state(last_s) is FrameState.OK
    last_s = feed(watch, DARK_AFTER_S + 0.1, light=3)
    assert watch.state(last_s) is FrameState.DARK


def test_a_bright_phone_in_a_dark_room_is_not_dark() -> None:
    luma = np.full((360, 640), 5, np.uint8)
    luma[100:200, 200:300] = 220
    watch = FrameWatch()
    for place in range(20):
        luma[0, :] = place
        watch.feed(luma, 10.0 + place / 10)
    assert watch.state(11.9) is FrameState.OK


def test_another_camera_starts_anew() -> None:
    watch = FrameWatch()
    last_s = feed(watch, FROZEN_AFTER_S + 1, same=True)
    watch.forget()
    assert watch.state(last_s) is FrameState.STALE


def test_a_read_code_is_data() -> None:
    [code] = CodeReader().read(frame(qr("one")))
    assert code == ReadCode(code.symbology, code.data, code.too_long, code.box)
