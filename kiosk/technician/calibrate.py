"""``kioskctl calibrate thermometer``: from people and a clinical thermometer to a signed setting.

Owns the conversation: person by person, the reference is typed in and the forehead is read through
the same link and driver as in a visit. Fit, plot and signature are in the ``calibration_*`` files.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from config.devices import BodyCalibration
from config.load import ConfigError, load_kiosk
from config.model import KioskConfig
from contracts.keys import KeyRefused
from contracts.signing import SigningKey
from kiosk.technician.answers import answer, fail, remark
from kiosk.technician.calibration_fit import (
    LEAST_POINTS,
    REFERENCE_C,
    CalibrationFit,
    CalibrationPoint,
    FitRefused,
    fit_k,
)
from kiosk.technician.calibration_plot import draw_png, draw_text
from kiosk.technician.calibration_seal import due_sentence, fragment, signed
from kiosk.technician.reference_readings import ReferenceReadings

calibrate = typer.Typer(no_args_is_help=True, help="Calibrate an instrument at this site.")
WORST_SOURCE_C = 0.4
"""What Chinese metrology allows a screening instrument (reference: devices, section 1.8)."""
_SIGNING_KEY = "kiosk-signing.pem"
_GUIDE = (
    "Calibrate in the place and at the hour of the sampling, with people who have rested indoors"
    " for ten minutes.\nFor each: measure with the clinical thermometer, type the degrees, and let"
    " the forehead come before the lens.\nAn empty line ends."
)


@calibrate.callback()
def instruments() -> None:
    """Calibrate an instrument at this site."""


@calibrate.command()
def thermometer(
    *,
    profile: Annotated[str, typer.Option(help="site profile to start from")] = "sampling-site",
    config: Annotated[list[Path], typer.Option(help="TOML file; the last one wins")] = [],  # noqa: B006
    out: Annotated[Path, typer.Option(help="settings fragment to write")],
    plot: Annotated[Path, typer.Option(help="PNG to draw the fit into")],
    version: Annotated[str, typer.Option(help="name of this calibration")] = "",
    valid_days: Annotated[int, typer.Option(min=1, max=730)] = 180,
    source_c: Annotated[
        float | None,
        typer.Option("--source", min=35, max=42, help="degC of a black-body source to begin with"),
    ] = None,
    wait_s: Annotated[float, typer.Option(min=1, max=120, help="patience with a person")] = 20.0,
) -> None:
    """Fit this site's k with a reference thermometer; write it signed and dated."""
    if len(version) > 40 or not version.isprintable():
        raise typer.BadParameter("at most 40 printable characters", param_hint="--version")
    try:
        settings = load_kiosk(profile, config)
    except ConfigError as error:
        fail(f"config: {error}")
    key = _signing_key(Path(settings.paths.keys_dir))
    today = datetime.now().astimezone().date()
    if settings.thermometer.body and (due := due_sentence(settings.thermometer.body, today)):
        remark(due)
    with ReferenceReadings(settings.thermometer) as readings:
        if source_c is not None:
            _check_source(readings, source_c, wait_s)
        remark(_GUIDE)
        points = list(_points(readings, wait_s))
    try:
        fit = fit_k(points)
    except FitRefused as refused:
        fail(f"no calibration: {refused}")
    body = _body(fit, settings, version, today, valid_days)
    body = signed(body, settings.site.kiosk_id, key)
    try:
        draw_png(fit, f"{settings.site.kiosk_id}  {body.version}", plot)
        out.write_text(fragment(body, settings.site.kiosk_id), encoding="utf-8")
    except OSError as error:
        fail(f"{error.filename} cannot be written: {error.strerror}")
    remark(draw_text(fit))
    remark(
        f"put [thermometer.body] of {out} into the site's file in the place of an old one, or name"
        f" {out} with another --config, and restart the core; due on {body.due_on}"
    )
    answer(
        {
            "k": body.k,
            "points": body.points,
            "residual_c": body.residual_c,
            "version": body.version,
            "calibrated_on": body.calibrated_on,
            "due_on": body.due_on,
            "signed_by": key.key_id,
            "out": str(out),
            "plot": str(plot),
        }
    )


def _check_source(readings: ReferenceReadings, source_c: float, wait_s: float) -> None:
    """The instrument alone: what it reads of a source whose temperature is known."""
    remark(f"bring the source of {source_c:g} degC before the lens, as near as a forehead; Enter")
    sys.stdin.readline()
    reading = readings.take(wait_s)
    if reading is None:
        fail(f"no reading of the source in {wait_s:g} s; {readings.trouble or 'bring it nearer'}")
    error_c = round(reading.object_c - source_c, 2)
    answer({"source_c": source_c, "object_c": reading.object_c, "error_c": error_c})
    if abs(error_c) > WORST_SOURCE_C:
        fail(
            f"the instrument is off by {error_c:+.2f} degC, {WORST_SOURCE_C:g} are allowed, and no"
            " k repairs that; clean its lens, check distance and emissivity, or replace it"
        )


def _points(readings: ReferenceReadings, wait_s: float) -> Iterator[CalibrationPoint]:
    """One for each person, until an empty line or the end of the input."""
    number = 1
    while True:
        remark(f"person {number}, at least {LEAST_POINTS}: degrees of the reference?")
        line = sys.stdin.readline().strip()
        if not line:
            return
        reference_c = _reference(line)
        if reference_c is None:
            continue
        point = _read(readings, reference_c, wait_s)
        if point is not None:
            number += 1
            yield point


def _reference(line: str) -> float | None:
    try:
        value_c = float(line.replace(",", "."))
    except ValueError:
        value_c = float("nan")
    if REFERENCE_C[0] <= value_c <= REFERENCE_C[1]:
        return value_c
    remark(f"a person has {REFERENCE_C[0]:g} to {REFERENCE_C[1]:g} degrees; type them as 36.7")
    return None


def _read(
    readings: ReferenceReadings, reference_c: float, wait_s: float
) -> CalibrationPoint | None:
    """The forehead of that person; None, and why, when it cannot be used."""
    reading = readings.take(wait_s)
    if reading is None:
        why = readings.trouble or "nobody held still before the lens, near enough"
        remark(f"no reading in {wait_s:g} s ({why}); once more with the same person")
        return None
    if not reading.trusted or reading.ambient_c is None:
        remark(f"this reading proves nothing ({reading.quality}); it is left out")
        return None
    answer(
        {
            "reference_c": reference_c,
            "object_c": reading.object_c,
            "ambient_c": reading.ambient_c,
            "samples": reading.samples,
            "spread_c": reading.spread_c,
        }
    )
    return CalibrationPoint(reference_c, reading.object_c, reading.ambient_c)


def _body(
    fit: CalibrationFit, settings: KioskConfig, version: str, today: date, valid_days: int
) -> BodyCalibration:
    """Not signed yet."""
    return BodyCalibration(
        k=fit.k,
        version=version or f"{today.isoformat()}-{settings.site.kiosk_id}",
        calibrated_on=today.isoformat(),
        due_on=(today + timedelta(days=valid_days)).isoformat(),
        points=len(fit.points),
        residual_c=round(fit.rms_c, 3),
    )


def _signing_key(folder: Path) -> SigningKey:
    try:
        return SigningKey.from_pem((folder / _SIGNING_KEY).read_bytes())
    except (OSError, KeyRefused) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        fail(f"{folder / _SIGNING_KEY}: {why}; enrol the kiosk first, it signs its calibration")
