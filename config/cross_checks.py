"""What settings must mean together, and what a device address may look like.

Owns the rules between keys. Each is a function from settings to complaints; the caller knows files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import PurePosixPath

from config.complaint import Complaint
from config.model import CoordinatorConfig, KioskConfig
from config.sentences import did_you_mean, quoted
from config.thermometer_checks import thermometer_complaints

SERIAL_SCHEMES = ("tty", "pty", "tcp", "replay")
CAMERA_SCHEMES = ("v4l2", "directory", "memory")

_NUMBERED_PORT = re.compile(r"/dev/tty(USB|ACM)[0-9]+")


def kiosk_complaints(config: KioskConfig) -> Iterator[Complaint]:
    """What is wrong between the settings of a kiosk, most basic first."""
    yield from _policy(config)
    yield from _ranges(config)
    yield from _addresses(config)
    yield from thermometer_complaints(config.thermometer)
    yield from _calibration(config)
    for key in ("state_dir", "runtime_dir", "keys_dir"):
        yield from _absolute(("paths", key), getattr(config.paths, key))
    if config.screen.mirror_dir:
        yield from _absolute(("screen", "mirror_dir"), config.screen.mirror_dir)


def coordinator_complaints(config: CoordinatorConfig) -> Iterator[Complaint]:
    """What is wrong between the settings of a coordinator."""
    yield from _absolute(("state_dir",), config.state_dir)
    yield from _absolute(("keys_dir",), config.keys_dir)


def _policy(config: KioskConfig) -> Iterator[Complaint]:
    policy = config.policy
    if not policy.plausible_low_c < policy.fever_c < policy.plausible_high_c:
        yield Complaint(
            ("policy", "fever_c"),
            f"fever_c is {policy.fever_c:g} and must lie between plausible_low_c"
            f" ({policy.plausible_low_c:g}) and plausible_high_c ({policy.plausible_high_c:g}),"
            " or no reading could ever be a fever",
        )
    if not policy.lanes:
        yield Complaint(
            ("policy", "lanes"),
            "lanes is empty, nobody could be sent anywhere; name at least one, such as lanes = [1]",
        )
    twice = _first_repeated(policy.lanes)
    if twice is not None:
        yield Complaint(("policy", "lanes"), f"lanes names lane {twice} twice; name each lane once")


def _ranges(config: KioskConfig) -> Iterator[Complaint]:
    ledger, uplink = config.ledger, config.uplink
    if ledger.serial_first > ledger.serial_last:
        yield Complaint(
            ("ledger", "serial_first"),
            f"serial_first is {ledger.serial_first} and must not be greater than serial_last"
            f" ({ledger.serial_last}), or there is no tube number to give",
        )
    if uplink.reconnect_min_s > uplink.reconnect_max_s:
        yield Complaint(
            ("uplink", "reconnect_min_s"),
            f"reconnect_min_s is {uplink.reconnect_min_s:g} and must not be greater than"
            f" reconnect_max_s ({uplink.reconnect_max_s:g})",
        )


def _addresses(config: KioskConfig) -> Iterator[Complaint]:
    for role, key, address, schemes in (
        ("thermometer", "url", config.thermometer.url, SERIAL_SCHEMES),
        ("printer", "url", config.printer.url, SERIAL_SCHEMES),
        ("camera", "source", config.camera.source, CAMERA_SCHEMES),
    ):
        sentence = _address_fault(role, key, address, schemes)
        if sentence:
            yield Complaint((role, key), sentence)
    if not config.thermometer.bauds:
        yield Complaint(
            ("thermometer", "bauds"),
            "bauds is empty; name at least one speed, such as bauds = [115200, 9600]",
        )


def _address_fault(role: str, key: str, address: str, schemes: tuple[str, ...]) -> str:
    scheme, colon, rest = address.partition(":")
    if port := _NUMBERED_PORT.search(address):
        return (
            f"{key} names {port[0]}, a number that changes when a cable is replugged;"
            f" write tty:/dev/kiosk/{role}, which udev binds to the device's role"
        )
    if not colon or scheme not in schemes:
        return (
            f"{key} is {quoted(address)} and must begin with one of"
            f" {', '.join(s + ':' for s in schemes)};{did_you_mean(scheme, schemes)}".rstrip(";")
        )
    if scheme == "tcp":
        host, _, port_text = rest.rpartition(":")
        is_port = port_text.isascii() and port_text.isdigit() and 1 <= int(port_text[:6]) <= 65_535
        return "" if host and is_port else f"{key} is {quoted(address)} and must be tcp:HOST:PORT"
    return "" if rest else f"{key} is {quoted(address)} and says no path after the colon"


def _calibration(config: KioskConfig) -> Iterator[Complaint]:
    body = config.thermometer.body
    if body is None:
        return
    for key, day in (("calibrated_on", body.calibrated_on), ("due_on", body.due_on)):
        try:
            date.fromisoformat(day or body.calibrated_on)
        except ValueError:
            yield Complaint(
                ("thermometer", "body", key),
                f'{key} is "{day}", which no calendar has;'
                " write the day of the calibration as YYYY-MM-DD",
            )


def _absolute(path: tuple[str, ...], folder: str) -> Iterator[Complaint]:
    if not PurePosixPath(folder).is_absolute():
        yield Complaint(
            path,
            f"{path[-1]} is {quoted(folder)} and must begin with /,"
            " because several processes share it whatever folder they start in",
        )


def _first_repeated(numbers: tuple[int, ...]) -> int | None:
    return next((a for a, b in pairwise(sorted(numbers)) if a == b), None)
