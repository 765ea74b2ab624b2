"""``kioskctl doctor``: is everything there that this kiosk needs?

Owns the order of the checks; what each looks at is in ``machine_checks`` and ``device_checks``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from config.load import ConfigError, load_kiosk
from config.model import KioskConfig
from kiosk.technician.answers import answer, fail, remark
from kiosk.technician.device_checks import check_camera, check_printer, check_thermometer
from kiosk.technician.finding import Finding
from kiosk.technician.machine_checks import (
    check_calibration,
    check_font,
    check_keys,
    check_runtime_dir,
    check_state_dir,
)
from kiosk.technician.reader_checks import check_id_card_reader, check_scanner


def doctor(
    profile: Annotated[str, typer.Option(help="site profile to start from")] = "sampling-site",
    config: Annotated[list[Path], typer.Option(help="TOML file; the last one wins")] = [],  # noqa: B006
) -> None:
    """Check settings, fonts, folders, keys and devices. Status 1 when something must be done."""
    try:
        settings = load_kiosk(profile, config)
    except ConfigError as error:
        answer(Finding("config", False, str(error)).fields())
        fail(f"config: {error}")
    answer(Finding("config", True, f"kiosk {settings.site.kiosk_id}").fields())
    findings = []
    for finding in _examine(settings):
        findings.append(finding)
        answer(finding.fields())
        if finding.ok is not True:
            remark(finding.sentence)
    failed = sum(finding.ok is False for finding in findings)
    if failed:
        fail(f"{failed} of {len(findings)} checks failed")


def _examine(settings: KioskConfig) -> Iterator[Finding]:
    """One finding after the other, as they are made: a device may take a second."""
    yield check_font()
    yield check_runtime_dir(Path(settings.paths.runtime_dir))
    yield check_state_dir(Path(settings.paths.state_dir))
    yield check_keys(Path(settings.paths.keys_dir))
    keys_dir, today = Path(settings.paths.keys_dir), datetime.now().astimezone().date()
    yield check_calibration(settings.thermometer, settings.site.kiosk_id, keys_dir, today)
    yield check_thermometer(settings.thermometer)
    yield check_printer(settings.printer)
    yield check_camera(settings.camera)
    if settings.scanner is not None:
        yield check_scanner(settings.scanner)
    if settings.id_card_reader is not None:
        yield check_id_card_reader(settings.id_card_reader)
