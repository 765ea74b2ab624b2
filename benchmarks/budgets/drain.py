"""Delivery of a backlog to the coordinator, and what the coordinator stores."""

from __future__ import annotations

from benchmarks.drain import drain_ratio, ingest_ratio
from benchmarks.table import Bound, Row

RECORDS = 10_000


def rows() -> list[Row]:
    return [*drain_rows(RECORDS), _ingest_row()]


def drain_rows(records: int) -> list[Row]:
    """The two rows of a backlog of so many records."""
    drain = drain_ratio(records)
    uplink_us, core_us = drain["uplink_cpu_us_per_record"], drain["core_cpu_us_per_record"]
    return [
        Row(
            f"drain of {records // 1000} 000 records, signed acks",
            Bound.AT_LEAST,
            3.5,
            "× bare paho QoS 1 loop",
            drain["ratio"],
            details={
                "records/s": drain["drain_records_per_s"],
                "bare/s": drain["bare_records_per_s"],
                "coordinator µs": drain["coordinator_cpu_us_per_record"],
            },
        ),
        Row(
            "processor time of the kiosk a record",
            Bound.AT_MOST,
            20.0,
            "µs",
            uplink_us + core_us,
            details={"uplink µs": uplink_us, "core µs": core_us},
        ),
    ]


def _ingest_row() -> Row:
    ingest = ingest_ratio()
    return Row(
        "coordinator: bundles to disk",
        Bound.AT_LEAST,
        0.35,
        "× bare executemany, FULL, 500",
        ingest["ratio"],
        details={
            "records/s": ingest["ingest_records_per_s"],
            "bare/s": ingest["bare_records_per_s"],
            "µs a record": ingest["ingest_cpu_us_per_record"],
        },
    )
