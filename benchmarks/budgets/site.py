"""The kiosk as it runs: start-up, rest, memory, and what a visit costs."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.harness import percentile
from benchmarks.running_site import SiteRun, run_site
from benchmarks.table import Bound, Row


def rows() -> list[Row]:
    run = run_site()
    stages = run.stages_ms
    return [
        *_rest_rows(run),
        _ms_row("code in a frame → accepted, p95", 150.0, _stage(stages, "code")),
        _ms_row("label rendered in a visit, p95", 30.0, _stage(stages, "render")),
        _ms_row("commit → first byte at the printer, p95", 20.0, _stage(stages, "label")),
        _ms_row("software time of a visit, p95", 400.0, [sum(one.values()) for one in stages]),
    ]


def _rest_rows(run: SiteRun) -> list[Row]:
    cpu, memory = run.rest.cpu_percent, run.rest.pss_mb
    return [
        Row(
            "start of all kiosk processes → first screen",
            Bound.AT_MOST,
            2.0,
            "s",
            run.first_screen_s,
        ),
        Row(
            "at rest, camera looking for codes",
            Bound.AT_MOST,
            15.0,
            "% of a core",
            sum(cpu.values()),
            details=cpu,
        ),
        Row(
            "at rest, without the camera",
            Bound.AT_MOST,
            3.0,
            "% of a core",
            sum(percent for name, percent in cpu.items() if name != "kiosk-camera"),
        ),
        Row(
            "memory of all four processes",
            Bound.AT_MOST,
            250.0,
            "MB",
            sum(memory.values()),
            details=memory,
        ),
    ]


def _stage(stages: Sequence[dict[str, float]], stage: str) -> list[float]:
    return [one[stage] for one in stages if stage in one]


def _ms_row(what: str, limit_ms: float, values_ms: list[float]) -> Row:
    if not values_ms:
        return Row(what, Bound.AT_MOST, limit_ms, "ms", None, "no visit went through this stage")
    return Row(
        what,
        Bound.AT_MOST,
        limit_ms,
        "ms",
        percentile(values_ms, 0.95),
        details={"p50 ms": percentile(values_ms, 0.5), "visits": float(len(values_ms))},
    )
