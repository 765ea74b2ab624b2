"""How each kiosk process begins: arguments, settings, log. One place, so that all four agree.

A setting that is wrong ends the process with one sentence on standard error and exit status 1.
"""

from __future__ import annotations

import argparse
import faulthandler
import logging
import signal
import sys
import threading
from pathlib import Path

from config.load import ConfigError, load_kiosk
from config.model import KioskConfig


def read_arguments(process: str, argv: list[str] | None = None) -> KioskConfig:
    """Parse ``--profile NAME --config FILE…``, set up the log, return the settings.

    Exits with 1 and the sentence of `ConfigError` when the settings are wrong, with 2 on usage.
    """
    parser = argparse.ArgumentParser(prog=process, description=f"The {process} process.")
    parser.add_argument("--profile", default="sampling-site", help="site profile to start from")
    parser.add_argument(
        "--config", action="append", default=[], type=Path, help="TOML file; the last one wins"
    )
    parser.add_argument("--log-level", default="INFO", choices=["DEBUG", "INFO", "WARNING"])
    arguments = parser.parse_args(argv)
    logging.basicConfig(
        level=arguments.log_level,
        stream=sys.stderr,
        format=f"{process} %(levelname)s %(message)s",
    )
    faulthandler.enable()  # WatchdogSignal=SIGABRT then prints where every thread stood
    try:
        return load_kiosk(arguments.profile, arguments.config)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from error


def stop_requested() -> threading.Event:
    """An event that SIGTERM and SIGINT set. Call once, in the main thread."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
