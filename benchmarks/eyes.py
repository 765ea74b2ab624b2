"""The kiosk's eyes and its labels: decoding beside the bare library, and drawing a label.

Measures `drivers.camera` and `drivers.label_printer` on frames drawn from a seed. Owns no budget.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from itertools import count

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from benchmarks.eye_frames import SpoiltFrame, clear_frames, spoilt_frames
from benchmarks.harness import Comparison, compare, time_calls
from contracts.tube_number import TubeNumber
from drivers.camera.code_reader import CodeReader
from drivers.camera.second_look import read_thoroughly
from drivers.label_printer.content import LabelContent, pool_class_words
from drivers.label_printer.escpos_label import escpos_label, prepare
from drivers.label_printer.render import render_label

Luma = NDArray[np.uint8]
_POOL_CLASS = pool_class_words("10")


def decode_ratio(frames: int = 12, rounds: int = 8) -> Comparison:
    """A first pass beside bare zxing-cpp with the same formats, on the same luma, in turns."""
    lumas = clear_frames(frames)
    reader = CodeReader()
    formats = zxingcpp.BarcodeFormats(
        [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128]
    )
    if not all(reader.read(luma) for luma in lumas):
        raise RuntimeError("a clear frame was not read: the frames are not what they should be")
    ours, bare = _Turns(lumas), _Turns(lumas)
    return compare(
        lambda: reader.read(ours.next()),
        lambda: zxingcpp.read_barcodes(bare.next(), formats=formats),
        calls=frames * rounds,
    )


def codes_read(each: int = 20) -> dict[str, int]:
    """Codes read exactly, of ``each`` frames of every way to spoil one, by who reads.

    ``ours`` with its second look, ``zxing_cpp`` and ``opencv`` alone, ``wrong`` of ours; every
    kind of frame stands as ``ours <kind>``.
    """
    reader = CodeReader()
    found: Counter[str] = Counter()
    for frame in spoilt_frames(each):
        luma = np.asarray(cv2.cvtColor(frame.pixels, cv2.COLOR_BGR2GRAY), np.uint8)
        texts = [code.text for code in read_thoroughly(luma, reader)]
        found["frames"] += 1
        found["ours"] += frame.text in texts
        found[f"ours {frame.kind}"] += frame.text in texts
        found["wrong"] += any(text != frame.text for text in texts)
        found["zxing_cpp"] += frame.text in _by_zxing(luma)
        found["opencv"] += _by_opencv(frame)
    return dict(found)


def label_render(labels: int = 40) -> dict[str, float]:
    """Milliseconds of drawing a label and of making its bytes, once everything is loaded."""
    began_s = time.perf_counter()
    prepare()
    prepared_s = time.perf_counter() - began_s
    serials = count(1)
    drawn = time_calls(lambda: render_label(_label_of(next(serials)), "tube-50x30"), calls=labels)
    bitmap = render_label(_label_of(0), "tube-50x30")
    made = time_calls(lambda: escpos_label(bitmap, "0001", cut=True), calls=labels)
    return {
        "render_p50_ms": drawn.p50_s * 1000,
        "render_p95_ms": drawn.p95_s * 1000,
        "bytes_p95_ms": made.p95_s * 1000,
        "prepare_ms": prepared_s * 1000,
    }


def _label_of(serial: int) -> LabelContent:
    """Another tube each time, and a reprint: the label with the most on it."""
    tube = TubeNumber("0007", "03", 326, serial)
    lane = serial % 12 + 1
    return LabelContent(tube.text, tube.grouped, _POOL_CLASS, lane, "11-22 08:41", copy=2)


class _Turns:
    """Frame after frame, round and round."""

    def __init__(self, lumas: list[Luma]) -> None:
        self._lumas = lumas
        self._turn = 0

    def next(self) -> Luma:
        self._turn += 1
        return self._lumas[self._turn % len(self._lumas)]


def _by_zxing(luma: Luma) -> list[str]:
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    return [code.text for code in zxingcpp.read_barcodes(luma, formats=formats)]


def _by_opencv(frame: SpoiltFrame) -> bool:
    """The better of OpenCV's two detectors; both throw on ordinary frames."""
    detectors: tuple[Callable[[], cv2.GraphicalCodeDetector], ...] = (
        cv2.QRCodeDetector,
        cv2.QRCodeDetectorAruco,
    )
    for detector in detectors:
        try:
            text = detector().detectAndDecode(frame.pixels)[0]
        except cv2.error:
            continue
        if text == frame.text:
            return True
    return False
