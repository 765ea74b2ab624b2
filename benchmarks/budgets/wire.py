"""The codecs and the link."""

from __future__ import annotations

from benchmarks.table import Bound, Row
from benchmarks.wire import codec_throughput, frame_to_event_latency


def rows() -> list[Row]:
    throughput = codec_throughput()
    latency = frame_to_event_latency()
    return [
        Row(
            "slowest codec stream",
            Bound.AT_LEAST,
            5.0,
            "MB/s",
            min(throughput.values()),
            details=throughput,
        ),
        Row(
            "last byte of a frame → event, p95",
            Bound.AT_MOST,
            5.0,
            "ms",
            latency["p95_ms"],
            details=latency,
        ),
    ]
