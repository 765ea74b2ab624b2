"""The wire: how many bytes a codec takes, and how soon a frame is an event.

Measures the codecs on the chunks a link reads, and a real link on a pseudo-terminal from the last
byte of a frame to its event. Owns no budget.
"""

from __future__ import annotations

import os
import pty
import random
import threading
import time
import tty
from collections.abc import Callable
from typing import Any

from benchmarks.harness import percentile
from firmware_bridge.codec import Codec
from firmware_bridge.codecs.cjmcu90614 import Cjmcu90614Codec
from firmware_bridge.codecs.escpos_status import EscposStatusCodec
from firmware_bridge.codecs.ga450 import Ga450Codec
from firmware_bridge.codecs.gm65 import Gm65Codec
from firmware_bridge.codecs.gy_mcu90615 import Gy90615Codec
from firmware_bridge.codecs.gymcu90640 import Gymcu90640Codec
from firmware_bridge.codecs.keyboard_wedge import EV_KEY, EVENT, KeyboardWedgeCodec
from firmware_bridge.codecs.modbus_rtu import ModbusCodec
from firmware_bridge.link import READ_BYTES, FrameArrived, Link, LinkEvent
from firmware_bridge.transport import open_transport
from hil.models.thermal_array import picture_frame

_FOREHEAD = bytes.fromhex("5A 5A 45 04 0E 4E 0A E1 44")
_CJMCU = bytes.fromhex("66 66 01 04 0E 4E 0A E1 47")
_MODBUS = bytes.fromhex("01 04 08 01 6E 01 6F 00 F1 00 00 EE 2C")
_ALL_WELL = bytes.fromhex("10 00 00 00")
_CARD_FOUND = bytes.fromhex("AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97")
_PIECE = 32
"""Bytes of a code that an adapter hands on together."""


def codec_throughput(megabytes: float = 1.0) -> dict[str, float]:
    """Megabytes a CPU second, by what is on the wire, in the chunks of a full read.

    ``frame_by_frame`` is the worst case: one call for each nine bytes.
    """
    size = int(megabytes * 1e6)
    noise = random.Random(1).randbytes(size)
    frames = _FOREHEAD * (size // len(_FOREHEAD))
    status = _ALL_WELL * (size // len(_ALL_WELL))
    answers = _CARD_FOUND * (size // len(_CARD_FOUND))
    codes = b"a" * size
    typed = b"".join(
        EVENT.pack(0, 0, EV_KEY, key, down) for key in range(16, 26) for down in (1, 0)
    )
    keys = typed * (size // len(typed))
    picture = picture_frame([30.0] * 768, 24.0)
    return {
        "thermometer_frames_mb_s": _mb_s(Gy90615Codec, frames, READ_BYTES),
        "thermometer_frame_by_frame_mb_s": _mb_s(Gy90615Codec, frames, len(_FOREHEAD)),
        "thermometer_noise_mb_s": _mb_s(Gy90615Codec, noise, READ_BYTES),
        "cjmcu_frames_mb_s": _mb_s(Cjmcu90614Codec, _CJMCU * (size // 9), READ_BYTES),
        "modbus_frames_mb_s": _mb_s(ModbusCodec, _MODBUS * (size // 13), READ_BYTES),
        "thermal_array_mb_s": _mb_s(Gymcu90640Codec, picture * (size // 1544), READ_BYTES),
        "printer_status_mb_s": _mb_s(EscposStatusCodec, status, READ_BYTES),
        "printer_noise_mb_s": _mb_s(EscposStatusCodec, noise, READ_BYTES),
        "id_card_reader_answers_mb_s": _mb_s(Ga450Codec, answers, READ_BYTES),
        "id_card_reader_noise_mb_s": _mb_s(Ga450Codec, noise, READ_BYTES),
        "scanner_codes_mb_s": _mb_s(Gm65Codec, codes, _PIECE),
        "scanner_keys_mb_s": _mb_s(KeyboardWedgeCodec, keys, READ_BYTES),
    }


def _mb_s(make_codec: Callable[[], Codec[Any]], stream: bytes, chunk: int) -> float:
    """The best of three rounds: the least disturbed by the neighbours on this machine."""
    chunks = [stream[start : start + chunk] for start in range(0, len(stream), chunk)]
    return len(stream) / 1e6 / min(_cpu_s(make_codec(), chunks) for _ in range(3))


def _cpu_s(codec: Codec[Any], chunks: list[bytes]) -> float:
    began_s = time.process_time()
    for piece in chunks:
        codec.feed(piece, 1.0)
    return time.process_time() - began_s


def frame_to_event_latency(frames: int = 500) -> dict[str, float]:
    """Milliseconds from the write of a frame's last byte to its event, over a pseudo-terminal."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    arrived = threading.Semaphore(0)
    events_s: list[float] = []
    opened = threading.Event()

    def on_event(event: LinkEvent) -> None:
        if isinstance(event, FrameArrived):
            events_s.append(time.perf_counter())
            arrived.release()
        else:
            opened.set()

    url = f"pty:{os.ttyname(slave)}"
    link = Link("bench", lambda: open_transport(url), Gy90615Codec, on_event)
    link.start()
    try:
        opened.wait(5.0)
        while not events_s:  # until the port is open, bytes fall on the floor
            os.write(master, _FOREHEAD)
            arrived.acquire(timeout=0.05)
        samples_ms = [_one_frame_ms(master, arrived, events_s) for _ in range(frames)]
    finally:
        link.stop()
        os.close(master)
        os.close(slave)
    return {
        "p50_ms": percentile(samples_ms, 0.50),
        "p95_ms": percentile(samples_ms, 0.95),
        "worst_ms": max(samples_ms),
    }


def _one_frame_ms(master: int, arrived: threading.Semaphore, events_s: list[float]) -> float:
    os.write(master, _FOREHEAD[:-1])
    time.sleep(0.002)  # the link has read the beginning and waits for the last byte
    sent_s = time.perf_counter()
    os.write(master, _FOREHEAD[-1:])
    if not arrived.acquire(timeout=5.0):
        raise RuntimeError("a frame did not become an event within 5 s")
    return (events_s[-1] - sent_s) * 1000
