"""`site-coordinator`: run, monitor, keys, export.

Owns the command line. Exit status 1 with one sentence on standard error when settings, keys or
store are wrong; 2 on usage.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from config.load import ConfigError, load_coordinator
from config.model import CoordinatorConfig
from coordinator import export as exports
from coordinator import run as ingest
from coordinator.database import FILE_NAME, StoreError, open_existing
from coordinator.key_files import (
    EnrolledKiosks,
    KeyFilesError,
    load_site_keys,
    make_kiosk_keys,
    make_site_keys,
)

app = typer.Typer(help="The site: records, acknowledgements, staff page.", no_args_is_help=True)

ConfigFiles = Annotated[
    list[Path] | None, typer.Option("--config", help="TOML file; the last one wins")
]


class ExportFormat(StrEnum):
    CSV = "csv"
    MANIFEST = "manifest"


@app.command()
def run(config: ConfigFiles = None) -> None:
    """Take records in and acknowledge them, until SIGTERM."""
    _start_log("site-coordinator")
    with _sentences():
        ingest.run(_settings(config), ingest.stop_requested())


@app.command()
def monitor(config: ConfigFiles = None) -> None:
    """Serve the staff page, until SIGTERM."""
    _start_log("site-monitor")
    from coordinator.monitor import serve  # noqa: PLC0415 - the ingest needs no web server

    with _sentences():
        serve(_settings(config))


@app.command()
def keys(
    config: ConfigFiles = None,
    kiosk: Annotated[str, typer.Option(help="also enrol this kiosk id")] = "",
    kiosk_keys: Annotated[Path | None, typer.Option(help="its keys_dir")] = None,
) -> None:
    """Make the site's keys where they are missing; with --kiosk, enrol a kiosk."""
    with _sentences():
        keys_dir = Path(_settings(config).keys_dir)
        site = make_site_keys(keys_dir)
        typer.echo(f"acknowledgement {site.acknowledgement.key_id}", err=True)
        typer.echo(f"sealing {site.sealing.key_id}", err=True)
        typer.echo(f"registration {site.registration.key_id}", err=True)
        if bool(kiosk) != (kiosk_keys is not None):
            typer.echo("--kiosk and --kiosk-keys belong together.", err=True)
            raise typer.Exit(2)
        if kiosk_keys is not None:
            enrolled = make_kiosk_keys(keys_dir, kiosk_keys, kiosk)
            typer.echo(f"{kiosk} {enrolled.key_id}", err=True)


@app.command()
def export(
    config: ConfigFiles = None,
    format: Annotated[ExportFormat, typer.Option()] = ExportFormat.MANIFEST,
) -> None:
    """Write check-ins (CSV, with identities) or tubes (JSON lines, without) to standard output."""
    with _sentences():
        settings = _settings(config)
        with closing(open_existing(Path(settings.state_dir) / FILE_NAME)) as connection:
            if format is ExportFormat.MANIFEST:
                for line in exports.manifest(connection):
                    typer.echo(line)
                return
            keys_dir = Path(settings.keys_dir)
            written, closed = exports.write_csv(
                connection, load_site_keys(keys_dir), EnrolledKiosks(keys_dir), sys.stdout
            )
        typer.echo(f"{written} check-ins", err=True)
        if closed:
            typer.echo(f"{closed} records could not be opened and are not in the file.", err=True)
            raise typer.Exit(1)


def _settings(files: list[Path] | None) -> CoordinatorConfig:
    return load_coordinator(files or [])


def _start_log(process: str) -> None:
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format=f"{process} %(levelname)s %(message)s"
    )


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except (ConfigError, KeyFilesError, StoreError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
