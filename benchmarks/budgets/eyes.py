"""Reading codes and drawing labels."""

from __future__ import annotations

from benchmarks.eyes import codes_read, decode_ratio, label_render
from benchmarks.table import Bound, Row


def rows() -> list[Row]:
    return [_decode_row(), _codes_row(), _label_row()]


def _decode_row() -> Row:
    found = decode_ratio()
    return Row(
        "first pass over a frame",
        Bound.AT_MOST,
        1.5,
        "× bare zxing-cpp",
        found.ratio,
        details={"ours p50 ms": found.ours.p50_s * 1e3, "bare p50 ms": found.bare.p50_s * 1e3},
    )


def _codes_row() -> Row:
    read = codes_read()
    singles = {name: read[name] for name in ("zxing_cpp", "opencv")}
    return Row(
        "codes read in spoilt frames",
        Bound.AT_LEAST,
        max(singles.values()) + 1.0,
        f"of {read['frames']}, more than any library alone",
        float(read["ours"]),
        details={name: float(count) for name, count in singles.items()}
        | {"wrong": float(read["wrong"])},
    )


def _label_row() -> Row:
    figures = label_render()
    return Row(
        "label rendered, p95",
        Bound.AT_MOST,
        30.0,
        "ms",
        figures["render_p95_ms"],
        details=figures,
    )
